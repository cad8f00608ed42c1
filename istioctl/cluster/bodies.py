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

_SMALL = 512 * 1024
"""Bytes of a body that needs no turn; a dozen requests are under way at once, and their data takes ten times that."""
_PIECE = 64 * 1024


class RequestTurns:
    """Whose turn it is, among the requests of one session."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._refusal: Malformed | None = None

    def refuse_large(self, problem: Malformed) -> None:
        """From now on no large answer is taken: the server sends more than was asked for."""
        self._refusal = problem

    def take(self) -> None:
        """Waits for the turn.

        Raises:
            Malformed: no large answers are taken.
        """
        self._lock.acquire()
        if self._refusal is not None:
            self._lock.release()
            raise self._refusal

    def give(self) -> None:
        """Lets the next one have its turn."""
        self._lock.release()


class Turn:
    """The right to a large body: taken by `read` when it is needed, given back at the end of the context.

    Args:
        turns: of the session.
        small: bytes of a body that needs no turn.

    Attributes:
        waited: the seconds that it was waited for.
    """

    __slots__ = ("_is_held", "_small", "_turns", "waited")

    def __init__(self, turns: RequestTurns, small: int = _SMALL) -> None:
        self.waited = 0.0
        self._turns = turns
        self._small = small
        self._is_held = False

    def read(self, receive: Callable[[int], bytes], where: str, largest: int = LARGEST) -> bytes:
        """A whole body.

        Args:
            receive: gives at most so many of the next bytes, and none at the end.
            where: who was asked for what, for errors.
            largest: how many bytes there may be.

        Raises:
            Malformed: there are more.
        """
        body = bytearray()
        while piece := receive(_PIECE):
            if len(body) + len(piece) > self._small and not self._is_held:
                began = time.monotonic()
                self._turns.take()
                self._is_held = True
                self.waited += time.monotonic() - began
            body += piece
            if len(body) > largest:
                body.clear()  # the error's traceback would keep them
                too_large(where, largest)
        return bytes(body)

    def end(self) -> None:
        """Gives the turn back, if it was taken."""
        if self._is_held:
            self._is_held = False
            self._turns.give()

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
