"""Times as text by Go's layouts (`2006-01-02T15:04:05Z07:00`): package time's Format and Parse."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from istioctl.golang.budget import LimitError
from istioctl.golang.times import Time
from istioctl.golang.values import encode
from istioctl.patterns import lazy_pattern

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# The parts of a layout, the longer ones first where one starts another.
_PARTS = lazy_pattern(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|"
    r"002|0[1-6]|__2|_2(?!006)|_2006|15|PM|pm|-07:00:00|-070000|-07:00|-0700|-07|"
    r"Z07:00:00|Z070000|Z07:00|Z0700|Z07|[.,](?:0+|9+)(?![0-9])|[12345]"
)
_LONGEST_LAYOUT = 10_000
_ZERO = datetime(1, 1, 1, tzinfo=UTC)
_QUOTED = [
    f"\\{chr(byte)}" if byte in b'"\\' else chr(byte) if 32 <= byte < 128 else f"\\x{byte:02x}" for byte in range(256)
]
_LOCAL = lazy_pattern(r"[A-Z]{3}T?|ChST|MeST|WITA|[A-Z]{5}|[+-]\d\d")


class LayoutError(ValueError):
    """A text does not fit a layout; the message is Go's."""


def quote(text: str) -> str:
    """A text as package time quotes it: all but printable ASCII in hexadecimal."""
    return '"' + "".join(map(_QUOTED.__getitem__, encode(text))) + '"'


def _split(layout: str) -> tuple[tuple[str, str], ...]:
    """A layout as pairs of plain text and the part behind it (empty at the end)."""
    if len(layout) > _LONGEST_LAYOUT:
        raise LimitError(f"size limit exceeded: a layout has at most {_LONGEST_LAYOUT} characters")
    return _kept_split(layout)


@lru_cache(maxsize=256)
def _kept_split(layout: str) -> tuple[tuple[str, str], ...]:
    pieces: list[tuple[str, str]] = []
    at = 0
    for found in _PARTS.finditer(layout):
        part = found[0]
        text = layout[at : found.start()]
        if part == "_2006":
            text, part = text + "_", "2006"
        pieces.append((text, part))
        at = found.end()
    pieces.append((layout[at:], ""))
    return tuple(pieces)


def format_time(time: Time, layout: str) -> str:
    """`time` as the layout shows it, in the time's own zone."""
    return "".join(text + (_shown(time, part) if part else "") for text, part in _split(layout))


def _shown(time: Time, part: str) -> str:
    moment = time.moment
    hour = moment.hour % 12 or 12
    simple = {
        "2006": f"{moment.year:04d}", "06": f"{moment.year % 100:02d}", "January": _MONTHS[moment.month - 1],
        "Jan": _MONTHS[moment.month - 1][:3], "01": f"{moment.month:02d}", "1": str(moment.month),
        "Monday": _DAYS[moment.weekday()], "Mon": _DAYS[moment.weekday()][:3], "02": f"{moment.day:02d}",
        "2": str(moment.day), "_2": f"{moment.day:2d}", "002": f"{moment.timetuple().tm_yday:03d}",
        "__2": f"{moment.timetuple().tm_yday:3d}", "15": f"{moment.hour:02d}", "03": f"{hour:02d}", "3": str(hour),
        "04": f"{moment.minute:02d}", "4": str(moment.minute), "05": f"{moment.second:02d}", "5": str(moment.second),
        "PM": "PM" if moment.hour >= 12 else "AM", "pm": "pm" if moment.hour >= 12 else "am",
    }  # fmt: skip
    if part in simple:
        return simple[part]
    if part[0] in ".,":
        digits = f"{time.nanosecond:09d}"[: len(part) - 1].ljust(len(part) - 1, "0")
        if part[1] == "9":
            digits = digits.rstrip("0")
        return part[0] + digits if digits else ""
    offset = int((moment.utcoffset() or timedelta()).total_seconds())
    if part == "MST":
        return zone_name(moment)
    if part[0] == "Z" and offset == 0:
        return "Z"
    return _offset_text(offset, part[1:])


def zone_name(moment: datetime) -> str:
    """The zone's abbreviation, or its offset where it has none."""
    name = moment.tzname() or ""
    if name.startswith("UTC") and name != "UTC":
        offset = int((moment.utcoffset() or timedelta()).total_seconds())
        return _offset_text(offset, "07" if offset % 3600 == 0 else "0700")
    return name


