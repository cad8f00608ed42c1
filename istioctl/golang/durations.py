"""Durations as Go writes and reads them: `300ms`, `15s`, `1h30m`."""

from __future__ import annotations

from typing import Final

from istioctl.errors import InputError
from istioctl.patterns import lazy_pattern

NANOSECOND, MICROSECOND, MILLISECOND, SECOND = 1, 1_000, 1_000_000, 1_000_000_000
MINUTE, HOUR = 60 * SECOND, 3600 * SECOND


def duration_text(nanoseconds: int) -> str:
    """A duration as Go prints it: `1h2m3.5s`, `90ms`, `0s`."""
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if rest == 0:
        return "0s"
    for unit, word in ((MICROSECOND, "ns"), (MILLISECOND, "µs"), (SECOND, "ms")):
        if rest < unit:
            return f"{sign}{_decimal(rest, max(unit // 1000, 1))}{word}"
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    text = f"{_decimal(rest, SECOND)}s"
    if hours or minutes:
        text = f"{minutes}m{text}"
    return f"{sign}{hours}h{text}" if hours else f"{sign}{text}"


def _decimal(amount: int, unit: int) -> str:
    whole, part = divmod(amount, unit)
    if not part:
        return str(whole)
    return f"{whole}.{str(part + unit)[1:].rstrip('0')}"


_UNITS: Final = {
    "ns": NANOSECOND,
    "us": MICROSECOND,
    "µs": MICROSECOND,
    "μs": MICROSECOND,
    "ms": MILLISECOND,
    "s": SECOND,
    "m": MINUTE,
    "h": HOUR,
}
_MOST_DIGITS: Final = 19  # of 64 bits
_PART: Final = lazy_pattern(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]*)")


def nanoseconds(text: str) -> int:
    """The nanoseconds that a text such as `1h2m3.5s` tells (time.ParseDuration).

    Raises:
        ValueError: it is not a duration; the text is Go's.
    """
    rest = text[1:] if text[:1] in {"+", "-"} else text
    if rest == "0":
        return 0
    total = 0
    while True:
        found = _PART.match(rest)
        if found is None or not (found[1] or found[2]) or len(found[1].lstrip("0")) > _MOST_DIGITS:
            raise _refusal("invalid duration {}", text)
        if not found[3]:
            raise _refusal("missing unit in duration {}", text)
        if found[3] not in _UNITS:
            raise _refusal("unknown unit {} in duration {}", found[3], text)
        unit, part = _UNITS[found[3]], (found[2] or "")[:18].ljust(18, "0")
        total += int(found[1].lstrip("0") or 0) * unit + int(part) * unit // 10**18
        rest = rest[found.end() :]
        if not rest:
            break
    if total > (1 << 63) - (text[0] != "-"):
        raise _refusal("invalid duration {}", text)
    return -total if text[0] == "-" else total


def _refusal(form: str, *texts: str) -> ValueError:
    from istioctl.golang.quoting import quote

    return ValueError("time: " + form.format(*map(quote, texts)))


def parse_duration(text: str) -> float:
    """The seconds that a user's text stands for.

    Raises:
        InputError: it is not a duration.
    """
    try:
        return nanoseconds(text) / SECOND
    except ValueError:
        raise InputError(
            f'"{text}" is not a duration', hint="Write a number with a unit, such as 30s, 5m or 1h30m."
        ) from None
