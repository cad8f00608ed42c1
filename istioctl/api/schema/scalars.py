"""What a scalar of the notation takes, and what it is read as."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from istioctl.api import quantities
from istioctl.patterns import lazy_pattern

#: The lowest and the highest value of each type of whole numbers.
RANGES = {
    "int32": (-(1 << 31), (1 << 31) - 1),
    "int64": (-(1 << 63), (1 << 63) - 1),
    "uint32": (0, (1 << 32) - 1),
    "uint64": (0, (1 << 64) - 1),
}
_WHOLE = lazy_pattern(r"-?(0|[1-9][0-9]*)\Z")
_REAL = lazy_pattern(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
#: RFC 3339, as Go reads it.
_TIME = lazy_pattern(r"(?a:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))\Z")
#: What JSON allows around a number.
_BLANK = " \t\r\n"
_LONGEST_SHOWN = 60


class Unfit(Exception):  # noqa: N818 - a value, not a failure of the program
    """A value does not fit its type.

    Attributes:
        wanted: what would, to follow "must be".
    """

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


def described(value: object) -> str:
    """A value for a message: what it is, or itself where it is short."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    text = repr(value)
    return text if len(text) < _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def read_scalar(value: Any, name: str, *, quoted: bool = True) -> Any:
    """A value as a scalar of the notation.

    Args:
        value: plain data; null, which stands for the zero, only comes from inside a list or a map.
        name: the scalar.
        quoted: whether a text that holds a number is one, as in protobuf.

    Raises:
        Unfit: the value does not fit.
    """
    if name in RANGES:
        return read_whole(value, name, quoted=quoted)
    if name in ("double", "float"):
        return _real(value, quoted)
    return _READERS[name](value)


def read_whole(value: Any, name: str, *, quoted: bool = True) -> int:
    """A value as a whole number.

    Raises:
        Unfit: it is none, or not in the range of the type.
    """
    low, high = RANGES[name]
    if quoted and isinstance(value, str):
        value = value.strip(_BLANK)
        if value == "null":
            return 0
        if _WHOLE.match(value) and len(value) < len(str(high)) + 2:
            value = int(value)
    if value is None:
        return 0
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Unfit(f"a whole number from {low} to {high}")
    return value


def _real(value: Any, quoted: bool) -> float:
    if quoted and isinstance(value, str):
        value = value.strip(_BLANK)
        if _REAL.match(value) or value in ("NaN", "Infinity", "-Infinity"):
            return float(value)
    if value is None or (quoted and value == "null"):
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit("a number")
    return float(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unfit("text")
    return value


def _bool(value: Any) -> bool:
    if value is not None and not isinstance(value, bool):
        raise Unfit("true or false")
    return bool(value)


def _duration(value: Any) -> int:
    """Nanoseconds."""
    from istioctl.golang.durations import nanoseconds

    try:
        return nanoseconds(value)
    except (TypeError, ValueError):
        raise Unfit("a duration such as 30s, 5m or 1h30m") from None


def _bytes(value: Any) -> bytes:
    import base64
    import binascii

    if value is None:
        return b""
    try:
        return base64.b64decode(value.replace("\n", "").replace("\r", ""), validate=True)
    except (AttributeError, binascii.Error, ValueError):
        raise Unfit("text in base64") from None


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unfit("a mapping")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Unfit("a list")
    return value


def _quantity(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number and not (isinstance(value, str) and quantities.is_quantity(value)):
        raise Unfit("a quantity such as 100m or 1Gi")
    return value


def _int_or_text(value: Any) -> int | str:
    if isinstance(value, str):
        return value
    try:
        return read_whole(value, "int32", quoted=False)
    except Unfit:
        raise Unfit("a whole number or a text") from None


def _time(value: Any) -> str:
    if not isinstance(value, str) or not is_time(value):
        raise Unfit("a time such as 2026-01-31T12:00:00Z")
    return value


def is_time(text: str) -> bool:
    """Whether a text has the form of a time of RFC 3339."""
    return _TIME.match(text) is not None


def _anything(value: Any) -> Any:
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    "string": _text,
    "bool": _bool,
    "duration": _duration,
    "bytes": _bytes,
    "struct": _mapping,
    "list": _list,
    "value": _anything,
    "any": _anything,
    "time": _time,
    "quantity": _quantity,
    "int-or-string": _int_or_text,
}
