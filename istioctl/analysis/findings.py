"""Findings of analyzers, and which of them count."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from istioctl.analysis.messages import MESSAGES, Message
from istioctl.analysis.resources import Resource
from istioctl.api.formats import TOO_SHORT
from istioctl.api.schema.paths import Path, path_text

#: The annotation by which an object names the codes that are not to be reported about it, or `*`.
SUPPRESS = "galley.istio.io/analyze-suppress"
#: Messages whose words say what is wrong with a field without naming it.
_ABOUT_FIELDS = ("SchemaValidationError", "SchemaWarning")
#: Messages whose words name all there is to know: the same words again are no second finding.
_ABOUT_OBJECTS = frozenset(("Deprecated", "IngressRouteRulesNotAffected", "JwtClaimBasedRoutingWithoutRequestAuthN"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One message about one object.

    Attributes:
        resource: what it is about; None where it is about no object.
        line, column: where, counted from 1; 0 where unknown.
        path: the field, as in `spec.hosts[0]`; may be empty.
        text: the message in words.
        is_value: whether the field is there and is one value, no mapping and no list.
    """

    message: Message
    resource: Resource | None
    text: str
    path: str = ""
    line: int = 0
    column: int = 0
    is_value: bool = False

    @property
    def words(self) -> str:
        """The message in words, with the field where the message is about one by itself."""
        return f"{self.path}: {self.text}" if self.path and self.message.name in _ABOUT_FIELDS else self.text

    @property
    def origin(self) -> str:
        """The object's kind and name."""
        return self.resource.friendly_name if self.resource else ""

    @property
    def reference(self) -> str:
        """`file:line`, or the file alone where lines say nothing."""
        if self.resource is None or not self.resource.source:
            return ""
        has_lines = self.line and not self.resource.source.endswith(".json")
        return f"{self.resource.source}:{self.line}" if has_lines else self.resource.source


@dataclass(slots=True)
class Findings:
    """What analyzers found so far."""

    items: list[Finding] = field(default_factory=list)

    def report(self, name: str, resource: Resource | None, *parameters: object, path: Path = ()) -> None:
        """Record a message of the catalogue about an object.

        Args:
            parameters: what the message's text has places for.
            path: the field to point at.
        """
        message = MESSAGES[name]
        line, column = resource.line_of(path) if resource else (0, 0)
        words = message.text.format(*parameters)
        is_value = resource is not None and resource.holds_value(path)
        self.items.append(Finding(message, resource, words, path_text(path), line, column, is_value))


@dataclass(frozen=True, slots=True)
class Suppression:
    """Findings not to be reported: a code, and a pattern for the object's kind and name in which `*` is any text."""

    code: str
    pattern: str

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is meant."""
        words = ".*".join(re.escape(part) for part in self.pattern.split("*"))
        return finding.message.code == self.code and re.fullmatch(words, finding.origin, re.DOTALL) is not None


def selected(findings: Iterable[Finding], namespace: str, suppressions: tuple[Suppression, ...]) -> list[Finding]:
    """The findings to report: worst first, each once, without those suppressed.

    Args:
        namespace: only objects of it, and cluster-wide ones, count; empty for all namespaces.
    """
    kept: dict[tuple[str, str, str, str], Finding] = {}
    for finding in findings:
        if _counts(finding, namespace, suppressions):
            kept.setdefault((finding.message.code, finding.origin, finding.text, _place(finding)), finding)
    return sorted(kept.values(), key=lambda f: (f.message.level, f.message.code, f.origin, f.line, f.text))


def _place(finding: Finding) -> str:
    """What tells two findings of the same words apart: in files the line of a value; of a schema's rules its name."""
    if finding.text == TOO_SHORT:  # istiod says so without naming the field
        return ""
    if finding.message.name in _ABOUT_FIELDS:
        return re.sub(r"\[\d+\]", "", finding.path).rpartition(".")[2]
    return str(finding.line) if finding.is_value and finding.message.name not in _ABOUT_OBJECTS else ""


def _counts(finding: Finding, namespace: str, suppressions: tuple[Suppression, ...]) -> bool:
    resource = finding.resource
    if resource is None:
        return True
    own = resource.name if resource.kind == "Namespace" else resource.namespace
    if namespace and own and own != namespace:
        return False
    codes = resource.annotations.get(SUPPRESS, "").split(",")
    if "*" in codes or finding.message.code in codes:
        return False
    return not any(suppression.covers(finding) for suppression in suppressions)
