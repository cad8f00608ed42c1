"""Injecting a long stream on several processors, its documents in order and never many of them in memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from istioctl.injection.inject import InjectionResult, inject_piece
from istioctl.injection.injector import Injector, ObjectInjector
from istioctl.injection.streams import Piece

#: A stream that is shorter, in characters, is not worth a process.
LONG_STREAM = 128 << 10
_BATCH = 64 << 10
_AHEAD = 3
_WARM_UP = 4

_injector: ObjectInjector | None = None  # of a worker, which inherits it when it is forked


def inject_stream(pieces: Iterable[Piece], injector: ObjectInjector) -> Iterator[tuple[Piece, InjectionResult]]:
    """Each document of a stream and what became of it, in their order.

    Raises:
        InputError, TemplateError, ClusterError: as `inject_piece`; what came before has been given.
    """
    stream = iter(pieces)
    first, long = _start(stream)
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if long and processors > 1 and isinstance(injector, Injector):
        for piece in first[:_WARM_UP]:  # workers inherit what is learned from these
            yield piece, inject_piece(piece, injector)
        yield from _forked(chain(first[_WARM_UP:], stream), injector, processors)
    else:
        for piece in chain(first, stream):
            yield piece, inject_piece(piece, injector)


def _start(stream: Iterator[Piece]) -> tuple[list[Piece], bool]:
    """The first documents, and whether the stream goes on for long."""
    first: list[Piece] = []
    size = 0
    for piece in stream:
        first.append(piece)
        size += len(piece.text)
        if size > LONG_STREAM:
            return first, len(first) > 1
    return first, False


def _batches(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    batch: list[Piece] = []
    size = 0
    for piece in pieces:
        batch.append(piece)
        size += len(piece.text)
        if size > _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _forked(
    pieces: Iterable[Piece], injector: ObjectInjector, processors: int
) -> Iterator[tuple[Piece, InjectionResult]]:
    import multiprocessing
    import signal

    global _injector
    _injector = injector
    batches = _batches(pieces)
    ignore = (signal.SIGINT, signal.SIG_IGN)
    with multiprocessing.get_context("fork").Pool(processors, signal.signal, ignore) as pool:
        waiting = deque((batch, pool.apply_async(_inject, (batch,))) for batch in islice(batches, processors * _AHEAD))
        while waiting:
            batch, task = waiting.popleft()
            results = task.get()
            for following in islice(batches, 1):
                waiting.append((following, pool.apply_async(_inject, (following,))))
            yield from zip(batch, results, strict=True)


def _inject(batch: list[Piece]) -> list[InjectionResult]:
    assert _injector is not None  # noqa: S101 - set before the fork
    return [inject_piece(piece, _injector) for piece in batch]
