"""Numbers and booleans as texts and back, as Go's package strconv has them; quoted texts are in `quoting`."""

from __future__ import annotations

import math
import re
import struct
from typing import Final

from istioctl.patterns import lazy_pattern

TRUE: Final = ("1", "t", "T", "TRUE", "true", "True")
FALSE: Final = ("0", "f", "F", "FALSE", "false", "False")

_INTEGER = lazy_pattern(
    r"([-+]?)(?:0[xX](?P<x>_?[0-9a-fA-F_]*)|0[bB](?P<b>_?[01_]*)|0[oO]?(?P<o>_?[0-7_]+)|(?P<d>0|[1-9][0-9_]*))\Z"
)
_UNDERSCORES = lazy_pattern(r"[-+]?(?:0[xXbBoO]?)?(?:_?[0-9a-fA-F])+\Z")
_MOST_DIGITS = 70  # more make no int64 in any base
_BASES = {"x": 16, "b": 2, "o": 8, "d": 10}
_DIGITS = "[0-9](?:_?[0-9])*"
_FLOAT = lazy_pattern(rf"[-+]?(?:{_DIGITS}\.?(?:{_DIGITS})?|\.{_DIGITS})(?:[eE][-+]?{_DIGITS})?\Z")
_SPECIAL = lazy_pattern(r"([-+]?(?:inf|infinity)|nan)\Z", re.IGNORECASE)
_HEX = "[0-9a-fA-F](?:_?[0-9a-fA-F])*"
_HEX_FLOAT = lazy_pattern(rf"[-+]?0[xX]_?(?:{_HEX}\.?(?:{_HEX})?|\.{_HEX})[pP][-+]?{_DIGITS}\Z")


def format_float(number: float, verb: str = "g", precision: int = -1, bits: int = 64) -> str:
    """`number` by one of the verbs e E f g G b x X.

    Args:
        number: the number.
        verb: the form.
        precision: digits after the point (e, f, x) or in all (g); -1 for as few as tell the number apart.
        bits: 32 for a float32, whose shortest form is shorter.
    """
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "+Inf" if number > 0 else "-Inf"
    if verb == "b":
        return _binary(number, bits)
    if verb in "xX":
        text = _hexadecimal(number, precision)
        return text.upper() if verb == "X" else text
    if precision >= 0:
        return format(number, f".{precision}{verb}")
    sign = "-" if math.copysign(1.0, number) < 0 else ""
    digits, point = _shortest(abs(number), bits)
    if verb == "f":
        return sign + _plain(digits, point)
    if verb in "eE" or not -4 <= point - 1 < 6:
        return sign + _scientific(digits, point, "E" if verb in "EG" else "e")
    return sign + _plain(digits, point)


def _shortest(number: float, bits: int) -> tuple[str, int]:
    """The fewest digits that give `number` again, without zeros at the end, and where the point stands in them."""
    if number == 0:
        return "0", 1
    if bits == 32:
        text = next(
            form for form in (f"{number:.{digits}e}" for digits in range(17)) if _as_float32(float(form)) == number
        )
    else:
        text = repr(number)
    mantissa, _, exponent = text.partition("e")
    whole, _, part = mantissa.partition(".")
    digits = (whole + part).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + part) - len(digits))
    return digits.rstrip("0"), point


def _as_float32(number: float) -> float:
    try:
        (rounded,) = struct.unpack("f", struct.pack("f", number))
    except OverflowError:
        return math.inf
    return float(rounded)


def to_float32(number: float) -> float:
    """The float32 nearest to `number`, as a float."""
    return number if math.isnan(number) or math.isinf(number) else math.copysign(_as_float32(abs(number)), number)


def _plain(digits: str, point: int) -> str:
    if point <= 0:
        return "0." + "0" * -point + digits if digits != "0" else "0"
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"


