"""Tables that fit a terminal: texts are folded, then what matters least is left out; a name is never broken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from istioctl.cli.screen.terminal import visible

SPARE = ("NOT BEFORE", "SERIAL NUMBER", "OUTLIER CHECK", "STACK TRACE LEVEL", "VALID CERT", "TYPE", "VERSION")
"""The columns of any table that may be left out, the first of them first."""

_NARROW_GAP = 2
_FOLDED_FROM = 20
"""Columns: what is no wider stays in one line, as states and ages do."""
_LEAST_FOLDED = 16
_PIECE = re.compile(r"[^\s,]*(?:,|\s+|$)\s*")


def fitted_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    *,
    headers: bool = True,
    spare: Sequence[str] = SPARE,
) -> tuple[list[str], list[str]]:
    """A table in so many columns.

    Where not even that is enough, each row is written cell after cell, on as many lines as that takes.

    Args:
        headers: whether the header is printed.
        spare: the heads of columns that may be left out, the least important first.

    Returns:
        Its lines, and the heads of what was left out.
    """
    table = [[visible(cell) for cell in row] for row in (header, *rows)]
    columns = list(range(len(header)))
    left_out: list[str] = []
    for head in (None, *(name for name in spare if name in header[1:])):
        if head is not None:
            columns.remove(list(header).index(head))
            left_out.append(head)
        cells = [[row[column] for column in columns] for row in table]
        widths = _widths(cells, width)
        if widths:
            return [line for row in cells[0 if headers else 1 :] for line in _row(row, widths)], left_out
    return [line for row in table[0 if headers else 1 :] for line in _stacked(row, width)], []


def _widths(cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """How wide each column may be; none where they do not fit side by side."""
    natural = [max(map(len, column)) for column in zip(*cells, strict=True)]
    least = [_least(column) for column in zip(*cells, strict=True)]
    room = width - _NARROW_GAP * (len(natural) - 1) - sum(least)
    if room < 0:
        return []
    wanted = sum(natural) - sum(least)
    share = min(1.0, room / wanted) if wanted else 0.0
    return [low + int((full - low) * share) for low, full in zip(least, natural, strict=True)]


def _least(column: Sequence[str]) -> int:
    head, *cells = column
    full = max(map(len, cells), default=0)
    if full > _FOLDED_FROM:
        full = min(full, max(_LEAST_FOLDED, *map(_longest_word, cells)))
    return max(full, _longest_word(head))


def _row(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    columns = [fold(cell, width) for cell, width in zip(row, widths, strict=True)]
    gap = " " * _NARROW_GAP
    return [
        gap.join(f"{part:<{width}}" for part, width in zip(parts, widths, strict=True)).rstrip()
        for parts in zip_longest(*columns, fillvalue="")
    ]


def _stacked(row: Sequence[str], width: int) -> list[str]:
    lines = [""]
    for cell in row:
        for part in fold(cell or "-", max(1, width - _NARROW_GAP)):
            if lines[-1] and len(lines[-1]) + _NARROW_GAP + len(part) > width:
                lines.append(" " * _NARROW_GAP + part)
            else:
                lines[-1] += (" " * _NARROW_GAP if lines[-1] else "") + part
    return lines


def fold(text: str, width: int) -> list[str]:
    """The lines of a text in so many columns; words, and what stands between commas, are never broken."""
    lines = [""]
    for piece in _PIECE.findall(text):
        if lines[-1] and len(lines[-1]) + len(piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def _longest_word(text: str) -> int:
    return max(len(piece.rstrip()) for piece in _PIECE.findall(text))
