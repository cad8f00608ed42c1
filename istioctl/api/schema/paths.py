"""Places in data."""

from __future__ import annotations

from collections.abc import Iterable

#: Keys and indexes that lead from the top to a value.
Path = tuple[str | int, ...]


def path_text(path: Iterable[str | int]) -> str:
    """A path as users write it: `spec.hosts[0]`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")
