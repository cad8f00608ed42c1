from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.golang import durations
from istioctl.golang.durations import duration_text
from istioctl.golang.times import Time


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (1, "1ns"),
        (1500, "1.5µs"),
        (2_000_000, "2ms"),
        (90 * 10**9, "1m30s"),
        (3_600 * 10**9, "1h0m0s"),
        (-1_500_000_000, "-1.5s"),
    ],
)
def test_durations_print_as_go_prints_them(nanoseconds: int, text: str) -> None:
    assert duration_text(nanoseconds) == text
    assert durations.nanoseconds(text) == nanoseconds


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_durations_read_back(nanoseconds: int) -> None:
    assert durations.nanoseconds(duration_text(nanoseconds)) == nanoseconds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'time: invalid duration ""'),
        ("3", 'time: missing unit in duration "3"'),
        ("3x", 'time: unknown unit "x" in duration "3x"'),
        ("h", 'time: invalid duration "h"'),
        ("99999999999h", 'time: invalid duration "99999999999h"'),
        ("9" * 5000 + "s", None),
    ],
)
def test_what_is_no_duration(text: str, message: str | None) -> None:
    with pytest.raises(ValueError, match="time: ") as caught:
        durations.nanoseconds(text)
    if message:
        assert str(caught.value) == message


def test_moments_print_with_their_zone() -> None:
    assert str(Time(datetime(2024, 5, 6, 7, 8, 9, 500_000, tzinfo=UTC))) == "2024-05-06 07:08:09.5 +0000 UTC"
    zone = timezone(timedelta(hours=2))
    assert str(Time(datetime(2024, 5, 6, 7, 8, 9, tzinfo=zone), 1)) == "2024-05-06 07:08:09.000000001 +0200 +0200"
    assert Time(datetime(1970, 1, 1, 2, tzinfo=zone)).unix == 0
