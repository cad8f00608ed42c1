"""Durations as Go writes them: `300ms`, `15s`, `1h30m`."""

from __future__ import annotations

import re

from istioctl.errors import InputError

_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
#: What fits into 64 bits of nanoseconds.
_LONGEST = (2**63 - 1) / 1e9
_PART = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")


def parse_duration(text: str) -> float:
    """The seconds that a Go duration stands for (time.ParseDuration).

    Raises:
        InputError: the text is no duration.
    """
    body = text[1:] if text[:1] in ("+", "-") else text
    if body == "0":
        return 0.0
    total, position = 0.0, 0
    while part := _PART.match(body, position):
        total += float(part[1]) * _SECONDS[part[2]]
        position = part.end()
    if not body or position != len(body) or total > _LONGEST:
        raise InputError(f'"{text}" is not a duration', hint="Write a number with a unit, such as 30s, 5m or 1h30m.")
    return -total if text.startswith("-") else total
