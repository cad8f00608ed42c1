"""The flags every command takes, before or after its name."""

from __future__ import annotations

from typing import Annotated, Any

from istioctl.api.names import SYSTEM_NAMESPACE
from istioctl.cli.line import completers
from istioctl.cli.line.declare import GlobalOptions, Option


def declare(
    kubeconfig: Annotated[
        str, Option("-c", "--kubeconfig", metavar="FILE", envvar="ISTIOCTL_KUBECONFIG", help="The kubeconfig file.")
    ] = "",
    context: Annotated[
        str, Option(
            "--context", metavar="NAME", envvar="ISTIOCTL_CONTEXT", help="The kubeconfig context.",
            autocompletion=completers.contexts,
        ),
    ] = "",
    namespace: Annotated[
        str, Option(
            "-n", "--namespace", metavar="NAME", envvar="ISTIOCTL_NAMESPACE", help="The namespace to work in.",
            autocompletion=completers.namespaces,
        ),
    ] = "",
    istio_namespace: Annotated[
        str,
        Option(
            "-i", "--istioNamespace", "--istio-namespace", metavar="NAME", envvar="ISTIOCTL_ISTIONAMESPACE",
            help="The namespace of the control plane.", autocompletion=completers.namespaces,
        ),
    ] = SYSTEM_NAMESPACE,
    kubeclient_timeout: Annotated[
        str,
        Option(
            "--kubeclient-timeout", metavar="DURATION", envvar="ISTIOCTL_KUBECLIENT_TIMEOUT",
            help="How long one request to the cluster may take.",
        ),
    ] = "15s",
    as_user: Annotated[
        str, Option("--as", metavar="NAME", envvar="ISTIOCTL_AS", help="The user to impersonate.")
    ] = "",
    as_groups: Annotated[
        list[str], Option("--as-group", metavar="NAME", help="A group to impersonate; may be repeated.")
    ] = [],  # noqa: B006 - only the signature is used
    as_uid: Annotated[
        str, Option("--as-uid", metavar="UID", envvar="ISTIOCTL_AS_UID", help="The UID to impersonate.")
    ] = "",
    vklog: Annotated[
        int, Option("--vklog", metavar="LEVEL", envvar="ISTIOCTL_VKLOG",
                    help="Log requests to the cluster: from 6 on a line for each, from 8 on bodies.")
    ] = 0,
    log_output_level: Annotated[
        str, Option("--log_output_level", metavar="SCOPE:LEVEL,...", envvar="ISTIOCTL_LOG_OUTPUT_LEVEL", hidden=True,
                    help="What is logged: debug logs each request to the cluster.")
    ] = "",
    log_target: Annotated[
        list[str], Option("--log_target", metavar="FILE", hidden=True, help="Where logs go: a file, stdout or stderr.")
    ] = [],  # noqa: B006
    log_as_json: Annotated[bool, Option("--log_as_json", hidden=True, help="Log JSON, an object a line.")] = False,
    log_caller: Annotated[
        str, Option("--log_caller", metavar="SCOPE,...", envvar="ISTIOCTL_LOG_CALLER", hidden=True,
                    help="Scopes whose logs name the source line.")
    ] = "",
    log_stacktrace_level: Annotated[
        str, Option("--log_stacktrace_level", metavar="SCOPE:LEVEL,...", envvar="ISTIOCTL_LOG_STACKTRACE_LEVEL",
                    hidden=True, help="From which level on logs have the stack.")
    ] = "",
) -> None:  # fmt: skip
    """Declare the global flags: only the signature is used."""


def collect(given: dict[str, Any]) -> GlobalOptions:
    """The parsed values of the global flags by parameter name, as one value; missing ones have their defaults.

    Raises:
        InputError: a duration is none.
    """
    values = dict(given)
    if "kubeclient_timeout" in values:
        from istioctl.golang.durations import parse_duration

        values["kubeclient_timeout"] = parse_duration(values["kubeclient_timeout"])
    for name in ("as_groups", "log_target"):
        if name in values:
            values[name] = tuple(values[name] or ())
    return GlobalOptions(**values)
