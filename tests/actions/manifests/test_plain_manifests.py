from __future__ import annotations

from pathlib import Path

import pytest

from istioctl.actions.manifests.plain_manifests import plain_manifests
from istioctl.errors import InputError

NAMES = "{apiVersion: v1, kind: Namespace, metadata: {name: a}}\n---\n# nothing\n---\n"
LIST = "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Service, metadata: {name: b, namespace: a}}]}\n"


def test_streams_lists_and_stdin_are_one_sequence_of_objects(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(NAMES + LIST)
    found = plain_manifests([str(tmp_path / "all.yaml"), "-"], lambda: NAMES)
    assert found is not None
    assert [(item["kind"], item["metadata"]["name"]) for item in found] == [
        ("Namespace", "a"), ("Service", "b"), ("Namespace", "a"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "spec: {profile: demo}", "kind: IstioOperator", NAMES + "kind: IstioOperator", "just text"]
)
def test_specifications_and_what_is_neither_are_left_to_others(text: str) -> None:
    assert plain_manifests(["-"], lambda: text) is None


@pytest.mark.parametrize("item", ["{kind: Service, metadata: {name: b}}", "{apiVersion: v1, kind: List, items: [5]}"])
def test_what_is_no_object_is_named_with_its_place(item: str) -> None:
    with pytest.raises(InputError, match="not a Kubernetes object") as caught:
        plain_manifests(["-"], lambda: NAMES + item)
    assert caught.value.where == "<stdin>:5"
