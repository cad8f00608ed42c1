"""Putting values into a YAML text where they stand.

A template says `key: {{ value }}` and need not know what `value` is. `to_text` gives a scalar as YAML writes it; a
collection, a text of several lines or a macro's result becomes a token, and `lay_out` later puts the real thing in
the token's place with the indentation that its line asks for:

    affinity: <mapping>        the mapping as a block below the key
    - <mapping>                the mapping as one item
    <mapping>                  its entries, beside those already there; the same key above gives way
    <list>                     its items
    <macro's result>           its lines
    key: <nothing>             no line at all
"""

from __future__ import annotations

import json

from istioctl.errors import InternalError
from istioctl.patterns import lazy_pattern
from istioctl.yamldoc.writer import dump, scalar

_OPEN, _CLOSE = "\x00", "\x01"
_TOKEN = lazy_pattern("([^\x00]*)\x00(.)([^\x01]*)\x01\\Z")
_DATA, _TEXT, _LINES, _NOTHING = "d", "t", "l", "n"
_BREAK = "\x02"  # stands for a line's end within a token
_CONTROL = lazy_pattern("[\x00-\x02]")
_LEAD = lazy_pattern(r"(?: |- )*")
_ENTRY_KEY = lazy_pattern(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s'"#-][^:]*): """)

#: The token that removes the line it stands on.
NO_LINE = f"{_OPEN}{_NOTHING}{_CLOSE}"


def to_text(value: object) -> str:
    """A value as the text of a YAML line, or as a token for `lay_out`.

    Args:
        value: plain data: mappings with text keys, lists, text, numbers, booleans and None.
    """
    if not isinstance(value, dict | list) or not value:
        text = scalar(value)
        if "\n" not in text:
            return text
        if isinstance(value, str) and not _CONTROL.search(value):
            line = value.replace("\n", _BREAK)
            return f"{_OPEN}{_TEXT}{line}{_CLOSE}"
    return f"{_OPEN}{_DATA}{json.dumps(value)}{_CLOSE}"


def lines_token(text: str) -> str:
    """The token for lines that are YAML already."""
    return f"{_OPEN}{_LINES}{json.dumps(text)}{_CLOSE}"


def lay_out(text: str) -> str:
    """The text with every token replaced by what it stands for."""
    if _OPEN not in text:
        return text
    lines: list[str] = []
    for line in text.split("\n"):
        if _OPEN not in line:
            lines.append(line)
            continue
        found = _TOKEN.match(line)
        if found is None:
            raise InternalError("a template has something behind a value on the same line", where=line)
        prefix, kind, content = found.groups()
        if kind == _LINES:
            _place_lines(lines, prefix, lay_out(json.loads(content).strip("\n")).lstrip("\n"))
        elif kind == _TEXT:
            _place_data(lines, prefix, content.replace(_BREAK, "\n"))
        elif kind == _DATA:
            _place_data(lines, prefix, json.loads(content))
    return "\n".join(lines)


def _place_lines(lines: list[str], prefix: str, text: str) -> None:
    if not text.strip():
        return
    pad = " " * len(prefix)
    for number, line in enumerate(text.split("\n")):
        lines.append(prefix + line if number == 0 else pad + line if line else "")


def _place_data(lines: list[str], prefix: str, data: object) -> None:
    lead = _LEAD.match(prefix)
    assert lead is not None  # noqa: S101 - the pattern matches the empty text
    column = lead.end()
    if isinstance(data, str):
        # An item's text belongs to the collection that the hyphen stands in.
        lines.append(prefix + scalar(data, column if column < len(prefix) else max(column - 2, 0)))
    elif column == len(prefix):
        if isinstance(data, dict) and not prefix.strip():
            _drop_entries(lines, prefix, data)
        _place_lines(lines, prefix, _block(data))
    else:
        lines.append(prefix.rstrip(" "))
        pad = " " * (column + 2 if isinstance(data, dict) else column)
        _place_lines(lines, pad, _block(data))


def _block(data: object) -> str:
    """A value's lines. Empty ones at their end stay: they may be the last of a block scalar's text."""
    return dump(data, sort_keys=False).removesuffix("\n")


def _drop_entries(lines: list[str], pad: str, data: dict[str, object]) -> None:
    """Remove the one-line entries of the mapping that `lines` end in and whose keys `data` has, too."""
    place = len(lines) - 1
    while place >= 0 and (lines[place].startswith(pad) or not lines[place]):
        key = _ENTRY_KEY.match(lines[place], len(pad))
        if key and _key_text(key[1]) in data:
            del lines[place]
        place -= 1


def _key_text(key: str) -> str:
    if key[0] == '"':
        return str(json.loads(key))
    return key[1:-1].replace("''", "'") if key[0] == "'" else key
