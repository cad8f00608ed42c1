"""Putting a dump together where Envoy can't write it whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest

from istioctl.errors import ClusterError
from istioctl.proxies import bootstrap, listeners
from istioctl.proxies.config_dump import ConfigDump
from istioctl.proxies.listeners import ListenerFilter
from istioctl.proxies.pieces import read_dump
from istioctl.proxies.views import BOOTSTRAP, EVERYTHING, HOSTS, LISTENERS
from tests.support import envoy_dumps as made

REFUSAL = b"Failed to convert protobuf message to JSON string: INVALID_ARGUMENT: could not find @type 'x'"
GOOD = {"name": "good", "address": made.at("10.0.0.1", 80), "filter_chains": []}
NODE = made.section("Bootstrap", bootstrap={"node": {"metadata": {"ISTIO_VERSION": "1.30.3"}}})


def envoy(asked: list[str], broken: str = "") -> Callable[[str], bytes]:
    """An Envoy that refuses a listener of a type that it does not know."""
    lists: dict[str, list[dict[str, Any]]] = {
        "dynamic_listeners": made.listeners(GOOD)["dynamic_listeners"],
        "static_clusters": [],
    }

    def get(path: str) -> bytes:
        asked.append(path)
        query = parse_qs(path.partition("?")[2])
        if query.get("mask") == ["bootstrap"]:
            return made.text(NODE)
        name = query.get("resource", [""])[0]
        masks = query.get("mask", [""])[0].split(",")
        if not name or name == broken or (name == "dynamic_listeners" and "active_state" not in masks):
            return REFUSAL
        if name not in lists:
            raise ClusterError(f"{name} not found in config dump")
        items = [{"@type": "x", **item} for item in lists[name]]
        return json.dumps({"configs": items} if items else {}).encode()

    return get


def test_the_listeners_in_force_are_told() -> None:
    asked: list[str] = []
    found = ConfigDump(read_dump(envoy(asked), LISTENERS), "x")
    assert listeners.trees(found, ListenerFilter(), lambda tree: tree["name"]) == ["good"]
    assert len(asked) == 3


def test_everything_is_asked_for_list_by_list() -> None:
    asked: list[str] = []
    found = ConfigDump(read_dump(envoy(asked), EVERYTHING), "x")
    assert bootstrap.table(found).rows[0] == ["Istio Version:", "1.30.3"]
    assert len(listeners.table(found, ListenerFilter(), verbose=False).rows) == 1
    assert all("error_state," not in path and not path.endswith("error_state") for path in asked)
    assert any("include_eds=true&resource=dynamic_endpoint_configs" in path for path in asked)


def test_what_can_be_written_is_asked_for_once() -> None:
    for request in (BOOTSTRAP, HOSTS):
        asked: list[str] = []
        read_dump(envoy(asked), request)
        assert asked == [request]


def test_a_piece_that_can_t_be_written_either_is_an_error() -> None:
    with pytest.raises(ClusterError, match="can't write its configuration: Failed to convert"):
        read_dump(envoy([], broken="dynamic_listeners"), LISTENERS)
