"""The flags every command takes, before or after its name."""

from __future__ import annotations

from typing import Annotated, Any

from istioctl.cli import completers
from istioctl.cli.declare import GlobalOptions, Option


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
    ] = "istio-system",
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
        int, Option("--vklog", metavar="LEVEL", envvar="ISTIOCTL_VKLOG", help="How much the Kubernetes client logs.")
    ] = 0,
) -> None:  # fmt: skip
    """Declare the global flags: only the signature is used."""


def collect(given: dict[str, Any]) -> GlobalOptions:
    """The parsed values of the global flags by parameter name, as one value; missing ones have their defaults.

    Raises:
        InputError: a duration is none.
    """
    values = dict(given)
    if "kubeclient_timeout" in values:
        from istioctl.objects.durations import parse_duration

        values["kubeclient_timeout"] = parse_duration(values["kubeclient_timeout"])
    if "as_groups" in values:
        values["as_groups"] = tuple(values["as_groups"] or ())
    return GlobalOptions(**values)
