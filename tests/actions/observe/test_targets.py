"""Which pods people mean, against an API that is a table of answers."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, cast

import pytest

from istioctl.actions.observe.targets import Proxy, Targets, each_proxy, find_proxies
from istioctl.actions.pods import selector_text, split_reference
from istioctl.cluster.bodies import RequestTurns
from istioctl.cluster.discovery import Discovery
from istioctl.cluster.errors import ApiError
from istioctl.cluster.session import Session
from istioctl.errors import ClusterError, ErrorGroup, InputError


def pod(name: str, *args: str, namespace: str = "shop", native: bool = False, **more: Any) -> dict[str, Any]:
    proxy = {"name": "istio-proxy", "args": ["proxy", *args]}
    containers: dict[str, Any] = {"containers": [{"name": "app"}]}
    if args:
        containers.setdefault("initContainers" if native else "containers", []).append(proxy)
    metadata = {"name": name, "namespace": namespace, **more}
    ready = {"type": "Ready", "status": "True" if args else "False"}
    return {"metadata": metadata, "spec": containers, "status": {"phase": "Running", "conditions": [ready]}}


PODS = {
    "shop": [
        pod("web-2", "sidecar"),
        pod("web-1", "sidecar", native=True),
        pod("plain-1"),
        pod("old-1", "sidecar", deletionTimestamp="2026-01-01T00:00:00Z"),
        pod("grpc-1", "sidecar", annotations={"inject.istio.io/templates": "grpc-agent"}),
    ],
    "istio-system": [
        pod("gw-1", "router", namespace="istio-system"),
        pod("ztunnel-1", "ztunnel", namespace="istio-system"),
    ],
}
WEB = {"spec": {"selector": {"matchLabels": {"app": "web"}}}}
OBJECTS = {
    "/apis/apps/v1/namespaces/shop/deployments/web": WEB,
    "/api/v1/namespaces/shop/services/web": {"spec": {"selector": {"app": "web"}}},
    "/api/v1/namespaces/shop/services/headless": {"spec": {}},
    "/apis/gateway.networking.k8s.io/v1/namespaces/shop/gateways/web": {"spec": {}},
    "/apis/gateway.networking.k8s.io/v1/namespaces/shop/gateways/foreign": {
        "spec": {"addresses": [{"type": "Hostname", "value": "gw.other"}]}
    },
}


class Api:
    """Answers like a session, from the tables above; a selector matches the pods that its last word begins."""

    turns = RequestTurns()
    server = "https://api"
    namespace = "shop"
    discovery = Discovery(server, lambda _: None)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        if path in OBJECTS:
            return OBJECTS[path]
        if not path.endswith("/pods"):
            raise ApiError(404, "NotFound", f"{path} not found", where=self.server)
        namespace = path.split("/")[4] if "/namespaces/" in path else ""
        chosen = [each for name, pods in PODS.items() if namespace in ("", name) for each in pods]
        start = (query or {}).get("labelSelector", "").rpartition("=")[2]
        return {"items": [each for each in chosen if each["metadata"]["name"].startswith(start)]}

    def ask(self, _method: str, path: str, query: Mapping[str, str] | None = None, **_: Any) -> dict[str, Any]:
        answer = copy.deepcopy(self.get(path, query))
        terms = [term.partition("=") for term in (query or {}).get("labelSelector", "").split(",")]
        for item in answer.get("items", ()):  # what a selector has found has the labels it asks for
            item["metadata"]["labels"] = {key: value for key, _, value in terms}
        return answer


API = cast(Session, Api())


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (Targets(("web-9",)), ["shop/web-9"]),
        (Targets(("web-9.other", "pod/web-1", "web-9.other")), ["other/web-9", "shop/web-1"]),
        (Targets(("pods/web-9.a.b",)), ["b/web-9.a"]),
        (Targets(("web-9",), namespace="n"), ["n/web-9"]),
        (Targets(("deploy/web",)), ["shop/web-1"]),
        (Targets(("Deployments.apps/web.shop",)), ["shop/web-1"]),
        (Targets(("svc/web",)), ["shop/web-1"]),
        (Targets(("gateway/web",)), ["shop/web-1"]),
        (Targets(("ns/istio-system", "web-2")), ["istio-system/gw-1", "shop/web-2"]),
        (Targets(selector="app=web"), ["shop/web-1", "shop/web-2"]),
        (Targets(everything=True), ["shop/web-1", "shop/web-2"]),
        (Targets(everything=True, namespace="istio-system"), ["istio-system/gw-1"]),
        (Targets(all_namespaces=True), ["istio-system/gw-1", "shop/web-1", "shop/web-2"]),
        (Targets(selector="app=gw", all_namespaces=True), ["istio-system/gw-1"]),
    ],
)
def test_names_lead_to_proxies(targets: Targets, expected: list[str]) -> None:
    assert [proxy.key for proxy in find_proxies(API, targets)] == expected


def test_a_workload_can_mean_all_its_pods() -> None:
    found = find_proxies(API, Targets(("deploy/web",)), each_pod=True)
    assert [str(proxy) for proxy in found] == ["web-1.shop", "web-2.shop"]


def test_ztunnels_are_found_where_they_are_wanted() -> None:
    assert find_proxies(API, Targets(all_namespaces=True), ztunnel=True) == [Proxy("istio-system", "ztunnel-1")]


@pytest.mark.parametrize(
    ("targets", "problem", "words"),
    [
        (Targets(), InputError, "no proxy is named"),
        (Targets(("a",), selector="app=web"), InputError, "two ways"),
        (Targets(("secret/a",)), InputError, '"secret" has no pods'),
        (Targets(("svc/headless",)), InputError, "selects no pods"),
        (Targets(("gateway/foreign",)), InputError, "does not manage"),
        (Targets(("deploy/none",)), ApiError, "not found"),
        (Targets(selector="app=none"), ClusterError, "no pod matches app=none"),
        (Targets(selector="app=plain"), ClusterError, "no pod runs Envoy and matches app=plain"),
        (Targets(("ns/empty",)), ClusterError, "no pod runs Envoy"),
    ],
)
def test_what_means_no_proxy_is_refused(targets: Targets, problem: type[Exception], words: str) -> None:
    with pytest.raises(problem, match=words):
        find_proxies(API, targets)


def test_one_proxy_that_fails_does_not_hide_the_others() -> None:
    proxies = [Proxy("a", str(number)) for number in range(30)]

    def task(proxy: Proxy) -> str:
        if int(proxy.name) % 10 == 3:
            raise ClusterError("gone", where=proxy.key)
        return proxy.name

    answers = each_proxy(API, proxies, task)
    assert list(answers.found.values()) == [p.name for p in proxies if int(p.name) % 10 != 3]
    assert [proxy.name for proxy in answers.problems] == ["3", "13", "23"]
    assert isinstance(answers.failure, ErrorGroup)
    assert each_proxy(API, proxies[:2], task).failure is None


def test_one_pod_and_one_workload_are_one_proxy() -> None:
    assert Targets(("web",)).means_one
    assert Targets(("deploy/web",)).means_one
    assert not Targets(("ns/shop",)).means_one
    assert not Targets(("a", "b")).means_one
    assert not Targets(selector="a=b").means_one


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("a", ("pod", "a", "own")),
        ("a.b.c", ("pod", "a.b", "c")),
        ("rc/a", ("replicationcontroller", "a", "own")),
        ("statefulsets/a.b", ("statefulset", "a", "b")),
    ],
)
def test_a_reference_is_split(reference: str, expected: tuple[str, str, str]) -> None:
    assert split_reference(reference, "own") == expected


def test_a_label_selector_has_a_text() -> None:
    selector = {
        "matchLabels": {"b": "2", "a": "1"},
        "matchExpressions": [
            {"key": "c", "operator": "In", "values": ["x", "y"]},
            {"key": "d", "operator": "NotIn", "values": ["z"]},
            {"key": "e", "operator": "Exists"},
            {"key": "f", "operator": "DoesNotExist"},
        ],
    }
    assert selector_text(selector) == "a=1,b=2,c in (x,y),d notin (z),e,!f"
