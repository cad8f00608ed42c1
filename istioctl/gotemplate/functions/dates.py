"""sprig's dates (`date.go`), and the methods of Go's time.Time that templates call."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from istioctl.golang import types
from istioctl.golang.durations import SECOND, duration_text, nanoseconds
from istioctl.golang.layouts import ZERO_TIME, LayoutError, format_time, parse_time
from istioctl.golang.strconv import parse_int, wrap
from istioctl.golang.times import TIME, Duration, Time
from istioctl.golang.types import CallError, function
from istioctl.golang.values import Int, Pointer, class_of, type_of
from istioctl.gotemplate.functions.table import FunctionTable

TABLE = FunctionTable()

_OUT_OF_RANGE = "time out of range: only the years 1 to 9999 are supported"
_LONGEST_ZONE = 200
_HTML_DATE = "2006-01-02"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INTEGERS = frozenset(("int", "int32", "int64"))
_ROUNDED = (("y", 365 * 24 * 3600), ("mo", 30 * 24 * 3600), ("d", 24 * 3600), ("h", 3600), ("m", 60), ("s", 1))


def _now() -> Time:
    return Time(datetime.now().astimezone())


def _local(moment: datetime) -> datetime:
    """A moment in the machine's zone."""
    return moment.astimezone()


def _local_zone() -> tzinfo:
    return datetime.now().astimezone().tzinfo or UTC


def _zone(name: str) -> tzinfo | None:
    """The zone of a name, UTC where there is none such, None for the machine's own."""
    return _known_zone(name) if len(name) < _LONGEST_ZONE else UTC


@lru_cache(maxsize=64)
def _known_zone(name: str) -> tzinfo | None:
    if name == "Local":
        return None
    if name in ("", "UTC"):
        return UTC
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return UTC


def _in(time: Time, zone: tzinfo | None) -> Time:
    try:
        return Time(_local(time.moment) if zone is None else time.moment.astimezone(zone), time.nanosecond)
    except OverflowError:  # the zero time, west of Greenwich
        return time


def _at_seconds(seconds: int) -> Time:
    try:
        return Time(_EPOCH + timedelta(seconds=seconds))
    except OverflowError:
        raise CallError(_OUT_OF_RANGE) from None


def _moment(value: object) -> Time:
    """What sprig takes for a date: a time, whole seconds since 1970, or else now."""
    if isinstance(value, Pointer) and isinstance(value.target, Time):
        return value.target
    if isinstance(value, Time):
        return value
    of = type_of(value)
    if isinstance(value, int) and of is not None and of.name in _INTEGERS:
        return _at_seconds(int(value))
    return _now()


@TABLE.function("now", "")
def now() -> Time:
    """This moment."""
    return _now()


@TABLE.function("date", "string, any")
def date(layout: str, value: object) -> str:
    """A date by a layout, in the machine's zone."""
    return format_time(_in(_moment(value), None), layout)


@TABLE.function("dateInZone", "string, any, string")
@TABLE.function("date_in_zone", "string, any, string")
def date_in_zone(layout: str, value: object, zone: str) -> str:
    """A date by a layout, in a named zone."""
    return format_time(_in(_moment(value), _zone(zone)), layout)


@TABLE.function("htmlDate", "any")
def html_date(value: object) -> str:
    """A date as an HTML date field wants it."""
    return date(_HTML_DATE, value)


@TABLE.function("htmlDateInZone", "any, string")
def html_date_in_zone(value: object, zone: str) -> str:
    """A date as an HTML date field wants it, in a named zone."""
    return date_in_zone(_HTML_DATE, value, zone)


def _added(time: Time, nanoseconds: int) -> Time:
    seconds, part = divmod(time.nanosecond + nanoseconds, SECOND)
    try:
        return Time(time.moment + timedelta(seconds=seconds), part)
    except OverflowError:
        raise CallError(_OUT_OF_RANGE) from None


@TABLE.function("dateModify", "string, time.Time")
@TABLE.function("date_modify", "string, time.Time")
def date_modify(duration: str, time: Time) -> Time:
    """A date some time later; as it was if the duration is none."""
    try:
        return _added(time, nanoseconds(duration))
    except ValueError:
        return time


@TABLE.function("mustDateModify", "string, time.Time")
@TABLE.function("must_date_modify", "string, time.Time")
def must_date_modify(duration: str, time: Time) -> Time:
    """A date some time later."""
    try:
        return _added(time, nanoseconds(duration))
    except ValueError as error:
        raise CallError(str(error)) from None


@TABLE.function("toDate", "string, string")
def to_date(layout: str, text: str) -> Time:
    """The date that a text says by a layout; the zero time if it does not."""
    try:
        return parse_time(layout, text, _local_zone())
    except LayoutError:
        return ZERO_TIME


@TABLE.function("mustToDate", "string, string")
def must_to_date(layout: str, text: str) -> Time:
    """The date that a text says by a layout."""
    try:
        return parse_time(layout, text, _local_zone())
    except LayoutError as error:
        raise CallError(str(error)) from None


