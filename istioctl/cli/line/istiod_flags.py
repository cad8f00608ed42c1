"""The flags that say how istiod is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from istioctl.cli.line.cluster_options import client_options
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.parameters import flag_group
from istioctl.cli.screen.terminal import terminal

if TYPE_CHECKING:
    from istioctl.actions.observe.istiods import Istiods


@flag_group
class IstiodFlags(NamedTuple):
    """How istiod is asked."""

    xds_label: Annotated[
        str, Option("--xds-label", metavar="LABELS", help="The labels by which istiod's pods are found.")
    ] = ""


def open_istiods(ctx: Context, flags: IstiodFlags, revision: str = "", timeout: str = "") -> Istiods:
    """The control planes that the flags mean; nothing is sent yet.

    Args:
        timeout: how long each answer may take, unless --kubeclient-timeout says.

    Raises:
        InputError: a duration or the kubeconfig can't be read.
        ClusterError: no cluster is configured.
    """
    from dataclasses import replace

    from istioctl.actions.observe.istiods import Istiods
    from istioctl.cluster.session import open_session
    from istioctl.golang.durations import parse_duration

    client = client_options(ctx)
    if timeout and "kubeclient_timeout" not in ctx.given:
        client = replace(client, timeout=parse_duration(timeout))
    session = open_session(client, report=terminal().say)
    return Istiods(session, ctx.options.istio_namespace, revision, flags.xds_label)


def read_bytes(name: str) -> bytes:
    """The content of a file; `-` is stdin.

    Raises:
        InputError: it can't be read.
    """
    from pathlib import Path

    from istioctl.errors import InputError

    try:
        return terminal().stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as problem:
        raise InputError(f"can't be read: {problem.strerror}", where=name, id="unreadable-file") from problem
