"""Names, addresses and numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.analysis.validation import protocols, shared
from istioctl.api import formats


@pytest.mark.parametrize("name", ["a", "a.b.c", "a-b.c1", "A.b", "a.b."])
def test_domains(name: str) -> None:
    assert not formats.domain(name)


@pytest.mark.parametrize("name", ["", "a..b", "-a", "a_b", "a.1", "a." + "b" * 64, "x" * 256, "*.a", "."])
def test_no_domains(name: str) -> None:
    assert formats.domain(name)


@pytest.mark.parametrize(("name", "good"), [("*", True), ("*.a", True), ("*-a.b", True), ("a*", False), ("a.*", False)])
def test_wildcards(name: str, good: bool) -> None:
    assert bool(formats.wildcard_domain(name)) != good


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("outbound_.80_._.a.b", True),
        ("outbound_.x_._.a", False),
        ("outbound_.80", False),
        ("a.b", True),
        ("a_b", False),
    ],
)
def test_hosts_of_gateways(name: str, good: bool) -> None:
    assert bool(formats.gateway_domain(name, sni=True)) != good


@pytest.mark.parametrize(
    ("one", "other", "overlap", "covers"),
    [
        ("a.b", "a.b", True, True),
        ("*.b", "a.b", True, True),
        ("a.b", "*.b", True, False),
        ("*.b", "b", False, False),
        ("*", "*.b", True, True),
        ("*.b", "*", True, False),
        ("*.a.b", "*.b", True, False),
    ],
)
def test_overlapping_hosts(one: str, other: str, overlap: bool, covers: bool) -> None:
    assert formats.hosts_overlap(one, other) is overlap
    assert formats.host_covers(one, other) is covers


@given(
    st.from_regex(r"(\*\.)?[a-c](\.[a-c]){0,2}", fullmatch=True),
    st.from_regex(r"(\*\.)?[a-c](\.[a-c]){0,2}", fullmatch=True),
)
def test_what_covers_also_overlaps(one: str, other: str) -> None:
    assert formats.hosts_overlap(one, other) == formats.hosts_overlap(other, one)
    if formats.host_covers(one, other):
        assert formats.hosts_overlap(one, other)


@pytest.mark.parametrize(
    ("text", "good"),
    [("1.2.3.4", True), ("1.2.3.0/24", True), ("::1/64", True), ("1.2.3.4/33", False), ("1.2.3.4/08", False),
     ("01.2.3.4", False), ("a", False), ("1.2.3.4/255.0.0.0", False)],
)  # fmt: skip
def test_subnets(text: str, good: bool) -> None:
    assert bool(formats.subnet(text)) != good


@pytest.mark.parametrize(
    ("nanoseconds", "good"), [(1_000_000, True), (999_999, False), (1_500_000, False), (-5, False)]
)
def test_durations(nanoseconds: int, good: bool) -> None:
    assert bool(formats.duration(nanoseconds)) != good


def test_labels() -> None:
    assert formats.labels({"a.b/c-d": "x_y", "e": ""}) == []
    assert len(formats.labels({"a b": "x", "/c": "y", "d": "-"})) == 3


@pytest.mark.parametrize(
    ("text", "good"), [("a+", True), ("(?i)x", True), ("[a", False), ("(?=x)", False), ("a" * 1025, False)]
)
def test_patterns(text: str, good: bool) -> None:
    assert bool(formats.pattern(text)) != good


@pytest.mark.parametrize(
    ("value", "good"),
    [("x", True), ("100%%", True), ("%A%", True), ("a %REQ(X)% b", True), ('%F(["a", "b"])%', True), ("%", False),
     ("%A", False), ("a%b", False), ('%F(["a"%', False), ("%F()%", False), ("%F(x)y%", False), ("a\x01", False)],
)  # fmt: skip
def test_header_values(value: str, good: bool) -> None:
    assert bool(shared.header_value(value)) != good


@pytest.mark.parametrize(
    ("name", "protocol"),
    [("http", "HTTP"), ("grpc-web", "GRPC"), ("HTTP-x", "HTTP"), ("web", ""), ("tcp-redis", "TCP")],
)
def test_protocols_of_port_names(name: str, protocol: str) -> None:
    assert protocols.of_port_name(name) == protocol
