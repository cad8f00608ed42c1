"""What the API server was asked and what it said, on the logger `istioctl.cluster.requests`.

A request is one record of level DEBUG; what was sent and received are records of level `BODIES`, which leave out what
Secrets and tokens hold.
"""

from __future__ import annotations

import logging
import time

#: The level of records that hold bodies: below DEBUG.
BODIES = 5
LOGGER = logging.getLogger("istioctl.cluster.requests")
_LONGEST = 1024
_SECRET_PATHS = ("/secrets", "/token", "/tokenreviews")


class Exchange:
    """One request and its answer.

    Args:
        url: with the query.
    """

    __slots__ = ("_began", "_method", "_url")

    def __init__(self, method: str, url: str) -> None:
        self._method, self._url = method, url
        self._began = time.monotonic()

    def answered(self, status: int, reason: str) -> None:
        """The headers of the answer are there."""
        self._tell(f"{status} {reason}".rstrip())

    def failed(self, problem: Exception) -> None:
        """No answer came."""
        self._tell(f"failed: {problem}")

    def body(self, name: str, data: bytes | None) -> None:
        """What was sent (`name` is "request") or received ("response")."""
        if not data or not LOGGER.isEnabledFor(BODIES):
            return
        path = self._url.partition("?")[0]
        if any(part in path for part in _SECRET_PATHS):
            text = f"({len(data)} bytes that are secret)"
        else:
            text = data[:_LONGEST].decode("utf-8", "replace")
            text += f" (and {len(data) - _LONGEST} bytes more)" if len(data) > _LONGEST else ""
        LOGGER.log(BODIES, "%s body of %s %s: %s", name, self._method, self._url, text, stacklevel=2)

    def _tell(self, outcome: str) -> None:
        took = (time.monotonic() - self._began) * 1000
        LOGGER.debug("%s %s %s in %.0f ms", self._method, self._url, outcome, took, stacklevel=3)
