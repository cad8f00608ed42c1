"""Comparing istiod's view of a proxy with Envoy's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.errors import InputError
from istioctl.proxies.compare import KindDifference, Packed, compare, read_view
from istioctl.proxies.xds_types import CLUSTER, LISTENER, ROUTE


def _istiod(*clusters: dict[str, Any], others: tuple[dict[str, Any], ...] = ()) -> bytes:
    return json.dumps({"configs": [{"@type": CLUSTER, **each} for each in clusters] + list(others)}).encode()


def _envoy(*clusters: dict[str, Any], others: tuple[dict[str, Any], ...] = ()) -> bytes:
    active = [
        {"version_info": f"v{n}", "last_updated": "2026-01-01T00:00:00Z", "cluster": {"@type": CLUSTER, **each}}
        for n, each in enumerate(clusters)
    ]
    dump = {"@type": "type.googleapis.com/envoy.admin.v3.ClustersConfigDump", "dynamic_active_clusters": active}
    return json.dumps({"configs": [dump, *others]}).encode()


def _compare(istiod: bytes, envoy: bytes) -> list[KindDifference]:
    return compare(read_view(istiod, "Istiod"), read_view(envoy, "Envoy"))


def test_names_of_both_kinds_are_the_same() -> None:
    left = _istiod({"name": "a", "connectTimeout": "10s"}, {"name": "b"})
    right = _envoy({"name": "b"}, {"name": "a", "connect_timeout": "10s"})
    assert all(kind.matches for kind in _compare(left, right))


def test_a_changed_value() -> None:
    clusters, *_ = _compare(
        _istiod({"name": "a", "connectTimeout": "1s"}), _envoy({"name": "a", "connect_timeout": "2s"})
    )
    (difference,) = clusters.differences
    assert '-  "connectTimeout": "1s"' in difference.text
    assert '+  "connectTimeout": "2s"' in difference.text
    assert difference.text.startswith("--- Istiod a\n+++ Envoy a\n")


def test_what_one_side_lacks() -> None:
    clusters, *_ = _compare(_istiod({"name": "a"}), _envoy({"name": "b"}))
    assert [(each.name, each.only_in) for each in clusters.differences] == [("a", "Istiod"), ("b", "Envoy")]


def test_listeners_and_routes() -> None:
    listeners = {
        "@type": "type.googleapis.com/envoy.admin.v3.ListenersConfigDump",
        "dynamic_listeners": [
            {"name": "l", "active_state": {"listener": {"@type": LISTENER, "name": "l"}}},
            {"name": "refused", "error_state": {"details": "bad"}},
        ],
    }
    routes = {
        "@type": "type.googleapis.com/envoy.admin.v3.RoutesConfigDump",
        "static_route_configs": [{"route_config": {"name": "ignored"}}],
        "dynamic_route_configs": [{"last_updated": "2026-01-02T00:00:00Z", "route_config": {"name": "80"}}],
    }
    _, listener, route = _compare(
        _istiod(
            others=({"@type": LISTENER, "name": "l"}, {"@type": ROUTE, "name": "80", "virtualHosts": [{"name": "a"}]})
        ),
        _envoy(others=(listeners, routes)),
    )
    assert listener.matches
    assert [each.name for each in route.differences] == ["80"]
    assert route.loaded == "2026-01-02T00:00:00Z"


def test_private_keys_stay_hidden() -> None:
    context = {"tls_certificates": [{"private_key": {"inline_string": "SECRET"}}]}
    config = {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        "common_tls_context": context,
    }
    socket = {"name": "tls", "typed_config": config}
    left, right = ({"name": "a", "alt_stat_name": name, "transport_socket": socket} for name in ("x", "y"))
    clusters, *_ = _compare(_istiod(left), _envoy(right))
    assert "SECRET" not in clusters.differences[0].text


@pytest.mark.parametrize("body", [b"no", b"[]", b"{}", b'{"configs": 1}'])
def test_what_is_no_dump(body: bytes) -> None:
    with pytest.raises(InputError, match="Envoy: "):
        read_view(body, "Envoy")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_", min_size=1, max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abcxyz", min_size=1, max_size=3), _VALUES, max_size=4))
def test_the_same_configuration_never_differs(resource: dict[str, Any]) -> None:
    resource = {**resource, "name": "a"}
    assert all(kind.matches for kind in _compare(_istiod(resource), _envoy(resource)))


def test_packed_objects_are_the_same_objects() -> None:
    one, other = Packed(), Packed()
    one.add("a", {"x": 1, "y": [{"z": "é"}]})
    other.add("a", {"y": [{"z": "é"}], "x": 1.0})
    assert one.is_same("a", other)
    other.add("a", {"x": 2})
    assert not one.is_same("a", other)
    assert (dict(one), list(one), len(one)) == ({"a": {"x": 1, "y": [{"z": "é"}]}}, ["a"], 1)
