from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.api import quantities


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("100m", "100m"), ("1000m", "1"), ("0.5", "500m"), ("1.50", "1500m"), ("1000", "1k"), ("1500", "1500"),
        ("0.5Gi", "512Mi"), ("1024Mi", "1Gi"), ("1000Mi", "1000Mi"), ("0.5Ki", "512"), ("1e3", "1e3"), ("12e2", "1200"),
        ("0", "0"), ("-1500m", "-1500m"), (".5", "500m"), ("1n", "1n"), ("0.1n", "1n"),
        ("1Ei", "1Ei"), ("2E", "2E"), ("9223372036854775808", "9223372036854775808"), ("9Ei", "9223372036854775807"),
        # what is not a whole number of bytes is printed as a decimal number
        ("70.9Ki", "72601600m"), ("33.11Gi", "35551591792640m"),
        # what looks canonical at a glance stays as it is
        ("+5", "+5"), ("1.", "1."), ("007", "007"), ("1.250", "1.250"), ("100E", "100E"), ("1e-3", "1e-3"),
    ],
)  # fmt: skip
def test_canonical(text, want):
    assert quantities.canonical(text) == want


@pytest.mark.parametrize("text", ["", ".", "lots", "1 Gi", "1gi", "1mi", "--1", "1.2.3", "1e", "0x1", "1\n"])
def test_no_quantity(text):
    with pytest.raises(ValueError, match="not a quantity"):
        quantities.canonical(text)


@given(st.integers(0, 10**7), st.sampled_from(["m", "", "k", "M", "Ki", "Mi", "e2"]))
def test_canonical_keeps_the_value_and_is_stable(number, suffix):
    text = quantities.canonical(f"{number}{suffix}")
    assert not quantities.is_above(text, f"{number}{suffix}")
    assert not quantities.is_above(f"{number}{suffix}", text)
    assert quantities.is_above(f"{number + 1}{suffix}", text)
    assert quantities.canonical(text) == text
