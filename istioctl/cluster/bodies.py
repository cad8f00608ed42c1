"""Reading bodies of answers, so that all those under way at once take little memory, whatever a server sends.

Small ones are read side by side. One that turns out to be large waits for its turn, which it holds until it has been
made into data: text and data of one large answer are in memory at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from istioctl.cluster.answers import LARGEST, too_large
from istioctl.cluster.errors import Malformed
from istioctl.yamldoc.json_weight import json_weight

_SMALL = 512 * 1024
"""Bytes of a body that needs no turn; a dozen requests are under way at once, and their data takes ten times that."""
_LIGHT = 4 * 1024 * 1024
"""Bytes of data that need no turn."""
_PIECE = 64 * 1024


class RequestTurns:
    """Whose turn it is, among the requests of one session."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._refusal: Malformed | None = None
        self._own = _Own()

    def refuse_large(self, problem: Malformed) -> None:
        """From now on no large answer is taken: the server sends more than was asked for."""
        self._refusal = problem

    def take(self) -> bool:
        """Waits for the turn; whether the thread did not have it already.

        Raises:
            Malformed: no large answers are taken.
        """
        is_new = not self._own.holds
        if is_new:
            self._lock.acquire()
            self._own.holds = True
        if self._refusal is not None:
            if is_new:
                self.give()
            raise self._refusal
        return is_new

    def give(self, *, lasts: bool = False) -> None:
        """Lets the next one have its turn; one that `lasts` is kept where this thread keeps them."""
        if self._own.holds and not (lasts and self._own.keeps):
            self._own.holds = False
            self._lock.release()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Within it, a turn of this thread that lasts is given back at the end: once the answer has been worked on.

        No other thread must be waited for in it, which might wait for its turn.
        """
        self._own.keeps = True
        try:
            yield
        finally:
            self._own.keeps = False
            self.give()


class _Own(threading.local):
    """What a thread has: the turn, and whether it keeps it."""

    holds = False
    keeps = False


class Turn:
    """The right to a large body: taken by `read` when it is needed, given back at the end of the context.

    Args:
        turns: of the session.
        small: bytes of a body that needs no turn.
        lasts: whether `RequestTurns.kept` makes it last beyond its own context.

    Attributes:
        waited: the seconds that it was waited for.
    """

    __slots__ = ("_has_it", "_is_own", "_lasts", "_small", "_turns", "waited")

    def __init__(self, turns: RequestTurns, small: int = _SMALL, *, lasts: bool = False) -> None:
        self.waited = 0.0
        self._turns = turns
        self._small = small
        self._lasts = lasts
        self._has_it = self._is_own = False

    def read(self, receive: Callable[[int], bytes], where: str, largest: int = LARGEST) -> bytes:
        """A whole body.

        Args:
            receive: gives at most so many of the next bytes, and none at the end.
            where: who was asked for what, for errors.
            largest: how many bytes there may be.

        Raises:
            Malformed: there are more.
        """
        body = bytearray()  # a list of pieces would stay with the allocator, for each thread that had one
        while piece := receive(_PIECE):
            if len(body) + len(piece) > self._small and not self._has_it:
                self._take()
            body += piece
            if len(body) > largest:
                body.clear()  # the error's traceback would keep them
                too_large(where, largest)
        return bytes(body)

    def weigh(self, body: bytes) -> None:
        """Takes the turn where the data of a small body are large.

        Raises:
            Malformed: as `read`.
        """
        if not self._has_it and json_weight(body) > _LIGHT:
            self._take()

    def _take(self) -> None:
        began = time.monotonic()
        self._is_own = self._turns.take()
        self._has_it = True
        self.waited += time.monotonic() - began

    def end(self) -> None:
        """Gives the turn back, if it was taken."""
        if self._is_own:
            self._turns.give(lasts=self._lasts)
        self._has_it = self._is_own = False

    def __enter__(self) -> Turn:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, at: TracebackType | None
    ) -> None:
        self.end()


@contextmanager
def lean_errors() -> Iterator[None]:
    """Lets go of what the frames of an error hold: the answer's text and data, for as long as the error is kept."""
    try:
        yield
    except Malformed as problem:
        from traceback import clear_frames

        clear_frames(problem.__traceback__)
        problem.__context__ = None  # a decoder's error holds the text, too
        raise
