"""What completion offers for the words typed so far: the hidden `istioctl __complete`.

It prints a candidate a line, a tab and its help behind it. Names of commands come from the command table without any
import; flags and their values need Typer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from istioctl.cli.main import PROGRAM, find_command, load
from istioctl.cli.terminal import terminal

if TYPE_CHECKING:
    from istioctl.cli.typer_command import GlobalFlagsCommand

Candidate = tuple[str, str]


def print_candidates(words: list[str]) -> None:
    """Print what may stand in place of the last of `words` (which may be empty)."""
    for name, help_text in candidates(words or [""]):
        terminal().write(f"{name}\t{help_text}\n" if help_text else f"{name}\n")


def candidates(words: list[str]) -> list[Candidate]:
    """What may stand in place of the last word: names of commands, flags, or values of a flag.

    Args:
        words: the words behind the program's name, the one being typed last.
    """
    *before, typed = words
    path, command, rest = find_command(before)
    if not command.target:
        if rest:
            return []
        rows = [(name, member.help) for name, member in command.commands.items() if not member.replaced_by]
        return _starting(typed, rows)
    return _of_command(load(command, path[-1]), rest, typed)


def _of_command(command: GlobalFlagsCommand, before: list[str], typed: str) -> list[Candidate]:
    context = command.make_context(PROGRAM, list(before), resilient_parsing=True)
    by_flag = {flag: param for param in command.params for flag in (*param.opts, *param.secondary_opts)}
    flag, equals, value = typed.partition("=")
    if equals and flag in by_flag:
        return [(f"{flag}={name}", text) for name, text in _values(by_flag[flag], context, value)]
    previous = by_flag.get(before[-1]) if before else None
    if previous is not None and not getattr(previous, "is_flag", False):
        return _values(previous, context, typed)
    if typed.startswith("-"):
        rows = [
            (name, getattr(param, "help", None) or "")
            for name, param in by_flag.items()
            if name.startswith("--") and not getattr(param, "hidden", False)
        ]
        return _starting(typed, rows)
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    return _values(arguments[0], context, typed) if arguments else []


def _values(param: object, context: object, typed: str) -> list[Candidate]:
    complete: Callable[[object, str], Iterable[object]] = param.shell_complete  # type: ignore[attr-defined]
    items = complete(context, typed)
    return [(str(item.value), str(item.help or "")) for item in items if getattr(item, "type", "plain") == "plain"]  # type: ignore[attr-defined]


def _starting(typed: str, rows: list[Candidate]) -> list[Candidate]:
    return [row for row in rows if row[0].startswith(typed)]
