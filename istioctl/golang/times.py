"""Go's time.Duration and time.Time as template values; layouts and the date functions are in `functions.dates`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar, Final, cast

from istioctl.golang import types
from istioctl.golang.durations import HOUR, MICROSECOND, MILLISECOND, MINUTE, SECOND, duration_text
from istioctl.golang.types import GoType, function
from istioctl.golang.values import class_of

DURATION: Final = types.named("time.Duration", types.INT64)
Duration = class_of(DURATION)
DURATION.methods |= {
    "String": function("String", "", duration_text),
    "Hours": function("Hours", "", lambda duration: duration / HOUR),
    "Minutes": function("Minutes", "", lambda duration: duration / MINUTE),
    "Seconds": function("Seconds", "", lambda duration: duration / SECOND),
    "Milliseconds": function("Milliseconds", "", lambda duration: _whole(duration, MILLISECOND)),
    "Microseconds": function("Microseconds", "", lambda duration: _whole(duration, MICROSECOND)),
    "Nanoseconds": function("Nanoseconds", "", int),
    "Abs": function("Abs", "", lambda duration: Duration(abs(duration))),
    "Round": function("Round", "time.Duration", lambda duration, unit: Duration(_rounded(duration, unit))),
    "Truncate": function("Truncate", "time.Duration", lambda duration, unit: Duration(_truncated(duration, unit))),
}


def _whole(duration: int, unit: int) -> int:
    return duration // unit if duration >= 0 else -(-duration // unit)


def _truncated(duration: int, unit: int) -> int:
    return duration if unit <= 0 else _whole(duration, unit) * unit


def _rounded(duration: int, unit: int) -> int:
    """To the nearest multiple of the unit, halves away from zero."""
    if unit <= 0:
        return duration
    nearest = (2 * abs(duration) + unit) // (2 * unit) * unit
    return nearest if duration >= 0 else -nearest


class Time:
    """A moment with nanoseconds and the zone it is told in.

    Args:
        moment: the moment to the microsecond, with its zone.
        nanosecond: the part below a second, 0 to 999,999,999; the moment's own microseconds if None.
    """

    __slots__ = ("moment", "nanosecond")
    go_type: ClassVar[GoType] = types.struct("time.Time", {})

    def __init__(self, moment: datetime, nanosecond: int | None = None) -> None:
        self.moment = moment.replace(microsecond=0)
        self.nanosecond = moment.microsecond * 1000 if nanosecond is None else nanosecond

    @property
    def unix(self) -> int:
        """Seconds since 1970."""
        return (self.moment - datetime(1970, 1, 1, tzinfo=UTC)) // _SECOND

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Time):
            return NotImplemented
        return (self.moment, self.nanosecond) == (other.moment, other.nanosecond)

    def __hash__(self) -> int:
        return hash((self.moment, self.nanosecond))

    def __str__(self) -> str:
        """As Go's String: `2024-05-06 07:08:09.5 +0000 UTC`."""
        part = f".{self.nanosecond:09d}".rstrip("0") if self.nanosecond else ""
        offset = self.moment.strftime("%z")[:5]
        zone = self.moment.tzname() or offset
        if zone.startswith("UTC") and zone != "UTC":  # datetime names a bare offset UTC+02:00; Go repeats the offset
            zone = offset
        moment = self.moment
        day = f"{moment.year:04d}-{moment.month:02d}-{moment.day:02d}"
        return f"{day} {moment.hour:02d}:{moment.minute:02d}:{moment.second:02d}{part} {offset} {zone}"


def _in_json(value: object) -> str:
    time = cast("Time", value)
    text = time.moment.strftime("%Y-%m-%dT%H:%M:%S")
    part = f".{time.nanosecond:09d}".rstrip("0") if time.nanosecond else ""
    offset = time.moment.strftime("%z")
    zone = "Z" if offset in ("", "+0000") else f"{offset[:3]}:{offset[3:5]}"
    return text.zfill(19) + part + zone


_SECOND = datetime(1970, 1, 1, 0, 0, 1) - datetime(1970, 1, 1)
TIME = Time.go_type
TIME.methods["String"] = function("String", "", Time.__str__)
TIME.json = _in_json
