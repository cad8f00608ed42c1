"""What Envoys say of their configuration; many are asked at the same time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from istioctl.actions.observe.targets import ADMIN_PORT, Answers, Proxy, Targets, ask_proxy, each_proxy, find_proxies
from istioctl.cluster.session import Session
from istioctl.proxies.views import D, View

T = TypeVar("T")


def look(
    session: Session, targets: Targets, view: View[D], make: Callable[[D], T], port: int = ADMIN_PORT
) -> Answers[T]:
    """What `make` gets from each proxy's page; several proxies are asked at the same time.

    Raises:
        InputError: no proxy is named, or what is named has no pods.
        ClusterError: there is no such object, or the API server can't be reached or refuses.
    """

    def read(proxy: Proxy) -> T:
        body = ask_proxy(session, proxy, view.request, port=port)
        return make(view.open(body, f"pod {proxy.key}"))

    return each_proxy(find_proxies(session, targets), read)
