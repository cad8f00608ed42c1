"""sprig's regular expressions (`regex.go`), by RE2, which has Go's syntax and matches in linear time."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from istioctl.golang.budget import ITEM, LimitError, check_size, take, translated, work
from istioctl.golang.quoting import can_backquote, quote
from istioctl.golang.types import SLICE_STRING, CallError
from istioctl.golang.values import decode, encode, make, nil
from istioctl.gotemplate.functions.table import FunctionTable
from istioctl.patterns import lazy_pattern

TABLE = FunctionTable()

# RE2's words for a mistake, and Go's.
_PROBLEMS = {
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "no argument for repetition operator": "missing argument to repetition operator",
    "bad repetition operator": "invalid nested repetition operator",
    "missing )": "missing closing )",
    "missing ]": "missing closing ]",
    "unexpected )": "unexpected )",
    "invalid repetition size": "invalid repeat count",
    "invalid named capture group": "invalid named capture",
    "invalid UTF-8": "invalid UTF-8",
}
_FEW, _MANY = 1 << 10, 1 << 16  # bytes of a text
_MOST_WORK = 1 << 29  # bytes times instructions; some nanoseconds each where RE2 is slowest
_LITTLE, _MUCH = 2 << 20, 8 << 20  # bytes that RE2 may use for a pattern: first try, and its own default
_BYTE_CLASS = lazy_pattern(rb"(?<!\\)(?:\\\\)*\\C")
_META = str.maketrans({char: f"\\{char}" for char in r"\.+*?()|[]{}^$"})
_REFERENCE = lazy_pattern(rb"\$(?:(\$)|\{(\w+)\}|(\w+))")


class _BadPatternError(Exception):
    """Go's message about a pattern it can't parse."""


@lru_cache(maxsize=32)  # each may take `_LITTLE` while it matches
def _compiled(pattern: str) -> Any:
    import re2

    raw = encode(pattern)
    options = re2.Options()
    options.log_errors = False
    if _BYTE_CLASS.search(raw):
        raise _BadPatternError(r"error parsing regexp: invalid escape sequence: `\C`")
    try:
        options.max_mem = _LITTLE
        return re2.compile(raw, options)
    except re2.error:
        options.max_mem = _MUCH
    try:
        return re2.compile(raw, options)
    except re2.error as error:
        raise _BadPatternError(_problem(str(error.args[0], "utf-8", "replace"), pattern)) from None


def _problem(words: str, pattern: str) -> str:
    if words.startswith("trailing \\"):
        return "error parsing regexp: trailing backslash at end of expression: ``"
    if words.startswith("pattern too large"):
        return f"error parsing regexp: expression too large: `{pattern}`"
    problem, _, part = words.partition(": ")
    if part in ("(?<!", "(?<="):  # Go, unlike RE2, takes these for the start of a named group
        rest = pattern[pattern.index(part) :]
        problem, part = "invalid named capture group", rest[: rest.find(">") + 1] or rest
    return f"error parsing regexp: {_PROBLEMS.get(problem, problem)}: `{part}`"


def _must_compile(pattern: str) -> Any:
    try:
        return _compiled(pattern)
    except _BadPatternError as error:
        spelled = f"`{pattern}`" if can_backquote(pattern) else quote(pattern)
        raise CallError(f"regexp: Compile({spelled}): {error}") from None


def _compile(pattern: str) -> Any:
    try:
        return _compiled(pattern)
    except _BadPatternError as error:
        raise CallError(str(error)) from None


def _search(compiled: Any, text: str) -> Any:
    """The first match in a text, None if there is none."""
    raw = encode(text)
    _check_work(compiled, raw)
    return compiled.search(raw)


def _check_work(compiled: Any, raw: bytes) -> None:
    """Refuses what may take seconds in one go: time grows with the text and with the pattern."""
    if len(raw) > _FEW and len(raw) * compiled.programsize > _MOST_WORK:
        raise LimitError(f"size limit exceeded: {len(raw)} bytes are too many for so large a regular expression")


def _matches(compiled: Any, raw: bytes, limit: int = -1) -> Iterator[Any]:
    """Go's successive matches: an empty one right behind the one before does not count."""
    _check_work(compiled, raw)
    at, previous = 0, -1
    for count in itertools.count():
        if at > len(raw) or limit == 0:
            return
        if not count % 64:
            work(64)
        elif len(raw) > _MANY:
            work(0)
        found = compiled.search(raw, at)
        if found is None:
            return
        start, end = found.span()
        if end > start or start != previous:
            yield found
            limit -= 1
        previous = end
        at = end if end > at else at + _width(raw, at)


def _width(raw: bytes, at: int) -> int:
    """How many bytes the character at a place has."""
    end = at + 1
    while end < len(raw) and raw[end] & 0xC0 == 0x80 and end < at + 4:
        end += 1
    return end - at


@TABLE.function("regexMatch", "string, string", passes=True)
def regex_match(pattern: str, text: str) -> bool:
    """Whether the pattern matches anywhere; no bad pattern does."""
    try:
        return _search(_compiled(pattern), text) is not None
    except _BadPatternError:
        return False


