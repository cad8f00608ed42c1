"""Bootstrap and extensions."""

from __future__ import annotations

import pytest

from istioctl.errors import InputError
from istioctl.proxies import bootstrap, extensions
from tests.support import envoy_dumps as made

BUILD = {
    "version": {"major_number": 1, "minor_number": 36, "patch": 2},
    "metadata": {"build.label": "dev", "build.type": "RELEASE", "revision.status": "Clean", "ssl.version": "BoringSSL"},
}


def test_versions() -> None:
    metadata = {"ISTIO_VERSION": "1.30.3", "ISTIO_PROXY_SHA": "istio-proxy:abc"}
    node = {"metadata": metadata, "user_agent_build_version": BUILD}
    table = bootstrap.table(made.dump(made.section("Bootstrap", bootstrap={"node": node})))
    assert table.rows == [
        ["Istio Version:", "1.30.3"],
        ["Istio Proxy Version:", "abc"],
        ["Envoy Version:", "1.36.2-dev/Clean/RELEASE/BoringSSL"],
    ]
    assert bootstrap.table(made.dump(made.section("Bootstrap"))).rows == [["Envoy Version:", "0.0.0"]]


def test_the_tree_keeps_the_names_in_metadata() -> None:
    node = {"metadata": {"some_key": {"other_key": 1}}, "user_agent_name": "envoy"}
    tree = bootstrap.tree(made.dump(made.section("Bootstrap", bootstrap={"node": node}, last_updated="x")))
    assert tree == {
        "bootstrap": {"node": {"metadata": {"some_key": {"other_key": 1}}, "userAgentName": "envoy"}},
        "lastUpdated": "x",
    }


def test_extensions_of_several_sections() -> None:
    def wasm(name: str, type_: str = "envoy.extensions.filters.http.wasm.v3.Wasm") -> dict[str, object]:
        config = {"@type": f"type.googleapis.com/{type_}", "config": {"root_id": name}}
        extension = {"@type": f"{made.CONFIG}.core.v3.TypedExtensionConfig", "name": name, "typed_config": config}
        return {"ecds_filter": extension}

    dump = made.dump(
        made.section("Ecds", ecds_filters=[wasm("b"), wasm("z", "a.b.Unknown")]),
        made.section("Ecds", ecds_filters=[wasm("a")]),
    )
    assert extensions.table(dump).rows == [
        ["z", "a.b.Unknown"],
        ["a", "envoy.extensions.filters.http.wasm.v3.Wasm"],
        ["b", "envoy.extensions.filters.http.wasm.v3.Wasm"],
    ]
    found = extensions.tree(dump)["ecdsFilters"]
    assert [each["ecdsFilter"]["name"] for each in found] == ["b", "z", "a"]
    assert found[0]["ecdsFilter"]["typedConfig"]["config"] == {"rootId": "b"}
    with pytest.raises(InputError, match="EcdsConfigDump"):
        extensions.table(made.dump())
