"""The state of add-ons in a cluster: which are there, ready, and in touch with what they live from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from istioctl.actions.pods import first_pod
from istioctl.api import ports
from istioctl.api.labels import labels_of
from istioctl.api.names import APP_NAME, APP_VERSION, PART_OF
from istioctl.cluster.errors import ApiError
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.patience import Report
from istioctl.cluster.pod_http import ask_pod
from istioctl.cluster.queries import list_objects
from istioctl.cluster.readiness import why_not_ready
from istioctl.cluster.session import Client, Session, open_session
from istioctl.errors import ClusterError, InputError
from istioctl.proxies.json_parts import read_whole
from istioctl.rendering.addons.addons import ADDONS, WHOLE, in_order

_NAMED_TARGETS = 3


@dataclass(frozen=True, slots=True)
class AddonState:
    """One add-on of a cluster.

    Attributes:
        namespace: where it is; empty where it is not installed.
        version: as its label says.
        ready: whether its pods serve.
        connected: whether it reaches what it lives from; None where it was not asked, or does not tell everybody.
        detail: what is missing, or what was found.
    """

    name: str
    namespace: str = ""
    version: str = ""
    ready: bool = False
    connected: bool | None = None
    detail: str = ""

    @property
    def installed(self) -> bool:
        """Whether it is there at all."""
        return bool(self.namespace)

    def as_data(self) -> dict[str, Any]:
        """What `-o json` says of it."""
        return {
            "name": self.name,
            "installed": self.installed,
            "namespace": self.namespace,
            "version": self.version,
            "ready": self.ready,
            "connected": self.connected,
            "detail": self.detail,
        }


def addon_states(
    client: Client, names: Sequence[str] = (), namespace: str = "", report: Report | None = None
) -> list[AddonState]:
    """The state of add-ons, in the order they are installed; those that are not there included.

    Args:
        client: the cluster.
        names: of `istioctl.rendering.addons.addons.ADDONS`; none means all.
        namespace: look only there; empty means everywhere.
        report: is told what a slow cluster is asked.

    Raises:
        SpecError: there is no add-on of a name.
        ClusterError: the cluster can't be asked.
    """
    chosen = in_order(names or ADDONS)
    session = open_session(client, report=report)
    label = f"{PART_OF}={WHOLE}"
    found = list_objects(session, "apps/v1", "Deployment", namespace=namespace, labels=label)
    by_name: dict[str, list[dict[str, Any]]] = {name: [] for name in chosen}
    for item in found:
        by_name.get(labels_of(item).get(APP_NAME, ""), []).append(item)
    tasks = [partial(_state, session, name, item) for name in chosen for item in (by_name[name] or (None,))]
    return in_parallel(tasks)


def _state(session: Session, name: str, deployment: dict[str, Any] | None) -> AddonState:
    if deployment is None:
        return AddonState(name)
    namespace = deployment["metadata"]["namespace"]
    version = labels_of(deployment).get(APP_VERSION, "")
    if missing := why_not_ready(deployment):
        return AddonState(name, namespace, version, detail=missing)
    port, path, judge = QUESTIONS[name]
    connected: bool | None
    try:
        pod = first_pod(session, f"{PART_OF}={WHOLE},{APP_NAME}={name}", (namespace,))
        connected, detail = judge(ask_pod(session, namespace, pod["metadata"]["name"], port, path))
    except ClusterError as problem:
        not_told = isinstance(problem, ApiError) and problem.status in (401, 403)
        connected, detail = None if not_told else False, problem.message
    except (InputError, KeyError, TypeError, AttributeError):
        connected, detail = False, f"what it answers to GET {path} is not understood"
    return AddonState(name, namespace, version, True, connected, detail)


def _data(answer: bytes) -> Any:
    return read_whole(answer, "the add-on")


def _targets(answer: bytes) -> tuple[bool, str]:
    targets = _data(answer)["data"]["activeTargets"]
    down = sorted({target["labels"]["job"] for target in targets if target["health"] == "down"})
    up = sum(target["health"] == "up" for target in targets)
    missing = f"; some of {', '.join(down[:_NAMED_TARGETS])} are down" if down else ""
    return bool(up), f"{up} of {len(targets)} targets are up{missing}"


def _sources(answer: bytes) -> tuple[bool, str]:
    services = _data(answer).get("externalServices") or []
    names = sorted(f"{service['name']} {service.get('version') or ''}".strip() for service in services)
    return bool(names), f"it reaches {', '.join(names)}" if names else "it reaches nothing"


def _grafana(answer: bytes) -> tuple[bool, str]:
    state = _data(answer)["database"]
    return state == "ok", f"its database is {state}"


def _traced_services(answer: bytes) -> tuple[bool, str]:
    found = _data(answer)
    services = found.get("data") or [] if isinstance(found, dict) else found
    return True, f"it has traces of {len(services)} services"


def _ready(answer: bytes) -> tuple[bool, str]:
    text = answer.decode("utf-8", "replace").strip()
    return text == "ready", text


#: What each is asked: a port, a path, and what its answer says.
QUESTIONS: dict[str, tuple[int, str, Callable[[bytes], tuple[bool, str]]]] = {
    "prometheus": (ports.PROMETHEUS, "/api/v1/targets?state=active", _targets),
    "loki": (ports.LOKI, "/ready", _ready),
    "jaeger": (ports.JAEGER, "/api/services", _traced_services),
    "zipkin": (ports.ZIPKIN, "/api/v2/services", _traced_services),
    "grafana": (ports.GRAFANA, "/api/health", _grafana),
    "kiali": (ports.KIALI, "/kiali/api/status", _sources),
}
