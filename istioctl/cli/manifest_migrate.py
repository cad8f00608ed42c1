"""`istioctl manifest migrate`: IstioOperator files of earlier releases, brought up to today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from istioctl.cli.line.declare import Exit, Option
from istioctl.cli.line.options import DryRunOption, split_commas
from istioctl.cli.line.rewrite_flags import FileDiffOption, read_file, show_difference, write_result
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.printers import DATA_FORMS, Output, print_data, read_output
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import ErrorGroup, IstioctlError, UsageError

if TYPE_CHECKING:
    from istioctl.actions.manifests.manifest_migrate import Migration


def manifest_migrate(
    filenames: Annotated[
        list[str], Option("-f", "--filename", metavar="FILE", help="An IstioOperator file, `-` for stdin; repeatable.")
    ] = [],  # noqa: B006 - it is copied
    output: Annotated[
        str, Option("-o", "--output", metavar="FILE", help="Write the file there instead of to stdout.")
    ] = "",
    in_place: Annotated[bool, Option("--in-place", help="Write each file where it was.")] = False,
    diff: FileDiffOption = False,
    check: Annotated[bool, Option("--check", help="Write nothing; exit 1 where a file has to change.")] = False,
    report: Annotated[
        Output | None,
        Option(
            "--report",
            metavar="json|yaml|…",
            parse=lambda word: read_output(word, DATA_FORMS),
            help="Print what was done as data; the file goes elsewhere.",
        ),
    ] = None,
    dry_run: DryRunOption = False,
) -> None:
    """Bring IstioOperator files of earlier releases, from 1.5 on, up to today.

    What moved is moved, with its comments; what has no more meaning is taken out. What was done, and why, is on stderr.
    Nothing is written where you have to decide something first. The exit status is 1 where you have to decide
    something, and with --check also where a file is not of today.
    """
    from istioctl.actions.manifests.manifest_migrate import manifest_migrate as migrate

    names = split_commas(filenames)
    _check_flags(names, output, in_place=in_place, shows=check or dry_run, diff=diff, report=report)
    migrations: list[Migration] = []
    errors: list[IstioctlError] = []
    for name in names:
        try:
            migrations.append(migrate(*read_file(name)))
        except ErrorGroup as group:
            errors += group.errors
        except IstioctlError as error:
            errors.append(error)
    if errors:
        raise errors[0] if len(errors) == 1 else ErrorGroup(errors)
    for name, migration in zip(names, migrations, strict=True):
        if diff:
            show_difference(migration.before, migration.after, migration.source)
        if in_place and migration.after != migration.before:
            write_result(migration.after, name)
        elif not (diff or check or dry_run or in_place):
            write_result(migration.after, output or "-")
        _tell(migration)
    if report is not None:
        print_data([_data(migration) for migration in migrations], report)
    has_steps = any(migration.steps for migration in migrations)
    if (check and has_steps) or any(migration.refused for migration in migrations):
        raise Exit(ExitStatus.FAILED)


def _check_flags(
    names: tuple[str, ...], output: str, *, in_place: bool, shows: bool, diff: bool, report: Output | None
) -> None:
    if not names:
        raise UsageError("no file is given", where="-f", hint="Name one, as in -f istio.yaml.")
    if sum((bool(output), in_place, shows or diff)) > 1:
        raise UsageError("--output, --in-place, and --check, --diff or --dry-run exclude each other", where="--output")
    if in_place and "-" in names:
        raise UsageError("stdin has no place to write to", where="--in-place", hint="Leave --in-place out.")
    if len(names) > 1 and not (in_place or shows or diff):
        raise UsageError("several files make no one file", where="-f", hint="Give --in-place, --diff or --check.")
    if report is not None and (diff or not (output or in_place or shows)):
        hint = "Give -o FILE, --in-place or --check as well."
        raise UsageError("stdout can't hold the file and the report", where="--report", hint=hint)


def _tell(migration: Migration) -> None:
    console = terminal()
    for finding in migration.findings:
        what = console.style(finding.verb, "yellow" if finding.verb == "note" else "cyan")
        path = "" if finding.verb == "note" else f" {finding.path}"
        console.say(f"{migration.source}:{finding.line}: {what}{path}: {finding.reason}")
    number = len(migration.steps)
    done = f"{number} setting{'s' if number != 1 else ''} of an earlier release" if number else "nothing to migrate"
    console.say(f"{migration.source}: {done}")
    for error in migration.refused:
        console.show_error(error)


def _data(migration: Migration) -> dict[str, object]:
    return {
        "file": migration.source,
        "settings": [finding._asdict() for finding in migration.findings],
        "refused": [
            {"message": error.message, "where": error.where, "hint": error.hint, "id": error.id}
            for error in migration.refused
        ],
    }
