"""Tracing requests through a small sidecar and a small gateway."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from istioctl.errors import InputError, UsageError
from istioctl.proxies.trace.dump import Dump, read_dump
from istioctl.proxies.trace.request import make_request
from istioctl.proxies.trace.trace import Trace, trace

_ANY = "0.0.0.0"  # noqa: S104 - nobody listens here
_ADMIN = "type.googleapis.com/envoy.admin.v3"
_NETWORK = "type.googleapis.com/envoy.extensions.filters.network"
_TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3"


def _origin(kind: str, name: str) -> dict[str, Any]:
    config = f"/apis/networking.istio.io/v1/namespaces/shop/{kind}/{name}"
    return {"filter_metadata": {"istio": {"config": config}}}


def _manager(filters: list[dict[str, Any]] | None = None, **routes: Any) -> dict[str, Any]:
    config = {"@type": f"{_NETWORK}.http_connection_manager.v3.HttpConnectionManager", "http_filters": filters or []}
    return {"name": "http", "typed_config": {**config, **routes}}


def _listener(name: str, address: str, port: int, *chains: dict[str, Any], **more: Any) -> dict[str, Any]:
    place = {"socket_address": {"address": address, "port_value": port}}
    return {"name": name, "address": place, "filter_chains": list(chains), "traffic_direction": "OUTBOUND", **more}


def _rbac(action: str, **policy: Any) -> dict[str, Any]:
    rules = {"action": action, "policies": {"ns[shop]-policy[guard]-rule[0]": policy}}
    return {"typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC", "rules": rules}}


def _tcp(cluster: str) -> dict[str, Any]:
    return {"name": "tcp", "typed_config": {"@type": f"{_NETWORK}.tcp_proxy.v3.TcpProxy", "cluster": cluster}}


_MATCHES = [
    {
        "match": {"tlsMode": "istio"},
        "transport_socket": {
            "typed_config": {
                "@type": f"{_TLS}.UpstreamTlsContext",
                "sni": "outbound_.80_.v1_.api.shop.svc.cluster.local",
                "common_tls_context": {
                    "tls_certificate_sds_secret_configs": [{"name": "default"}],
                    "combined_validation_context": {
                        "default_validation_context": {"match_subject_alt_names": [{"exact": "spiffe://api"}]}
                    },
                },
            }
        },
    },
    {"match": {}, "transport_socket": {"name": "envoy.transport_sockets.raw_buffer"}},
]


def _endpoint(address: str, health: str = "HEALTHY", **labels: str) -> dict[str, Any]:
    place = {"address": {"socket_address": {"address": address, "port_value": 8080}}}
    metadata = {"filter_metadata": {"envoy.transport_socket_match": labels}}
    return {"endpoint": place, "health_status": health, "metadata": metadata, "load_balancing_weight": 1}


def _routes() -> dict[str, Any]:
    weights = [
        {"name": "outbound|80|v1|api.shop.svc.cluster.local", "weight": 90},
        {"name": "outbound|80|v2|api.shop.svc.cluster.local", "weight": 10},
    ]
    split = {
        "match": {"prefix": "/split"}, "name": "split", "metadata": _origin("virtual-service", "api"),
        "route": {"weighted_clusters": {"clusters": weights}, "timeout": "3s", "prefix_rewrite": "/"},
    }  # fmt: skip
    rest = {"match": {"prefix": "/rest"}, "route": {"cluster": "outbound|80||none.shop.svc.cluster.local"}}
    domains = ["api", "api.shop", "api.shop.svc.cluster.local", "10.0.0.9"]
    hosts = [{"name": "api:80", "domains": domains, "routes": [split, rest]}]
    anywhere = {"match": {"prefix": "/"}, "route": {"cluster": "PassthroughCluster"}}
    hosts.append({"name": "allow_any", "domains": ["*"], "routes": [anywhere]})
    return {"name": "80", "virtual_hosts": hosts, "ignore_port_in_host_matching": True}


def _dump(node: str = "sidecar~10.1.0.1~web-1.shop~shop.svc.cluster.local", *, endpoints: bool = True) -> Dump:
    inbound = _listener(
        "virtualInbound", _ANY, 15006,
        {
            "name": "mesh", "filter_chain_match": {"destination_port": 8080, "transport_protocol": "tls"},
            "transport_socket": {
                "typed_config": {"@type": f"{_TLS}.DownstreamTlsContext", "require_client_certificate": True}
            },
            "filters": [
                _manager(
                    [_rbac("ALLOW", permissions=[{"any": True}], principals=[
                        {"authenticated": {"principal_name": {"exact": "spiffe://cluster.local/ns/shop/sa/web"}}}
                    ])],
                    route_config={"name": "inbound", "virtual_hosts": [{"name": "in", "domains": ["*"], "routes": [
                        {"match": {"prefix": "/"}, "route": {"cluster": "inbound|8080||"}}
                    ]}]},
                )
            ],
        },
        traffic_direction="INBOUND",
        listener_filters=[{"name": "envoy.filters.listener.tls_inspector"}],
    )  # fmt: skip
    http = {"filter_chain_match": {"transport_protocol": "raw_buffer", "application_protocols": ["http/1.1"]}}
    listeners = [
        _listener(
            "0.0.0.0_80", _ANY, 80, {**http, "filters": [_manager(rds={"route_config_name": "80"})]},
            listener_filters=[{"name": "envoy.filters.listener.http_inspector"}],
            default_filter_chain={"filters": [_tcp("PassthroughCluster")]},
        ),
        _listener("10.0.0.7_3306", "10.0.0.7", 3306, {"filters": [_tcp("outbound|3306||db.shop.svc.cluster.local")]}),
        _listener("virtualOutbound", _ANY, 15001, {"filters": [_tcp("PassthroughCluster")]}),
        inbound,
    ]  # fmt: skip
    names = ("outbound|80|v1|api", "outbound|80|v2|api", "outbound|3306||db")
    clusters = [
        {"name": f"{name}.shop.svc.cluster.local", "type": "EDS", "metadata": _origin("destination-rule", "api"),
         "transport_socket_matches": _MATCHES}
        for name in names
    ]  # fmt: skip
    own = {"endpoints": [{"lb_endpoints": [_endpoint("127.0.0.1")]}]}
    clusters += [
        {"name": "PassthroughCluster", "type": "ORIGINAL_DST"},
        {"name": "inbound|8080||", "load_assignment": own},
    ]
    v1 = [_endpoint("10.1.0.2", tlsMode="istio"), _endpoint("10.1.0.3", "UNHEALTHY")]
    assignments = [
        {"cluster_name": f"{names[0]}.shop.svc.cluster.local", "endpoints": [{"lb_endpoints": v1}]},
        {
            "cluster_name": f"{names[2]}.shop.svc.cluster.local",
            "endpoints": [{"lb_endpoints": [_endpoint("10.1.0.4")]}],
        },
    ]
    configs: list[dict[str, Any]] = [
        {"@type": f"{_ADMIN}.BootstrapConfigDump", "bootstrap": {"node": {"id": node}}},
        {"@type": f"{_ADMIN}.ListenersConfigDump",
         "dynamic_listeners": [{"active_state": {"listener": each}} for each in listeners]},
        {"@type": f"{_ADMIN}.RoutesConfigDump", "dynamic_route_configs": [{"route_config": _routes()}]},
        {"@type": f"{_ADMIN}.ClustersConfigDump", "dynamic_active_clusters": [{"cluster": each} for each in clusters]},
    ]  # fmt: skip
    if endpoints:
        entries = [{"endpoint_config": each} for each in assignments]
        configs.append({"@type": f"{_ADMIN}.EndpointsConfigDump", "dynamic_endpoint_configs": entries})
    return read_dump(json.dumps({"configs": configs}).encode(), "dump")


def _trace(url: str, *headers: str, inbound: bool = False, dump: Dump | None = None, **more: Any) -> Trace:
    return trace(dump or _dump(), make_request("GET", url, headers, **more), inbound=inbound)


def test_weights_subsets_and_tls() -> None:
    found = _trace("http://api/split?x=1")
    assert [(step.kind, step.name) for step in found.steps] == [
        ("listener", "0.0.0.0_80"), ("filter chain", "(unnamed)"), ("routes", "80"), ("virtual host", "api:80"),
    ]  # fmt: skip
    first, second = found.outcomes
    assert (first.kind, first.share, second.kind, second.share) == ("forwarded", 0.9, "unavailable", 0.1)
    assert first.target is not None
    assert (first.target.subset, str(first.target.rule)) == ("v1", "DestinationRule shop/api")
    good, bad = first.target.endpoints or ()
    assert (good.address, good.is_healthy, bad.is_healthy) == ("10.1.0.2:8080", True, False)
    sni = "outbound_.80_.v1_.api.shop.svc.cluster.local"
    assert str(good.tls) == f"mutual TLS, SNI {sni}, server has to be spiffe://api"
    assert bad.tls.mode == "none"
    assert first.route is not None
    assert (first.route.name, str(first.route.origin)) == ("split", "VirtualService shop/api")
    assert first.route.detail == "prefix /split; path becomes /; time-out 3s"


def test_address_comes_from_the_dump() -> None:
    assert str(_trace("http://api/split").request.destination_ip) == "10.0.0.9"
    assert _trace("http://unknown/").notes == ["the dump does not say which address unknown has; --address can"]
    database = _trace("tcp://db:3306")
    assert database.steps[0].name == "10.0.0.7_3306"
    assert database.outcomes[0].detail == "outbound|3306||db.shop.svc.cluster.local"


@pytest.mark.parametrize(
    ("url", "kind", "detail"),
    [
        ("http://api/none", "not found", "no route of api:80 takes it"),
        ("http://api/rest", "unavailable", "there is no cluster outbound|80||none.shop.svc.cluster.local"),
        ("http://elsewhere.example/", "forwarded", "PassthroughCluster"),
        ("https://api:80/split", "forwarded", "PassthroughCluster"),
        ("tcp://10.9.9.9:5432", "forwarded", "PassthroughCluster"),
    ],
)
def test_where_it_ends(url: str, kind: str, detail: str) -> None:
    (outcome,) = _trace(url).outcomes
    assert (outcome.kind, outcome.detail) == (kind, detail)


@pytest.mark.parametrize(
    ("more", "kind", "allowed"),
    [
        ({"mutual_tls": True, "source": "shop/web"}, "forwarded", True),
        ({"mutual_tls": True, "source": "shop/other"}, "denied", False),
        ({"mutual_tls": True}, "forwarded", None),
    ],
)
def test_policies_judge_who_asks(more: dict[str, Any], kind: str, allowed: bool | None) -> None:
    found = _trace("http://web:8080/", inbound=True, **more)
    (outcome,) = found.outcomes
    judged = next(step for step in found.steps if step.judgement)
    assert judged.judgement is not None
    assert (outcome.kind, judged.judgement.allowed) == (kind, allowed)
    assert str(judged.judgement.origins) == str([judged.origin]) or allowed is False
    if allowed is None:
        assert "the client's identity (exact spiffe://cluster.local/ns/shop/sa/web)" in found.notes[0]


def test_plain_text_into_strict_mode_is_closed() -> None:
    (outcome,) = _trace("http://web:8080/", inbound=True).outcomes
    assert outcome.kind == "closed"


def test_gateway() -> None:
    dump = _dump("router~10.1.0.1~gate-1.istio-system~istio-system.svc.cluster.local")
    assert dump.is_gateway
    found = trace(dump, make_request("GET", "http://api/split"), inbound=False)
    assert found.inbound
    assert found.outcomes[0].kind == "forwarded"


def test_without_endpoints() -> None:
    (first, _) = _trace("http://api/split", dump=_dump(endpoints=False)).outcomes
    assert first.kind == "forwarded"
    assert first.target is not None
    assert first.target.endpoints is None


def test_data_is_plain() -> None:
    data = json.loads(json.dumps(_trace("http://api/split", "x-a: b").as_data()))
    assert data["request"]["headers"] == ["x-a: b"]
    assert [each["share"] for each in data["outcomes"]] == [0.9, 0.1]
    assert data["outcomes"][0]["route"]["object"] == {"kind": "VirtualService", "namespace": "shop", "name": "api"}


@pytest.mark.parametrize(
    ("arguments", "more", "words"),
    [
        (("GET", "ftp://a/"), {}, "can't be traced"),
        (("GET", "http:///x"), {}, "names no host"),
        (("GET", "tcp://db"), {}, "names no port"),
        (("GET", "http://a:x/"), {}, "is not a URL"),
        (("GET", "http://a/", ["none"]), {}, "is not a header"),
        (("GET", "http://a/"), {"source": "web"}, "is not an identity"),
        (("GET", "http://a/"), {"source_ip": "x"}, "is not an IP address"),
    ],
)
def test_bad_words(arguments: tuple[Any, ...], more: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make_request(*arguments, **more)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"configs": []}', b'{"configs": [1]}'])
def test_what_is_no_dump(body: bytes) -> None:
    with pytest.raises(InputError, match="file: "):
        read_dump(body, "file")


_JUNK: list[Any] = [None, [], {}, "", 0, "x", [1], {"a": 1}, True]


@example(seed=1_674_297_730)  # a list where a mapping is expected, and an index that it lacks
@given(seed=st.integers(0, 2**32))
@settings(max_examples=200)
def test_a_dump_of_another_form_is_an_error_at_worst(seed: int) -> None:
    random = Random(seed)
    dump = _dump()
    places = list(_places([dump.listeners, dump.routes, dump.clusters, dump.endpoints]))
    for _ in range(random.randrange(1, 4)):
        holder, key = random.choice(places)
        with suppress(IndexError, KeyError):
            holder[key] = random.choice(_JUNK)
    for url, inbound in (("http://api/split", False), ("tcp://db:3306", False), ("http://web:8080/", True)):
        with suppress(InputError):
            json.dumps(_trace(url, inbound=inbound, dump=dump, mutual_tls=inbound).as_data())


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place inside a value, as what holds it and its key there."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield value, key
        yield from _places(inner)
