"""Bringing an IstioOperator file of an earlier release up to today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from istioctl.actions.manifests.operator_files import OperatorDocument, as_given, change_tree, rewrite
from istioctl.errors import ErrorGroup, IstioctlError, SpecError
from istioctl.rendering.changes.migration import Plan, plan_migration
from istioctl.rendering.manifests import render
from istioctl.rendering.specification.build import build_specification, several_documents
from istioctl.rendering.specification.origins import shown_path
from istioctl.yamldoc.reader import compose_all
from istioctl.yamldoc.round_trip import RoundTrip
from istioctl.yamldoc.texts import text_of


class Finding(NamedTuple):
    """What was done about one old setting, or what deserves a look.

    Attributes:
        line: in the file as it was, counted from 1.
        verb: `moved`, `renamed`, `rewritten`, `removed`, or `note`.
        path: the setting, as `--set` takes it.
        to: where it went; empty where it went nowhere.
        reason: a sentence or two.
    """

    line: int
    verb: str
    path: str
    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class Migration:
    """A file that was brought up to today.

    Attributes:
        source: its name.
        before, after: its bytes.
        findings: in the order of their lines.
        refused: what Istio of today would refuse in the result all the same; the lines are those of the result.
    """

    source: str
    before: bytes
    after: bytes
    findings: tuple[Finding, ...]
    refused: tuple[IstioctlError, ...]

    @property
    def steps(self) -> tuple[Finding, ...]:
        """What was done."""
        return tuple(finding for finding in self.findings if finding.verb != "note")


def manifest_migrate(raw: bytes, source: str) -> Migration:
    """Bring each IstioOperator document of a file up to today.

    Args:
        raw: the file.
        source: names it in the report.

    Raises:
        InputError: it can't be read, or holds no IstioOperator document.
        SpecError: the user has to decide something first; several such are an ErrorGroup.
    """
    findings: list[Finding] = []

    def change(document: OperatorDocument) -> None:
        plan = plan_migration(document.data)
        if plan.undecided:
            errors: list[IstioctlError] = []
            for path, error in plan.undecided:
                where = f"{source}:{document.tree.line(path)}"
                errors.append(SpecError(error.message, where=where, hint=error.hint, id=error.id))
            raise errors[0] if len(errors) == 1 else ErrorGroup(errors)
        findings.extend(_findings(plan, document.tree))
        change_tree(document, [edit for step in plan.steps for edit in step.edits], plan.data, source)

    after = rewrite(raw, source, change, old_kind=True)
    return Migration(
        source,
        raw,
        after,
        tuple(sorted(findings, key=lambda finding: finding.line)),
        _refused(after, f"{source} (migrated)"),
    )


def _findings(plan: Plan, tree: RoundTrip) -> Iterator[Finding]:
    for step in plan.steps:
        yield Finding(tree.line(step.path), step.verb, shown_path(step.path), shown_path(step.to), step.reason)
    for path, remark in plan.remarks:
        yield Finding(tree.line(path), "note", shown_path(path), "", remark)


def _refused(raw: bytes, source: str) -> tuple[IstioctlError, ...]:
    """What stands in the way of rendering the file."""
    errors: list[IstioctlError] = []
    documents = [document for document in compose_all(text_of(raw, source), source) if document.root is not None]
    if error := several_documents(documents, source):
        errors.append(error)

    def look(document: OperatorDocument) -> None:
        try:
            render(build_specification(as_given(document.text, document.above, source)))
        except ErrorGroup as group:
            errors.extend(group.errors)
        except IstioctlError as error:
            errors.append(error)

    rewrite(raw, source, look)
    return tuple(errors)
