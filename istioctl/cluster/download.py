"""Gets the text behind a URL that a user names."""

from __future__ import annotations

from istioctl.errors import InputError

#: Seconds to wait for the server, and bytes to take at most.
TIMEOUT = 30.0
LIMIT = 64 * 1024 * 1024


def download(url: str) -> str:
    """The text at an http or https URL.

    Raises:
        InputError: the server can't be reached, says no, or sends what is not UTF-8 text or too much of it.
    """
    import http.client
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    try:
        with urlopen(Request(url, headers={"User-Agent": "istioctl"}), timeout=TIMEOUT) as answer:  # noqa: S310
            body = answer.read(LIMIT + 1)
    except (URLError, OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise InputError(f"cannot get it: {reason}", where=url, id="unreadable") from None
    if len(body) > LIMIT:
        raise InputError(f"it is larger than {LIMIT // 1024 // 1024} MiB", where=url, id="unreadable")
    try:
        text: str = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("it is not UTF-8 text", where=url, id="unreadable") from None
    return text
