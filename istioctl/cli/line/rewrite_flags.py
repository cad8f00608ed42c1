"""Flags of the commands that rewrite an IstioOperator file."""

from __future__ import annotations

import re
from difflib import unified_diff
from typing import Annotated

from istioctl.cli.line.declare import Option
from istioctl.cli.screen.differences import shown_differences
from istioctl.cli.screen.terminal import terminal

#: What `diff` says of a last line without a line break.
_UNENDED = "\n\\ No newline at end of file\n"
FileDiffOption = Annotated[bool, Option("--diff", help="Print the difference instead of the file.")]


def read_file(name: str) -> tuple[bytes, str]:
    """The bytes of a file, or of stdin for `-`, and how to call it in messages.

    Raises:
        InputError: it can't be read.
    """
    from istioctl.yamldoc.texts import read_bytes

    if name == "-":
        return terminal().stdin.buffer.read(), "<stdin>"
    return read_bytes(name), name


def show_difference(before: bytes, after: bytes, source: str) -> None:
    """The difference of a file as it was and as it is, as `patch` takes it."""
    old, new = (re.findall(r"[^\n]*\n|[^\n]+", raw.decode("utf-8", "replace")) for raw in (before, after))
    lines = unified_diff(old, new, source, source)
    text = "".join(line if line.endswith("\n") else line + _UNENDED for line in lines)
    if terminal().stdout.isatty():
        text = text.replace("\r\n", "\n")
    terminal().write(shown_differences(text))


def write_result(after: bytes, name: str) -> None:
    """A file's new contents into it, as a whole; to stdout for `-`.

    Raises:
        InputError: it can't be written.
    """
    from istioctl.actions.files import write_file

    if name == "-":
        terminal().stdout.buffer.write(after)
        terminal().stdout.buffer.flush()
    else:
        write_file(name, lambda sink: sink.write(after))
