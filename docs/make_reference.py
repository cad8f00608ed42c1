"""Writes what the program itself knows: `python docs/make_reference.py`.

docs/reference.md comes from the command table and the commands' own flags, docs/exit-statuses.md from
`istioctl/cli/screen/exit_status.py` and what the commands' descriptions say of their status.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from istioctl.cli.line.commands import PROGRAM, ROOT, Command
from istioctl.cli.line.find import function_of
from istioctl.cli.line.typer_command import typer_command
from istioctl.cli.screen.exit_status import MEANINGS

FOLDER = Path(__file__).parent
_STATUS = re.compile(r"[^.;]*\bexit status\b[^.]*\.(?= |$)")


def reference() -> str:
    """The page's text."""
    parts = ["# Command reference", "Written by `docs/make_reference.py` from the program itself.", _global_flags()]
    parts += _section(ROOT, ())
    return "\n\n".join(parts) + "\n"


def exit_statuses() -> str:
    """The text of the page on exit statuses."""
    table = ["| status | meaning |", "| --- | --- |"]
    table += [f"| {status} | {meaning} |" for status, meaning in MEANINGS.items()]
    own = ["| command | its own words |", "| --- | --- |"]
    own += [f"| `{' '.join((PROGRAM, *words))}` | {' '.join(said)} |" for words, said in _of_commands(ROOT, ())]
    parts = [
        "# Exit statuses",
        "Written by `docs/make_reference.py` from the program itself.",
        "A status has the same meaning on every command, whatever the output format.",
        "\n".join(table),
        "Where several things failed, the first one counts. What was wrong, and what to do about it, is on stderr;\n"
        "[Scripts and CI](scripting.md) has examples.",
        "## Commands that answer by their status",
        "\n".join(own),
    ]
    return "\n\n".join(parts) + "\n"


def _of_commands(group: Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """The commands whose descriptions speak of their status, with what they say of it."""
    for name, command in sorted(group.commands.items()):
        if command.replaced_by:
            continue
        if not command.target:
            yield from _of_commands(command, (*path, name))
        elif said := _STATUS.findall(" ".join((function_of(command).__doc__ or "").split())):
            yield (*path, name), [sentence.strip()[:1].upper() + sentence.strip()[1:] for sentence in said]


def _section(group: Command, path: tuple[str, ...]) -> list[str]:
    parts: list[str] = []
    for name, command in sorted(group.commands.items()):
        words = (*path, name)
        title = f"{'#' * (len(words) + 1)} {' '.join((PROGRAM, *words))}"
        if command.replaced_by:
            parts += [title, f"The old spelling of `{PROGRAM} {command.replaced_by}`."]
        elif command.target:
            parts += [title, _command(command, words)]
        else:
            parts += [title, f"{command.help}.", *_section(command, words)]
    return parts


def _command(command: Command, path: tuple[str, ...]) -> str:
    made = typer_command(function_of(command), path[-1])
    context = made.make_context(" ".join((PROGRAM, *path)), [], resilient_parsing=True)
    usage = " ".join([PROGRAM, *path, *made.collect_usage_pieces(context)])
    parts = [made.help or command.help + ".", f"```text\n{usage}\n```"]
    if command.aliases:
        parts.append(f"Other names: {', '.join(f'`{name}`' for name in command.aliases)}.")
    if rows := [record for param in made.own_params if (record := param.get_help_record(context))]:
        parts.append(_table(rows))
    return "\n\n".join(parts)


def _global_flags() -> str:
    made = typer_command(function_of(ROOT.commands["version"]), "version")
    context = made.make_context(PROGRAM, [], resilient_parsing=True)
    for param in made.global_params:
        param.hidden = False  # those about logs are in no command's help, to keep that short
    rows: list[Any] = [param.get_help_record(context) for param in made.global_params]
    return "## Global flags\n\nEvery command takes these, before or after its name.\n\n" + _table(rows)


def _table(rows: list[tuple[str, str]]) -> str:
    lines = ["| flag | meaning |", "| --- | --- |"]
    for name, text in rows:
        cell = " ".join(text.split()).replace("|", "\\|")
        lines.append(f"| `{name.replace('|', chr(92) + '|')}` | {cell} |")
    return "\n".join(lines)


if __name__ == "__main__":
    (FOLDER / "reference.md").write_text(reference(), encoding="utf-8")
    (FOLDER / "exit-statuses.md").write_text(exit_statuses(), encoding="utf-8")
