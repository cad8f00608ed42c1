"""What Envoys say of their configuration; many are asked at the same time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from istioctl.actions.observe.targets import ADMIN_PORT, Answers, Proxy, Targets, ask_proxy, each_proxy, find_proxies
from istioctl.cluster.clients import takes_client
from istioctl.cluster.session import Session
from istioctl.proxies.pieces import read_dump
from istioctl.proxies.views import D, View, made

T = TypeVar("T")


@takes_client
def look(
    session: Session, targets: Targets, view: View[D], make: Callable[[D], T], port: int = ADMIN_PORT
) -> Answers[T]:
    """What `make` gets from each proxy's page; several proxies are asked at the same time.

    Raises:
        InputError: no proxy is named, or what is named has no pods.
        ClusterError: there is no such object, or the API server can't be reached or refuses.
    """

    def read(proxy: Proxy) -> T:
        return made(make, view.open(ask_page(session, proxy, view.request, port=port), f"pod {proxy.key}"))

    return each_proxy(session, find_proxies(session, targets), read)


@takes_client
def ask_page(session: Session, proxy: Proxy, request: str, *, port: int = ADMIN_PORT) -> bytes:
    """A page of a proxy's admin API; a dump that Envoy can't write as a whole is put together from pieces.

    Raises:
        ClusterError: there is no such pod, the server does not forward, or the proxy does not answer as it should.
    """
    return read_dump(lambda path: ask_proxy(session, proxy, path, port=port, in_parts=True), request)
