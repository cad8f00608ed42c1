"""Kubernetes quantities: `100m`, `1.5Gi`, `1e3`.

The grammar, the ranges and the canonical spelling are those of k8s.io/apimachinery `api/resource`.
"""

from __future__ import annotations

import re
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
    return _split(text)[0]


def canonical(text: str) -> str:
    """A quantity as Kubernetes prints it: `1000m` is `1`, `0.5Gi` is `512Mi`; its family of suffixes stays.

    Raises:
        ValueError: it is none.
    """
    value, family = _split(text)
    if family == "binary" and abs(value) >= 1024:
        number, power = _rounded_up(value), 0
        while number % 1024 == 0 and power < 6:
            number, power = number // 1024, power + 1
        return f"{number}{_BINARY_SUFFIX[power]}"
    number, exponent = _rounded_up(value * 10**9), -9
    if number == 0:
        return "0"
    while number % 1000 == 0 and exponent < 18:
        number, exponent = number // 1000, exponent + 3
    if family == "exponent":
        return f"{number}e{exponent}" if exponent else str(number)
    return f"{number}{_DECIMAL_SUFFIX[exponent]}"


def _split(text: str) -> tuple[Fraction, str]:
    found = _SYNTAX.fullmatch(text)
    if not found or not (found[2] or found[3]):
        raise ValueError(f"'{text}' is not a quantity such as 100m, 1.5 or 2Gi")
    sign, whole, decimals, suffix = found[1], found[2], found[3] or "", found[4] or ""
    value = Fraction(int((whole + decimals) or 0), 10 ** len(decimals))
    family = "decimal"
    if suffix.endswith("i"):
        value *= 1024 ** _BINARY_SUFFIX.index(suffix)
        family = "binary"
    elif suffix in _DECIMAL:
        value *= Fraction(10) ** _DECIMAL[suffix]
    else:
        value *= Fraction(10) ** max(min(int(suffix[1:]), 40), -40)
        family = "exponent"
    value = min(value, Fraction(_LARGEST))
    return (-value if sign == "-" else value), family


def _rounded_up(value: Fraction) -> int:
    """Away from zero."""
    return -(value.numerator // -value.denominator) if value >= 0 else value.numerator // value.denominator
