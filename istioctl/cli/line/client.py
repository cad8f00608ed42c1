"""From the global flags to a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from istioctl.cli.line.declare import GlobalOptions
    from istioctl.cluster.kubeconfig import ClientOptions


def client_of(flags: GlobalOptions, context: str = "", *, at_most: float = float("inf")) -> ClientOptions:
    """The connection that the global flags ask for.

    Args:
        context: wins over the flag.
        at_most: the seconds that one request may take, whatever the flag says.
    """
    from istioctl.cluster.kubeconfig import ClientOptions  # what never asks a cluster does without it

    return ClientOptions(
        kubeconfig=flags.kubeconfig,
        context=context or flags.context,
        as_user=flags.as_user,
        as_groups=flags.as_groups,
        as_uid=flags.as_uid,
        timeout=min(flags.kubeclient_timeout, at_most),
    )
