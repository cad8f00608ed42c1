"""Files that are named on the command line."""

from __future__ import annotations

from istioctl.cli.screen.terminal import terminal


def read_bytes(name: str) -> bytes:
    """The content of a file; `-` is stdin.

    Raises:
        InputError: it can't be read.
    """
    from pathlib import Path

    from istioctl.errors import InputError

    try:
        return terminal().stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as problem:
        raise InputError(f"can't be read: {problem.strerror}", where=name, id="unreadable-file") from problem
