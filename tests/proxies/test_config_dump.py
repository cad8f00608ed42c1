"""Dumps are read section by section, in the schema's spelling and in JSON's, small and large."""

from __future__ import annotations

import json
from typing import Any

import pytest

from istioctl.errors import InputError
from istioctl.proxies import config_dump, json_parts
from istioctl.proxies.config_dump import ENDPOINTS, LISTENERS, TYPE_PREFIX, ConfigDump, Resources

TYPE = {"@type": f"{TYPE_PREFIX}envoy.config.endpoint.v3.ClusterLoadAssignment"}
WEB = {**TYPE, "cluster_name": "web", "endpoints": [{"lb_endpoints": [{"health_status": "HEALTHY"}]}]}
WEB_IN_JSON = {**TYPE, "clusterName": "web", "endpoints": [{"lbEndpoints": [{"healthStatus": "HEALTHY"}]}]}
B = {**TYPE, "cluster_name": "b"}
SPELLINGS = {
    "dynamic_endpoint_configs": [{"endpoint_config": WEB}, {"endpoint_config": B}, {}],
    "dynamicEndpointConfigs": [{"endpointConfig": WEB_IN_JSON}, {"endpointConfig": {**TYPE, "clusterName": "b"}}, {}],
}
NAMES = ("dynamic_endpoint_configs", "DynamicEndpointConfig", "endpoint_config", "cluster_name")


@pytest.fixture(params=[1 << 30, 0], ids=["whole", "part by part"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_parts, "LARGE", request.param)


def dump(**lists: Any) -> ConfigDump:
    section = {"@type": f"{TYPE_PREFIX}envoy.admin.v3.{ENDPOINTS}", **lists}
    return ConfigDump(json.dumps({"configs": [section]}).encode(), "the dump")


@pytest.mark.parametrize("name", SPELLINGS)
def test_resources_by_name(name: str) -> None:
    section = dump(**{name: SPELLINGS[name]}).section(ENDPOINTS)
    found = Resources()
    found.add(section.resources(*NAMES))
    assert dict(found) == {"web": WEB, "b": B, "": {}}
    found.add([("b", lambda: {"cluster_name": "again"})])
    assert ("b" in found, "c" in found, found["b"], len(found)) == (True, False, B, 3)
    assert next(section.entries(*NAMES[:2])) == {"endpoint_config": WEB}


def test_lists_that_are_not_there_or_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    section = dump(static_endpoint_configs=None, dynamic_endpoint_configs=[{}] * 4).section(ENDPOINTS)
    assert list(section.entries("static_endpoint_configs", "StaticEndpointConfig")) == []
    assert list(section.entries("others", "StaticEndpointConfig")) == []
    monkeypatch.setattr(config_dump, "MOST_ENTRIES", 3)
    with pytest.raises(InputError, match="has 4 items; 3 are the limit"):
        list(section.entries("dynamic_endpoint_configs", "DynamicEndpointConfig"))


@pytest.mark.parametrize("item", [1, [], {"endpoint_config": []}])
def test_items_of_another_type(item: object) -> None:
    section = dump(dynamic_endpoint_configs=[item]).section(ENDPOINTS)
    with pytest.raises(InputError, match="an object is expected"):
        dict(section.resources(*NAMES))


def test_sections_that_are_not_there() -> None:
    assert dump().find(LISTENERS) is None
    with pytest.raises(InputError, match="the dump has no configuration of the type"):
        dump().section(LISTENERS)
    assert not ConfigDump(b'{"configs": null}', "x").is_dump


def test_what_is_handed_on_is_a_dump() -> None:
    for empty in ({}, {"configs": None}):
        given = ConfigDump(json.dumps(empty).encode(), "x")
        assert json.loads(given.reader.shown(given.shareable())) == empty
    for other in ({"cluster_statuses": []}, {"workloads": {}}, {"xds": {"configs": []}}):
        with pytest.raises(InputError, match="not a configuration dump"):
            ConfigDump(json.dumps(other).encode(), "x").shareable()
