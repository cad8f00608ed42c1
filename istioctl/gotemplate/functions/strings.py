"""sprig's functions on texts (`strings.go`): trimming, padding, wrapping, quoting, joining and splitting.

Go's strings are bytes, and several of these functions cut them without regard for characters: they work on
`values.encode(text)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from istioctl.golang import casing, quoting
from istioctl.golang.budget import ITEM, check_size, joined, take, work
from istioctl.golang.fmt import show
from istioctl.golang.types import MAP_STRING, SLICE_STRING, CallError
from istioctl.golang.values import decode, encode, make
from istioctl.gotemplate.functions.casting import NEGATIVE_REPEAT, texts_of, to_text
from istioctl.gotemplate.functions.table import FunctionTable
from istioctl.patterns import lazy_pattern

TABLE = FunctionTable()

_FEW = 1000  # characters whose pieces are not worth counting
_SURROGATE = lazy_pattern("[\ud800-\udfff]")
_SPACE_BYTES = "".join(char for char in casing.SPACES if char <= "\xff").encode("latin-1")
_TO_SPACES = bytes(0x20 if byte in _SPACE_BYTES else byte for byte in range(256))
_SLICE_BOUNDS = "runtime error: slice bounds out of range"


@TABLE.function("hello", "", passes=True)
def hello() -> str:
    """A greeting, to try templates with."""
    return "Hello!"


@TABLE.function("trim", "string")
def trim(text: str) -> str:
    """Without white space at both ends."""
    return text.strip(casing.SPACES)


@TABLE.function("trimAll", "string, string")
@TABLE.function("trimall", "string, string")
def trim_all(characters: str, text: str) -> str:
    """Without any of `characters` at both ends."""
    return text.strip(characters)


@TABLE.function("trimSuffix", "string, string")
def trim_suffix(suffix: str, text: str) -> str:
    """Without `suffix` once."""
    return text.removesuffix(suffix)


@TABLE.function("trimPrefix", "string, string")
def trim_prefix(prefix: str, text: str) -> str:
    """Without `prefix` once."""
    return text.removeprefix(prefix)


@TABLE.function("upper", "string")
def upper(text: str) -> str:
    """In capitals."""
    return casing.upper(text)


@TABLE.function("lower", "string")
def lower(text: str) -> str:
    """In small letters."""
    return casing.lower(text)


@TABLE.function("title", "string")
def title(text: str) -> str:
    """With a capital at the start of each word."""
    return casing.title(text)


@TABLE.function("untitle", "string")
def untitle(text: str) -> str:
    """With a small letter at the start of each word."""
    return casing.untitle(text)


@TABLE.function("swapcase", "string")
def swapcase(text: str) -> str:
    """Capitals small, small letters capital."""
    return casing.swap(text)


@TABLE.function("snakecase", "string")
def snakecase(text: str) -> str:
    """`FirstName` as `first_name`."""
    return casing.separated(text, "_")


@TABLE.function("kebabcase", "string")
def kebabcase(text: str) -> str:
    """`FirstName` as `first-name`."""
    return casing.separated(text, "-")


@TABLE.function("camelcase", "string")
def camelcase(text: str) -> str:
    """`first_name` as `FirstName`."""
    return casing.pascal(text)


@TABLE.function("repeat", "int, string")
def repeat(count: int, text: str) -> str:
    """`text` so many times."""
    if count < 0:
        raise CallError(NEGATIVE_REPEAT)
    check_size(count * len(text))
    return text * int(count)


@TABLE.function("substr", "int, int, string")
def substr(start: int, end: int, text: str) -> str:
    """The bytes from `start` up to `end`; a negative `start` is 0, a negative or too large `end` the text's."""
    raw = encode(text)
    if start < 0:
        start = 0
    elif end < 0 or end > len(raw):
        end = len(raw)
        if start > end:
            raise CallError(f"{_SLICE_BOUNDS} [{int(start)}:{end}]")
    if not 0 <= end <= len(raw):
        raise CallError(f"{_SLICE_BOUNDS} [:{int(end)}]" + (f" with length {len(raw)}" if end >= 0 else ""))
    if start > end:
        raise CallError(f"{_SLICE_BOUNDS} [{int(start)}:{int(end)}]")
    return decode(raw[start:end])


