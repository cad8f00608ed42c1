"""`istioctl manifest set` and `unset`: values in an IstioOperator file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

from istioctl.cli.line import completers
from istioctl.cli.line.declare import Argument
from istioctl.cli.line.options import DryRunOption
from istioctl.cli.line.rewrite_flags import FileDiffOption, read_file, show_difference, write_result
from istioctl.errors import UsageError

FileArgument = Annotated[str, Argument(metavar="FILE", help="An IstioOperator file; `-` for stdin to stdout.")]


def manifest_set(
    file: FileArgument,
    settings: Annotated[
        list[str],
        Argument(metavar="PATH=VALUE...", help="What to set, as --set takes it.", autocompletion=completers.settings),
    ],
    diff: FileDiffOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Set values in an IstioOperator file, with its comments and layout kept.

    The result is checked first; nothing is written where it would be refused.
    """
    from istioctl.actions.manifests.manifest_edit import set_values

    _edit(file, settings, set_values, diff=diff, dry_run=dry_run)


def manifest_unset(
    file: FileArgument,
    paths: Annotated[list[str], Argument(metavar="PATH...", help="What to take out, as --set writes it.")],
    diff: FileDiffOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Take values out of an IstioOperator file, with the mappings that have nothing left."""
    from istioctl.actions.manifests.manifest_edit import unset_values

    _edit(file, paths, unset_values, diff=diff, dry_run=dry_run)


def _edit(
    file: str, wanted: Sequence[str], change: Callable[[bytes, str, Sequence[str]], bytes], *, diff: bool, dry_run: bool
) -> None:
    if not wanted:
        raise UsageError("nothing is given to change", where=file, hint="Name it, as in components.cni.enabled=true.")
    before, source = read_file(file)
    after = change(before, source, wanted)
    if diff:
        show_difference(before, after, source)
    elif not dry_run and (after != before or file == "-"):
        write_result(after, file)
