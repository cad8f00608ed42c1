"""Which findings count, and in which order."""

from __future__ import annotations

from istioctl.analysis.findings import SUPPRESS, Finding, Findings, Suppression, selected
from istioctl.analysis.resources import Resource


def resource(name: str, namespace: str = "n", kind: str = "Pod", **annotations: str) -> Resource:
    return Resource(kind, name, namespace, {}, {}, annotations={SUPPRESS: annotations.get("suppress", "")})


def found(*reports: tuple[str, Resource | None]) -> list[Finding]:
    findings = Findings()
    for name, about in reports:
        findings.report(name, about, "x", "y", "z")
    return findings.items


def codes(findings: list[Finding]) -> list[str]:
    return [finding.message.code for finding in findings]


def test_the_worst_comes_first_and_each_once() -> None:
    items = found(
        ("NamespaceNotInjected", resource("n", "", "Namespace")),
        ("PodMissingProxy", resource("b")),
        ("PodMissingProxy", resource("a")),
        ("ReferencedResourceNotFound", resource("a")),
        ("PodMissingProxy", resource("a")),
    )
    kept = selected(items, "", ())
    assert codes(kept) == ["IST0101", "IST0103", "IST0103", "IST0102"]
    assert [finding.origin for finding in kept[1:3]] == ["Pod n/a", "Pod n/b"]


def test_other_namespaces_do_not_count() -> None:
    items = found(
        ("PodMissingProxy", resource("a", "other")),
        ("PodMissingProxy", resource("a", "n")),
        ("NamespaceNotInjected", resource("other", "", "Namespace")),
        ("NamespaceNotInjected", resource("n", "", "Namespace")),
        ("Deprecated", resource("crd", "", "CustomResourceDefinition")),
        ("Deprecated", None),
    )
    assert {finding.origin for finding in selected(items, "n", ())} == {
        "Pod n/a",
        "Namespace n",
        "CustomResourceDefinition crd",
        "",
    }


def test_suppressions() -> None:
    items = found(
        ("PodMissingProxy", resource("ab")),
        ("PodMissingProxy", resource("b", suppress="IST0101,IST0103")),
        ("PodMissingProxy", resource("c", suppress="*")),
        ("PodMissingProxy", resource("d", suppress="IST0101")),
    )
    assert [f.origin for f in selected(items, "", ())] == ["Pod n/ab", "Pod n/d"]
    assert [f.origin for f in selected(items, "", (Suppression("IST0103", "Pod n/a*"),))] == ["Pod n/d"]
    assert [f.origin for f in selected(items, "", (Suppression("IST0103", "*"),))] == []
    assert len(selected(items, "", (Suppression("IST0101", "*"), Suppression("IST0103", "Pod")))) == 2
    assert len(selected(items, "", (Suppression("IST0103", "Pod n.a*"),))) == 2
