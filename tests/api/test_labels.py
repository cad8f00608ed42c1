from __future__ import annotations

import pytest

from istioctl.api.labels import annotations_of, is_dns_label, labels_of, owner_labels, revision_suffix


def test_owner_labels_are_the_real_tools() -> None:
    assert owner_labels(namespace="istio-system", revision="", version="1.30.3", component="Pilot") == {
        "operator.istio.io/managed": "Reconcile",
        "operator.istio.io/version": "1.30.3",
        "operator.istio.io/component": "Pilot",
        "istio.io/rev": "default",
        "install.operator.istio.io/owning-resource-namespace": "istio-system",
    }


def test_owner_labels_of_a_named_specification() -> None:
    labels = owner_labels(namespace="", revision="canary", version="1", name="mine")
    assert labels["install.operator.istio.io/owning-resource"] == "mine"
    assert labels["istio.io/rev"] == "canary"
    assert "operator.istio.io/component" not in labels
    assert "install.operator.istio.io/owning-resource-namespace" not in labels


@pytest.mark.parametrize(
    ("text", "good"),
    [("a", True), ("1-30-3", True), ("a" * 63, True), ("a" * 64, False), ("", False), ("-a", False), ("A", False),
     ("a.b", False), ("a\n", False)],
)  # fmt: skip
def test_dns_labels(text: str, good: bool) -> None:
    assert is_dns_label(text) is good


@pytest.mark.parametrize(("revision", "suffix"), [("", ""), ("default", ""), ("canary", "-canary")])
def test_revision_suffix(revision: str, suffix: str) -> None:
    assert revision_suffix(revision) == suffix


@pytest.mark.parametrize("obj", [{}, {"metadata": None}, {"metadata": {"labels": None, "annotations": None}}])
def test_what_has_no_labels_or_annotations_has_empty_ones(obj: dict[str, object]) -> None:
    assert (labels_of(obj), annotations_of(obj)) == ({}, {})
