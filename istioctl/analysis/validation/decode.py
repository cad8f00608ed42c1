"""From a node to the data of a message, with the problems recorded at their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from istioctl.api.schema import decode as api
from istioctl.api.schema.casing import camel_case
from istioctl.errors import InputError
from istioctl.yamldoc.reader import is_merge, key_text, to_data

if TYPE_CHECKING:
    from collections.abc import Iterable

    from istioctl.analysis.validation.report import Place
    from istioctl.yamldoc.reader import Node

#: Decoded data of a message; see `istioctl.api.schema.decode`.
Spec = dict[str, Any]

#: Of more fields than these, the known ones are not listed.
_MOST_LISTED = 12


def decode(node: Node | None, message: str, place: Place) -> Spec:
    """The data of a message; what can't be used is left out and reported as an error.

    Args:
        node: the message's node; None and null are an empty message.
        message: its full name.
        place: where problems are reported.
    """
    try:
        data = None if node is None else to_data(node)
    except InputError as error:
        place.error(error.message)
        return {}
    return decode_data(data, message, place)


def decode_data(data: object, message: str, place: Place) -> Spec:
    """As `decode`, from plain data."""

    def record(mismatch: api.Mismatch) -> None:
        at = type(place)(place.report, mismatch.path)
        if mismatch.kind == "only-one":
            at.warn(mismatch.message)
        else:
            known, hint = _help(mismatch)
            at.error(mismatch.message + known, hint)

    return api.decode(data, message, record, place.path)


def entries(node: Node) -> Iterable[tuple[str, Node]]:
    """The entries of a mapping as (key as text, value), merge keys expanded, later ones winning."""
    found: dict[str, Node] = {}
    for key, value in node.value:
        if is_merge(key):
            for source in reversed(value.value if value.kind == "sequence" else [value]):
                if source.kind == "mapping":
                    found.update(entries(source))
        else:
            found[key_text(key)] = value
    return found.items()


def _help(mismatch: api.Mismatch) -> tuple[str, str]:
    """What follows the message about a mismatch, and the hint: a name that is near, or else all that are known."""
    if not mismatch.known:
        return "", mismatch.hint
    from difflib import get_close_matches

    given = str(mismatch.path[-1])
    if mismatch.kind == "wrong-type":
        given = mismatch.message.rpartition(", not ")[2].strip("'\"")
    lowered = {name.lower(): name for name in mismatch.known}
    if near := get_close_matches(camel_case(given).lower(), lowered, n=1):
        return "", f"Did you mean {lowered[near[0]]}?"
    listed = mismatch.kind == "unknown-field" and len(mismatch.known) <= _MOST_LISTED
    return f"; there are {', '.join(sorted(mismatch.known))}" if listed else "", mismatch.hint
