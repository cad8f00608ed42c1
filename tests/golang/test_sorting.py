"""The order of Go's sort.Slice, also among items that compare as equal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.golang.sorting import sort_by, sort_slice


def keys(count: int, below: int, seed: int) -> list[int]:
    """Numbers that any language makes alike."""
    found, number = [], seed
    for _ in range(count):
        number = (number * 1103515245 + 12345) % (1 << 31)
        found.append((number >> 8) % below)
    return found


# What Go makes of these: the index of each item, as a character from "0" on.
GO = [
    (keys(13, 3, 1), "91237:;5<4680"),
    (keys(30, 4, 2), "5EA:97H0M6G;<F2?@3BCDL1=>4IJK8"),
    (keys(75, 6, 3), "Btpmk\\Z7W9:TNG>C@SOxVUe=Hi1P<d6lrIvjcEwbX]^s?YA_Jq2o4fuahQy5L8Kg;n3[`RFD0Mz"),
    (sorted(keys(64, 5, 4)), "0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmno"),
    (sorted(keys(64, 5, 5), reverse=True), "gonmlkjihfZedcba`_^]\\[QYXWVUTSRPOGNMLKJIH?FEDCBA@0>=<;:987654321"),
]


@pytest.mark.parametrize(("numbers", "order"), GO)
def test_equal_items_come_in_the_order_of_go(numbers: list[int], order: str) -> None:
    pairs = list(enumerate(numbers))
    assert "".join(chr(48 + n) for n, _ in sort_slice(pairs, lambda a, b: a[1] < b[1])) == order
    assert sort_by(pairs, lambda pair: pair[1]) == sort_slice(pairs, lambda a, b: a[1] < b[1])


def test_few_items_keep_their_order_where_nothing_orders_them() -> None:
    names = ["x", "80", "y", "9", "z", "70"]

    def is_lower(first: str, second: str) -> bool:
        return first.isdecimal() and second.isdecimal() and int(first) < int(second)

    assert sort_slice(names, is_lower) == names


@given(st.lists(st.integers(0, 30) | st.integers(), max_size=300))
def test_all_items_are_sorted(numbers: list[int]) -> None:
    assert sort_slice(numbers, lambda a, b: a < b) == sorted(numbers)
    assert sort_by(numbers, lambda number: number) == sorted(numbers)


@given(st.integers(13, 400), st.integers(1, 4))
def test_bad_pivots_end_in_a_heap(count: int, step: int) -> None:
    """An organ pipe, and saw teeth: patterns that mislead quicksorts."""
    numbers = [min(n, count - n) % (count // step) for n in range(count)]
    assert sort_slice(numbers, lambda a, b: a < b) == sorted(numbers)