def _scientific(digits: str, point: int, mark: str) -> str:
    exponent = point - 1 if digits != "0" else 0
    part = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{part}{mark}{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _binary(number: float, bits: int) -> str:
    size, least = (53, -1074) if bits == 64 else (24, -149)
    fraction, exponent = math.frexp(number)
    power = max(exponent - size, least) if number else least
    mantissa = int(math.ldexp(fraction, exponent - power)) if number else 0
    return f"{'-' if math.copysign(1.0, number) < 0 else ''}{abs(mantissa)}p{power:+d}"


def _hexadecimal(number: float, precision: int) -> str:
    sign = "-" if math.copysign(1.0, number) < 0 else ""
    fraction, exponent = math.frexp(abs(number))
    mantissa, power = (int(math.ldexp(fraction, 53)), exponent - 1) if number else (0, 0)
    if 0 <= precision < 13:
        drop = 4 * (13 - precision)
        half, rest = 1 << (drop - 1), mantissa & ((1 << drop) - 1)
        mantissa >>= drop
        if rest > half or (rest == half and mantissa & 1):
            mantissa += 1
        mantissa <<= drop
        if mantissa >> 53:
            mantissa >>= 1
            power += 1
    digits = f"{mantissa & ((1 << 52) - 1):013x}"
    digits = digits.rstrip("0") if precision < 0 else digits[:precision].ljust(precision, "0")
    return f"{sign}0x{mantissa >> 52}{'.' if digits else ''}{digits}p{'-' if power < 0 else '+'}{abs(power):02d}"


def parse_bool(text: str) -> bool:
    """The boolean that a text says (strconv.ParseBool).

    Raises:
        ValueError: it is none of the twelve spellings.
    """
    if text in TRUE:
        return True
    if text in FALSE:
        return False
    raise ValueError(f"strconv.ParseBool: parsing {text!r}: invalid syntax")


def is_bool(text: str) -> bool:
    """Whether `parse_bool` takes a text."""
    return text in TRUE or text in FALSE


def parse_int(text: str, base: int = 0) -> int:
    """strconv.ParseInt to 64 bits, with Go's base prefixes and underscores where `base` is 0; it is at most 10.

    Raises:
        ValueError: it is no such number; OverflowError: it does not fit.
    """
    if base:
        digits = text[1:] if text[:1] in ("+", "-") else text
        if not digits or not set(digits) <= set("0123456789"[:base]):
            raise ValueError(text)
        digits = digits.lstrip("0") or "0"
        number = int(digits, base) if len(digits) < _MOST_DIGITS else 1 << 64
    else:
        found = _INTEGER.match(text)
        if found is None or found.lastgroup is None or ("_" in text and not _UNDERSCORES.match(text)):
            raise ValueError(text)
        digits = found[found.lastgroup].replace("_", "").lstrip("0") or "0"
        number = int(digits, _BASES[found.lastgroup]) if len(digits) < _MOST_DIGITS else 1 << 64
    if text[0] == "-":
        number = -number
    if not -(1 << 63) <= number < 1 << 63:
        raise OverflowError(text)
    return number


def parse_float(text: str) -> float:
    """strconv.ParseFloat.

    Raises:
        ValueError: it is not a number; OverflowError: it does not fit.
    """
    if _FLOAT.match(text):
        number = float(text)
        if math.isinf(number):
            raise OverflowError(text)
        return number
    if _SPECIAL.match(text):
        return float(text)
    if _HEX_FLOAT.match(text):
        return float.fromhex(text.replace("_", ""))
    raise ValueError(text)


def wrap(number: int) -> int:
    """A number as an int64 holds it after overflow."""
    return number if -(1 << 63) <= number < 1 << 63 else (number + (1 << 63)) % (1 << 64) - (1 << 63)


def truncate(number: float) -> int:
    """A float as amd64 turns it into an int64."""
    if -(2.0**63) <= number < 2.0**63:
        return int(number)
    return -(1 << 63)
