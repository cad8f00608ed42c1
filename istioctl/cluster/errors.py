"""What can go wrong between this program and an API server, as records.

    ClusterError
    ├── ApiError            the server answered, and refused
    └── Unreachable         no answer came: no connection, no TLS, no time left

Statuses and reasons are those of the Kubernetes API conventions ("HTTP Status codes", "Response Status Kind").
"""

from __future__ import annotations

import json
from typing import Any

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
        unsent: the request surely did not reach the server.
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


_HINTS: dict[int, tuple[str, str]] = {
    400: ("bad-request", "the server does not accept this object; if it is Istio's own, please report it"),
    401: ("unauthorized", "the credentials are wrong or have expired: log in again, or choose another --context"),
    403: (
        "forbidden",
        "ask for the missing right, or choose another --context; `istioctl x precheck` lists all that install needs",
    ),
    404: ("not-found", "the object, or its kind, does not exist in this cluster"),
    409: ("conflict", "something else changes the same object at the same time; run the command again"),
    413: ("too-large", "the object is larger than the server accepts"),
    415: ("unsupported", "the server is too old for server-side apply; Kubernetes 1.22 or later is needed"),
    422: ("invalid", "the object breaks a rule of the cluster; mend the value that the message names"),
    429: ("too-many-requests", "the server is overloaded; try again later"),
}


def refused(status: int, body: bytes, where: str, *, reason: str = "") -> ApiError:
    """The error for an answer with an HTTP status of 400 or more, whose body is a Status object or anything."""
    message = ""
    details: Any = None
    try:
        data: Any = json.loads(body)
    except ValueError:
        message = body[:300].decode("utf-8", "replace").strip()
    else:
        if isinstance(data, dict):
            message = str(data.get("message") or "")
            reason = str(data.get("reason") or reason)
            details = data.get("details")
    identifier, hint = _HINTS.get(status, ("api", "look at the server's log, and try again"))
    if "admission webhook" in message or "failed calling webhook" in message:
        identifier, hint = (
            "webhook",
            "an admission webhook of the cluster stands in the way; mend it or remove its configuration",
        )
    elif status >= 500:
        identifier, hint = "server-error", "the server has a problem of its own; try again later"
    if "being terminated" in message:
        hint = "an earlier removal is still under way; wait until the namespace is gone, then run the command again"
    message = message or f"HTTP status {status}"
    if status == 401 and message == "Unauthorized":
        message = "the server does not accept the credentials (Unauthorized)"
    causes = details.get("causes") if isinstance(details, dict) else None
    if status == 409 and isinstance(causes, list) and causes and str(causes[0].get("message", "")) not in message:
        message += ": " + "; ".join(str(cause.get("message")) for cause in causes[:3])
    return ApiError(status, reason, message, where=where, hint=hint, id=identifier)