def _offset_text(offset: int, form: str) -> str:
    sign = "-" if offset < 0 else "+"
    hours, rest = divmod(abs(offset), 3600)
    colon = ":" if ":" in form else ""
    text = f"{sign}{hours:02d}"
    digits = len(form.replace(":", ""))
    if digits >= 4:
        text += f"{colon}{rest // 60:02d}"
    if digits == 6:
        text += f"{colon}{rest % 60:02d}"
    return text


@dataclass(slots=True)
class _Fields:
    """What has been read of a time so far."""

    year: int = 0
    month: int = -1
    day: int = -1
    day_of_year: int = -1
    hour: int = 0
    minute: int = 0
    second: int = 0
    nanosecond: int = 0
    afternoon: bool | None = None
    zone: tzinfo | None = None


def parse_time(layout: str, text: str, local: tzinfo) -> Time:
    """The time that a text says by a layout.

    Args:
        layout: Go's layout.
        text: the text.
        local: the zone where the text names none.

    Raises:
        LayoutError: it does not fit, or there is no such time.
    """
    fields = _Fields()
    rest = text
    pieces = _split(layout)
    for index, (plain, part) in enumerate(pieces):
        rest = _skip(layout, text, plain, rest)
        if not part:
            if rest:
                raise LayoutError(f"parsing time {quote(text)}: extra text: {quote(rest)}")
            continue
        try:
            following = pieces[index + 1] if index + 1 < len(pieces) else ("", "")
            rest = _take(fields, part, rest, fraction_follows=not following[0] and following[1][:1] in (".", ","))
        except _RangeError as error:
            raise LayoutError(f"parsing time {quote(text)}: {error} out of range") from None
        except ValueError:
            raise LayoutError(
                f"parsing time {quote(text)} as {quote(layout)}: cannot parse {quote(rest)} as {quote(part)}"
            ) from None
    return _assembled(fields, text, local)


class _RangeError(Exception):
    """A number that no such field can have."""


def _skip(layout: str, text: str, plain: str, rest: str) -> str:
    """What is left of `rest` behind the layout's plain text; spaces match any number of spaces."""
    wanted = plain
    while wanted:
        if wanted[0] == " ":
            if rest and rest[0] != " ":
                break
            wanted, rest = wanted.lstrip(" "), rest.lstrip(" ")
            continue
        if not rest or rest[0] != wanted[0]:
            break
        wanted, rest = wanted[1:], rest[1:]
    else:
        return rest
    raise LayoutError(f"parsing time {quote(text)} as {quote(layout)}: cannot parse {quote(rest)} as {quote(plain)}")


def _number(text: str, least: int, most: int) -> tuple[int, str]:
    size = 0
    while size < min(most, len(text)) and text[size] in "0123456789":
        size += 1
    if size < least:
        raise ValueError(text)
    return int(text[:size]), text[size:]


def _word(words: tuple[str, ...], text: str, length: int | None) -> tuple[int, str]:
    for index, word in enumerate(words):
        short = word[:length]
        if text[: len(short)].lower() == short.lower():
            return index, text[len(short) :]
    raise ValueError(text)


