"""Flags of the commands that rewrite an IstioOperator file."""

from __future__ import annotations

from difflib import unified_diff
from typing import Annotated

from istioctl.cli.line.declare import Option
from istioctl.cli.screen.differences import shown_differences
from istioctl.cli.screen.terminal import terminal

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
    """The difference of a file as it was and as it is."""
    old, new = (raw.decode("utf-8", "replace").splitlines() for raw in (before, after))
    lines = unified_diff(old, new, source, source, lineterm="")
    terminal().write(shown_differences("".join(f"{line}\n" for line in lines)))


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
