"""istioctl validate."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from istioctl.cli.exit_status import ExitStatus
from istioctl.cli.options import OutputOption, global_options, split_commas
from istioctl.cli.printers import print_data
from istioctl.cli.terminal import terminal
from istioctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from istioctl.actions.validate import FileReport, Verdict


def validate(
    ctx: typer.Context,
    filenames: Annotated[
        list[str] | None,
        typer.Option(
            "-f", "--filename", metavar="FILE", help="A file, folder or URL, or - for stdin; may be repeated."
        ),
    ] = None,
    output: OutputOption = None,
    referential: Annotated[bool, typer.Option("-x", "--referential/--no-referential", hidden=True)] = True,
) -> int:
    """Check Istio objects in files for what istiod or the API server would refuse.

    Each object gets a verdict; errors and warnings name the file, the line and the field. Services and Deployments are
    checked for what Istio asks of them, objects of other kinds are counted. The status is 1 where an object is invalid.
    """
    from istioctl.actions.validate import ValidateOptions
    from istioctl.actions.validate import validate as run

    if not filenames:
        raise UsageError("there is nothing to check", hint="Name files by -f, as in -f gateway.yaml or -f - for stdin.")
    given = global_options(ctx)
    options = ValidateOptions(split_commas(filenames), given.namespace or "default", given.istio_namespace)
    reports = run(options, stdin=_read_stdin, fetch=_fetch)
    return _print_data(reports, output) if output else _print_text(reports)


def _read_stdin() -> str:
    return terminal().stdin.read()


def _fetch(url: str) -> str:
    from istioctl.cluster.download import download

    return download(url)


def _print_text(reports: Iterator[FileReport]) -> int:
    streams = terminal()
    totals: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    for report in reports:
        for verdict in report.verdicts:
            totals["valid" if verdict.is_valid else "invalid"] += 1
            streams.write(_text_of(verdict))
        for failure in report.failures:
            totals["unreadable"] += 1
            streams.write(f"{failure.where}: {streams.style('unreadable', 'red', stdout=True)}: {failure.message}\n")
            if failure.hint:
                streams.write(f"  hint: {failure.hint}\n")
        for note in report.notes:
            streams.write(f"{report.source}: {note}\n")
        skipped += report.skipped
    counts = [f"{totals[word]} {word}" for word in ("valid", "invalid", "unreadable") if totals[word]]
    if skipped:
        kinds = ", ".join(f"{count} {kind}" for kind, count in skipped.most_common(6))
        more = ", …" if len(skipped) > 6 else ""
        counts.append(f"{skipped.total()} of other kinds or in order by their text ({kinds}{more})")
    streams.write(("; ".join(counts) or "nothing to check") + "\n")
    return _status(totals)


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
            lines.append(f"    hint: {problem.hint}")
    return "\n".join(lines) + "\n"


def _status(totals: Counter[str]) -> int:
    if totals["invalid"]:
        return ExitStatus.FAILED
    return ExitStatus.UNREADABLE if totals["unreadable"] else ExitStatus.OK


def _print_data(reports: Iterator[FileReport], output: str) -> int:
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
