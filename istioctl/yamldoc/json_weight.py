"""How much memory the data of a JSON text may take, told before it is decoded.

A text of a few megabytes that is nothing but brackets becomes hundreds of megabytes of objects. Envoy's own texts have
some forty bytes a value and weigh three times their size.
"""

from __future__ import annotations

HEAVIEST = 128 * 1024 * 1024
"""Bytes of data that are taken at a time."""
MOST_ENTRIES = 100_000
"""How many things are taken from one list of an answer where each becomes a row, or an object with all its fields."""
_OBJECT, _LIST, _ITEM = 200, 100, 100
"""Bytes that an object with one member takes, a list with one item, and each further member or item (CPython 3.11)."""
_PIECE = 64 * 1024


def json_weight(text: bytes) -> int:
    """Bytes that the data take, beside their texts: rather too many, as marks within texts are counted, too."""
    return sum(_weight(text[start : start + _PIECE]) for start in range(0, len(text), _PIECE))


def _weight(piece: bytes) -> int:
    """The same; `replace` jumps from mark to mark, where `count` looks at each byte."""
    size = len(piece)
    objects, lists, items = (size - len(piece.replace(mark, b"")) for mark in (b"{", b"[", b","))
    return objects * _OBJECT + lists * _LIST + items * _ITEM
