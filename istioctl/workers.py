"""Working through a long stream on several processors, its items in order and never many of them in memory.

Workers are forks with two pipes each: batches of items come through one, what became of them leaves by the other.
Nobody else holds the ends of these. So whatever kills a worker, the parent reads the end of its pipe at once and does
itself what the worker had in hand; and whatever kills the parent, SIGKILL included, the workers read the end of theirs
and go. `multiprocessing.Pool` would wait for the batch of a dead worker for ever.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import Any, BinaryIO, Generic, TypeVar

from istioctl.errors import IstioctlError

#: A stream that is shorter, in characters, is not worth a process.
LONG_STREAM = 128 << 10
_BATCH = 32 << 10
_WARM_UP = 4
#: Batches for each worker that are known and not yet given, since one before them takes longer.
_AHEAD = 4

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    items: Iterable[Item], work: Callable[[Item], Result], size: Callable[[Item], int]
) -> Iterator[tuple[Item, Result]]:
    """Each item of a stream and what became of it, in their order.

    Args:
        items: what can be pickled, as can their results.
        work: what is done to each of them.
        size: how long an item is, in characters of text.

    Raises:
        IstioctlError: as `items` and `work`; what came before has been given.
    """
    stream = iter(items)
    first, long = _start(stream, size)
    rest = chain(first, stream)
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    workers: list[_Worker[Item, Result]] = []
    if long and processors > 1 and not _has_threads():
        for item in islice(rest, _WARM_UP):  # workers inherit what is learned from these
            yield item, work(item)
        workers = _workers(processors, work)
    if workers:
        yield from _shared_out(_batches(rest, size), workers, work)
    else:
        for item in rest:
            yield item, work(item)


def _has_threads() -> bool:
    """Whether other threads run, of which one may hold a lock that a fork would wait for."""
    threading = sys.modules.get("threading")
    return threading is not None and threading.active_count() > 1


def _start(stream: Iterator[Item], size: Callable[[Item], int]) -> tuple[list[Item], bool]:
    """The first items, and whether the stream goes on for long."""
    first: list[Item] = []
    total = 0
    for item in stream:
        first.append(item)
        total += size(item)
        if total > LONG_STREAM:
            return first, len(first) > 1
    return first, False


def _batches(items: Iterable[Item], size: Callable[[Item], int]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    total = 0
    try:
        for item in items:
            batch.append(item)
            total += size(item)
            if total > _BATCH:
                yield batch
                batch, total = [], 0
    except IstioctlError:
        if batch:  # what stands before the fault has its turn first
            yield batch
        raise
    if batch:
        yield batch


class _Task(Generic[Item, Result]):
    """A batch that was handed out, and what became of it as far as that is known."""

    def __init__(self, batch: list[Item]) -> None:
        self.batch = batch
        self.results: list[Result] | None = None


def _shared_out(
    batches: Iterator[list[Item]], workers: list[_Worker[Item, Result]], work: Callable[[Item], Result]
) -> Iterator[tuple[Item, Result]]:
    """The items of all batches, each worker at one of these at a time; in the end, the workers are gone.

    A worker that is done gets its next batch at once, though others are still at earlier ones.
    """
    tasks: deque[_Task[Item, Result]] = deque()  # in the order of their batches
    idle = list(workers)
    busy: dict[_Worker[Item, Result], _Task[Item, Result]] = {}
    failure: IstioctlError | None = None
    is_over = False
    try:
        while tasks or not is_over:
            while idle and not is_over and len(tasks) < _AHEAD * len(workers):
                try:
                    batch = next(batches, None)
                except IstioctlError as error:
                    batch, failure = None, error
                is_over = batch is None
                if batch is not None:
                    worker = idle.pop()
                    tasks.append(_Task(batch))
                    busy[worker] = tasks[-1]
                    worker.begin(batch)
            if tasks and (results := tasks[0].results) is not None:
                yield from _completed(tasks.popleft().batch, results, work)
            elif busy:
                for worker in _done(busy):
                    busy.pop(worker).results = worker.results()
                    idle.append(worker)
    finally:
        for worker in workers:
            worker.end()
    if failure is not None:
        raise failure


def _done(busy: Iterable[_Worker[Item, Result]]) -> list[_Worker[Item, Result]]:
    """Wait until workers are done with their batches, or dead, and say which."""
    import select

    waiting = select.poll()
    by_pipe = {worker.pipe: worker for worker in busy}
    for pipe in by_pipe:
        waiting.register(pipe, select.POLLIN)
    return [by_pipe[pipe] for pipe, _ in waiting.poll()]


def _completed(
    batch: list[Item], results: list[Result], work: Callable[[Item], Result]
) -> Iterator[tuple[Item, Result]]:
    """The items of a batch with what became of them, done here where a worker did not come to its end.

    That is also where an item fails: the error arises again, in the process that the user sees.
    """
    yield from zip(batch, results, strict=False)
    for item in batch[len(results) :]:
        yield item, work(item)


def _workers(count: int, work: Callable[[Item], Result]) -> list[_Worker[Item, Result]]:
    """As many workers as there may be, at most `count`."""
    workers: list[_Worker[Item, Result]] = []
    # They never take these signals: the parent minds them, and ends its workers.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    try:
        with suppress(OSError):  # of processes or pipes there may be no more
            while len(workers) < count:
                workers.append(_Worker(work, workers))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return workers


class _Worker(Generic[Item, Result]):
    """A process that works on one batch after the other, seen from its parent.

    Args:
        work: is inherited, with all that it has learned.
        earlier: the workers that were begun before.

    Raises:
        OSError: there can't be another process, or no pipes to it.
    """

    def __init__(self, work: Callable[[Item], Result], earlier: list[_Worker[Item, Result]]) -> None:
        batches, self._batches = _pipe()
        self._results, results = _pipe()
        with batches, results:  # the parent keeps none of the worker's ends
            try:
                self._pid = os.fork()
            except OSError:
                self._close()
                raise
            if self._pid == 0:
                try:
                    for worker in (*earlier, self):
                        worker._close()
                    _serve(work, batches, results)
                finally:  # what the parent was at is not for its fork to go on with
                    os._exit(0)

    @property
    def pipe(self) -> int:
        """The descriptor from which there is something to read once it is done, or dead."""
        return self._results.fileno()

    def begin(self, batch: list[Item]) -> None:
        """Give the worker a batch; it has none in hand."""
        import pickle

        with suppress(BrokenPipeError):  # `results` sees that it is dead
            pickle.dump(batch, self._batches, pickle.HIGHEST_PROTOCOL)
            self._batches.flush()

    def results(self) -> list[Result]:
        """Wait for what became of the batch: of its first items only, if one fails; of none, if the worker died."""
        import pickle

        try:
            results: list[Result] = pickle.load(self._results)  # noqa: S301 - our own fork's
        except (EOFError, pickle.UnpicklingError):
            return []
        return results

    def end(self) -> None:
        """End the process, whatever it is at."""
        with suppress(OSError):
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        self._close()

    def _close(self) -> None:
        for pipe in (self._batches, self._results):
            with suppress(OSError):  # a dead worker did not take all of its last batch
                pipe.close()


def _pipe() -> tuple[BinaryIO, BinaryIO]:
    reading, writing = os.pipe()
    return os.fdopen(reading, "rb"), os.fdopen(writing, "wb")


def _serve(work: Callable[[Any], Any], batches: BinaryIO, sink: BinaryIO) -> None:
    """Work on batches until there are no more, or nobody who wants them."""
    import pickle

    with suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            batch: list[Any] = pickle.load(batches)  # noqa: S301 - our own parent's
            results: list[Any] = []
            with suppress(Exception):
                results.extend(map(work, batch))
            pickle.dump(results, sink, pickle.HIGHEST_PROTOCOL)
            sink.flush()
