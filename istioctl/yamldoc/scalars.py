"""What a YAML scalar means to Kubernetes.

The rules are those of sigs.k8s.io/yaml 1.6 (go-yaml v2 `resolve.go`): YAML 1.1 booleans (`y`, `yes`, `on`, …), octals
with a leading `0`, `_` inside numbers, timestamps left as text.
"""

from __future__ import annotations

import math

from istioctl.golang.strconv import format_float, to_float32
from istioctl.patterns import lazy_pattern

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_MAYBE_NUMBER = frozenset("+-.0123456789")
_DECIMAL = lazy_pattern(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_POINT_FIRST = lazy_pattern(r"\.[0-9]+(_[0-9]+)*([eE][-+]?[0-9]+(_[0-9]+)*)?\Z")
_INTEGER = lazy_pattern(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))\Z")
_SHORT = 18  # digits that any int64 has room for
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LONG_TAG = "tag:yaml.org,2002:"
_TIMESTAMP = lazy_pattern(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:(?: |(?P<zoned>[Tt]))([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]{1,9})?"
    r"(?(zoned)(?:Z|[-+](?:[01][0-9]|2[0-4]):[0-5][0-9])))?\Z"
)


def resolve(text: str) -> Scalar:
    """The value of a plain scalar: None, bool, int, float or the text itself.

    Decimal integers outside int64 and uint64 become floats, as Go's parser makes them; a number that overflows a
    float64 stays text.
    """
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first not in _MAYBE_NUMBER:
        return text
    if first in "123456789" and len(text) <= _SHORT and text.isdecimal() and text.isascii():
        return int(text)
    if first == ".":
        return _float(text) if _POINT_FIRST.match(text) else text
    plain = text.replace("_", "") if "_" in text else text
    found = _INTEGER.match(plain)
    if found:
        sign, hexadecimal, binary, octal, decimal = found.groups()
        digits, base = next(
            (part, base) for part, base in ((decimal, 10), (octal, 8), (hexadecimal, 16), (binary, 2)) if part
        )
        number = int(digits, base) if len(digits) <= 70 else 1 << 64
        if number <= (1 << 63 if sign == "-" else (1 << 63) - 1 if sign else (1 << 64) - 1):
            return -number if sign == "-" else number
    if _DECIMAL.match(plain):
        number_or_none = _float(plain)
        return text if isinstance(number_or_none, str) else number_or_none
    return text


def is_canonical(text: str, value: Scalar) -> bool:
    """Whether a plain scalar is spelled as its value is printed, so that all readers of YAML take it for the same.

    Args:
        text: the scalar. No float counts, and no text that might be a number to the base of 60 such as `12:30`.
        value: its value.
    """
    if type(value) is str:
        return ":" not in text or text[0] not in _MAYBE_NUMBER
    if type(value) is int:
        return text == str(value)
    return value is None or text == ("true" if value is True else "false" if value is False else None)


def is_timestamp(text: str) -> bool:
    """Whether go-yaml takes a plain scalar for a date or a time; it reads as text all the same, but is quoted."""
    found = _TIMESTAMP.match(text) if text[4:5] == "-" else None
    if found is None:
        return False
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= month <= 12 or not 1 <= day <= (29 if month == 2 and leap else _DAYS[month - 1]):
        return False
    return found[5] is None or (int(found[5]) < 24 and int(found[6]) < 60 and int(found[7]) < 60)


def _float(text: str) -> float | str:
    number = float(text)
    return text if math.isinf(number) else number


def resolve_tagged(text: str, tag: str) -> Scalar:
    """The value of a scalar under an explicit tag.

    Raises:
        ValueError: the text is no such thing; the message says so.
    """
    short = "!!" + tag[len(_LONG_TAG) :] if tag.startswith(_LONG_TAG) else tag
    if short == "!!binary":
        import base64
        import binascii

        try:
            return base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True).decode("utf-8", "replace")
        except binascii.Error:
            raise ValueError("!!binary value contains invalid base64 data") from None
    if short not in ("!!bool", "!!int", "!!float", "!!null", "!!timestamp"):
        return text
    value = resolve(text)
    if short == "!!float" and type(value) is int and -(1 << 63) <= value < 1 << 63:
        return float(value)
    kind = _kind(value)
    if short == "!!timestamp" and kind == "!!str" and is_timestamp(text):
        return text
    if kind != short:
        raise ValueError(f"cannot decode {kind} `{text}` as a {short}")
    return value


def _kind(value: Scalar) -> str:
    if value is None:
        return "!!null"
    if isinstance(value, bool):
        return "!!bool"
    return "!!int" if isinstance(value, int) else "!!float" if isinstance(value, float) else "!!str"


def json_number(value: float) -> int | float:
    """A float as it comes back from JSON text: a whole number that Go prints without an exponent is an integer.

    Raises:
        ValueError: it is infinite or not a number, which JSON can't say.
    """
    if not math.isfinite(value):
        raise ValueError(f"unsupported value: {'NaN' if math.isnan(value) else '+Inf' if value > 0 else '-Inf'}")
    if not value.is_integer() or abs(value) >= 1e21:
        return value
    if abs(value) < 1e16:
        return int(value)
    return int(format_float(value, "f"))  # Go pads the digits that identify a float with zeros


def single_float_text(value: float) -> str:
    """A float with the precision of a float32, as go-yaml's users print one that is a mapping key."""
    rounded = to_float32(value)
    if not math.isfinite(rounded):
        return ".nan" if math.isnan(rounded) else ".inf" if rounded > 0 else "-.inf"
    return format_float(rounded, bits=32)
