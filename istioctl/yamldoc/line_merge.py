"""Laying a change over a text that says the same in another layout.

A tree that is written anew loses what its writer does not keep: blanks inside brackets, an indentation that changes
half-way. So the tree is written twice, before and after it was changed, and what differs between these two is done to
the user's own text.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from istioctl.patterns import lazy_pattern

#: A line without its blanks: brackets, commas, and what stands between.
_TOKEN = lazy_pattern(r"[\[\]{},]|[^\s\[\]{},]+")
_OPENING, _CLOSING = ("[", "{"), ("]", "}")


def merged(base: Sequence[str], own: Sequence[str], changed: Sequence[str], *, keep_blanks: bool = False) -> list[str]:
    """`own` with the change that leads from `base` to `changed`.

    Args:
        base: lines as they are written before the change.
        own: the user's lines, which say the same.
        changed: the lines after it.
        keep_blanks: whether a line that takes the place of another has its blanks, which a quoted text may not bear.
    """
    places = _aligned(base, own)
    known = {line: number for number, line in enumerate(base)}
    margins = _Margins()
    result: list[str] = []
    for verb, start, end, new_start, new_end in SequenceMatcher(None, base, changed, autojunk=False).get_opcodes():
        if verb != "equal":
            for index, new in enumerate(changed[new_start:new_end], start):
                if index < end and _depth(base[index]) == _depth(new) and places[index] < len(own):
                    margins.note(base[index], own[places[index]])
                    origin = known.get(new, index)  # itself, further up or down, or the line whose place it takes
                    if keep_blanks and places[origin] < len(own):
                        new = _with_blanks_of(own[places[origin]], base[origin], new)
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


def _with_blanks_of(own: str, base: str, new: str) -> str:
    """A new line with the blanks that the user's has around what is in both; its indentation stays."""
    tokens, known, wanted = (_TOKEN.findall(line) for line in (own, base, new))
    if tokens != known or not wanted:
        return new
    gaps, usual = _gaps(own), _gaps(new)
    result = usual[0]
    last = -1  # where the token before is in the user's line; -2 where it is not
    for verb, start, end, new_start, new_end in SequenceMatcher(None, known, wanted, autojunk=False).get_opcodes():
        for index in range(new_start, new_end):
            place = start + index - new_start if verb == "equal" or end - start == new_end - new_start else -2
            word = wanted[index]
            if index:
                opens = last >= 0 and last + 1 < len(gaps) and wanted[index - 1] in _OPENING
                keeps = place >= 0 and (last == place - 1 or word in _CLOSING or word.startswith("#"))
                result += gaps[place] if keeps else gaps[last + 1] if opens else usual[index]
            result += word
            last = place
    return result


def _gaps(line: str) -> list[str]:
    """What stands before each token of a line."""
    gaps, end = [], 0
    for token in _TOKEN.finditer(line):
        gaps.append(line[end : token.start()])
        end = token.end()
    return gaps


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
