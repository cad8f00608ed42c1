"""Data as indented JSON: the same as Python's own writer gives."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.yamldoc.json_text import indented


class _Colour(StrEnum):
    RED = "red"


class _Pair(NamedTuple):
    first: int
    second: str


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(_Colour.RED)
_KEYS = st.text() | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False) | st.just(_Colour.RED)
_DATA = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(_KEYS, inner) | st.builds(_Pair, st.integers(), st.text()),
    max_leaves=20,
)


@given(_DATA)
def test_the_same_bytes(data: Any) -> None:
    assert indented(data) == json.dumps(data, indent=2, ensure_ascii=False)


@pytest.mark.parametrize("data", [{1, 2}, [b"bytes"], {"a": object()}])
def test_what_json_can_not_say(data: Any) -> None:
    with pytest.raises(TypeError, match="is not JSON serializable"):
        indented(data)
