"""Changing single places of rendered objects."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.api.components import COMPONENTS
from istioctl.errors import InputError
from istioctl.rendering.changes.overlays import apply_overlays
from istioctl.rendering.components.parts import Part
from istioctl.rendering.text.documents import RenderedDocument

OBJECT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "d", "labels": None},
    "spec": {
        "replicas": 1,
        "args": ["--a", "30m", "--b"],
        "containers": [{"name": "x", "env": [{"name": "A", "value": "1"}]}, {"name": "y", "port": 80}],
    },
}


def run(*patches: tuple[str, Any], name: str = "d") -> tuple[dict[str, Any], list[str], list[InputError]]:
    written = [{"path": path, "value": value} if value is not None else {"path": path} for path, value in patches]
    overlay = {"kind": "Deployment", "name": name, "patches": written}
    part = Part(COMPONENTS[1], "ns", {"k8s": {"overlays": [overlay]}}, "spec.components.pilot")
    before = RenderedDocument("Pilot", data=OBJECT)
    (after,), warnings, errors = apply_overlays(part, [before])
    assert before.data == OBJECT
    return after.data, warnings, errors


def spec_after(*patches: tuple[str, Any]) -> dict[str, Any]:
    data, warnings, errors = run(*patches)
    assert (warnings, errors) == ([], [])
    spec: dict[str, Any] = data["spec"]
    return spec


def test_values_are_replaced_and_made() -> None:
    spec = spec_after(("spec.replicas", 3), ("spec.new.deep", True), ("spec.containers.[name:x].image", "i"))
    assert (spec["replicas"], spec["new"], spec["containers"][0]["image"]) == (3, {"deep": True}, "i")


@pytest.mark.parametrize(("path", "index"), [("[0]", 0), ("[30m]", 1), ("[:30m]", 1), ("[:^--b$]", 2), ("[2]", 2)])
def test_items_of_a_list_of_texts(path: str, index: int) -> None:
    assert spec_after((f"spec.args.{path}", "z"))["args"][index] == "z"


@pytest.mark.parametrize("number", ["-1", "3", "100"])
def test_a_number_beyond_the_end_appends(number: str) -> None:
    assert spec_after((f"spec.args.[{number}]", "z"))["args"] == ["--a", "30m", "--b", "z"]
    made = spec_after((f"spec.containers.[{number}].ports.[0].name", "p"))["containers"]
    assert made[2] == {"ports": [{"name": "p"}]}


def test_items_by_what_they_hold() -> None:
    spec = spec_after(("spec.containers.[port:80].name", "z"), ("spec.containers.[name:x].env.[name:A]", {"name": "B"}))
    assert [item["name"] for item in spec["containers"]] == ["x", "z"]
    assert spec["containers"][0]["env"] == [{"name": "B"}]


def test_no_value_deletes() -> None:
    spec = spec_after(("spec.replicas", None), ("spec.args.[1]", None), ("spec.containers.[name:x]", None))
    assert spec == {"args": ["--a", "--b"], "containers": [{"name": "y", "port": 80}]}


def test_deleting_what_is_not_there_is_only_a_warning() -> None:
    data, warnings, errors = run(("spec.nope", None), ("metadata.annotations.a", None), ("spec.more.[0]", None))
    assert data == {**OBJECT, "metadata": {**OBJECT["metadata"], "annotations": {}}}
    assert errors == []
    assert warnings[0].endswith("there is nothing to delete at 'spec.nope'")
    assert len(warnings) == 3


@pytest.mark.parametrize("item", ["[7]", "[-1]"])
def test_an_item_that_is_not_there_can_t_be_deleted(item: str) -> None:
    data, warnings, (error,) = run((f"spec.args.{item}", None))
    assert (data, warnings) == (OBJECT, [])
    assert f"the list has no item {item} to delete, it has 3" in error.message


def test_a_null_becomes_what_the_path_needs() -> None:
    assert run(("metadata.labels.a\\.b", "c"))[0]["metadata"]["labels"] == {"a.b": "c"}
    assert run(("metadata.labels.[0]", "c"))[0]["metadata"]["labels"] == ["c"]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("a: b", {"a": "b"}),
        ("a:\n  b: 1\n", {"a": {"b": 1}}),
        ("http://x:1", "http://x:1"),
        ('{"a": "b"}', '{"a": "b"}'),
        ("two\nlines", "two\nlines"),
        ("- a: b", "- a: b"),
        ("a: b: c", "a: b: c"),
        ("", ""),
        (0, 0),
        ([], []),
    ],
)
def test_a_text_that_is_a_mapping_becomes_one(value: Any, read: Any) -> None:
    assert spec_after(("spec.replicas", value))["replicas"] == read


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("spec.containers.[name:nope].image", "no item of the list matches [name:nope]"),
        ("spec.containers.name", "'name' is not an item of a list"),
        ("spec.args.[nope]", "no item of the list matches [nope]"),
        ("spec.args.[*]", "no item of the list matches [*]"),
        ("spec.replicas.deeper", "would be inside of '1'"),
        ("", "path is empty"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(path: str, reason: str) -> None:
    data, _, errors = run((path, "x"), ("spec.replicas", 2))
    (error,) = errors
    assert reason in error.message
    assert error.where == "spec.components.pilot.k8s.overlays[0].patches[0]"
    assert data["spec"]["replicas"] == 2


def test_an_overlay_without_an_object_is_told() -> None:
    data, warnings, errors = run(("spec.replicas", 2), name="other")
    assert (data, errors) == (OBJECT, [])
    assert warnings == [
        "spec.components.pilot.k8s.overlays[0]: Pilot has no Deployment 'other', so this overlay changes nothing"
    ]
