"""JSON as Go's encoding/json reads and writes it, error texts included."""

from __future__ import annotations

import itertools
import json
import math
import re
from typing import Any, NoReturn, cast

from istioctl.golang.budget import ITEM, MAX_SIZE, Text, check_size, take, translated, work
from istioctl.golang.strconv import format_float
from istioctl.golang.types import GoType
from istioctl.golang.values import Pointer, encode, is_nil, type_of
from istioctl.patterns import lazy_pattern

_MAX_DEPTH = 10_000
_LONG = 100  # characters of a text that are counted by themselves
_NODE = 2 * ITEM  # bytes that an item of a view takes, and its text
_SURROGATES = lazy_pattern("[\ud800-\udfff]")
_HTML = lazy_pattern("[<>&\u2028\u2029\ud800-\udfff]")
_LINES = lazy_pattern("[\u2028\u2029\ud800-\udfff]")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_string = json.encoder.encode_basestring


class JSONError(Exception):
    """Go's error; its text is the message."""


def view(value: Any) -> object:
    """A value as the plain data that encoding/json prints for it.

    Dicts come with text keys in Go's order (maps sorted, structs as declared), numbers as int or float, bytes as
    base64, nil lists and maps as None.

    Raises:
        JSONError: JSON can't say it.
    """
    plain = type(value)
    if plain is str:
        if len(value) > _LONG:
            take(len(value))
        return value
    if plain is bool or plain is int or value is None:
        return value
    if plain is float:
        _check_finite(value)
        return value
    if plain is dict:
        take(_NODE * len(value))
        return {key: view(value[key]) for key in sorted(value)}
    if plain is list:
        take(_NODE * len(value))
        return [view(item) for item in value]
    of = cast("GoType", type_of(value))
    if of.json is not None:
        return None if is_nil(value) else of.json(value)
    return _typed_view(value, of)


