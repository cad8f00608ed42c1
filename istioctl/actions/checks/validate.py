"""validate: what istiod would say about the objects in files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from istioctl.analysis.sources import Source, open_input
from istioctl.analysis.validation import api_types, kubernetes, scan
from istioctl.analysis.validation.glance import plain_kind
from istioctl.analysis.validation.report import Problem, Report, Severity
from istioctl.api.names import SYSTEM_NAMESPACE
from istioctl.api.unrendered import no_object_because, rendering_hint
from istioctl.errors import InputError
from istioctl.workers import in_order

if TYPE_CHECKING:
    from istioctl.yamldoc.reader import Node


_COMMAND = "istioctl validate -f -"


@dataclass(frozen=True, slots=True)
class ValidateOptions:
    """What to check.

    Args:
        inputs: files, folders, URLs, or `-` for stdin.
        namespace: the namespace of objects that name none.
        istio_namespace: the control plane's, whose Services and Deployments are not looked at.
    """

    inputs: tuple[str, ...]
    namespace: str = "default"
    istio_namespace: str = SYSTEM_NAMESPACE


class Verdict(NamedTuple):
    """What was found about one object.

    Attributes:
        line: where the object starts in its file, counted from 1.
    """

    source: str
    line: int
    kind: str
    name: str
    namespace: str
    problems: tuple[Problem, ...]

    @property
    def is_valid(self) -> bool:
        """Whether istiod would take the object."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)


