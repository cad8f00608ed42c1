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


def json_weight(text: bytes) -> int:
    """Bytes that the data take, beside their texts: rather too many, as marks within texts are counted, too."""
    return text.count(b"{") * _OBJECT + text.count(b"[") * _LIST + text.count(b",") * _ITEM
