"""Kubernetes quantities: `100m`, `1.5Gi`, `1e3`.

The grammar, the ranges and the canonical spelling are those of k8s.io/apimachinery `api/resource`.
"""

from __future__ import annotations

import re

from istioctl.patterns import lazy_pattern

_SYNTAX = lazy_pattern(r"([+-]?)(\d*)(?:\.(\d*))?([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?", re.ASCII)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_DECIMAL_SUFFIX = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY_SUFFIX = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_LARGEST = (1 << 63) - 1


def is_quantity(text: str) -> bool:
    """Whether a text is a quantity."""
    try:
        _split(text)
    except ValueError:
        return False
    return True


def is_above(one: str, other: str) -> bool:
    """Whether the first quantity is the larger one, exactly.

    Raises:
        ValueError: one of them is none.
    """
    (above, below, _), (other_above, other_below, _) = _split(one), _split(other)
    return above * other_below > other_above * below


def canonical(text: str) -> str:
    """A quantity as Kubernetes prints it: `1000m` is `1`, `0.5Gi` is `512Mi`; its family of suffixes stays.

    A quantity that it takes for canonical at a glance stays as it is written, such as `+5` or `1.250`.

    Raises:
        ValueError: it is none.
    """
    above, below, family = _split(text)
    if _seems_canonical(text):
        return text
    number, exponent = _rounded_up(above * 10**9, below), -9
    if number == 0:
        return "0"
    if family == "binary" and number % 10**9 == 0 and abs(number) >= 1024 * 10**9:
        number, power = number // 10**9, 0
        while number % 1024 == 0 and power < 6:
            number, power = number // 1024, power + 1
        return f"{number}{_BINARY_SUFFIX[power]}"
    while number % 1000 == 0:
        number, exponent = number // 1000, exponent + 3
    if family == "exponent":
        return f"{number}e{exponent}" if exponent else str(number)
    return f"{number}{_DECIMAL_SUFFIX.get(exponent, '')}"


def _seems_canonical(text: str) -> bool:
    """Whether `ParseQuantity` keeps the spelling: a number of few digits at a step of thousand."""
    found = _SYNTAX.fullmatch(text)
    assert found is not None  # noqa: S101 - the text was read before
    whole, decimals, suffix = found[2].lstrip("0") or "0", found[3] or "", found[4] or ""
    if suffix.endswith("i"):
        exponent = 10 * _BINARY_SUFFIX.index(suffix)
        return not decimals and int(whole) % 8 != 0 and 14 - len(whole) - exponent * 3 // 10 >= 0
    exponent = _DECIMAL[suffix] if suffix in _DECIMAL else int(suffix[1:])
    scale, digits = exponent - len(decimals), whole + decimals
    return len(digits) <= 18 and scale >= -9 and scale % 3 == 0 and digits[0] != "0" and not digits.endswith("000")


def _split(text: str) -> tuple[int, int, str]:
    """Numerator and denominator of the value, and its family of suffixes."""
    found = _SYNTAX.fullmatch(text)
    if not found or not (found[2] or found[3]):
        raise ValueError(f"'{text}' is not a quantity such as 100m, 1.5 or 2Gi")
    sign, whole, decimals, suffix = found[1], found[2], found[3] or "", found[4] or ""
    above, below = int((whole + decimals) or 0), 10 ** len(decimals)
    family = "decimal"
    if suffix.endswith("i"):
        above *= 1024 ** _BINARY_SUFFIX.index(suffix)
        family = "binary"
        above = min(above, _LARGEST * below)
    else:
        power = _DECIMAL.get(suffix)
        if power is None:
            power = max(min(int(suffix[1:]), 40), -40)
            family = "exponent"
        above, below = above * 10 ** max(power, 0), below * 10 ** max(-power, 0)
    return (-above if sign == "-" else above), below, family


def _rounded_up(above: int, below: int) -> int:
    """The quotient, away from zero."""
    return -(above // -below) if above >= 0 else above // below