@TABLE.function("trunc", "int, string")
def trunc(size: int, text: str) -> str:
    """The first bytes, or with a negative size the last ones."""
    raw = encode(text)
    if size < 0:
        return decode(raw[size:]) if len(raw) + size > 0 else text
    return decode(raw[:size]) if len(raw) > size else text


@TABLE.function("abbrev", "int, string")
def abbrev(width: int, text: str) -> str:
    """Cut to `width` bytes with `...` at the end."""
    return text if width < 4 else decode(_abbreviate(encode(text), 0, int(width)))


@TABLE.function("abbrevboth", "int, int, string")
def abbrevboth(left: int, right: int, text: str) -> str:
    """Cut to `right` bytes with `...` at the end, and also at the start where `left` lies behind it."""
    if right < 4 or (left > 0 and right < 7):
        return text
    return decode(_abbreviate(encode(text), int(left), int(right)))


def _abbreviate(raw: bytes, offset: int, width: int) -> bytes:
    if len(raw) <= width:
        return raw
    room = width - 3
    offset = min(offset, len(raw))
    if len(raw) - offset < room:
        offset = len(raw) - room
    if offset <= 4:
        return raw[:room] + b"..."
    if offset + room < len(raw):
        return b"..." + _abbreviate(raw[offset:], 0, room)
    return b"..." + raw[-room:]


@TABLE.function("nospace", "string")
def nospace(text: str) -> str:
    """Without white space; goutils looks at bytes, which spoils other alphabets where it finds any."""
    raw = encode(text)
    kept = raw.translate(None, _SPACE_BYTES)
    return text if len(kept) == len(raw) else kept.decode("latin-1")


@TABLE.function("initials", "string")
def initials(text: str) -> str:
    """The first byte of each word."""
    spaced = encode(text).translate(_TO_SPACES)
    take(ITEM * spaced.count(b" "))
    return bytes(word[0] for word in spaced.split()).decode("latin-1")


@TABLE.function("wrap", "int, string")
def wrap(width: int, text: str) -> str:
    """Lines of `width` bytes, broken at spaces; longer words stand out."""
    return _wrapped(encode(text), int(width), b"\n", cut=False)


@TABLE.function("wrapWith", "int, string, string")
def wrap_with(width: int, separator: str, text: str) -> str:
    """Lines of at most `width` bytes with `separator` between them; longer words are cut."""
    return _wrapped(encode(text), int(width), encode(separator) or b"\n", cut=True)


