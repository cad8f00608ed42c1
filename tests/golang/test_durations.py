"""Go's durations."""

from __future__ import annotations

import pytest

from istioctl.errors import InputError
from istioctl.golang.durations import nanoseconds, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("15s", 15), ("1h30m", 5400), ("300ms", 0.3), ("1.5m", 90), (".5s", 0.5), ("-2m", -120), ("+1s", 1)],
)
def test_go_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "15", "s", "1 s", "1d", "5m!", "-"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(InputError, match="is not a duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1ns", 1), ("1.5us", 1500), ("2µs", 2000), ("000000000000000000000001s", 10**9), ("0.1s", 10**8),
     ("9223372036854775807ns", (1 << 63) - 1), ("-9223372036854775808ns", -(1 << 63))],
)  # fmt: skip
def test_nanoseconds_are_exact(text: str, number: int) -> None:
    assert nanoseconds(text) == number


@pytest.mark.parametrize("text", ["9223372036854775808ns", "99999999999h", "1٣s"])
def test_what_does_not_fit(text: str) -> None:
    with pytest.raises(ValueError, match="time: "):
        nanoseconds(text)
