"""What can go wrong between this program and an API server, as records.

ClusterError
├── ApiError            the server answered, and refused
└── Unreachable         no usable answer came: no connection, no TLS, no time left
    └── Malformed       an answer came that is not one of an API server
"""

from __future__ import annotations

from istioctl.errors import ClusterError


class ApiError(ClusterError):
    """The API server refused a request.

    Args:
        status: the HTTP status.
        reason: the server's one-word reason, such as `NotFound`.
        message: the server's own words, or what is known without them.
        where: the server and what was asked of it.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        where: str,
        hint: str | None = None,
        id: str = "api",  # noqa: A002 - the record's own field name
    ) -> None:
        super().__init__(message, where=where, hint=hint, id=id)
        self.status = status
        self.reason = reason
        self.retry_after: float | None = None
        """The seconds after which the server wants to be asked again, if it said so."""


class Unreachable(ClusterError):  # noqa: N818 - reads as a state, next to ApiError
    """No usable answer came from the API server.

    Args:
        passing: it may be over in a moment, as when a server restarts.
        unsent: the request certainly did not reach the server.
    """

    default_id = "unreachable"

    def __init__(
        self,
        message: str,
        *,
        where: str,
        hint: str,
        id: str | None = None,  # noqa: A002 - the record's own field name
        passing: bool = False,
        unsent: bool = False,
    ) -> None:
        super().__init__(message, where=where, hint=hint, id=id)
        self.passing = passing
        self.unsent = unsent


class Malformed(Unreachable):
    """Something answered, but not as an API server does; asking again would not help."""

    default_id = "malformed"
