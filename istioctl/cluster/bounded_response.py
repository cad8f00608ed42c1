"""Answers that have to be complete in time, however slowly their bytes come.

A socket's time-out begins anew with every byte; a server that drips its headers would never reach it.
"""

from __future__ import annotations

import io
import time
from http.client import HTTPResponse
from socket import socket
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class BoundedResponse(HTTPResponse):
    """An answer whose status line, headers and body all have to come within the socket's time-out, counted once."""

    def __init__(self, sock: socket, *args: Any, **named: Any) -> None:
        super().__init__(_Source(sock), *args, **named)  # type: ignore[arg-type]  # all that is asked of it is makefile


class _Source:
    """The one thing that an HTTPResponse wants of a socket."""

    def __init__(self, sock: socket) -> None:
        self._sock = sock

    def makefile(self, mode: str) -> IO[bytes]:
        return io.BufferedReader(_TimedReader(self._sock))


class _TimedReader(io.RawIOBase):
    """Reads from a socket, and raises TimeoutError once the time-out that the socket has now is over."""

    def __init__(self, sock: socket) -> None:
        self._sock = sock
        self._stream = sock.makefile("rb", buffering=0)
        seconds = sock.gettimeout()
        self._deadline = None if seconds is None else time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer is not complete in time")
            self._sock.settimeout(left)
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()
