"""istioctl kube-inject."""

from typing import Annotated, Any

from istioctl.cli.line.declare import Argument, Context, Option
from istioctl.cli.line.inject_flags import DiffOption, InputsOption, ResultOption
from istioctl.cli.line.options import RevisionOption, SetOption, global_options
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError


def kube_inject(
    ctx: Context,
    words: Annotated[list[str], Argument(hidden=True)] = [],  # noqa: B006 - it is copied
    filenames: InputsOption = [],  # noqa: B006
    output: ResultOption = "",
    diff: DiffOption = False,
    inject_config_file: Annotated[
        str, Option("--injectConfigFile", metavar="FILE", help="The injector's configuration, or one template.")
    ] = "",
    mesh_config_file: Annotated[str, Option("--meshConfigFile", metavar="FILE", help="The mesh configuration.")] = "",
    values_file: Annotated[str, Option("--valuesFile", metavar="FILE", help="The installation's values.")] = "",
    operator_file: Annotated[
        str,
        Option(
            "--operatorFileName",
            metavar="FILE",
            help="An IstioOperator file; its mesh configuration and values win over those of other files.",
        ),
    ] = "",
    offline: Annotated[
        bool, Option("--offline", help="Ask no cluster: use the built-in templates and the values of a profile.")
    ] = False,
    set_flags: SetOption = [],  # noqa: B006
    revision: RevisionOption = "",
    mesh_config_map: Annotated[
        str, Option("--meshConfigMapName", metavar="NAME", help="The ConfigMap with the mesh configuration.")
    ] = "istio",
    inject_config_map: Annotated[
        str, Option("--injectConfigMapName", metavar="NAME", help="The ConfigMap with the injector's configuration.")
    ] = "istio-sidecar-injector",
    webhook_config: Annotated[
        str, Option("--webhookConfig", metavar="NAME", help="The injector's MutatingWebhookConfiguration.")
    ] = "istio-sidecar-injector",
    _xds: Annotated[
        str,
        Option("--xds-address", "--xds-label", "--xds-port", "--cert-dir", "--authority", "--timeout", hidden=True),
    ] = "",
    _insecure: Annotated[bool, Option("--insecure", "--plaintext", hidden=True)] = False,
) -> int:
    """Put the sidecar into the workloads of Kubernetes YAML or JSON, and leave the rest of the text as it is.

    Deployments, StatefulSets, Jobs and all else with a pod template get what the injector of a cluster would give
    their pods; comments, key order, quotes and line ends stay. Other objects pass unchanged. The configuration comes
    from files, from the cluster, or with --offline from the program itself.
    """
    if not filenames:
        raise UsageError(
            "there is nothing to inject: no filename is given",
            hint="Name files by -f, as in -f app.yaml or -f - for stdin.",
        )
    if not (mesh_config_file or mesh_config_map or operator_file):
        raise UsageError(
            "--meshConfigMapName must not be empty", hint="Or pass --meshConfigFile or --operatorFileName."
        )
    if set_flags and not offline:
        raise UsageError("--set is for --offline", hint="Add --offline; a cluster has its own values.")
    from istioctl.actions.sidecars.injector_sources import InjectorOptions, load_injector
    from istioctl.actions.sidecars.kube_inject import injected_with
    from istioctl.cli.screen.injected import change_inputs

    streams = terminal()
    flags = global_options(ctx)

    def client() -> Any:
        from istioctl.cli.line.cluster_options import client_options

        return client_options(ctx)

    options = InjectorOptions(
        inject_config_file=inject_config_file,
        mesh_config_file=mesh_config_file,
        values_file=values_file,
        operator_file=operator_file,
        mesh_config_map=mesh_config_map,
        inject_config_map=inject_config_map,
        webhook_config=webhook_config,
        revision=revision,
        istio_namespace=flags.istio_namespace,
        offline=offline,
        set_flags=tuple(set_flags),
        client=client,
        kubeconfig=flags.kubeconfig,
    )
    injector = load_injector(options, streams.environ, streams.say)
    change_inputs(injected_with(injector), list(dict.fromkeys(filenames)), output, diff=diff, verb="injected")
    return 0
