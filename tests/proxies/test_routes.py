"""Routes as rows and trees."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.proxies import routes
from istioctl.proxies.route_text import match_text, short_domains
from tests.support import envoy_dumps as made

VIRTUAL_SERVICE = {
    "filter_metadata": {"istio": {"config": "/apis/networking.istio.io/v1/namespaces/shop/virtual-service/web"}}
}
WEB = {
    "name": "web.shop.svc.cluster.local:80",
    "domains": ["web.shop.svc.cluster.local", "web.shop.svc.cluster.local:80", "web", "web.shop.svc", "web.shop"],
    "routes": [
        {"match": {"prefix": "/api"}, "route": {"cluster": "v2"}, "metadata": VIRTUAL_SERVICE},
        {"match": {"path": "/"}, "direct_response": {"status": 404}},
    ],
}
ANY = {"name": "allow_any", "domains": ["*"], "routes": [{"match": {}, "route": {"cluster": "PassthroughCluster"}}]}
NONE = {"name": "blackhole:80", "domains": ["a", "b", "c"]}


def test_rows() -> None:
    given = made.dump(made.routes({"name": "80", "virtual_hosts": [WEB, ANY, NONE]}))
    assert routes.table(given).rows == [
        ["80", WEB["name"], "web, web.shop", "/api*", "web.shop"],
        ["80", WEB["name"], "web, web.shop", "/", ""],
        ["80", "blackhole:80", "a, b + 1 more...", "/*", "404"],
    ]
    assert routes.table(given, verbose=False, typed=True).rows == [["route/80", "3"]]


def test_ports_stand_in_the_order_of_numbers() -> None:
    given = made.dump(made.routes(*({"name": name} for name in ("9000", "80", "443"))))
    assert [row[0] for row in routes.table(given, verbose=False).rows] == ["80", "443", "9000"]
    assert routes.trees(given, "", lambda tree: tree["name"]) == ["80", "443", "9000"]
    assert routes.trees(given, "443", lambda tree: tree) == [{"name": "443"}]
    assert routes.table(given, "none").rows == []


@pytest.mark.parametrize(
    ("match", "text"),
    [
        (None, ""),
        ({"prefix": "/"}, "/*"),
        ({"path": "/a", "headers": [{"name": "x"}]}, "/a"),
        ({"path_separated_prefix": "/a"}, "PathPrefix:/a"),
        ({"safe_regex": {"regex": "a.*"}}, "regex a.*"),
        ({"safe_regex": {}}, "regex "),
    ],
)
def test_what_a_route_matches(match: dict[str, Any] | None, text: str) -> None:
    assert match_text(match) == text


@pytest.mark.parametrize(
    ("domains", "text"),
    [
        ([], ""),
        (["a.b:80"], "a.b:80"),
        (["a.b:80", "a.b"], "a.b"),
        (["[fd00:10::1]", "[fd00:10::1]:80", "x"], "[fd00:10::1], x"),
        (["a", "a.svc", "b.svc.cluster.local"], "a, b.svc.cluster.local"),
        (["a", "b", "c", "d"], "a, b + 2 more..."),
    ],
)
def test_a_few_domains_stand_for_all(domains: list[str], text: str) -> None:
    assert short_domains(domains) == text
