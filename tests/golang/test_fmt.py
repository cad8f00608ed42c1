from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.golang import types
from istioctl.golang.budget import LimitError
from istioctl.golang.fmt import sprint, sprintf, sprintln
from istioctl.golang.strconv import format_float, to_float32
from istioctl.golang.types import function
from istioctl.golang.values import Float32, Int, Pointer, Uint8, make, nil, pointer

POINT = types.struct("test.Point", {"X": types.INT, "Label": types.STRING}, hidden={"inner": types.BOOL})
LEVEL = types.named("test.Level", types.INT)
LEVEL.methods["String"] = function("String", "", lambda level: f"level-{int(level)}")


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (("%d|%5d|%-5d|%05d|%+d|% d", 7, 7, 7, 7, 7, 7), "7|    7|7    |00007|+7| 7"),
        (("%x %X %#x %o %O %b %#b", 255, 255, 255, 8, 8, 5, 5), "ff FF 0xff 10 0o10 101 0b101"),
        (("%c %q %U %#U", 65, 65, 0x1F600, 0x1F600), "A 'A' U+1F600 U+1F600 '😀'"),
        (("%s|%8s|%-8s|%.2s|%q|%x", "héy", "héy", "héy", "héy", "héy", "hé"), 'héy|     héy|héy     |hé|"héy"|68c3a9'),
        (("%+q %#q", "é", "a`b"), '"\\u00e9" "a`b"'),
        (("% x % #X", "abc", "ab"), "61 62 63 0X61 0X62"),
        (("%t %v %5t", True, False, True), "true false  true"),
        (
            ("%f %.2f %8.3f %e %g %G", 1.5, 2.345, 3.14159, 1234.5678, 1e21, 1e-7),
            "1.500000 2.35    3.142 1.234568e+03 1e+21 1E-07",
        ),
        (("%v %v %v", 100000.0, 1000000.0, 123456789.0), "100000 1e+06 1.23456789e+08"),
        (("%6.2f|%-8.1f|%+.1f|%08.3f", 3.14159, 2.5, 2.0, -3.14159), "  3.14|2.5     |+2.0|-003.142"),
        (("%v %d", None, None), "<nil> %!d(<nil>)"),
        (("%v", [1, "a", None, [True]]), "[1 a <nil> [true]]"),
        (("%v", {"b": 1, "a": {"x": None}}), "map[a:map[x:<nil>] b:1]"),
        (("%#v", {"a": [1, "x", None]}), 'map[string]interface {}{"a":[]interface {}{1, "x", interface {}(nil)}}'),
        (("%T %T %T %T", 1, Int(1), "", make(types.MAP_STRING, {})), "int64 int string map[string]string"),
        (("%d%%", 50), "50%"),
        (("%*d|%-*d|%.*f", Int(4), 7, Int(4), 7, Int(1), 2.55), "   7|7   |2.5"),
        (("%[2]s %[1]s", "a", "b"), "b a"),
        (("%s", b"raw"), "raw"),
        (("%v %x", b"raw", b"raw"), "[114 97 119] 726177"),
        (("%v %+v", make(POINT, {"X": Int(1)}), make(POINT, {"Label": "p"})), "{1  false} {X:0 Label:p inner:false}"),
        (("%v", pointer(make(POINT, {}))), "&{0  false}"),
        (("%v %s", nil(types.pointer_to(POINT)), nil(types.MAP_STRING)), "<nil> map[]"),
        (("%v %d %s", make(LEVEL, 3), make(LEVEL, 3), [make(LEVEL, 4)]), "level-3 3 [level-4]"),
        (("%v", 1 + 2j), "(1+2i)"),
        (("%s", Pointer(types.pointer_to(types.INT), None)), "%!s(*int=<nil>)"),
    ],
)
def test_verbs(args: tuple[str, object], text: str) -> None:
    assert sprintf(*args) == text


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (("%d", "x"), "%!d(string=x)"),
        (("%s %s", "x"), "x %!s(MISSING)"),
        (("%s", "x", 1, None), "x%!(EXTRA int64=1, <nil>)"),
        (("%!",), "%!!(MISSING)"),
        (("%",), "%!(NOVERB)"),
        (("%z", 1), "%!z(int64=1)"),
        (("%[5]d", 1), "%!d(BADINDEX)"),
        (("%*d", "x", 1), "%!(BADWIDTH)1"),
        (("%s", [1, "a"]), "[%!s(int64=1) a]"),
    ],
)
def test_mistakes_show_in_the_text(args: tuple[str, object], text: str) -> None:
    assert sprintf(*args) == text


def test_print_puts_spaces_between_what_is_no_string() -> None:
    assert sprint("a", 1, 2, "b", 3.5, None) == "a1 2b3.5 <nil>"
    assert sprintln("a", 1, True) == "a 1 true\n"


def test_output_is_bounded() -> None:
    with pytest.raises(LimitError, match="size limit"):
        sprintf("%1000000d" * 40, *range(40))


@pytest.mark.parametrize(
    ("number", "verb", "precision", "text"),
    [
        (0.1, "g", -1, "0.1"),
        (1e6, "f", -1, "1000000"),
        (5e-324, "g", -1, "5e-324"),
        (-0.0, "g", -1, "-0"),
        (1.5, "b", -1, "6755399441055744p-52"),
        (1.0, "x", -1, "0x1p+00"),
        (3.14, "x", 3, "0x1.91fp+01"),
        (float("inf"), "g", -1, "+Inf"),
        (float("nan"), "f", 2, "NaN"),
        (100.0, "e", -1, "1e+02"),
    ],
)
def test_floats(number: float, verb: str, precision: int, text: str) -> None:
    assert format_float(number, verb, precision) == text


def test_a_float32_prints_with_the_digits_it_has() -> None:
    assert sprintf("%v %T", Float32(to_float32(0.1)), Float32(1.0)) == "0.1 float32"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_shortest_form_reads_back(number: float) -> None:
    assert float(format_float(number)) == number
    assert float(format_float(number, "e")) == number


@given(st.integers(-(2**63), 2**63 - 1))
def test_whole_numbers_read_back_in_each_base(number: int) -> None:
    assert int(sprintf("%x", number), 16) == int(sprintf("%o", number), 8) == int(sprintf("%b", number), 2) == number


def test_a_byte_is_a_number() -> None:
    assert sprint(Uint8(200)) == "200"
