"""The language of `--set`."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.errors import SpecError
from istioctl.rendering.specification.origins import dotted
from istioctl.rendering.specification.set_flags import apply, parse, parse_value, split_path


def spec_after(*flags: str) -> dict[str, object]:
    spec: dict[str, object] = {}
    for flag in flags:
        apply(parse(flag), spec)
    return spec


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("+7", 7),
        ("-5", -5),
        ("0644", 644),
        ("1.50", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1_000", 1000.0),
        ("0x1p4", 16.0),
        ("12345678901234567890", 1.2345678901234567e19),
        ("t", True),
        ("FALSE", False),
        ("", ""),
        ("yes", "yes"),
        ("null", "null"),
        ("0x1F", "0x1F"),
        ("1e400", "1e400"),
        ("1" * 400, "1" * 400),
        ("1" * 5000, "1" * 5000),
        ("-nan", "-nan"),
        ("1__0", "1__0"),
        ("٣", "٣"),
        ("{a,b}", "{a,b}"),
        ("a\\,b", "a,b"),
        ("2024-01-02", "2024-01-02"),
    ],
)
def test_values_have_the_type_they_look_like(text: str, value: object) -> None:
    found = parse_value(text)
    assert found == value
    assert type(found) is type(value)


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_whole_number_of_64_bits_stays_exact(number: int) -> None:
    assert parse_value(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_is_read_back(number: float) -> None:
    assert parse_value(repr(number)) == number


@pytest.mark.parametrize(
    "path",
    ["tag", "spec.tag", "compatibilityVersion", "values.global.tag", "meshConfig.defaultConfig.proxyMetadata.N"],
)
def test_some_paths_are_always_text(path: str) -> None:
    assert parse(f"{path}=1.10").value == "1.10"


@pytest.mark.parametrize(
    ("flag", "spec"),
    [
        ("profile=demo", {"profile": "demo"}),
        ("spec.profile=demo", {"profile": "demo"}),
        (" hub = x ", {"hub": "x"}),
        ("values.pilot..env.X=a", {"values": {"pilot": {"env": {"X": "a"}}}}),
        ("values.a\\.b/c=d", {"values": {"a.b/c": "d"}}),
        ("values.list[0]=a", {"values": {"list": ["a"]}}),
        ("components.egressGateways.[0].name=e", {"components": {"egressGateways": [{"name": "e"}]}}),
        ("components.egressGateways[7].name=e", {"components": {"egressGateways": [{"name": "e"}]}}),
    ],
)
def test_a_path_makes_what_it_leads_through(flag: str, spec: object) -> None:
    assert spec_after(flag) == spec


def test_elements_are_found_by_index_and_by_field() -> None:
    spec = spec_after("list[0].name=a", "list[1].name=b", "list.[name:b].on=true", "list[0].on=false", "list[0].name=c")
    assert spec == {"list": [{"name": "c", "on": False}, {"name": "b", "on": True}]}


def test_an_element_that_is_set_again_is_replaced() -> None:
    assert spec_after("list[0]=a", "list[0]=b") == {"list": ["b"]}


def test_null_on_the_way_gives_way() -> None:
    spec: dict[str, object] = {"values": None}
    apply(parse("values.a.b=1"), spec)
    assert spec == {"values": {"a": {"b": 1}}}


def test_the_resolved_path_names_indexes() -> None:
    spec: dict[str, object] = {"list": [{"name": "a"}, {"name": "b"}]}
    assert apply(parse("list[name:b].on=true"), spec) == ("list", 1, "on")


@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ("", "no path"),
        ("=x", "no path"),
        ("a." * 200 + "b=1", "more than 100 parts"),
        ("profile", "no value"),
        ("a=b=c", "more than one '='"),
        ("a=inf", "can't hold"),
        ("a=-Infinity", "can't hold"),
        ("a=NaN", "can't hold"),
    ],
)
def test_what_means_nothing_is_refused(flag: str, message: str) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        parse(flag)
    assert caught.value.where == f"--set {flag}"


def test_refusals_can_be_let_through() -> None:
    refused: list[SpecError] = []
    flags = [parse(text, refuse=refused.append) for text in ("profile", "a=b=c", "a=inf")]
    assert [flag.value for flag in flags] == ["", "b=c", "inf"]
    assert len(refused) == 3


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("a.b=1", "a[0]=1", "'a' is a mapping, so it has no elements"),
        ("a=1", "a.b=1", "'a' is the value 1, so it has no fields"),
        ("a[0]=x", "a[0].b=1", "has no fields"),
        ("a[0].name=x", "a[name:y].b=1", "no element"),
        ("a[0].name=x", "a[oops].b=1", "selects nothing"),
        ("a[0].name=x", "a.[0].[1]=1", "does not follow the name of a list"),
        ("a[0].name=x", "a[0][1]=1", "selects nothing"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(first: str, second: str, message: str) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        spec_after(first, second)
    assert caught.value.where == f"--set {second}"


def test_the_error_for_a_missing_element_names_those_there_are() -> None:
    with pytest.raises(SpecError) as caught:
        spec_after("a[0].name=x", "a[name:y].b=1")
    assert "have name x" in str(caught.value.hint)


_KEYS = st.text("abcXYZ-09.", min_size=1).filter(lambda key: key.strip(".") and not key.endswith("\\"))


@given(st.lists(_KEYS, min_size=1, max_size=5))
def test_a_dotted_path_is_read_back(keys: list[str]) -> None:
    assert split_path("spec." + dotted(keys)) == ["spec", *keys]


@given(st.text())
def test_no_value_breaks_the_reader(text: str) -> None:
    value = parse_value(text)
    assert not (isinstance(value, float) and math.isinf(value) and any(char.isdigit() for char in text))
