"""Doing several things with a server at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import TypeVar

from istioctl.errors import ErrorGroup, IstioctlError

T = TypeVar("T")

LIMIT = 12
"""How many requests are under way at once: an API server of default settings queues what is more."""

_TELLING = frozenset({"forbidden", "timeout", "tls", "too-large", "unauthorized", "unpaged", "unreachable"})


def in_parallel(tasks: Sequence[Callable[[], T]], limit: int = LIMIT) -> list[T]:
    """The results of all tasks, in their order.

    All tasks are run even where some fail. An interrupt ends the wait at once; tasks not yet begun are dropped, and
    those under way end with their own time-outs (the threads do not keep the program from ending).

    Raises:
        IstioctlError: one task failed, or all of those that did for one cause.
        ErrorGroup: several did.
    """
    if len(tasks) <= 1:
        return [task() for task in tasks]
    results: dict[int, T] = {}
    failures: dict[int, BaseException] = {}
    waiting: SimpleQueue[int] = SimpleQueue()
    for index in range(len(tasks)):
        waiting.put(index)
    dropped = threading.Event()

    def work() -> None:
        while not dropped.is_set():
            try:
                index = waiting.get_nowait()
            except Empty:
                return
            try:
                results[index] = tasks[index]()
            except IstioctlError as problem:
                from traceback import clear_frames

                clear_frames(problem.__traceback__)  # they hold what had been read, until all tasks have ended
                failures[index] = problem
            except BaseException as problem:  # carried over to the caller's thread, which raises it
                failures[index] = problem

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(limit, len(tasks)))]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:
        dropped.set()
    if failures:
        problems = [failures[index] for index in sorted(failures)]
        errors = [problem for problem in problems if isinstance(problem, IstioctlError)]
        if len(errors) < len(problems):
            raise next(problem for problem in problems if not isinstance(problem, IstioctlError))
        raise errors[0] if len(errors) == 1 or _have_one_cause(errors) else ErrorGroup(errors)
    return [results[index] for index in range(len(tasks))]


def _have_one_cause(errors: Sequence[IstioctlError]) -> bool:
    """Whether one of the errors tells all there is to know, as where the server is gone or the user has no rights."""
    return errors[0].id in _TELLING and all(error.id == errors[0].id for error in errors)