def _take(fields: _Fields, part: str, text: str, *, fraction_follows: bool) -> str:
    """Reads one part of the layout into `fields`; what is left of the text."""
    if part in ("2006", "06"):
        value, rest = _number(text, len(part), len(part))
        fields.year = value if part == "2006" else value + (1900 if value >= 69 else 2000)
    elif part in ("January", "Jan"):
        value, rest = _word(_MONTHS, text, None if part == "January" else 3)
        fields.month = value + 1
    elif part in ("01", "1"):
        fields.month, rest = _number(text, len(part), 2)
        if not 1 <= fields.month <= 12:
            raise _RangeError("month")
    elif part in ("Monday", "Mon"):
        _, rest = _word(_DAYS, text, None if part == "Monday" else 3)
    elif part in ("2", "_2", "02"):
        fields.day, rest = _number(text.removeprefix(" ") if part == "_2" else text, 2 if part == "02" else 1, 2)
    elif part in ("002", "__2"):
        padded = text.lstrip(" ") if part == "__2" else text
        fields.day_of_year, rest = _number(padded, 3 - (len(text) - len(padded)), 3 - (len(text) - len(padded)))
    elif part in ("15", "03", "3"):
        fields.hour, rest = _number(text, 1 if part != "03" else 2, 2)
        if fields.hour >= (24 if part == "15" else 13):
            raise _RangeError("hour")
    elif part in ("04", "4"):
        fields.minute, rest = _number(text, len(part), 2)
        if fields.minute >= 60:
            raise _RangeError("minute")
    elif part in ("05", "5"):
        fields.second, rest = _number(text, len(part), 2)
        if fields.second >= 60:
            raise _RangeError("second")
        if not fraction_follows and len(rest) > 1 and rest[0] in ".," and rest[1] in "0123456789":
            rest = _fraction(fields, rest)
    elif part[0] in ".,":
        rest = _fraction_part(fields, part, text)
    elif part in ("PM", "pm"):
        word, rest = text[:2], text[2:]
        if word not in ((part, "AM") if part == "PM" else (part, "am")):
            raise ValueError(text)
        fields.afternoon = word.lower() == "pm"
    elif part == "MST":
        rest = _zone_name(fields, text)
    else:
        rest = _offset(fields, part, text)
    return rest


def _fraction(fields: _Fields, text: str) -> str:
    size = 1
    while size < len(text) and text[size] in "0123456789":
        size += 1
    fields.nanosecond = int(text[1:size][:9].ljust(9, "0"))
    return text[size:]


def _fraction_part(fields: _Fields, part: str, text: str) -> str:
    if part[1] == "9":
        if len(text) < 2 or text[0] not in ".," or text[1] not in "0123456789":
            return text
        return _fraction(fields, text)
    if len(text) < len(part) or text[0] not in ".," or not text[1 : len(part)].isdigit():
        raise ValueError(text)
    fields.nanosecond = int(text[1 : len(part)][:9].ljust(9, "0"))
    return text[len(part) :]


def _zone_name(fields: _Fields, text: str) -> str:
    if text.startswith("UTC"):
        fields.zone = UTC
        return text[3:]
    found = _LOCAL.match(text)
    if found is None:
        raise ValueError(text)
    fields.zone = timezone(timedelta(), found[0])
    return text[found.end() :]


def _offset(fields: _Fields, part: str, text: str) -> str:
    if part[0] == "Z" and text.startswith("Z"):
        fields.zone = UTC
        return text[1:]
    form = part[1:]
    pattern = r"([+-])" + re.sub(r"\d\d", r"(\\d\\d)", form)
    found = re.match(pattern, text)
    if found is None:
        raise ValueError(text)
    hours, minutes, seconds = (int(number) for number in (*found.groups()[1:], "0", "0")[:3])
    if hours > 24:
        raise _RangeError("time zone offset hour")
    if minutes > 60:
        raise _RangeError("time zone offset minute")
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds) * (-1 if found[1] == "-" else 1)
    fields.zone = UTC if not offset else timezone(offset)
    return text[found.end() :]


def _assembled(fields: _Fields, text: str, local: tzinfo) -> Time:
    hour = fields.hour
    if fields.afternoon is True and hour < 12:
        hour += 12
    elif fields.afternoon is False and hour == 12:
        hour = 0
    year = fields.year
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    month, day = max(fields.month, 1), max(fields.day, 1) if fields.day < 0 else fields.day
    if fields.day_of_year >= 0:
        if not 1 <= fields.day_of_year <= 365 + leap:
            raise LayoutError(f"parsing time {quote(text)}: day-of-year out of range")
        start = datetime(2000 if leap else 2001, 1, 1) + timedelta(days=fields.day_of_year - 1)
        month, day = start.month, start.day
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not 1 <= day <= lengths[month - 1]:
        raise LayoutError(f"parsing time {quote(text)}: day out of range")
    if not 1 <= year <= 9999:
        year = 1  # beyond what datetime holds
    zone = fields.zone or local
    return Time(datetime(year, month, day, hour, fields.minute, fields.second, tzinfo=zone), fields.nanosecond)


#: Go's zero time.
ZERO_TIME = Time(_ZERO, 0)
