"""Letters as Go's strings and unicode packages, goutils and huandu/xstrings change them.

Go maps each character to one character, where Python may give two (`ß`) or look at its neighbours (`Σ`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from itertools import groupby

from istioctl.golang.budget import ITEM, Text, pieces, take

#: unicode.IsSpace; Python's str.strip also takes the separators U+001C to U+001F.
SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


def _one(char: str, mapped: str, fallback: str) -> str:
    if len(mapped) == 1:
        return mapped
    return fallback if len(fallback) == 1 else char


def upper(text: str) -> str:
    """strings.ToUpper."""
    if text.isascii():
        return text.upper()
    return _mapped(text, _upper)


def lower(text: str) -> str:
    """strings.ToLower."""
    if text.isascii():
        return text.lower()
    return _mapped(text, _lower)


def _mapped(text: str, change: Callable[[str], str]) -> str:
    changed = Text()
    for part in pieces(text):
        changed.write("".join(map(change, part)))
    return str(changed)


def _upper(char: str) -> str:
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    return _one(char, char.upper(), char.title())


def _lower(char: str) -> str:
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    return char.lower()[0]


def _title(char: str) -> str:
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    return _one(char, char.title(), char)


def title(text: str) -> str:
    """strings.Title: a capital behind everything that is not a letter, digit or underscore."""
    out = Text()
    previous = " "
    for char in text:
        out.write(_title(char) if _ends_word(previous) else char)
        previous = char
    return str(out)


def _ends_word(char: str) -> bool:
    if char.isascii():
        return not (char.isalnum() or char == "_")
    return not (char.isalpha() or char.isdecimal()) and char in SPACES


def untitle(text: str) -> str:
    """goutils.Uncapitalize: a small letter at the start of each word."""
    out = Text()
    start = True
    for char in text:
        space = char in SPACES
        out.write(_lower(char) if start and not space else char)
        start = space
    return str(out)


def swap(text: str) -> str:
    """goutils.SwapCase: small letters become capitals, title case at the start of a word, and the other way round."""
    out = Text()
    start = True
    for char in text:
        if char.isupper() or unicodedata.category(char) == "Lt":
            out.write(_lower(char))
            start = False
        elif unicodedata.category(char) == "Ll":
            out.write(_title(char) if start else _upper(char))
            start = False
        else:
            out.write(char)
            start = char in SPACES
    return str(out)


def _joins(char: str) -> bool:
    return char in "-_" or char in SPACES


def pascal(text: str) -> str:
    """xstrings.ToPascalCase: `some_words` as `SomeWords`; connectors in front stay, of other runs all but one.

    Of a text of connectors only the last one is there twice.
    """
    start = next((at for at, char in enumerate(text) if not _joins(char)), len(text))
    out = Text()
    out.write(text[:start])
    rest = text[start:] or text[-1:]
    if len(rest) <= 1:
        return str(out) + "".join(map(_upper, rest))
    capitals = _is_upper(rest[0])
    current = _upper(rest[0])
    for char in rest[1:]:
        before, current = current, char
        if _joins(current) and _joins(before):
            out.write(before)
        elif _joins(before):
            capitals = _is_upper(current)
            current = _upper(current)
        else:
            if capitals:
                if _is_upper(current):
                    current = _lower(current)
                else:
                    capitals = False
            out.write(before)
    return str(out) + current


def _is_upper(char: str) -> bool:
    return unicodedata.category(char) == "Lu"


_FEW = 1000  # characters whose words are not worth counting
_CONNECTOR, _PUNCTUATION, _NUMBER, _UPPER, _LETTERS, _OTHER = [
    "connector",
    "punctuation",
    "number",
    "upper",
    "letters",
    "other",
]
_IDEOGRAPHS = (("\u4e00", "\u9fcc"), ("\u3400", "\u4d85"), ("\U00020000", "\U0002b81d"))
_APART = frozenset((_CONNECTOR, _PUNCTUATION))


def separated(text: str, mark: str) -> str:
    """xstrings.ToSnakeCase and ToKebabCase: words in small letters with `mark` between them.

    A number belongs to the word before it (`Bld4Floor` is `bld4_floor`), or with the letters behind it to a word of its
    own (`http2xx` is `http_2xx`).
    """
    tokens = _tokens(text)
    out = Text()

    def emit(token: tuple[str, str]) -> None:
        kind, word = token
        if kind in (_UPPER, _CONNECTOR):
            word = "".join(mark if _joins(char) else _lower(char) if _is_upper(char) else char for char in word)
        out.write(word)

    def emit_rest_of_word(at: int) -> int:
        while at < len(tokens) and tokens[at][0] in (_LETTERS, _NUMBER):
            emit(tokens[at])
            at += 1
        return at

    def separate(at: int) -> None:
        if at < len(tokens) and tokens[at][0] not in _APART:
            out.write(mark)

    at = 0
    while at < len(tokens) - 1:
        kind = tokens[at][0]
        emit(tokens[at])
        at += 1
        if kind == _NUMBER:
            at = emit_rest_of_word(at)
            separate(at)
        elif kind in _APART:
            continue
        elif tokens[at][0] != _NUMBER:
            separate(at)
        elif at < len(tokens) - 1:
            if tokens[at + 1][0] == _LETTERS:
                out.write(mark)
                at = emit_rest_of_word(at)
            else:
                emit(tokens[at])
                at += 1
            separate(at)
    if at < len(tokens):
        emit(tokens[at])
    return str(out)


def _class(char: str) -> str:
    if _joins(char):
        return _CONNECTOR
    category = unicodedata.category(char)
    if category == "Lu":
        return _UPPER
    if category[0] == "L":
        return _OTHER if any(first <= char <= last for first, last in _IDEOGRAPHS) else _LETTERS
    return {"P": _PUNCTUATION, "N": _NUMBER}.get(category[0], _OTHER)


def _tokens(text: str) -> list[tuple[str, str]]:
    """The words of a text by class; a run of capitals gives its last one to the small letters that follow."""
    if len(text) > _FEW:
        take(2 * ITEM * len(text))
    tokens: list[tuple[str, str]] = []
    for kind, chars in groupby(text, _class):
        word = "".join(chars)
        if kind == _LETTERS and tokens and tokens[-1][0] == _UPPER:
            capitals = tokens.pop()[1]
            if len(capitals) > 1:
                tokens.append((_UPPER, capitals[:-1]))
            tokens.append((_UPPER, capitals[-1] + word))
        else:
            tokens.append((kind, word))
    return tokens
