"""Single changes of a document, so made that the comments of what stays come along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from istioctl.rendering.changes.old_forms import Path


class Edit(NamedTuple):
    """One change to a document.

    Attributes:
        verb: `move` an entry with its comments, `put` a value, or `remove` an entry.
        path: the entry.
        value: the path it moves to, or the value it gets.
    """

    verb: str
    path: Path
    value: Any = None


def reshaped(before: Mapping[str, Any], after: Mapping[str, Any], path: Path) -> list[Edit]:
    """What makes one mapping of another at `path`: a value that is found again moves there, with its comments."""
    new = [key for key in after if key not in before]
    changed = [key for key in after if key in before and before[key] != after[key]]
    moved: dict[Path, str] = {}
    _find(before, changed, after, new, moved)
    making_room = dict(moved)
    _find(before, [key for key in before if key not in after], after, [*new, *making_room.values()], moved)
    edits = [Edit("move", (*path, key), (*path, *to)) for to, key in making_room.items()]
    for key in (*changed, *new):
        edits += [edit for edit in _made(after[key], (key,), path, moved) if edit not in edits]
    return edits + [Edit("remove", (*path, key)) for key in before if key not in after and key not in moved.values()]


def _find(
    before: Mapping[str, Any], keys: list[str], after: Mapping[str, Any], homes: list[str], moved: dict[Path, str]
) -> None:
    """Where the values of some keys are found again below others, each place once."""
    for key in keys:
        places = (place for home in homes if home != key for place in _places(after[home], (home,)))
        free = (to for to, found in places if _is_same(found, before[key]) and not _overlaps(to, moved))
        if (to := next(free, None)) is not None:
            moved[to] = key


def _made(value: Any, place: Path, path: Path, moved: Mapping[Path, str]) -> Iterator[Edit]:
    if place in moved:
        yield Edit("move", (*path, moved[place]), (*path, *place))
    elif isinstance(value, dict) and any(to[: len(place)] == place for to in moved):
        for key, item in value.items():
            yield from _made(item, (*place, key), path, moved)
    else:
        yield Edit("put", (*path, *place), value)


def _places(value: Any, place: Path) -> Iterator[tuple[Path, Any]]:
    """A value and what is in it, each with its place."""
    yield place, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*place, key))


def _overlaps(place: Path, others: Iterable[Path]) -> bool:
    return any(place[: len(other)] == other[: len(place)] for other in others)


def _is_same(first: Any, second: Any) -> bool:
    return type(first) is type(second) and bool(first == second)