def _wrapped(raw: bytes, width: int, separator: bytes, *, cut: bool) -> str:
    width = max(width, 1)
    take(ITEM * (raw.count(b" ") + (len(raw) // width if cut else 0)))
    lines: list[bytes] = []
    at = 0
    while len(raw) - at > width:
        if raw[at : at + 1] == b" ":
            at += 1
            continue
        space = raw.rfind(b" ", at, at + width + 1)
        if space >= 0:
            lines.append(raw[at:space])
            at = space + 1
        elif cut:
            lines.append(raw[at : at + width])
            at += width
        else:
            space = raw.find(b" ", at + width)
            if space < 0:
                break
            lines.append(raw[at:space])
            at = space + 1
    lines.append(raw[at:])
    check_size(len(raw) + len(lines) * len(separator))
    return decode(separator.join(lines))


@TABLE.function("contains", "string, string", passes=True)
def contains(part: str, text: str) -> bool:
    """Whether `part` is in `text`."""
    return part in text


@TABLE.function("hasPrefix", "string, string", passes=True)
def has_prefix(prefix: str, text: str) -> bool:
    """Whether `text` starts with `prefix`."""
    return text.startswith(prefix)


@TABLE.function("hasSuffix", "string, string", passes=True)
def has_suffix(suffix: str, text: str) -> bool:
    """Whether `text` ends with `suffix`."""
    return text.endswith(suffix)


@TABLE.function("quote", "...any")
def quote(*values: object) -> str:
    """Each value but nil in double quotes, escaped as Go does."""
    if len(values) == 1 and values[0] is not None:
        text = to_text(values[0])
        return quoting.quote(text) if len(text) < _FEW else _listed(iter((quoting.quote(text),)))
    return _listed(quoting.quote(to_text(value)) for value in values if value is not None)


@TABLE.function("squote", "...any")
def squote(*values: object) -> str:
    """Each value but nil in single quotes, not escaped."""
    return _listed(f"'{show(value)}'" for value in values if value is not None)


@TABLE.function("cat", "...any")
def cat(*values: object) -> str:
    """Each value but nil, spaces between."""
    return _listed(show(value) for value in values if value is not None)


def _listed(texts: Iterator[str]) -> str:
    """Texts that are made one by one, with spaces between them."""
    kept = []
    for text in texts:
        take(len(text))
        kept.append(text)
    return joined(" ", kept)


@TABLE.function("indent", "int, string")
def indent(spaces: int, text: str) -> str:
    """Each line behind so many spaces."""
    if spaces < 0:
        raise CallError(NEGATIVE_REPEAT)
    if spaces:
        check_size(len(text) + int(spaces) * (text.count("\n") + 1))
    pad = " " * int(spaces)
    return pad + text.replace("\n", "\n" + pad)


@TABLE.function("nindent", "int, string")
def nindent(spaces: int, text: str) -> str:
    """A new line, then each line behind so many spaces."""
    return "\n" + indent(spaces, text)


@TABLE.function("replace", "string, string, string")
def replace(old: str, new: str, text: str) -> str:
    """`text` with `new` for each `old`."""
    if len(new) > len(old):
        check_size(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


@TABLE.function("plural", "string, string, int", passes=True)
def plural(one: str, many: str, count: int) -> str:
    """`one` for one, else `many`."""
    return one if count == 1 else many


@TABLE.function("toString", "any")
def to_string(value: object) -> str:
    """The value as text."""
    return to_text(value)


@TABLE.function("toStrings", "any")
def to_strings(value: object) -> object:
    """The items of a list as texts."""
    return make(SLICE_STRING, texts_of(value))


@TABLE.function("join", "string, any")
def join(separator: str, values: object) -> str:
    """The items of a list as texts, `separator` between them."""
    return joined(separator, texts_of(values))


@TABLE.function("sortAlpha", "any")
def sort_alpha(values: object) -> object:
    """The items of a list as texts, in order of their bytes."""
    texts = ["<nil>"] if values is None else texts_of(values)
    work(len(texts))
    if not any(map(_SURROGATE.search, texts)):
        return make(SLICE_STRING, sorted(texts))  # code points sort as UTF-8 does
    take(sum(map(len, texts)) + ITEM * len(texts))
    return make(SLICE_STRING, sorted(texts, key=encode))


def pieces(text: str, separator: str, count: int = -1) -> list[str]:
    """strings.SplitN: at most `count` pieces, all where it is negative; an empty separator splits characters."""
    if count == 0:
        return []
    if not separator:
        take((8 if text.isascii() else ITEM + 24) * len(text))
        if 0 < count < len(text):
            return [*text[: count - 1], text[count - 1 :]]
        return list(text)
    if len(text) > _FEW:
        take(ITEM * text.count(separator) + len(text))
    return text.split(separator, count - 1 if count > 0 else -1)


@TABLE.function("splitList", "string, string")
def split_list(separator: str, text: str) -> object:
    """The pieces of `text` as a list."""
    return make(SLICE_STRING, pieces(text, separator))


@TABLE.function("split", "string, string")
def split(separator: str, text: str) -> object:
    """The pieces of `text` as a dict with the keys `_0`, `_1`, …"""
    return _numbered(pieces(text, separator))


@TABLE.function("splitn", "string, int, string")
def splitn(separator: str, count: int, text: str) -> object:
    """At most `count` pieces of `text` as a dict with the keys `_0`, `_1`, …"""
    return _numbered(pieces(text, separator, int(count)))


def _numbered(texts: list[str]) -> object:
    take(2 * ITEM * len(texts))
    return make(MAP_STRING, {f"_{number}": text for number, text in enumerate(texts)})
