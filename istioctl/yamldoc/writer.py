"""Writing plain data as YAML, byte for byte as sigs.k8s.io/yaml 1.6 (and so kubectl and Helm) prints it.

Keys are sorted, lists stand at their key's column, texts of several lines become literal blocks, lines fold at a space
behind column 80, and a text is quoted only where it would otherwise read as something else. The rules are those of
go-yaml v2's `encode.go`, `sorter.go` and `emitterc.go`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cmp_to_key, lru_cache, partial
from typing import Any, NamedTuple

from istioctl.errors import InputError
from istioctl.golang.budget import ITEM, take
from istioctl.golang.strconv import format_float
from istioctl.patterns import lazy_pattern
from istioctl.yamldoc.scalars import is_timestamp, json_number, resolve

_FOLD_COLUMN = 80
_DEEP = 64  # columns of indentation that are not worth counting
_LONGEST_SIMPLE_KEY = 128  # bytes; a longer key, or one of several lines, is written behind `? `

_BREAK = lazy_pattern("[\n\u2028\u2029]")
_SPACE_BEFORE_BREAK = lazy_pattern(" [\n\u2028\u2029]")
_SPACE_AT_BREAK = lazy_pattern(" [\u2028\u2029]|[\u2028\u2029] ")
# What can't stand plainly at the start of a text, anywhere in it, or at its end.
_INDICATOR = lazy_pattern(
    r"""[#,\[\]{}&*!|>'"%@` ]|---|\.\.\.|[-?:](?:[ \t]|\Z)|.*(?::[ \t]|:\Z|[ \t\u2028\u2029]\#|\ \Z)"""
)
_UNPRINTABLE_ASCII = lazy_pattern("[^\n\x20-\x7e]")
_MUST_ESCAPE_ASCII = lazy_pattern(r"[^\x20\x21\x23-\x5b\x5d-\x7e]")
_BASE_60 = lazy_pattern(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
_REFUSED = lazy_pattern("[\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")
_SURROGATE = lazy_pattern("[\ud800-\udfff]")
_NEXT_LINE = lazy_pattern(" *\x85[ \x85]*")
_DIGITS = lazy_pattern(r"\d+")
_PLAINLY_ORDERED = lazy_pattern(r"[A-Za-z $%&'()*+,./:;<=>?@#!\"-]*\Z")  # here code points give go-yaml's order
_SHORT_ESCAPES = {
    "\0": "\\0", "\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r",
    "\x1b": "\\e", '"': '\\"', "\\": "\\\\", "\xa0": "\\_", "\u2028": "\\L", "\u2029": "\\P",
}  # fmt: skip


class _Style(NamedTuple):
    """How a document looks, where the two libraries that Kubernetes tools use differ.

    Attributes:
        order: the keys of a mapping as they are printed.
        in_mapping: how much further a list stands to the right than its key.
        width: the column behind which lines fold.
        whole: print whole floats as integers.
    """

    order: Callable[[Iterable[Any]], Iterable[Any]]
    in_mapping: int = 0
    width: int = _FOLD_COLUMN
    whole: bool = True


def dump(data: Any, *, sort_keys: bool = True) -> str:
    """`data` as one YAML document, ending in a newline.

    Args:
        data: mappings with text keys, lists, str, int, float, bool and None.
        sort_keys: print keys in natural order as Go does; else in the order they have.

    Raises:
        InputError: a number is infinite or none, a text holds control characters that YAML refuses, or the data nest
            too deeply.
    """
    return _document(data, _SORTED if sort_keys else _UNSORTED)


def dump_pretty(data: Any) -> str:
    """`data` as yaml.v3 prints them with an indentation of two: lists stand further right than their keys, long lines
    don't fold, and floats keep their form. Otherwise as `dump`.
    """
    return _document(data, _PRETTY)


def _document(data: Any, style: _Style) -> str:
    lines: list[str] = []
    try:
        if isinstance(data, str):
            _write_text(data, 2, "", lines, style.width)  # a text alone is indented as if it stood in a mapping
        else:
            _write(data, 0, "", lines, style)
    except RecursionError:
        raise InputError("can't write YAML: the data nest too deeply", id="bad-data") from None
    return "\n".join(lines) + "\n"


def dump_all(documents: Iterable[Any]) -> str:
    """Several documents, each but the first behind a `---` line."""
    return "---\n".join(dump(document) for document in documents)


def scalar(value: Any, indent: int = 0) -> str:
    """One scalar or empty collection as it stands behind `key: ` in a mapping at column `indent`."""
    lines: list[str] = []
    _write(value, indent + 2, "", lines, _SORTED)
    return "\n".join(lines)


def _write(value: Any, indent: int, prefix: str, lines: list[str], style: _Style) -> None:
    """Append the lines of `value`; `prefix` is what already stands on its first line, `indent` its column."""
    if isinstance(value, str):
        _write_text(value, indent, prefix, lines, style.width)
    elif isinstance(value, (dict, Mapping)):  # dict by itself is told faster
        if value:
            _write_mapping(value, indent, prefix, lines, style)
        else:
            lines.append(prefix + "{}")
    elif isinstance(value, (list, tuple)):
        if not value:
            lines.append(prefix + "[]")
        deeper = indent + 2
        if indent > _DEEP:
            take(indent * len(value))
        for item in value:
            _write(item, deeper, prefix + "- ", lines, style)
            prefix = " " * indent
    else:
        lines.append(prefix + _atom(value, style.whole))


def _write_mapping(mapping: Mapping[Any, Any], indent: int, prefix: str, lines: list[str], style: _Style) -> None:
    pad = " " * indent
    deeper = indent + 2
    if indent > _DEEP:
        take(indent * len(mapping))
    for key in style.order(mapping):
        value = mapping[key]
        text = key if isinstance(key, str) else str(key)
        head = _simple_key(text) if len(text) <= _LONGEST_SIMPLE_KEY else None
        if head is None:
            _write_text(text, deeper, prefix + "? ", lines, style.width)
            _write(value, deeper, pad + ": ", lines, style)
        elif isinstance(value, str):
            _write_text(value, deeper, f"{prefix}{head}: ", lines, style.width)
        elif isinstance(value, (dict, Mapping)) and value:
            lines.append(f"{prefix}{head}:")
            _write_mapping(value, deeper, pad + "  ", lines, style)
        elif isinstance(value, (list, tuple)) and value:
            lines.append(f"{prefix}{head}:")
            column = indent + style.in_mapping
            _write(value, column, " " * column, lines, style)
        else:
            _write(value, deeper, f"{prefix}{head}: ", lines, style)
        prefix = pad


def _atom(value: Any, whole: bool) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        try:
            number = json_number(value)
        except ValueError as error:
            raise InputError(f"can't write YAML: {error}", id="bad-data") from None
    elif isinstance(value, int):
        number = value
    else:
        raise TypeError(f"no plain data: {type(value).__name__}")
    if isinstance(number, int) and -(1 << 63) <= number < 1 << 64 and (whole or not isinstance(value, float)):
        return str(number)
    return format_float(float(number))


def _write_text(text: str, indent: int, prefix: str, lines: list[str], width: int) -> None:
    """Append a text; lines after its first start at column `indent`."""
    short = _short(text) if len(text) <= _FOLD_COLUMN else None
    if short is not None and len(prefix) + len(short) <= width + 1:
        lines.append(prefix + short)
        return
    text = _as_json_has_it(text)
    style = _style(text)
    if style == "|":
        _write_literal(text, indent, prefix, lines)
    elif style == '"':
        _fold_quoted(text, indent, prefix + '"', lines, width)
    elif style == "'":
        _fold(_pad_breaks(text.replace("'", "''"), indent), indent, prefix + "'", lines, width)
        lines[-1] += "'"
    else:
        _fold(text, indent, prefix, lines, width)


@lru_cache(maxsize=8192)
def _short(text: str) -> str | None:
    """A text as it stands on one line, or None where it takes several."""
    text = _as_json_has_it(text)
    style = _style(text)
    if style == "|" or (style == "'" and _BREAK.search(text)):
        return None
    return _quoted(text, style)


@lru_cache(maxsize=8192)
def _simple_key(text: str) -> str | None:
    """A text as a mapping key in front of its colon, or None where it has to stand behind `? `."""
    text = _as_json_has_it(text)
    if _BREAK.search(text) or "\r" in text or len(text.encode()) > _LONGEST_SIMPLE_KEY:
        return None
    return _quoted(text, _style(text))


def _quoted(text: str, style: str) -> str:
    if style == '"':
        return f'"{_escaped(text)}"'
    return "'" + text.replace("'", "''") + "'" if style == "'" else text


def _as_json_has_it(text: str) -> str:
    """What is left of a text once it went through JSON and a YAML parser, as sigs.k8s.io/yaml sends it."""
    if text.isascii() and "\x7f" not in text:
        return text
    text = _SURROGATE.sub("\ufffd", text)
    if _REFUSED.search(text):
        raise InputError("can't write YAML: control characters are not allowed", id="bad-data")
    return _NEXT_LINE.sub(lambda breaks: "\n" * (breaks[0].count("\x85") - 1) or " ", text) if "\x85" in text else text


@cache
def _unprintable() -> re.Pattern[str]:
    # go-yaml holds everything beyond the basic plane for unprintable. Classes this wide take milliseconds to compile.
    return re.compile("[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")


@cache
def _must_escape() -> re.Pattern[str]:
    return re.compile(r"[^\x20\x21\x23-\x5b\x5d-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")


def _style(text: str) -> str:
    """How a text is written: `|` literal, `"` or `'` quoted, or plain (an empty style)."""
    unprintable = (_UNPRINTABLE_ASCII if text.isascii() else _unprintable()).search(text)
    if "\n" in text:
        return '"' if unprintable or text[-1] == " " or _SPACE_BEFORE_BREAK.search(text) else "|"
    if unprintable or not isinstance(resolve(text), str) or is_timestamp(text) or _BASE_60.match(text):
        return '"'
    if _BREAK.search(text):
        return '"' if _SPACE_AT_BREAK.search(text) else "'"
    return "'" if _INDICATOR.match(text) else ""


def _escaped(text: str) -> str:
    if text.startswith("\ufeff"):
        return "".join(map(_escape, text))
    return (_MUST_ESCAPE_ASCII if text.isascii() else _must_escape()).sub(lambda found: _escape(found[0]), text)


@lru_cache(maxsize=1024)
def _escape(char: str) -> str:
    code = ord(char)
    if char in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[char]
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _write_literal(text: str, indent: int, prefix: str, lines: list[str]) -> None:
    hint = "2" if text[0] in " \n\u2028\u2029" else ""
    ended = _BREAK.match(text[-1]) is not None
    chomp = "-" if not ended else "+" if len(text) == 1 or _BREAK.match(text[-2]) else ""
    lines.append(f"{prefix}|{hint}{chomp}")
    take((ITEM + 2 * indent) * text.count("\n") + 2 * len(text))
    pad = " " * indent
    body = _pad_breaks(text, indent)
    lines.extend(pad + line if line and line[0] not in "\u2028\u2029" else line for line in body.split("\n"))
    if text[-1] == "\n":
        lines.pop()


def _pad_breaks(text: str, indent: int) -> str:
    """A line separator inside a text starts a line of its own, which is indented too."""
    if "\u2028" not in text and "\u2029" not in text:
        return text
    return re.sub("([\u2028\u2029])(?=[^\n\u2028\u2029])", lambda found: found[1] + " " * indent, text)


def _fold(text: str, indent: int, prefix: str, lines: list[str], width: int) -> None:
    """Append a plain or single-quoted text, broken at lone spaces behind the fold column."""
    take((ITEM + 2 * indent) * (len(text) // width))
    start, column = 0, len(prefix)
    last = len(text) - 1
    while len(text) - start + column > width + 1:
        at = text.find(" ", max(start + width + 1 - column, 1))
        while 0 < at < last and (text[at - 1] == " " or text[at + 1] == " "):
            at = text.find(" ", at + 1)
        if not 0 < at < last:
            break
        lines.append(prefix + text[start:at])
        start, column, prefix = at + 1, indent, " " * indent
    lines.append(prefix + text[start:])


def _fold_quoted(text: str, indent: int, prefix: str, lines: list[str], width: int) -> None:
    """Append a double-quoted text; a fold before a further space is marked with a backslash."""
    take((ITEM + 2 * indent) * (len(text) // width) + 8 * len(text))
    parts: list[str] = []
    column, last, spaces = len(prefix), len(text) - 1, False
    bom = text.startswith("\ufeff")
    for at, char in enumerate(text):
        if char == " " and not bom:
            if not spaces and column > width and 0 < at < last:
                lines.append(prefix + "".join(parts))
                parts, prefix, column = [], " " * indent, indent
                if text[at + 1] == " ":
                    parts.append("\\")
                    column += 1
            else:
                parts.append(char)
                column += 1
            spaces = True
            continue
        spaces = False
        written = _escape(char) if bom or _must_escape().match(char) else char
        parts.append(written)
        column += len(written)
    lines.append(prefix + "".join(parts) + '"')


def sorted_keys(keys: Iterable[Any]) -> list[Any]:
    """Keys in go-yaml's order: runs of digits compare as numbers, letters come after other characters."""
    return _sorted(keys, natural_key)


def _sorted(keys: Iterable[Any], key: Callable[[Any], Any]) -> list[Any]:
    names = list(keys)
    if len(names) < 2:
        return names
    if all(isinstance(name, str) for name in names) and _PLAINLY_ORDERED.match("".join(names)):
        return sorted(names)
    return sorted(names, key=key)


def _compare(left: Any, right: Any, *, after_digits: bool = False) -> int:
    """Compare two keys; with `after_digits` as yaml.v3, where a letter behind a digit comes first."""
    a, b = str(left), str(right)
    digits = False
    for at, (x, y) in enumerate(zip(a, b, strict=False)):
        if x == y:
            digits = after_digits and x.isdecimal()
            continue
        letters = x.isalpha(), y.isalpha()
        if letters == (True, True):
            return -1 if x < y else 1
        if True in letters:
            return -1 if letters[1] != digits else 1
        return _compare_numbers(a, b, at) or (-1 if x < y else 1)
    return len(a) - len(b)


def _compare_numbers(a: str, b: str, at: int) -> int:
    """Compare the runs of digits at the first difference of two keys: by value, then by length."""
    lead = 0
    if "0" in (a[at], b[at]):
        before = at - 1
        while before >= 0 and a[before].isdecimal():
            if a[before] != "0":
                lead = 1  # zeros behind another digit count
                break
            before -= 1
    a_run, b_run = _DIGITS.match(a, at), _DIGITS.match(b, at)
    a_digits, b_digits = (a_run[0] if a_run else ""), (b_run[0] if b_run else "")
    a_value = int(f"{lead}{a_digits}")
    b_value = int(f"{lead}{b_digits}")
    return (a_value > b_value) - (a_value < b_value) or len(a_digits) - len(b_digits)


#: Sorting key of go-yaml for one mapping key.
natural_key = cmp_to_key(_compare)
_pretty_key = cmp_to_key(partial(_compare, after_digits=True))

_SORTED = _Style(sorted_keys)
_UNSORTED = _Style(iter)
_PRETTY = _Style(partial(_sorted, key=_pretty_key), in_mapping=2, width=1 << 30, whole=False)
