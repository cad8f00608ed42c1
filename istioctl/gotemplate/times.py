"""Go's time.Duration and time.Time as template values; layouts and the date functions are in `functions.dates`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from istioctl.gotemplate import types
from istioctl.gotemplate.signatures import function
from istioctl.gotemplate.types import GoType
from istioctl.gotemplate.values import class_of

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


DURATION = types.named("time.Duration", types.INT64)
DURATION.methods["String"] = function("String", "", duration_text)
Duration = class_of(DURATION)


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


_SECOND = datetime(1970, 1, 1, 0, 0, 1) - datetime(1970, 1, 1)
TIME = Time.go_type
TIME.methods["String"] = function("String", "", Time.__str__)
