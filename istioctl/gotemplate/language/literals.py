"""Number and rune literals of templates, read as Go reads constants."""

from __future__ import annotations

from istioctl.golang.quoting import quote, unquote_char
from istioctl.gotemplate.language import nodes
from istioctl.gotemplate.language.lexer import Kind, Token
from istioctl.patterns import lazy_pattern

_OCTAL = lazy_pattern(r"([+-]?)0((?:_?[0-7])+)")
_FLOAT_MARKS = frozenset(".eEpP")
_HEX_FLOAT = lazy_pattern(r"[+-]?0[xX](?:_?[0-9a-fA-F])*(?:\.[0-9a-fA-F_]*)?[pP][+-]?[0-9]+")


def read_number(token: Token) -> nodes.Number:
    """A number or rune literal under each type that can hold it.

    Raises:
        ValueError: Go's text for a literal that is none.
    """
    text = token.text
    node = nodes.Number(token.pos, text)
    if token.kind is Kind.CHARACTER:
        code, _, end = unquote_char(text, 1, "'")
        if text[end:] != "'":
            raise ValueError(f"malformed character constant: {text}")
        node.int_value = node.uint_value = code
        node.float_value = float(code)
        return node
    if text.endswith("i"):
        real, imaginary = "0", text[:-1]
        if token.kind is Kind.COMPLEX:
            split = max(text.rfind("+", 1), text.rfind("-", 1))
            if text[split - 1] in "eEpP" and not text[:split].lower().startswith("0x"):
                split = max(text.rfind("+", 1, split), text.rfind("-", 1, split))
            real, imaginary = text[:split], text[split:-1]
        first, second = _read_float(real), _read_float(imaginary)
        if first is not None and second is not None:
            node.complex_value = complex(first, second)
            if second == 0:
                node.float_value = first
                _add_integers(node, first)
            return node
    integer = _read_integer(text)
    if integer is not None:
        if -(1 << 63) <= integer < 1 << 63:
            node.int_value = integer
        if 0 <= integer < 1 << 64 and (text[0] not in "+-" or integer == 0):
            node.uint_value = integer
        if node.int_value is not None or node.uint_value is not None:
            node.float_value = float(integer)
            return node
    number = _read_float(text)
    if number is None and integer is not None:
        number = float(integer) if abs(integer) < 1 << 1023 else None
    if number is None:
        raise ValueError(f"illegal number syntax: {quote(text)}")
    if not _FLOAT_MARKS.intersection(text):
        raise ValueError(f"integer overflow: {quote(text)}")
    node.float_value = number
    _add_integers(node, number)
    return node


def _add_integers(node: nodes.Number, number: float) -> None:
    if number == number // 1:
        if -(2.0**63) <= number < 2.0**63:
            node.int_value = int(number)
        if 0 <= number < 2.0**64:
            node.uint_value = int(number)


def _read_integer(text: str) -> int | None:
    octal = _OCTAL.fullmatch(text)
    try:
        return int(octal[1] + octal[2].replace("_", ""), 8) if octal else int(text, 0)
    except ValueError:
        return None


def _read_float(text: str) -> float | None:
    try:
        if "x" in text or "X" in text:
            number = float.fromhex(text.replace("_", "")) if _HEX_FLOAT.fullmatch(text) else None
        else:
            number = float(text)
    except (ValueError, OverflowError):
        return None
    return None if number is None or number in (float("inf"), float("-inf")) else number
