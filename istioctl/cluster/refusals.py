"""What a server's refusals and redirections say, in this program's words.

Statuses and reasons are those of the Kubernetes API conventions ("HTTP Status codes", "Response Status Kind").
"""

from __future__ import annotations

from typing import Any

from istioctl.cluster.answers import page_title, read_json
from istioctl.cluster.errors import ApiError, Malformed

_HINTS: dict[int, tuple[str, str]] = {
    400: ("bad-request", "The server does not accept this object; if it is Istio's own, please report it."),
    401: ("unauthorized", "The credentials are wrong or have expired: log in again, or choose another --context."),
    403: (
        "forbidden",
        "Ask for the missing right, or choose another --context; `istioctl x precheck` lists all that install needs.",
    ),
    404: ("not-found", "The object, or its kind, does not exist in this cluster."),
    409: ("conflict", "Something else changes the same object at the same time; run the command again."),
    413: ("too-large", "The object is larger than the server accepts."),
    415: ("unsupported", "The server is too old for server-side apply; Kubernetes 1.22 or later is needed."),
    422: ("invalid", "The object breaks a rule of the cluster; fix the value that the message names."),
    429: ("too-many-requests", "The server is overloaded; try again later."),
}


_LONGEST_MESSAGE = 2000


def refused(status: int, body: bytes, where: str, *, reason: str = "") -> ApiError:
    """The error for an answer with an HTTP status of 400 or more, whose body is a Status object or anything."""
    data = _status_object(body, where)
    message = _text(data.get("message")) if data is not None else _first_words(body)
    reason = _text((data or {}).get("reason")) or reason
    identifier, hint = _HINTS.get(status, ("api", "Look at the server's log, and try again."))
    if "admission webhook" in message or "failed calling webhook" in message:
        identifier, hint = (
            "webhook",
            "An admission webhook of the cluster stands in the way; fix it or remove its configuration.",
        )
    elif status >= 500:
        identifier, hint = "server-error", "The server has a problem of its own; try again later."
    if "being terminated" in message:
        hint = "An earlier removal is still under way; wait until the namespace is gone, then run the command again."
    message = message or f"HTTP status {status}"
    if status == 401 and message == "Unauthorized":
        message = "the server does not accept the credentials (Unauthorized)"
    causes = _causes(data or {})
    if status == 409 and causes and causes[0] not in message:
        message += ": " + "; ".join(causes[:3])
    return ApiError(status, reason, message, where=where, hint=hint, id=identifier)


def redirected(status: int, location: str | None, where: str) -> Malformed:
    """The error for an answer that sends the client elsewhere, where its credentials must not go."""
    target = f"to {location[:_LONGEST_MESSAGE]}" if location else "without saying where to"
    return Malformed(
        f"the server redirects (HTTP status {status}) {target}; credentials are not sent there",
        where=where,
        hint="If that is the API server's address, set it as the cluster's server in the kubeconfig; or log in first.",
        id="redirected",
    )


def _status_object(body: bytes, where: str) -> dict[str, Any] | None:
    """The object in the body of a refusal; None where there is something else."""
    try:
        data = read_json(body, where)
    except Malformed:
        return None
    return data if isinstance(data, dict) else None


def _first_words(body: bytes) -> str:
    title = page_title(body)
    return f"a web page{title}" if title is not None else body[:300].decode("utf-8", "replace").strip()


def _text(value: object) -> str:
    return value[:_LONGEST_MESSAGE] if isinstance(value, str) else ""


def _causes(status: dict[str, Any]) -> list[str]:
    details = status.get("details")
    causes = details.get("causes") if isinstance(details, dict) else None
    if not isinstance(causes, list):
        return []
    return [text for cause in causes if isinstance(cause, dict) and (text := _text(cause.get("message")))]