@TABLE.function("mustRegexMatch", "string, string", passes=True)
def must_regex_match(pattern: str, text: str) -> bool:
    """Whether the pattern matches anywhere."""
    return _search(_compile(pattern), text) is not None


def _find_all(compiled: Any, text: str, limit: int) -> object:
    raw = encode(text)
    found = []
    for match in _matches(compiled, raw, limit):
        found.append(decode(match.group()))
        take(ITEM + len(found[-1]))
    return make(SLICE_STRING, found) if found else nil(SLICE_STRING)


@TABLE.function("regexFindAll", "string, string, int")
def regex_find_all(pattern: str, text: str, limit: int) -> object:
    """The matches, at most `limit` unless that is negative."""
    return _find_all(_must_compile(pattern), text, limit)


@TABLE.function("mustRegexFindAll", "string, string, int")
def must_regex_find_all(pattern: str, text: str, limit: int) -> object:
    """The matches, at most `limit` unless that is negative."""
    return _find_all(_compile(pattern), text, limit)


def _find(compiled: Any, text: str) -> str:
    found = _search(compiled, text)
    return decode(found.group()) if found else ""


@TABLE.function("regexFind", "string, string")
def regex_find(pattern: str, text: str) -> str:
    """The first match, or an empty text."""
    return _find(_must_compile(pattern), text)


@TABLE.function("mustRegexFind", "string, string")
def must_regex_find(pattern: str, text: str) -> str:
    """The first match, or an empty text."""
    return _find(_compile(pattern), text)


def _replaced(compiled: Any, text: str, replacement: str, *, expand: bool) -> str:
    raw, template = encode(text), encode(replacement)
    changed = bytearray()
    at = 0
    for match in _matches(compiled, raw):
        start, end = match.span()
        changed += raw[at:start]
        changed += _expanded(template, match) if expand else template
        check_size(len(changed))
        at = end
    changed += raw[at:]
    return decode(bytes(changed))


def _expanded(template: bytes, match: Any) -> bytes:
    """A replacement with `$1` and `${name}` filled in; what names no group is empty."""

    def put(reference: re.Match[bytes]) -> bytes:
        if reference[1]:
            return b"$"
        name = (reference[2] or reference[3]).decode()
        groups = match.re.groups
        if name.isdigit() and (name == "0" or name[0] != "0"):
            return (match.group(int(name)) or b"") if int(name) <= groups else b""
        index = match.re.groupindex.get(name.encode()) or match.re.groupindex.get(name)
        return (match.group(index) or b"") if index else b""

    return _REFERENCE.sub(put, template) if b"$" in template else template


@TABLE.function("regexReplaceAll", "string, string, string")
def regex_replace_all(pattern: str, text: str, replacement: str) -> str:
    """The text with the replacement, `$1` and `${name}` filled in, for each match."""
    return _replaced(_must_compile(pattern), text, replacement, expand=True)


@TABLE.function("mustRegexReplaceAll", "string, string, string")
def must_regex_replace_all(pattern: str, text: str, replacement: str) -> str:
    """The text with the replacement, `$1` and `${name}` filled in, for each match."""
    return _replaced(_compile(pattern), text, replacement, expand=True)


@TABLE.function("regexReplaceAllLiteral", "string, string, string")
def regex_replace_all_literal(pattern: str, text: str, replacement: str) -> str:
    """The text with the replacement as it is for each match."""
    return _replaced(_must_compile(pattern), text, replacement, expand=False)


@TABLE.function("mustRegexReplaceAllLiteral", "string, string, string")
def must_regex_replace_all_literal(pattern: str, text: str, replacement: str) -> str:
    """The text with the replacement as it is for each match."""
    return _replaced(_compile(pattern), text, replacement, expand=False)


def _split(compiled: Any, pattern: str, text: str, limit: int) -> object:
    if limit == 0:
        return nil(SLICE_STRING)
    if pattern and not text:
        return make(SLICE_STRING, [""])
    raw = encode(text)
    parts: list[str] = []
    start = end = 0
    for match in _matches(compiled, raw, limit):
        if 0 < limit == len(parts) + 1:
            break
        end, following = match.span()
        if following != 0:
            parts.append(decode(raw[start:end]))
            take(ITEM + end - start)
        start = following
    if end != len(raw):
        parts.append(decode(raw[start:]))
    return make(SLICE_STRING, parts)


@TABLE.function("regexSplit", "string, string, int")
def regex_split(pattern: str, text: str, limit: int) -> object:
    """The pieces between matches, at most `limit` unless that is negative."""
    return _split(_must_compile(pattern), pattern, text, limit)


@TABLE.function("mustRegexSplit", "string, string, int")
def must_regex_split(pattern: str, text: str, limit: int) -> object:
    """The pieces between matches, at most `limit` unless that is negative."""
    return _split(_compile(pattern), pattern, text, limit)


@TABLE.function("regexQuoteMeta", "string")
def regex_quote_meta(text: str) -> str:
    """A pattern that matches just the text."""
    return translated(text, _META)
