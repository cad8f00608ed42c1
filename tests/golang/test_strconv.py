"""Numbers and booleans as Go's strconv writes and reads them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.golang.strconv import format_float, is_bool, parse_bool, parse_float, parse_int, to_float32


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.5, "1.5"), (100000.5, "100000.5"), (1234567.5, "1.2345675e+06"), (1e-4, "0.0001"), (1e-5, "1e-05"),
     (-1e22, "-1e+22"), (0.0, "0"), (-0.0, "-0"), (1e100, "1e+100"), (math.inf, "+Inf"), (math.nan, "NaN")],
)  # fmt: skip
def test_the_shortest_form(value: float, text: str) -> None:
    assert format_float(value) == text


@given(st.floats(allow_nan=False))
def test_what_is_written_reads_back(value: float) -> None:
    text = format_float(value)
    assert (math.inf if text == "+Inf" else -math.inf if text == "-Inf" else parse_float(text)) == value


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_the_shortest_form_of_a_float32_reads_back(value: float) -> None:
    assert to_float32(parse_float(format_float(value, bits=32))) == value


@pytest.mark.parametrize("text", ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"])
def test_booleans(text: str) -> None:
    assert is_bool(text)
    assert parse_bool(text) is (text in ("1", "t", "T", "TRUE", "true", "True"))


@pytest.mark.parametrize("text", ["", "yes", "tRUE", "on", "2", " true", "true\n"])
def test_what_is_not_a_boolean(text: str) -> None:
    assert not is_bool(text)
    with pytest.raises(ValueError, match="ParseBool"):
        parse_bool(text)


@pytest.mark.parametrize(
    ("text", "base", "number"),
    [("12", 10, 12), ("-0012", 10, -12), ("+7", 10, 7), ("0x_1F", 0, 31), ("0b101", 0, 5), ("017", 0, 15),
     ("0o17", 0, 15), ("1_000", 0, 1000), ("-9223372036854775808", 10, -(1 << 63))],
)  # fmt: skip
def test_whole_numbers(text: str, base: int, number: int) -> None:
    assert parse_int(text, base) == number


@pytest.mark.parametrize(
    ("text", "base", "error"),
    [("", 10, ValueError), ("1.0", 10, ValueError), ("1_000", 10, ValueError), ("\uff11", 10, ValueError),
     ("1__0", 0, ValueError), ("08", 0, ValueError), ("9223372036854775808", 10, OverflowError),
     ("9" * 100, 0, OverflowError)],
)  # fmt: skip
def test_what_is_not_a_whole_number(text: str, base: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        parse_int(text, base)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1e-9", 1e-9), (".5", 0.5), ("5.", 5.0), ("1_23.50_0_0e+1_2", 1.235e14), ("0x1.8p1", 3.0), ("0x_1p-2", 0.25),
     ("inf", math.inf), ("-Infinity", -math.inf)],
)  # fmt: skip
def test_floats(text: str, number: float) -> None:
    assert parse_float(text) == number


@pytest.mark.parametrize(
    ("text", "error"),
    [("", ValueError), (" 1", ValueError), ("1_", ValueError), ("+nan", ValueError), ("0x1", ValueError),
     ("\u0663", ValueError), ("0x1__0p1", ValueError), ("1e400", OverflowError), ("0x1p2000", OverflowError)],
)  # fmt: skip
def test_what_is_not_a_float(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        parse_float(text)
