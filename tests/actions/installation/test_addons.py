"""Listing and rendering add-ons, and reading what they say of themselves; no cluster is needed."""

from __future__ import annotations

import json

import pytest

from istioctl.actions.installation import addon_status
from istioctl.actions.installation.addons import TITLES, AddonOptions, list_addons, render_addons
from istioctl.errors import SpecError
from istioctl.rendering.addons.addons import ADDONS


def test_the_list_says_what_would_be_installed() -> None:
    listed = list_addons({"loki": {"version": "9.9"}, "common": {"registry": "mirror.example.com"}})
    assert [addon.name for addon in listed] == list(ADDONS) == list(TITLES)
    loki = next(addon for addon in listed if addon.name == "loki").as_data()
    assert (loki["version"], loki["images"]) == ("9.9", ["mirror.example.com/grafana/loki:9.9"])
    assert all(addon.purpose for addon in listed)


def test_no_name_means_all() -> None:
    components = dict.fromkeys(document.component for document in render_addons(AddonOptions()))
    assert list(components) == list(ADDONS)


def test_what_is_there_already_is_heeded_but_not_rendered() -> None:
    documents = render_addons(AddonOptions(names=("kiali",)), beside=("jaeger",))
    assert {document.component for document in documents} == {"kiali"}
    config = next(document.data["data"]["config.yaml"] for document in documents if document.kind == "ConfigMap")
    assert "provider: jaeger" in config


def test_a_wrong_name_is_refused() -> None:
    with pytest.raises(SpecError, match="no add-on 'graphana'") as caught:
        render_addons(AddonOptions(names=("graphana",)))
    assert caught.value.hint == "Did you mean 'grafana'?"


@pytest.mark.parametrize(
    ("name", "answer", "connected", "detail"),
    [
        ("prometheus", {"data": {"activeTargets": []}}, False, "0 of 0 targets are up"),
        ("kiali", {"externalServices": None}, False, "it reaches nothing"),
        ("kiali", {"externalServices": [{"name": "Grafana"}]}, True, "it reaches Grafana"),
        ("grafana", {"database": "failing"}, False, "its database is failing"),
        ("jaeger", {"data": None}, True, "it has traces of 0 services"),
        ("zipkin", ["a"], True, "it has traces of 1 services"),
    ],
)
def test_what_answers_mean(name: str, answer: object, connected: bool, detail: str) -> None:
    _, _, judge = addon_status.QUESTIONS[name]
    assert judge(json.dumps(answer).encode()) == (connected, detail)


def test_every_addon_is_asked_something() -> None:
    assert set(addon_status.QUESTIONS) == set(ADDONS)
