"""How much memory the data of a JSON text may take."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from istioctl.yamldoc.json_weight import json_weight


@given(st.text('{}[],:a"', max_size=40), st.sampled_from([1, 3000, 100_000]))
def test_marks_are_counted_wherever_they_are(text: str, times: int) -> None:
    expected = 200 * text.count("{") + 100 * text.count("[") + 100 * text.count(",")
    assert json_weight(text.encode() * times) == expected * times