@TABLE.function("unixEpoch", "time.Time")
def unix_epoch(time: Time) -> str:
    """Seconds since 1970."""
    return str(time.unix)


def _between(later: Time, earlier: Time) -> int:
    """Nanoseconds from one time to another, as far as a Go duration reaches."""
    size = (later.unix - earlier.unix) * SECOND + later.nanosecond - earlier.nanosecond
    return max(-(1 << 63), min(size, (1 << 63) - 1))


@TABLE.function("ago", "any")
def ago(value: object) -> str:
    """How long ago a date was, in whole seconds."""
    of = type_of(value)
    known = isinstance(value, Time) or (of is not None and of.name in ("int", "int64"))
    passed = _between(_now(), _moment(value)) if known else 0
    seconds = (abs(passed) + SECOND // 2) // SECOND
    return duration_text((-seconds if passed < 0 else seconds) * SECOND)


@TABLE.function("duration", "any")
def duration(seconds: object) -> str:
    """Seconds, as an int64 or a text, as Go prints a duration."""
    amount = 0
    if isinstance(seconds, str) and type_of(seconds) is types.STRING:
        try:
            amount = parse_int(seconds, 10)
        except ValueError:
            amount = 0
        except OverflowError:
            amount = -(1 << 63) if seconds[0] == "-" else (1 << 63) - 1
    elif type(seconds) is int:
        amount = seconds
    return duration_text(wrap(amount * SECOND))


@TABLE.function("durationRound", "any")
def duration_round(value: object) -> str:
    """A duration in its largest unit, such as `2h`, `3mo` or `1y`."""
    size = 0
    if isinstance(value, str) and type_of(value) is types.STRING:
        try:
            size = nanoseconds(value)
        except ValueError:
            size = 0
    elif type(value) is int:
        size = value
    elif isinstance(value, Time):
        size = _between(_now(), value)
    for unit, seconds in _ROUNDED:
        if abs(size) > seconds * SECOND:
            return f"{abs(size) // (seconds * SECOND)}{unit}"
    return "0s"


_MONTH = types.named("time.Month", types.INT)
_WEEKDAY = types.named("time.Weekday", types.INT)
_MONTH.methods["String"] = function("String", "", lambda month: calendar.month_name[int(month)])
_WEEKDAY.methods["String"] = function("String", "", lambda day: calendar.day_name[(int(day) - 1) % 7])


def _date_added(time: Time, years: int, months: int, days: int) -> Time:
    total = time.moment.year * 12 + time.moment.month - 1 + years * 12 + months
    try:
        start = time.moment.replace(year=total // 12, month=total % 12 + 1, day=1)
        return Time(start + timedelta(days=time.moment.day - 1 + days), time.nanosecond)
    except (ValueError, OverflowError):
        raise CallError(_OUT_OF_RANGE) from None


def _truncated(time: Time, size: int) -> Time:
    if size <= 0:
        return time
    since = (time.unix - ZERO_TIME.unix) * SECOND + time.nanosecond
    return _added(time, -(since % size))


def _declare_methods() -> None:
    month, weekday, duration_class = class_of(_MONTH), class_of(_WEEKDAY), Duration

    def add(name: str, signature: str, call: object) -> None:
        TIME.methods[name] = function(name, signature, call)  # type: ignore[arg-type]  # each has its own shape

    add("Format", "string", format_time)
    add("Year", "", lambda time: Int(time.moment.year))
    add("Month", "", lambda time: month(time.moment.month))
    add("Day", "", lambda time: Int(time.moment.day))
    add("Hour", "", lambda time: Int(time.moment.hour))
    add("Minute", "", lambda time: Int(time.moment.minute))
    add("Second", "", lambda time: Int(time.moment.second))
    add("Nanosecond", "", lambda time: Int(time.nanosecond))
    add("YearDay", "", lambda time: Int(time.moment.timetuple().tm_yday))
    add("Weekday", "", lambda time: weekday(time.moment.isoweekday() % 7))
    add("Unix", "", lambda time: time.unix)
    add("UnixMilli", "", lambda time: time.unix * 1000 + time.nanosecond // 10**6)
    add("UnixMicro", "", lambda time: time.unix * 10**6 + time.nanosecond // 1000)
    add("UnixNano", "", lambda time: wrap(time.unix * SECOND + time.nanosecond))
    add("UTC", "", lambda time: _in(time, UTC))
    add("Local", "", lambda time: _in(time, None))
    add("IsZero", "", lambda time: time == ZERO_TIME)
    add("Before", "time.Time", lambda time, other: _between(time, other) < 0)
    add("After", "time.Time", lambda time, other: _between(time, other) > 0)
    add("Equal", "time.Time", lambda time, other: time == other)
    add("Add", "time.Duration", lambda time, size: _added(time, int(size)))
    add("Sub", "time.Time", lambda time, other: duration_class(_between(time, other)))
    add("AddDate", "int, int, int", _date_added)
    add("Truncate", "time.Duration", lambda time, size: _truncated(time, int(size)))


_declare_methods()
