"""The order in which Go's `sort.Slice` leaves items that compare as equal.

Go does not sort stably: rows with equal keys come out in an order of its own, the same each time. Where output has to
be in the real tool's order, that order is needed; it follows from the algorithm, a pattern-defeating quicksort whose
thresholds and choice of pivots are those of Go's `sort/zsortfunc.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_SMALL, _NINTHER, _SHIFTING = 12, 50, 50
_MAX_SHIFTS, _MAX_SWAPS = 5, 12
_MASK = (1 << 64) - 1


def sort_slice(items: Iterable[T], less: Callable[[T, T], bool]) -> list[T]:
    """The items as `sort.Slice` orders them.

    Args:
        less: whether the first belongs before the second; it need not be an order at all, as Go does not check it.
    """
    found = list(items)
    _Sorter(found, less).sort(0, len(found), len(found).bit_length())
    return found


def sort_by(items: Iterable[T], key: Callable[[T], Any]) -> list[T]:
    """As `sort_slice`, by a key; fast where no two keys are equal, since then there is but one order."""
    keyed = [(key(item), item) for item in items]
    if len({each for each, _ in keyed}) == len(keyed):
        return [item for _, item in sorted(keyed, key=lambda pair: pair[0])]
    return [item for _, item in sort_slice(keyed, lambda a, b: bool(a[0] < b[0]))]


class _Sorter(Generic[T]):
    """Sorts one list in place."""

    def __init__(self, items: list[T], less: Callable[[T, T], bool]) -> None:
        self._items = items
        self._before = less

    def sort(self, start: int, end: int, limit: int) -> None:
        """Sort the items from `start` to before `end`; after `limit` bad pivots by heap."""
        balanced = partitioned = True
        while True:
            length = end - start
            if length <= _SMALL:
                self._insertion(start, end)
                return
            if limit == 0:
                self._heap(start, end)
                return
            if not balanced:
                self._shuffle(start, end)
                limit -= 1
            pivot, swaps = self._pivot(start, end)
            if swaps == _MAX_SWAPS:  # it looks descending
                self._items[start:end] = self._items[start:end][::-1]
                pivot = end - 1 - (pivot - start)
                swaps = 0
            if balanced and partitioned and swaps == 0 and self._nearly_sorted(start, end):
                return
            if start > 0 and not self._less(start - 1, pivot):
                start = self._partition_equal(start, end, pivot)
                continue
            middle, partitioned = self._partition(start, end, pivot)
            left, right = middle - start, end - middle
            if left < right:
                balanced = left >= length // 8
                self.sort(start, middle, limit)
                start = middle + 1
            else:
                balanced = right >= length // 8
                self.sort(middle + 1, end, limit)
                end = middle

    def _less(self, i: int, j: int) -> bool:
        return self._before(self._items[i], self._items[j])

    def _swap(self, i: int, j: int) -> None:
        self._items[i], self._items[j] = self._items[j], self._items[i]

    def _insertion(self, start: int, end: int) -> None:
        for i in range(start + 1, end):
            j = i
            while j > start and self._less(j, j - 1):
                self._swap(j, j - 1)
                j -= 1

    def _heap(self, start: int, end: int) -> None:
        count = end - start
        for root in range((count - 1) // 2, -1, -1):
            self._sift(root, count, start)
        for last in range(count - 1, -1, -1):
            self._swap(start, start + last)
            self._sift(0, last, start)

    def _sift(self, root: int, count: int, start: int) -> None:
        while (child := 2 * root + 1) < count:
            if child + 1 < count and self._less(start + child, start + child + 1):
                child += 1
            if not self._less(start + root, start + child):
                return
            self._swap(start + root, start + child)
            root = child

    def _shuffle(self, start: int, end: int) -> None:
        """Move three items of the middle elsewhere, by numbers that depend on the length alone."""
        length = end - start
        if length < 8:
            return
        number, mask = length, (1 << length.bit_length()) - 1
        middle = start + length // 4 * 2
        for index in range(middle - 1, middle + 2):
            number ^= (number << 13) & _MASK
            number ^= number >> 7
            number ^= (number << 17) & _MASK
            other = number & mask
            self._swap(index, start + (other - length if other >= length else other))

    def _pivot(self, start: int, end: int) -> tuple[int, int]:
        """Where the pivot is, and how many swaps of candidates were made in finding it."""
        length, swaps = end - start, 0
        candidates = [start + length // 4 * part for part in (1, 2, 3)]
        if length >= _NINTHER:
            for n, index in enumerate(candidates):
                candidates[n], more = self._median((index - 1, index, index + 1))
                swaps += more
        middle, more = self._median(candidates)
        return middle, swaps + more

    def _median(self, indices: Sequence[int]) -> tuple[int, int]:
        order, swaps = list(indices), 0
        for low, high in ((0, 1), (1, 2), (0, 1)):
            if self._less(order[high], order[low]):
                order[low], order[high] = order[high], order[low]
                swaps += 1
        return order[1], swaps

    def _nearly_sorted(self, start: int, end: int) -> bool:
        """Put a few items right; whether all are sorted then."""
        i = start + 1
        for _ in range(_MAX_SHIFTS):
            while i < end and not self._less(i, i - 1):
                i += 1
            if i == end:
                return True
            if end - start < _SHIFTING:
                return False
            self._swap(i, i - 1)
            if i - start >= 2:
                for j in range(i - 1, 0, -1):
                    if not self._less(j, j - 1):
                        break
                    self._swap(j, j - 1)
            if end - i >= 2:
                for j in range(i + 1, end):
                    if not self._less(j, j - 1):
                        break
                    self._swap(j, j - 1)
        return False

    def _partition(self, start: int, end: int, pivot: int) -> tuple[int, bool]:
        """Items below the pivot first, then the pivot; where it is, and whether nothing had to move."""
        self._swap(start, pivot)
        i, j = start + 1, end - 1
        moved = False
        while True:
            while i <= j and self._less(i, start):
                i += 1
            while i <= j and not self._less(j, start):
                j -= 1
            if i > j:
                self._swap(j, start)
                return j, not moved
            self._swap(i, j)
            moved = True
            i, j = i + 1, j - 1

    def _partition_equal(self, start: int, end: int, pivot: int) -> int:
        """Items equal to the pivot first; where the greater ones begin."""
        self._swap(start, pivot)
        i, j = start + 1, end - 1
        while True:
            while i <= j and not self._less(start, i):
                i += 1
            while i <= j and self._less(start, j):
                j -= 1
            if i > j:
                return i
            self._swap(i, j)
            i, j = i + 1, j - 1
