"""TOML as BurntSushi/toml 1.6, which Helm uses, writes and reads it."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from typing import cast

from istioctl.golang.budget import ITEM, LimitError, Text, check_size, joined, take, translated, work
from istioctl.golang.durations import duration_text
from istioctl.golang.layouts import format_time
from istioctl.golang.strconv import format_float
from istioctl.golang.times import Duration, Time
from istioctl.golang.values import Pointer, is_nil, kind, make, type_name
from istioctl.patterns import lazy_pattern

_BARE_KEY = lazy_pattern(r"[A-Za-z0-9_-]+\Z")
_SPECIAL = lazy_pattern(r'[\x00-\x1f\x7f"\\]')
_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_TRANSLATED = {code: f"\\u{code:04x}" for code in (*range(32), 127)} | {
    ord(char): as_ for char, as_ in _ESCAPES.items()
}
_RFC3339 = "2006-01-02T15:04:05.999999999Z07:00"

Table = dict[str, object]
_BETWEEN_DOTTED = lazy_pattern(r"[,=\n\[\]{}]")
_MOST_DOTS = 1000  # in one key; Python's reader takes time by the square of them
_LONGEST_READ = 1 << 20  # characters; Python's reader takes a second or two for so many


class TOMLError(Exception):
    """What can't be written, or isn't TOML."""


def write(value: object) -> str:
    """A value as TOML.

    Raises:
        TOMLError: TOML can't say it; the message is Go's.
    """
    writer = _Writer()
    if value is None:
        raise TOMLError("toml: cannot encode nil")
    writer.entry((), _plain(value))
    return str(writer.out)


def _plain(value: object) -> object:
    while isinstance(value, Pointer):
        value = value.target
    return None if is_nil(value) and kind(value) in {"map", "slice", "ptr"} else value


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _is_table_array(value: object) -> bool:
    if not isinstance(value, list) or not value:
        return False
    items = [_plain(item) for item in value]
    if any(item is None for item in items):
        raise TOMLError("toml: cannot encode array with nil element")
    return all(map(_is_table, items))


def key_text(name: str) -> str:
    """A key, quoted where it must be."""
    return name if _BARE_KEY.match(name) else _quoted(name)


def _quoted(text: str) -> str:
    return f'"{translated(text, _TRANSLATED) if _SPECIAL.search(text) else text}"'


class _Writer:
    def __init__(self) -> None:
        self.out = Text()

    def _newline(self) -> None:
        if self.out.size:
            self.out.write("\n")

    def entry(self, path: tuple[str, ...], value: object) -> None:
        """Appends what stands under a path: a table, an array of tables, or `key = value`."""
        pad = "  " * (len(path) - 1)
        spelled = ".".join(map(key_text, path))
        if _is_table(value):
            if len(path) == 1:
                self._newline()
            if path:
                self.out.write(f"{pad}[{spelled}]")
                self._newline()
            self._table(path, cast("Table", value))
        elif _is_table_array(value):
            if not path:
                raise TOMLError("toml: top-level values must be Go maps or structs")
            for item in cast("list[object]", value):
                self._newline()
                self.out.write(f"{pad}[[{spelled}]]")
                self._newline()
                self._table(path, cast("Table", _plain(item)))
        elif path:
            self.out.write(f"{pad}{key_text(path[-1])} = {self._inline(value)}")
            self._newline()
        else:
            self.out.write(self._inline(value))

    def _table(self, path: tuple[str, ...], table: Table) -> None:
        work(len(table))
        for name, value in _ordered(table):
            self.entry((*path, name), value)

    def _inline(self, value: object) -> str:
        text = self._written(value)
        take(len(text))
        return text

    def _written(self, value: object) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, Duration):
            return _quoted(duration_text(cast("int", value)))
        if isinstance(value, int):
            return str(int(value))
        if isinstance(value, float):
            return _float(value)
        if isinstance(value, str):
            return _quoted(value)
        if isinstance(value, Time):
            return format_time(value, _RFC3339)
        if isinstance(value, bytes):
            check_size(5 * len(value))
            return "[" + ", ".join(map(str, value)) + "]"
        if isinstance(value, list):
            _is_table_array(value)
            take(ITEM * len(value))
            return f"[{joined(', ', [self._inline(_plain(item)) for item in value])}]"
        if isinstance(value, dict):
            take(ITEM * len(value))
            return f"{{{joined(', ', [f'{key_text(name)} = {self._inline(item)}' for name, item in _ordered(value)])}}}"
        raise TOMLError(f"unexpected type: {type_name(value)}")


def _ordered(table: Table) -> list[tuple[str, object]]:
    """A table's entries without nils: values first, then tables, each sorted; a struct keeps its own order."""
    if kind(table) == "map" and any(not isinstance(name, str) for name in table):
        raise TOMLError("toml: cannot encode a map with non-string key type")
    names = sorted(table) if kind(table) == "map" else list(table)
    entries = [(name, value) for name in names if (value := _plain(table[name])) is not None]
    nested = [_is_table(value) or _is_table_array(value) for _, value in entries]
    values = [entry for entry, table_like in zip(entries, nested, strict=True) if not table_like]
    return values + [entry for entry, table_like in zip(entries, nested, strict=True) if table_like]


def _float(number: float) -> str:
    if math.isnan(number):
        return "nan"
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    text = format_float(number, bits=32 if kind(number) == "float32" else 64)
    return text if "e" in text or "." in text else text + ".0"


def read(text: str) -> Table:
    """The table that a TOML text says; whole numbers are int64.

    Raises:
        TOMLError: it is none.
    """
    import tomllib

    if len(text) > _LONGEST_READ:
        raise LimitError(f"size limit exceeded: TOML of at most {_LONGEST_READ} characters can be read")
    if max(part.count(".") for part in _BETWEEN_DOTTED.split(text)) > _MOST_DOTS:
        raise LimitError(f"size limit exceeded: a dotted key of TOML has at most {_MOST_DOTS} dots")
    take(ITEM * (len(text) // 2))
    try:
        return cast("Table", _value(tomllib.loads(text)))
    except ValueError as error:
        raise TOMLError(f"toml: {error}") from None


def _value(data: object) -> object:
    if isinstance(data, dict):
        return {name: _value(value) for name, value in data.items()}
    if isinstance(data, list):
        items = [_value(item) for item in data]
        if items and all(isinstance(item, dict) for item in items):
            from istioctl.golang.types import MAP_ANY, slice_of

            return make(slice_of(MAP_ANY), items)
        return items
    if isinstance(data, datetime):
        return Time(data if data.tzinfo else data.astimezone())
    if isinstance(data, date):
        return Time(datetime(data.year, data.month, data.day).astimezone())
    if isinstance(data, time):
        return Time(datetime(1, 1, 1, data.hour, data.minute, data.second, data.microsecond, tzinfo=UTC))
    if isinstance(data, int) and not isinstance(data, bool) and not -(1 << 63) <= data < 1 << 63:
        raise TOMLError(f"toml: {data} is out of range for int64")
    return data
