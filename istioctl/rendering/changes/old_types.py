"""What releases before 1.24 read as protobuf does: numbers in quotes, fields by the names of their `.proto` file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from istioctl.api.schema.casing import camel_case
from istioctl.api.schema.decode import check
from istioctl.api.trees import Values, copy_of
from istioctl.rendering.changes.old_forms import Path
from istioctl.rendering.specification.validation import DOCUMENT

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")
_SWITCHES = {"true": True, "false": False}


def names_of_proto_files(data: Values) -> Iterator[Path]:
    """Fields of an IstioOperator document that have the name of its `.proto` file, such as `mesh_config`."""
    for mismatch in check(data, DOCUMENT):
        is_of_operator = mismatch.kind == "unknown-field" and mismatch.of.startswith("istio.operator.")
        if is_of_operator and camel_case(str(mismatch.path[-1])) in mismatch.known:
            yield mismatch.path


def values_of_another_type(data: Values) -> Iterator[tuple[Path, Any, str]]:
    """Scalars of an IstioOperator document whose meaning is plain though their type is another.

    Yields:
        The path, the value in the type of its field, and a sentence that says why.
    """
    for mismatch in check(data, DOCUMENT):
        if mismatch.kind != "wrong-type":
            continue
        above = _at(data, mismatch.path[:-1])
        if (found := _in_another_type(above[mismatch.path[-1]])) is None:
            continue
        value, reason = found
        changed = copy_of(data)
        _at(changed, mismatch.path[:-1])[mismatch.path[-1]] = value
        if all(left.path != mismatch.path or left.kind != mismatch.kind for left in check(changed, DOCUMENT)):
            yield mismatch.path, value, reason


def _in_another_type(value: Any) -> tuple[Any, str] | None:
    """A scalar as what else it may mean; None for numbers with a fraction, of which the text is not known."""
    if isinstance(value, bool | int):
        return (
            str(value).lower() if isinstance(value, bool) else str(value)
        ), "A text has to stand there: it is quoted now."
    if isinstance(value, str) and value in _SWITCHES:
        return _SWITCHES[value], "A boolean has to stand there, without quotes."
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value), "A number has to stand there, without quotes."
    return None


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data
