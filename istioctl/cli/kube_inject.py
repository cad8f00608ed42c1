"""istioctl kube-inject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

from istioctl.cli.line.declare import Argument, Context, Option
from istioctl.cli.line.options import RevisionOption, SetOption, global_options
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError

if TYPE_CHECKING:
    from istioctl.actions.sidecars.kube_inject import Report, Transform
    from istioctl.injection.report import Entry

InputsOption = Annotated[
    list[str],
    Option("-f", "--filename", metavar="FILE", help="A file, folder or URL, or - for stdin; may be repeated."),
]
ResultOption = Annotated[str, Option("-o", "--output", metavar="FILE", help="Write to a file instead of stdout.")]
DiffOption = Annotated[bool, Option("--diff", help="Print the difference instead of the result.")]
QuietOption = Annotated[bool, Option("-q", "--quiet", help="Say nothing about what was done.")]


def kube_inject(
    ctx: Context,
    words: Annotated[list[str], Argument(hidden=True)] = [],  # noqa: B006 - it is copied
    filenames: InputsOption = [],  # noqa: B006
    output: ResultOption = "",
    diff: DiffOption = False,
    quiet: QuietOption = False,
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
    injector = load_injector(options, streams.environ, lambda line: None if quiet else streams.say(line))
    run(injected_with(injector), list(dict.fromkeys(filenames)), output, diff=diff, quiet=quiet, verb="injected")
    return 0


def run(change: Transform, filenames: list[str], output: str, *, diff: bool, quiet: bool, verb: str) -> None:
    """Change the inputs, write the result or the difference, and say what was done."""
    from istioctl.actions.sidecars.kube_inject import transform, write_file

    stdin = _bytes(terminal().stdin)
    if diff:
        report = _show_differences(change, filenames)
    elif output:
        report = write_file(output, lambda sink: transform(filenames, stdin, change, sink))
    else:
        sink = _bytes(terminal().stdout)
        report = transform(filenames, stdin, change, sink)
        sink.flush()
    if not quiet:
        _summarize(report, verb)


def _bytes(stream: Any) -> BinaryIO:
    """The byte stream below a text stream."""
    buffer: BinaryIO = stream.buffer
    return buffer


def _show_differences(change: Transform, filenames: list[str]) -> Report:
    from istioctl.actions.sidecars.kube_inject import Report, differences

    streams = terminal()
    entries: list[Entry] = []
    foreign = 0
    for lines, result in differences(filenames, _bytes(streams.stdin), change):
        for line in lines:
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[0])
            streams.write((streams.style(line, style, stdout=True) if style else line) + "\n")
        entries += result.entries
        foreign += result.foreign
    return Report(tuple(entries), foreign)


def _summarize(report: Report, verb: str) -> None:
    from istioctl.injection.report import summary

    streams = terminal()
    lines = []
    for entry in report.entries:
        if entry.warning:
            lines.append(f"{streams.style('Warning:', 'yellow')} {entry.title}: {entry.warning}")
        word = verb if entry.injected else "skipped"
        lines.append(f"{word} {entry.title}: {entry.reason}")
    streams.say("\n".join([*lines, summary(report.entries, report.foreign, verb)]))
