"""How far the proxies have what istiod sent them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from istioctl.errors import IstioctlError
from istioctl.proxies.sync_status import ProxyStatus, State, read_syncz, select

if TYPE_CHECKING:
    from istioctl.actions.observe.istiods import Istiods


class MeshStatus(NamedTuple):
    """The proxies of a mesh.

    Attributes:
        proxies: those that were asked for, by name.
        problems: why some istiods tell nothing; the proxies connected to these are missing.
    """

    proxies: tuple[ProxyStatus, ...]
    problems: tuple[IstioctlError, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether all istiods answer, and no proxy refuses or has not confirmed what it was sent."""
        bad = (State.REFUSED, State.STALE)
        return not self.problems and not any(proxy.state in bad for proxy in self.proxies)


def mesh_status(istiods: Istiods, namespace: str = "", states: frozenset[State] = frozenset()) -> MeshStatus:
    """The state of all proxies that are connected to these istiods.

    Args:
        namespace: only those of this one; empty means all.
        states: only those in one of these; none means all.

    Raises:
        ClusterError: there is no istiod, or none answers.
        ErrorGroup: none answers, for several reasons.
    """
    answers = istiods.ask(f"syncz?namespace={quote(namespace)}" if namespace else "syncz")
    proxies: list[ProxyStatus] = []
    problems = list(answers.problems)
    for answer in answers.given:
        try:
            proxies += read_syncz(answer.body, answer.istiod, answer.revision)
        except IstioctlError as problem:
            problems.append(problem)
    return MeshStatus(tuple(select(proxies, namespace=namespace, states=states)), tuple(problems))
