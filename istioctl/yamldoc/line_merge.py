"""Laying a change over a text that says the same in another layout.

A tree that is written anew loses what its writer does not keep: blanks inside brackets, an indentation that changes
half-way. So the tree is written twice, before and after it was changed, and what differs between these two is done to
the user's own text.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher


def merged(base: Sequence[str], own: Sequence[str], changed: Sequence[str]) -> list[str]:
    """`own` with the change that leads from `base` to `changed`.

    Args:
        base: lines as they are written before the change.
        own: the user's lines, which say the same.
        changed: the lines after it.
    """
    places = _aligned(base, own)
    margins = _Margins()
    result: list[str] = []
    for verb, start, end, new_start, new_end in SequenceMatcher(None, base, changed, autojunk=False).get_opcodes():
        if verb != "equal":
            for index, new in enumerate(changed[new_start:new_end], start):
                if index < end and _depth(base[index]) == _depth(new) and places[index] < len(own):
                    margins.note(base[index], own[places[index]])  # it takes that line's place
                result.append(margins.fitted(new))
            continue
        for line in range(start, end):
            kept = own[places[line] : places[line + 1]]
            margins.note(base[line], kept[0] if kept else base[line])
            result += kept
    return result


class _Margins:
    """How far the user's lines stand from where the writer would have put them, at each depth."""

    def __init__(self) -> None:
        self._stack: list[tuple[int, int]] = []  # (depth as written anew, columns to the right of it)

    def note(self, base: str, own: str) -> None:
        """Learn from a line of both; a comment may stand where it likes."""
        if base.strip() and not base.lstrip(" ").startswith("#"):
            self._enter(_depth(base), _column(own) - _column(base))

    def fitted(self, line: str) -> str:
        """A new line where the user would have put it: in line with what stands at its depth, or with what is above."""
        if not line.strip():
            return line
        depth = _depth(line)
        while self._stack and self._stack[-1][0] > depth:
            self._stack.pop()
        shift = self._stack[-1][1] if self._stack else 0
        self._enter(depth, shift)
        return " " * max(_column(line) + shift, 0) + line.lstrip(" ")

    def _enter(self, depth: int, shift: int) -> None:
        while self._stack and self._stack[-1][0] >= depth:
            self._stack.pop()
        self._stack.append((depth, shift))


def _column(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _depth(line: str) -> int:
    """How deep a line is nested: by its column, and a dash below the key that it stands under in the same column."""
    return 2 * _column(line) + (line.lstrip(" ")[:2] in ("-", "- "))


def _aligned(base: Sequence[str], own: Sequence[str]) -> list[int]:
    """For each line of `base`, and for its end, where it is in `own`; what only `own` has goes with the line before."""
    if len(base) == len(own):
        return list(range(len(base) + 1))
    places: list[int] = []
    tidy_base, tidy_own = ([" ".join(line.split()) for line in lines] for lines in (base, own))
    matcher = SequenceMatcher(None, tidy_base, tidy_own, autojunk=False)
    for verb, start, end, own_start, own_end in matcher.get_opcodes():
        if verb == "equal" or end - start == own_end - own_start:
            places += range(own_start, own_end)
        else:
            places += [own_start, *[own_end] * (end - start - 1)][: end - start]
    return [*places, len(own)]