def _typed_view(value: object, of: GoType) -> object:
    if is_nil(value):
        return None
    if isinstance(value, Pointer):
        return view(value.target)
    if isinstance(value, bytes):
        import base64

        check_size(2 * len(value))
        return base64.b64encode(value).decode()
    if of.kind == "bool":
        return bool(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        _check_finite(value)
        return float(format_float(value, bits=32)) if of.kind == "float32" else float(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, list):
        return view(list(value))
    if isinstance(value, dict):
        take(_NODE * len(value))
        if of.kind != "map":
            return {name: view(item) for name, item in value.items()}
        if of.key.kind == "string":
            return {key: view(value[key]) for key in sorted(value)}
        if of.key.kind.startswith(("int", "uint")):
            named = sorted((str(int(key)), item) for key, item in value.items())
            return {key: view(item) for key, item in named}
    raise JSONError(f"json: unsupported type: {of.name}")


def _check_finite(number: float) -> None:
    if not math.isfinite(number):
        raise JSONError(f"json: unsupported value: {format_float(number)}")


def write(value: object, *, indent: str | None = None, escape_html: bool = True) -> str:
    """json.Marshal, or with `indent` json.MarshalIndent.

    Raises:
        JSONError: JSON can't say it.
    """
    return write_plain(view(value), indent=indent, escape_html=escape_html)


def write_plain(data: object, *, indent: str | None = None, escape_html: bool = True) -> str:
    """Plain data as `write` prints them, but with the keys in the order that they are in."""
    special = _HTML if escape_html else _LINES
    if indent is None:
        text = _ENCODER.encode(data)
        is_numeric = ".0" in text or "e-" in text or "e+" in text
        if not (is_numeric and _MAYBE_OTHER.search(text)):
            return _escaped(text, special)
    out = Text()
    _Writer(out, indent, special).write(data, "\n")
    return str(out)


def _escaped(text: str, special: re.Pattern[str]) -> str:
    if text.isascii() and (special is _LINES or not ("<" in text or ">" in text or "&" in text)):
        return text
    if not special.search(text):
        return text
    return special.sub(_escape, text) if len(text) < MAX_SIZE >> 6 else translated(text, _ESCAPED[special])


#: What is in a text if Python writes one of its numbers in another way than Go.
_MAYBE_OTHER = lazy_pattern(r"[0-9]e[-+][0-9]|\.0(?![0-9])")


class _Writer:
    def __init__(self, out: Text, indent: str | None, special: re.Pattern[str]) -> None:
        self._put = out.write
        self._indent = indent
        self._special = special

    def write(self, data: object, margin: str) -> None:
        """Appends plain data; `margin` is a new line and the indentation of the line it stands on."""
        put = self._put
        if isinstance(data, str):
            put(self._text(data))
        elif data is None:
            put("null")
        elif isinstance(data, bool):
            put("true" if data else "false")
        elif isinstance(data, int):
            put(str(data))
        elif isinstance(data, float):
            put(number_text(data))
        elif isinstance(data, dict):
            self._collection("{", "}", [(self._text(key), item) for key, item in data.items()], margin)
        else:
            self._collection("[", "]", [("", item) for item in cast("list[object]", data)], margin)

    def _collection(self, start: str, end: str, items: list[tuple[str, object]], margin: str) -> None:
        put = self._put
        deeper = margin + self._indent if self._indent is not None else ""
        colon = ": " if self._indent is not None else ":"
        put(start)
        for number, (key, item) in enumerate(items):
            put("," + deeper if number else deeper)
            if key:
                put(key + colon)
            self.write(item, deeper)
        if items and self._indent is not None:
            put(margin)
        put(end)

    def _text(self, text: str) -> str:
        return _escaped(_string(text), self._special)


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    return "\\ufffd" if "\ud800" <= char <= "\udfff" else f"\\u{ord(char):04x}"


class _Escapes(dict[int, str]):
    """The same for `str.translate`, which needs less memory where there is much to escape."""

    def __init__(self, special: re.Pattern[str]) -> None:
        super().__init__()
        self._special = special

    def __missing__(self, code: int) -> str:
        text = self._special.sub(_escape, chr(code))
        if code < 0x3000:
            self[code] = text
        return text


_ESCAPED = {special: _Escapes(special) for special in (_HTML, _LINES)}


def number_text(number: float) -> str:
    """A finite float as encoding/json writes it."""
    size = abs(number)
    if size and (size < 1e-6 or size >= 1e21):
        mantissa, _, exponent = format_float(number, "e").partition("e")
        return f"{mantissa}e{exponent[0]}{exponent[1:].lstrip('0')}" if size < 1e-6 else f"{mantissa}e{exponent}"
    return format_float(number, "f")


def read(text: str) -> object:
    """json.Unmarshal into an untyped value: dicts, lists, texts, floats, booleans and None.

    Raises:
        JSONError: Go's message.
    """
    marks = sum(map(text.count, ",[{:"))
    take(ITEM * marks * (1 if text.isascii() else 2) + len(text))
    try:
        data = json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise JSONError(_Checker(text).problem()) from None
    return data if text.isascii() and "\\u" not in text else _repaired(data)


def floats(data: object) -> object:
    """Plain data with every number a float, as `read` gives them."""
    if type(data) is dict:
        return {key: floats(value) for key, value in data.items()}
    if type(data) is list:
        return [floats(item) for item in data]
    return float(data) if type(data) is int else data


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise JSONError(f"json: cannot unmarshal number {text} into Go value of type float64")
    return number


def _no_constant(text: str) -> NoReturn:
    raise ValueError(text)


def _repaired(data: object) -> object:
    """`data` with U+FFFD for half a surrogate pair."""
    if isinstance(data, str):
        return _SURROGATES.sub("\ufffd", data)
    if isinstance(data, dict):
        return {_repaired(key): _repaired(item) for key, item in data.items()}
    return [_repaired(item) for item in data] if isinstance(data, list) else data


def kind_of(data: object) -> str:
    """encoding/json's word for what plain data are: `object`, `array`, `string`, `number`, `bool`."""
    if isinstance(data, dict):
        return "object"
    if isinstance(data, list):
        return "array"
    return "string" if isinstance(data, str) else "bool" if isinstance(data, bool) else "number"


_SOME_SPACE = lazy_pattern(rb"[ \t\r\n]*")
_SOME_DIGITS = lazy_pattern(rb"[0-9]*")
_PLAIN = lazy_pattern(rb'[^\x00-\x1f"\\]+')
_ESCAPES = b'bfnrt\\/"'
_HEX = b"0123456789abcdefABCDEF"
_DIGITS = b"0123456789"
_WORDS = {ord("t"): b"true", ord("f"): b"false", ord("n"): b"null"}
_END = "unexpected end of JSON input"


class _Checker:
    """Finds what is wrong with a JSON text, in Go's words."""

    def __init__(self, text: str) -> None:
        self._raw = encode(text) + b" "  # at the end of a text Go looks at one more character
        self._at = 0

    def problem(self) -> str:
        try:
            self._document()
        except JSONError as error:
            return str(error)
        except IndexError:
            return _END
        return "invalid JSON"  # Python's reader is no stricter than Go's, so that this is never the case

    def _document(self) -> None:
        open_ends: list[int] = []
        expects_value = True
        for count in itertools.count():
            if not count % 1024:
                work(0)
            if expects_value:
                expects_value = not self._value(open_ends)
                continue
            if not open_ends:
                self._skip_space(final=True)
                return
            expects_value = self._after_item(open_ends)

    def _skip_space(self, *, final: bool = False) -> None:
        self._at = _SOME_SPACE.match(self._raw, self._at).end()  # type: ignore[union-attr]  # it always matches
        if final and self._at < len(self._raw):
            self._refuse("after top-level value")

    def _peek(self) -> int:
        self._skip_space()
        return self._raw[self._at]

    def _refuse(self, where: str) -> NoReturn:
        raise JSONError(f"invalid character {_quoted(self._raw[self._at])} {where}")

    def _value(self, open_ends: list[int]) -> bool:
        """Reads a scalar or an empty collection (true), or the start of a collection (false)."""
        first = self._peek()
        if first in b"{[":
            self._at += 1
            open_ends.append(first + 2)
            if len(open_ends) > _MAX_DEPTH:
                raise JSONError("exceeded max depth")
            if self._peek() == first + 2:
                self._at += 1
                open_ends.pop()
                return True
            if first == ord("{"):
                self._key()
            return False
        if first == ord('"'):
            self._text()
        elif first in b"-0123456789":
            self._number()
        elif first in _WORDS:
            self._word(_WORDS[first])
        else:
            self._refuse("looking for beginning of value")
        return True

    def _key(self) -> None:
        if self._peek() != ord('"'):
            self._refuse("looking for beginning of object key string")
        self._text()
        if self._peek() != ord(":"):
            self._refuse("after object key")
        self._at += 1

    def _after_item(self, open_ends: list[int]) -> bool:
        """Reads a comma (true: a value follows) or the end of the collection (false)."""
        end = open_ends[-1]
        char = self._peek()
        in_object = end == ord("}")
        if char == end:
            self._at += 1
            open_ends.pop()
            return False
        if char != ord(","):
            self._refuse("after object key:value pair" if in_object else "after array element")
        self._at += 1
        if in_object:
            self._key()
        return True

    def _text(self) -> None:
        raw = self._raw
        self._at += 1
        while raw[self._at] != ord('"'):
            if plain := _PLAIN.match(raw, self._at):
                self._at = plain.end()
                continue
            if raw[self._at] < 0x20:
                self._refuse("in string literal")
            if raw[self._at] == ord("\\"):
                self._at += 1
                if raw[self._at] == ord("u"):
                    for _ in range(4):
                        self._at += 1
                        if raw[self._at] not in _HEX:
                            self._refuse("in \\u hexadecimal character escape")
                elif raw[self._at] not in _ESCAPES:
                    self._refuse("in string escape code")
            self._at += 1
        self._at += 1

    def _number(self) -> None:
        raw = self._raw
        if raw[self._at] == ord("-"):
            self._at += 1
            if raw[self._at] not in _DIGITS:
                self._refuse("in numeric literal")
        if raw[self._at] == ord("0"):
            self._at += 1
        else:
            self._digits()
        if raw[self._at : self._at + 1] == b".":
            self._at += 1
            if raw[self._at] not in _DIGITS:
                self._refuse("after decimal point in numeric literal")
            self._digits()
        if raw[self._at : self._at + 1] in (b"e", b"E"):
            self._at += 1
            if raw[self._at] in b"+-":
                self._at += 1
            if raw[self._at] not in _DIGITS:
                self._refuse("in exponent of numeric literal")
            self._digits()

    def _digits(self) -> None:
        self._at = _SOME_DIGITS.match(self._raw, self._at).end()  # type: ignore[union-attr]  # it always matches

    def _word(self, word: bytes) -> None:
        for letter in word:
            if self._raw[self._at] != letter:
                self._refuse(f"in literal {word.decode()} (expecting '{chr(letter)}')")
            self._at += 1


def _quoted(byte: int) -> str:
    if byte == ord("'"):
        return "'\\''"
    if byte == ord('"'):
        return "'\"'"
    from istioctl.golang.quoting import quote_rune

    return quote_rune(byte)