@dataclass(slots=True)
class FileReport:
    """What was found in one file.

    Attributes:
        verdicts: of the objects that Istio has a say in.
        passed: how many Services and Deployments there are whose text alone shows that nothing is wrong with them.
        skipped: how many objects of each other kind there are.
        failures: why the file, or a document of it, could not be read.
        notes: hints about the file as a whole.
    """

    source: str
    verdicts: list[Verdict] = field(default_factory=list)
    passed: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    failures: list[InputError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def validate(
    options: ValidateOptions, *, stdin: Callable[[], str], fetch: Callable[[str], str]
) -> Iterator[FileReport]:
    """Check every object of every input, file by file.

    Args:
        stdin: reads the whole of stdin.
        fetch: gets what a URL names; raises InputError where it can't.
    """
    for name in options.inputs:
        try:
            for read in open_input(name, stdin, fetch):
                yield _check_source(read, options)
        except InputError as error:
            yield FileReport(name, failures=[error])


def _check_source(read: Callable[[], Source], options: ValidateOptions) -> FileReport:
    try:
        source = read()
    except InputError as error:
        return FileReport(error.where or "", failures=[error])
    report = FileReport(source.name)
    found: list[tuple[int, str | _Found]] = []  # by document: its kind where it is plainly good, or more

    def unclear() -> Iterator[tuple[int, str, int]]:
        """The documents that have to be parsed: their number, text, and the lines before them."""
        for number, (text, offset) in enumerate(scan.split(source.text, source.name)):
            try:
                scan.expect_separators(text, source.name)
                kind = plain_kind(text)
            except InputError as error:
                found.append((number, _Found(failures=[_placed(error, source.name, offset, text)])))
                continue
            if kind is None:
                yield number, text, offset
            else:
                found.append((number, kind))

    def checked(document: tuple[int, str, int]) -> _Found:
        _, text, offset = document
        own = FileReport(source.name)
        try:
            _check_document(source.name, text, offset, options, own)
        except InputError as error:
            own.failures.append(_placed(error, source.name, offset, text))
        return _Found(own.verdicts, list(own.skipped.elements()), own.failures, own.notes)

    broken: list[InputError] = []
    try:
        found += ((number, own) for (number, *_), own in in_order(unclear(), checked, lambda item: len(item[1])))
    except InputError as error:
        broken = [error]
    for _, what in sorted(found, key=itemgetter(0)):
        _add(report, what)
    report.failures += broken
    if not report.failures and (hint := rendering_hint(source.name, source.text, _COMMAND, is_yaml=True)):
        report.notes = [hint]
    return report


class _Found(NamedTuple):
    """What was found about one document, in a form that goes from one process to another in no time."""

    verdicts: Sequence[Verdict] = ()
    skipped: Sequence[str] = ()
    failures: Sequence[InputError] = ()
    notes: Sequence[str] = ()


def _add(report: FileReport, found: str | _Found) -> None:
    """Add what was found about the next document: its kind where it is plainly in order, or more."""
    if isinstance(found, str):
        (report.passed if found in kubernetes.KINDS else report.skipped)[found] += 1
        return
    report.verdicts += found.verdicts
    for kind in found.skipped:
        report.skipped[kind] += 1
    report.failures += found.failures
    report.notes += found.notes


def _placed(error: InputError, name: str, offset: int, text: str) -> InputError:
    """An error of a document, with its line in the whole file."""
    hint = error.hint or rendering_hint("", text, _COMMAND, is_yaml=False) or None
    return InputError(error.message, where=scan.place_in_stream(error, name, offset), hint=hint, id=error.id)


def _check_document(name: str, text: str, offset: int, options: ValidateOptions, report: FileReport) -> None:
    from istioctl.yamldoc.json_values import NOT_READ, unread_after
    from istioctl.yamldoc.reader import compose_all

    if offset and _is_plainly_good(name, text, offset, options, report):
        return
    document = next(compose_all(text, name), None)
    if document is None or document.root is None:
        return
    root = document.root
    if (unread := unread_after(text, document)) is not None:
        report.notes.append(f"line {unread + 1 + offset}: {NOT_READ}")
    _no_duplicate_keys(root, name)
    if root.kind == "scalar" and document.data is None:
        return
    if root.kind != "mapping":
        raise InputError(
            "an object is expected here, which is a mapping", where=f"{name}:{root.line + 1}", id="bad-yaml"
        )
    data = document.data
    if _is_list(data):
        items = next((value for key, value in root.value if key.value == "items"), None)
        for item, node in zip(data["items"], items.value if items else (), strict=False):
            if isinstance(item, dict):
                _check_one(name, node, item, offset, options, report)
    else:
        _check_one(name, root, data, offset, options, report)


def _is_list(data: dict[str, Any]) -> bool:
    return isinstance(data.get("items"), list) and str(data.get("kind", "")).endswith("List")


def _is_plainly_good(name: str, text: str, offset: int, options: ValidateOptions, report: FileReport) -> bool:
    """Whether a document can be read line by line and nothing is wrong with it, in which case it is reported.

    Reading a document without the places of its values takes a fraction of the time, once others have gone before.
    """
    from istioctl.yamldoc.by_line import read_by_line
    from istioctl.yamldoc.reader import Node

    found = read_by_line(text)
    if found is None or _is_list(found[0]):
        return False
    data, line = found
    own = FileReport(name)
    try:
        _check_one(name, Node("mapping", [], line, 0, 0, 0), data, offset, options, own)
    except InputError:
        return False
    if any(verdict.problems for verdict in own.verdicts):
        return False
    report.verdicts += own.verdicts
    report.skipped.update(own.skipped)
    report.notes += own.notes
    return True


def _no_duplicate_keys(root: Node, name: str) -> None:
    from istioctl.yamldoc.duplicates import duplicate_keys

    if found := next(duplicate_keys(root), None):
        message = (
            f'bad YAML: the key "{found.key}" is there twice, first in line {found.first_line + 1} of the document'
        )
        raise InputError(message, where=f"{name}:{found.line + 1}:{found.column + 1}", id="duplicate-key")


def _check_one(
    source: str, root: Node, data: dict[str, Any], offset: int, options: ValidateOptions, report: FileReport
) -> None:
    from istioctl.analysis.validation.objects import check_object, istio_kind

    api_version, kind = data.get("apiVersion"), data.get("kind")
    metadata = data["metadata"] if isinstance(data.get("metadata"), dict) else {}
    name, namespace = str(metadata.get("name") or ""), str(metadata.get("namespace") or "")
    if (found := istio_kind(api_version, kind)) is not None:
        checked = check_object(root, data, found, namespace=options.namespace, offset=offset)
    elif kind in kubernetes.KINDS and namespace != options.istio_namespace:
        checked = kubernetes.check_kubernetes(str(kind), data, root, offset)
        _add_misfits(data, checked)
    elif kind == "IstioOperator":
        from istioctl.actions.checks.installations import check_installation

        checked = check_installation(data, root, offset)
    else:
        checked = Report(root, offset)
        _add_misfits(data, checked)
        if not checked.problems and not _warn_of_version(str(api_version), str(kind), checked):
            report.skipped[str(kind) if kind else "without a kind"] += 1
            if reason := no_object_because(data):
                report.notes.append(f"line {root.line + 1 + offset}: {reason}")
            return
    line = root.line + 1 + offset
    report.verdicts.append(Verdict(source, line, str(kind), name, namespace, tuple(checked.problems)))


def _add_misfits(data: dict[str, Any], report: Report) -> None:
    known = {problem.steps for problem in report.problems}
    for misfit in api_types.misfits(data):
        if misfit.path not in known:
            report.add(Severity.ERROR, misfit.path, misfit.message, misfit.hint)


def _warn_of_version(api_version: str, kind: str, report: Report) -> bool:
    """Warn of an Istio kind in a version that is not served; whether it is one."""
    from istioctl.api.schema.catalog import kinds

    known = kinds().get(kind)
    if known is None or not api_version.startswith(f"{known.group}/"):
        return False
    versions = ", ".join(f"{known.group}/{version}" for version in known.versions)
    report.add(
        Severity.WARNING,
        ("apiVersion",),
        f'{kind} has no version "{api_version}", so it is not checked',
        f"Use {versions}.",
    )
    return True
