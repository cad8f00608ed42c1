"""The statistics of Envoys (istio `istioctl/pkg/proxyconfig/proxyconfig.go`, `envoy-stats`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from istioctl.actions.observe.targets import ADMIN_PORT, Answers, Proxy, ask_proxy, each_proxy
from istioctl.actions.pods import scraped_port
from istioctl.api import ports
from istioctl.api.labels import annotations_of
from istioctl.cluster.answers import read_json
from istioctl.cluster.clients import takes_client
from istioctl.cluster.pod_http import LARGEST
from istioctl.cluster.session import Session

_PAGES = {"server": "/stats", "clusters": "/clusters"}


@takes_client
def stats_text(session: Session, proxies: Sequence[Proxy], subject: str, port: int = ADMIN_PORT) -> Answers[str]:
    """What each Envoy tells, as it prints it.

    Args:
        subject: `server` or `clusters`.
    """
    return each_proxy(session, proxies, lambda proxy: _text(ask_proxy(session, proxy, _PAGES[subject], port=port)))


@takes_client
def stats_data(session: Session, proxies: Sequence[Proxy], subject: str, port: int = ADMIN_PORT) -> Answers[Any]:
    """The same as data."""

    def read(proxy: Proxy) -> Any:
        body = ask_proxy(session, proxy, f"{_PAGES[subject]}?format=json", port=port)
        return read_json(body, f"what {proxy} answers", largest=LARGEST)

    return each_proxy(session, proxies, read)


@takes_client
def prometheus_text(
    session: Session, proxies: Sequence[Proxy], port: int = ADMIN_PORT, *, merged: bool = False
) -> Answers[str]:
    """The statistics as Prometheus reads them.

    Args:
        merged: with those of the agent and the application, from where the pod's annotations lead Prometheus.
    """

    def read(proxy: Proxy) -> str:
        if not merged:
            return _text(ask_proxy(session, proxy, "/stats/prometheus", port=port))
        pod = session.get(f"/api/v1/namespaces/{proxy.namespace}/pods/{proxy.name}")
        path = "/" + annotations_of(pod).get("prometheus.io/path", "/stats/prometheus").lstrip("/")
        return _text(ask_proxy(session, proxy, path, port=scraped_port(pod, ports.AGENT_METRICS)))

    return each_proxy(session, proxies, read)


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
