"""Prints what `validate` finds.

Apart from the command, so that `validate -f FILE` starts without Typer: checking a large stream takes less time than
importing it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from istioctl.actions.checks.validate import ValidateOptions, validate
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.terminal import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from istioctl.actions.checks.validate import FileReport, Verdict
    from istioctl.cli.screen.printers import Output


def report_on(inputs: tuple[str, ...], namespace: str, istio_namespace: str, output: Output | None) -> int:
    """Check the inputs and print what is found, as text unless a form is given. Returns the exit status."""
    reports = validate(ValidateOptions(inputs, namespace, istio_namespace), stdin=_read_stdin, fetch=_fetch)
    return _print_data(reports, output) if output else _print_text(reports)


def _read_stdin() -> str:
    return terminal().read_input()


def _fetch(url: str) -> str:
    from istioctl.cluster.download import download

    return download(url)


def _print_text(reports: Iterator[FileReport]) -> int:
    streams = terminal()
    totals: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    for report in reports:
        for verdict in report.verdicts:
            totals["valid" if verdict.is_valid else "invalid"] += 1
            streams.write(_text_of(verdict))
        for failure in report.failures:
            totals["unreadable"] += 1
            streams.write(f"{failure.where}: {streams.style('unreadable', 'red', stdout=True)}: {failure.message}\n")
            if failure.hint:
                streams.write(f"  Hint: {failure.hint}\n")
        for note in report.notes:
            streams.write(f"{report.source}: {note}\n")
        passed += report.passed
        skipped += report.skipped
    counts = [f"{totals[word]} {word}" for word in ("valid", "invalid", "unreadable") if totals[word]]
    counts += [
        f"{by_kind.total()} {what} ({_kinds(by_kind)})"
        for by_kind, what in ((passed, "in order"), (skipped, "skipped"))
        if by_kind
    ]
    streams.write(("; ".join(counts) or "nothing to check") + "\n")
    return _status(totals)


def _kinds(counts: Counter[str]) -> str:
    """How many there are of each kind, the most frequent first."""
    most = sorted(counts.items(), key=lambda item: -item[1])  # most_common would import heapq
    shown = ", ".join(f"{count} {kind}" for kind, count in most[:6])
    return f"{shown}, …" if len(counts) > 6 else shown


def _text_of(verdict: Verdict) -> str:
    """A verdict's line, and one for each problem and its hint."""
    streams = terminal()
    word = (
        streams.style("valid", "green", stdout=True)
        if verdict.is_valid
        else streams.style("invalid", "red", stdout=True)
    )
    name = f"{verdict.namespace}/{verdict.name}" if verdict.namespace else verdict.name
    lines = [f"{verdict.source}:{verdict.line}: {verdict.kind} {name}: {word}"]
    for problem in verdict.problems:
        severity = streams.style(problem.severity, "red" if problem.severity == "error" else "yellow", stdout=True)
        place = f"{verdict.source}:{problem.line}:{problem.column}"
        lines.append(f"  {place}: {severity}: {problem.path}: {problem.message}")
        if problem.hint:
            lines.append(f"    Hint: {problem.hint}")
    return "\n".join(lines) + "\n"


def _status(totals: Counter[str]) -> int:
    if totals["invalid"]:
        return ExitStatus.FAILED
    return ExitStatus.UNREADABLE if totals["unreadable"] else ExitStatus.OK


def _print_data(reports: Iterator[FileReport], output: Output) -> int:
    from istioctl.cli.screen.printers import print_data

    totals: Counter[str] = Counter()
    files = []
    for report in reports:
        totals["unreadable"] += len(report.failures)
        objects = []
        for verdict in report.verdicts:
            totals["valid" if verdict.is_valid else "invalid"] += 1
            objects.append(_data_of(verdict))
        failures = [{"message": failure.message, "where": failure.where or ""} for failure in report.failures]
        files.append(
            {"file": report.source, "objects": objects, "skipped": dict(report.skipped), "unreadable": failures}
        )
    print_data({"files": files, "valid": totals["valid"], "invalid": totals["invalid"]}, output)
    return _status(totals)


def _data_of(verdict: Verdict) -> dict[str, object]:
    problems = [
        {
            "severity": str(problem.severity),
            "path": problem.path,
            "line": problem.line,
            "column": problem.column,
            "message": problem.message,
            "hint": problem.hint,
        }
        for problem in verdict.problems
    ]
    return {
        "kind": verdict.kind,
        "name": verdict.name,
        "namespace": verdict.namespace,
        "line": verdict.line,
        "valid": verdict.is_valid,
        "problems": problems,
    }
