"""Gets what is behind a URL that a user names."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, BinaryIO

from istioctl.errors import InputError

if TYPE_CHECKING:
    from http.client import HTTPResponse

    from _typeshed import SupportsRead

#: Seconds to wait for the server, and bytes to take at most.
TIMEOUT = 30.0
LIMIT = 64 * 1024 * 1024
#: Bytes that are kept in memory; the rest goes to a temporary file.
_SPOOL = 8 << 20


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
            body = _all_of(answer)
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


def _all_of(answer: HTTPResponse) -> bytes:
    """The body, up to one byte too much; a time-out of each read begins anew with every byte."""
    deadline = time.monotonic() + 4 * TIMEOUT
    pieces: list[bytes] = []
    size = 0
    while size <= LIMIT and (piece := answer.read1(65536)):
        pieces.append(piece)
        size += len(piece)
        if time.monotonic() > deadline:
            raise TimeoutError("it takes too long")
    return b"".join(pieces)


def fetched(url: str) -> BinaryIO:
    """What is at an http or https URL, of any size, as a file that is complete.

    Raises:
        InputError: the server can't be reached, or says no.
    """
    import urllib3

    try:
        response = urllib3.request("GET", url, timeout=TIMEOUT, preload_content=False)
    except urllib3.exceptions.HTTPError as error:
        raise InputError(f"it can't be fetched: {error}", where=url) from None
    if response.status >= 400:
        raise InputError(f"it can't be fetched: status {response.status} {response.reason or ''}".rstrip(), where=url)
    return _spooled(response, url)


def _spooled(response: SupportsRead[bytes], url: str) -> BinaryIO:
    """The body of a response as a file, so that a broken connection is noticed before anything is made of it."""
    from shutil import copyfileobj
    from tempfile import SpooledTemporaryFile

    import urllib3

    spool = SpooledTemporaryFile(_SPOOL)  # noqa: SIM115 - closed by who reads it
    try:
        copyfileobj(response, spool)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise InputError(f"it can't be fetched: {error}", where=url) from None
    spool.seek(0)
    return spool  # type: ignore[return-value] # it reads as any binary file does
