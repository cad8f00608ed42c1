"""The flag that asks for certificates which expire soon."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from istioctl.cli.line.declare import Option
from istioctl.errors import UsageError

ExpiresWithinOption = Annotated[
    str,
    Option("--expires-within", metavar="DURATION", help="Only what expires by then, such as 72h; exit 1 for any."),
]


def expiry_span(text: str) -> timedelta | None:
    """The time within which certificates are to expire; None where the flag is not given.

    Raises:
        InputError: it is not a duration.
        UsageError: it is negative.
    """
    if not text:
        return None
    from istioctl.golang.durations import parse_duration

    span = timedelta(seconds=parse_duration(text))
    if span < timedelta(0):
        raise UsageError(f"{text} is in the past", where="--expires-within", hint="Pass a duration such as 72h.")
    return span
