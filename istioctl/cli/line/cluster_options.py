"""From flags to what the actions on a cluster take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from istioctl.api.labels import is_dns_label
from istioctl.api.names import SYSTEM_NAMESPACE
from istioctl.cli.line.client import client_of
from istioctl.cli.line.options import SpecificationFlags, global_options, split_commas
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError

if TYPE_CHECKING:
    from istioctl.cli.line.declare import Context
    from istioctl.cluster.kubeconfig import ClientOptions
    from istioctl.cluster.session import Session
    from istioctl.rendering.specification.build import SpecificationInputs


def client_options(ctx: Context, context: str = "") -> ClientOptions:
    """The connection that the global flags ask for; `context` wins over the flag."""
    return client_of(global_options(ctx), context)


def open_cluster(ctx: Context) -> Session:
    """A session with the cluster that the global flags name; nothing is sent yet."""
    from istioctl.cluster.session import open_session

    return open_session(client_options(ctx), report=terminal().say)


def check_revision(revision: str) -> None:
    """Refuses a revision that can't be a label.

    Raises:
        UsageError: it can't.
    """
    if revision and not is_dns_label(revision):
        raise UsageError(
            f"invalid revision specified: {revision}",
            where="--revision",
            hint="Use lower-case letters, digits and hyphens, at most 63.",
        )


def check_port(port: int, flag: str) -> None:
    """Refuses what is not a port.

    Raises:
        UsageError: it is none.
    """
    if not 0 < port < 65536:
        raise UsageError(f"port number {port} must be in the range 1..65535", where=flag)


def specification_inputs(
    ctx: Context, wanted: SpecificationFlags, addons: Sequence[str] | None = None
) -> SpecificationInputs:
    """The specification that the flags of one command describe; `addons` is None where it has no such flag."""
    from istioctl.rendering.specification.build import SpecificationInputs

    check_revision(wanted.revision)
    if wanted.charts:
        terminal().warn("--charts is now --manifests")
    choice, set_flags = (None, tuple(wanted.set_flags))
    if addons is not None:
        from istioctl.rendering.addons.addon_choice import choose_addons

        choice, set_flags = choose_addons(addons, set_flags)
    namespace = global_options(ctx).istio_namespace
    return SpecificationInputs(
        files=split_commas(wanted.files),
        set_flags=set_flags,
        namespace="" if namespace == SYSTEM_NAMESPACE else namespace,
        revision=wanted.revision,
        manifests=wanted.manifests or wanted.charts,
        force=wanted.force,
        stdin=stdin_text(),
        addons=choice,
    )


def stdin_text() -> Callable[[], str]:
    """What reads the whole of stdin, once for all who ask: several clusters, an installation and its verification."""
    lock = Lock()
    read = cache(terminal().read_input)

    def text() -> str:
        with lock:
            return read()

    return text
