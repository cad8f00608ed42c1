"""Kubernetes quantities: `100m`, `1.5Gi`, `1e3`.

The grammar, the ranges and the canonical spelling are those of k8s.io/apimachinery `api/resource`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

_SYNTAX = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_DECIMAL_SUFFIX = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY_SUFFIX = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_LARGEST = (1 << 63) - 1


def parse(text: str) -> Fraction:
    """The exact value of a quantity.

    Raises:
        ValueError: it is none.
    """
    from fractions import Fraction

    numerator, denominator, _ = _split(text)
    return Fraction(numerator, denominator)


def canonical(text: str) -> str:
    """A quantity as Kubernetes prints it: `1000m` is `1`, `0.5Gi` is `512Mi`; its family of suffixes stays.

    Raises:
        ValueError: it is none.
    """
    above, below, family = _split(text)
    if family == "binary" and abs(above) >= 1024 * below:
        number, power = _rounded_up(above, below), 0
        while number % 1024 == 0 and power < 6:
            number, power = number // 1024, power + 1
        return f"{number}{_BINARY_SUFFIX[power]}"
    number, exponent = _rounded_up(above * 10**9, below), -9
    if number == 0:
        return "0"
    while number % 1000 == 0 and exponent < 18:
        number, exponent = number // 1000, exponent + 3
    if family == "exponent":
        return f"{number}e{exponent}" if exponent else str(number)
    return f"{number}{_DECIMAL_SUFFIX[exponent]}"


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
    else:
        power = _DECIMAL.get(suffix)
        if power is None:
            power = max(min(int(suffix[1:]), 40), -40)
            family = "exponent"
        above, below = above * 10 ** max(power, 0), below * 10 ** max(-power, 0)
    above = min(above, _LARGEST * below)
    return (-above if sign == "-" else above), below, family


def _rounded_up(above: int, below: int) -> int:
    """The quotient, away from zero."""
    return -(above // -below) if above >= 0 else above // below
