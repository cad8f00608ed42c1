"""Go's quoted strings and runes: reading literals, and writing them as `%q` does (strconv's Quote and Unquote)."""

from __future__ import annotations

from typing import Final

from istioctl.golang.budget import translated
from istioctl.golang.values import decode, encode

_READ: Final = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"',
}  # fmt: skip
_WRITTEN: Final = {
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\",
}  # fmt: skip
_DIGITS: Final = {"x": 2, "u": 4, "U": 8}
_HEX: Final = frozenset("0123456789abcdefABCDEF")


class SyntaxFault(ValueError):  # noqa: N818 - names Go's ErrSyntax
    """A literal that Go would not read; its text is Go's `invalid syntax`."""

    def __init__(self) -> None:
        super().__init__("invalid syntax")


def unquote(literal: str) -> str:
    """The text of a Go string literal, interpreted (`"…"`) or raw (backquotes).

    Raises:
        SyntaxFault: it is no such literal.
    """
    if len(literal) < 2 or literal[0] != literal[-1]:
        raise SyntaxFault
    body = literal[1:-1]
    if literal[0] == "`":
        if "`" in body:
            raise SyntaxFault
        return body.replace("\r", "")
    if literal[0] != '"' or "\n" in body:
        raise SyntaxFault
    return unquoted(body, '"')


def unquoted(body: str, quote: str) -> str:
    """The text that stands between two quotes, its escapes resolved.

    Raises:
        SyntaxFault: a bad escape, or the quote itself.
    """
    if "\\" not in body:
        if quote in body:
            raise SyntaxFault
        return body
    raw = bytearray()
    at = 0
    while at < len(body):
        char, is_byte, at = unquote_char(body, at, quote)
        raw += bytes([char]) if is_byte else encode(chr(char))
    return decode(bytes(raw))


def unquote_char(body: str, at: int, quote: str) -> tuple[int, bool, int]:
    """The character or byte at `body[at]`: its code, whether it is a byte, and where the next begins.

    Raises:
        SyntaxFault: a bad escape, or the quote itself.
    """
    if at >= len(body) or body[at] == quote:
        raise SyntaxFault
    if body[at] != "\\":
        return ord(body[at]), False, at + 1
    mark = body[at + 1 : at + 2]
    if mark in _READ and mark:
        if mark in "'\"" and mark != quote:
            raise SyntaxFault
        return ord(_READ[mark]), False, at + 2
    if mark in _DIGITS:
        digits = body[at + 2 : at + 2 + _DIGITS[mark]]
        if len(digits) != _DIGITS[mark] or not _HEX.issuperset(digits):
            raise SyntaxFault
        code = int(digits, 16)
        if mark != "x" and (code > 0x10FFFF or 0xD800 <= code < 0xE000):
            raise SyntaxFault
        return code, mark == "x", at + 2 + _DIGITS[mark]
    octal = body[at + 1 : at + 4]
    if len(octal) == 3 and all("0" <= digit <= "7" for digit in octal) and int(octal, 8) < 256:
        return int(octal, 8), True, at + 4
    raise SyntaxFault


def quote(text: str, *, ascii_only: bool = False) -> str:
    """`text` as an interpreted Go string literal."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f'"{translated(_runes(text), _ASCII_QUOTED if ascii_only else _QUOTED)}"'


def quote_rune(code: int, *, ascii_only: bool = False) -> str:
    """The character `code` as a Go rune literal."""
    char = "\ufffd" if code > 0x10FFFF or code < 0 or 0xD800 <= code < 0xE000 else chr(code)
    return "'" + _escaped(char, "'", ascii_only) + "'"


def can_backquote(text: str) -> bool:
    """Whether `text` can be a raw string literal unchanged."""
    return not any(
        char in "`\x7f\ufeff" or (char < " " and char != "\t") or "\ud800" <= char <= "\udfff" for char in text
    )


class _Quoted(dict[int, str]):
    """How each character stands within double quotes, worked out when it is first met."""

    def __init__(self, ascii_only: bool) -> None:
        super().__init__()
        self._ascii_only = ascii_only

    def __missing__(self, code: int) -> str:
        text = _escaped(chr(code), '"', self._ascii_only)
        if len(self) < _MOST_QUOTED:
            self[code] = text
        return text


_MOST_QUOTED: Final = 4096
_QUOTED: Final = _Quoted(ascii_only=False)
_ASCII_QUOTED: Final = _Quoted(ascii_only=True)


def _runes(text: str) -> str:
    """`text` with bytes that complete each other joined, as Go decodes them."""
    return text if text.isascii() else decode(encode(text))


def _escaped(char: str, mark: str, ascii_only: bool) -> str:
    if char == mark:
        return "\\" + char
    if char in _WRITTEN:
        return _WRITTEN[char]
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if char.isprintable() and (code < 0x80 or not ascii_only):
        return char
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
