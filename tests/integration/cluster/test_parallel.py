from __future__ import annotations

import threading
import time
import weakref

import pytest

from istioctl.cluster.parallel import in_parallel
from istioctl.errors import ClusterError, ErrorGroup


def fail(id_: str, text: str) -> None:
    raise ClusterError(text, id=id_)


def test_results_keep_their_order() -> None:
    def slow(number: int) -> int:
        time.sleep(0.02 * (3 - number))
        return number

    assert in_parallel([lambda n=n: slow(n) for n in range(4)]) == [0, 1, 2, 3]
    assert in_parallel([]) == []


def test_no_more_at_once_than_allowed() -> None:
    lock, running, most = threading.Lock(), 0, 0

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1

    in_parallel([work] * 9, limit=3)
    assert most == 3


def test_all_run_though_one_fails() -> None:
    done: list[int] = []
    with pytest.raises(ClusterError, match="a"):
        in_parallel([lambda: fail("x", "a"), lambda: done.append(1), lambda: done.append(2)])
    assert sorted(done) == [1, 2]


def test_failures_of_different_causes_are_all_told() -> None:
    with pytest.raises(ErrorGroup) as caught:
        in_parallel([lambda: fail("invalid", "a"), lambda: fail("conflict", "b")])
    assert [str(error) for error in caught.value.errors] == ["a", "b"]


def test_failures_of_one_cause_are_told_once() -> None:
    with pytest.raises(ClusterError, match="a") as caught:
        in_parallel([lambda: fail("unreachable", "a"), lambda: fail("unreachable", "b")])
    assert not isinstance(caught.value, ErrorGroup)


def test_bugs_are_not_hidden_by_failures() -> None:
    with pytest.raises(ZeroDivisionError):
        in_parallel([lambda: fail("x", "a"), lambda: 1 / 0])


def test_what_failed_tasks_had_read_is_let_go() -> None:
    class Page:
        """Stands for what a task has read."""

    kept: list[weakref.ref[Page]] = []

    def read() -> None:
        page = Page()
        kept.append(weakref.ref(page))
        fail("malformed", "the list does not end")

    with pytest.raises(ErrorGroup) as raised:
        in_parallel([read, read, read])
    assert len(raised.value.errors) == 3
    assert [reference() for reference in kept] == [None, None, None]
