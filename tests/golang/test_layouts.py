"""Times by Go's layouts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from istioctl.golang.layouts import LayoutError, format_time, parse_time
from istioctl.golang.times import Time

MOMENT = Time(datetime(2021, 3, 4, 15, 6, 7, tzinfo=timezone(timedelta(hours=-3, minutes=-30))), 120_000_000)


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        ("2006-01-02T15:04:05.999Z07:00", "2021-03-04T15:06:07.12-03:30"),
        ("Mon Jan _2 3:04PM 06", "Thu Mar  4 3:06PM 21"),
        ("Monday, January 2 002 __2", "Thursday, March 4 063  63"),
        ("05.000 ,00 -0700 -07 MST pm", "07.120 ,12 -0330 -03 -0330 pm"),
        ("1/2 03 4 5", "3/4 03 6 7"), ("_2006 January2 Janu", "_2021 March4 Janu"),
    ],
)  # fmt: skip
def test_formatting(layout: str, text: str) -> None:
    assert format_time(MOMENT, layout) == text


@pytest.mark.parametrize(
    ("layout", "text", "moment"),
    [
        ("2006-01-02", "2024-02-29", datetime(2024, 2, 29, tzinfo=UTC)),
        ("Jan 2 2006 3:04pm", "mar 4 2021 12:05am", datetime(2021, 3, 4, 0, 5, tzinfo=UTC)),
        ("2006 002", "2021 063", datetime(2021, 3, 4, tzinfo=UTC)),
        ("06-1-2 15:4:5", "70-3-4 1:2:3.5", datetime(1970, 3, 4, 1, 2, 3, 500_000, tzinfo=UTC)),
        ("2006-01-02T15:04:05Z07:00", "2021-03-04T05:06:07+05:30", datetime(2021, 3, 3, 23, 36, 7, tzinfo=UTC)),
    ],
)
def test_parsing(layout: str, text: str, moment: datetime) -> None:
    found = parse_time(layout, text, UTC)
    assert found == Time(moment)


@pytest.mark.parametrize(
    ("layout", "text", "problem"),
    [
        ("2006", "21", 'parsing time "21" as "2006": cannot parse "21" as "2006"'),
        ("2006-01", "2021/03", 'parsing time "2021/03" as "2006-01": cannot parse "/03" as "-"'),
        ("2006", "2021x", 'parsing time "2021x": extra text: "x"'),
        ("01", "13", 'parsing time "13": month out of range'),
        ("15", "24", 'parsing time "24": hour out of range'),
        ("2006-01-02", "2021-04-31", 'parsing time "2021-04-31": day out of range'),
        ("é", "x", 'parsing time "x" as "\\xc3\\xa9": cannot parse "x" as "\\xc3\\xa9"'),
    ],
)
def test_texts_that_do_not_fit(layout: str, text: str, problem: str) -> None:
    with pytest.raises(LayoutError) as caught:
        parse_time(layout, text, UTC)
    assert str(caught.value) == problem
