"""The door by which answers come in: what a server sends becomes data whose types are known, or one clear error.

Whoever answers at a server's address may be another program: a proxy, a login page, a captive portal, somebody hostile.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import UnionType
from typing import Any, NoReturn

from istioctl.cluster.errors import Malformed
from istioctl.cluster.shapes import Shape
from istioctl.patterns import lazy_pattern
from istioctl.yamldoc.json_weight import HEAVIEST, json_weight
from istioctl.yamldoc.nesting import DEEPEST, is_too_deep

LARGEST = 16 * 1024 * 1024
"""Bytes of one answer. etcd stores at most 1.5 MiB an object, so that a list in pages stays below."""
_INT64 = 2**63
_TITLE = lazy_pattern(rb"<title[^>]*>\s*([^<]{1,200})", re.IGNORECASE)
_SURROGATE = lazy_pattern("[\ud800-\udfff]")
_NAMES = {dict: "a mapping", list: "a list", str: "a text", bool: "a boolean", int: "a number", float: "a number"}


def read_answer(body: bytes, shape: Shape, where: str) -> dict[str, Any]:
    """The object that an answer holds.

    Args:
        shape: what is expected, see `istioctl.cluster.shapes`; fields of it that are null are left out.
        where: the server and what was asked of it.

    Raises:
        Malformed: it is something else; the message names the field, and never shows a value.
    """
    data = read_json(body, where)
    if not isinstance(data, dict):
        raise malformed(f"the answer is {kind_of(data)}, not an object", where)
    check(data, shape, where)
    return data


def read_json(body: bytes, where: str, *, largest: int = LARGEST) -> Any:
    """The data of a JSON text.

    Args:
        where: who sent it in answer to what.
        largest: how many bytes it may have.

    Unpaired surrogates, which JSON can write and UTF-8 can't, become U+FFFD, as Go's decoder has it.

    Raises:
        Malformed: it is not JSON in UTF-8, or too deep or too large to be taken.
    """
    if not body.strip():
        raise malformed("the answer is empty", where)
    if len(body) > largest:
        too_large(where, largest)
    check_weight(body, where)
    try:
        text = body.decode("utf-8-sig")
        data = json.loads(text, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise malformed("the answer is not UTF-8 text", where) from None
    except RecursionError:
        raise malformed(_TOO_DEEP, where) from None
    except ValueError as problem:
        raise malformed(_not_json(body, problem), where, id="no-json") from None
    if is_too_deep(data):
        raise malformed(_TOO_DEEP, where)
    return _without_surrogates(data) if "\\ud" in text or "\\uD" in text else data


_TOO_DEEP = f"the answer nests collections more than {DEEPEST} deep"


def check(data: Any, shape: Shape, where: str) -> None:
    """Holds data that came from a server against a shape, and takes nulls away that stand for absent fields.

    Raises:
        Malformed: a field is missing or has another type.
    """
    if problem := misfit(data, shape):
        raise malformed(f"the answer is not what it should be: {problem}", where)


def misfit(data: Any, shape: Shape) -> str | None:
    """What is wrong with the types of some data, such as `items[3].metadata.labels is a list, not a mapping`.

    Fields that are null are taken out of the data where the shape names them.
    """
    found = _misfit(data, shape)
    return None if found is None else f"{found[0].lstrip('.') or 'it'} {found[1]}"


def malformed(message: str, where: str, *, id: str = "malformed") -> Malformed:  # noqa: A002 - the record's own name
    """The error for an answer that is not what was asked for."""
    return Malformed(
        message,
        where=where,
        hint="See that the address leads to a Kubernetes API server, and not to a proxy or a login page before it.",
        id=id,
    )


def too_large(where: str, largest: int = LARGEST) -> NoReturn:
    """Refuses an answer for its size.

    Raises:
        Malformed: always.
    """
    raise Malformed(
        f"the answer is larger than {largest / 2**20:g} MiB",
        where=where,
        hint=_LESS,
        id="too-large",
    )


def check_weight(body: bytes, where: str) -> None:
    """Refuses an answer whose data would take too much memory, however short its text.

    Raises:
        Malformed: they would.
    """
    if (weight := json_weight(body)) > HEAVIEST:
        raise Malformed(
            f"the answer has so many values that they would take some {weight >> 20} MiB of memory;"
            f" {HEAVIEST >> 20} MiB are the limit",
            where=where,
            hint=_LESS,
            id="too-large",
        )


_LESS = "Ask for less, as with --namespace; if the answer should be small, see what stands at the address."


def kind_of(value: object) -> str:
    """The type of a value in a reader's words, with an article."""
    return "null" if value is None else _NAMES.get(type(value), type(value).__name__)


def page_title(body: bytes) -> str | None:
    """How a body that is a web page calls itself; None where it is something else."""
    if not body.lstrip()[:64].lower().startswith((b"<!doctype html", b"<html", b"<?xml", b"<head", b"<body")):
        return None
    title = _TITLE.search(body[:65536])
    return f" titled {' '.join(title[1].decode('utf-8', 'replace').split())!r}" if title else ""


def _not_json(body: bytes, problem: ValueError) -> str:
    title = page_title(body)
    if title is not None:
        return f"the answer is a web page{title}, not JSON"
    if isinstance(problem, json.JSONDecodeError):
        return f"the answer is not JSON: {problem.msg[0].lower()}{problem.msg[1:]} at character {problem.pos + 1}"
    constant = problem.args[0] if isinstance(problem, _ConstantError) else "one of too many digits"
    return f"the answer holds a number that JSON does not have: {constant}"


class _ConstantError(ValueError):
    """`NaN` or an infinity, which Python's decoder would take."""


def _refuse_constant(name: str) -> NoReturn:
    raise _ConstantError(name)


def _without_surrogates(data: Any) -> Any:
    """The same data; collections are changed in their place, as a second copy of them may not fit."""
    if isinstance(data, str):
        return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", data)
    if isinstance(data, dict):
        odd = any(_SURROGATE.search(key) for key in data)
        for key in list(data):
            data[_without_surrogates(key) if odd else key] = _without_surrogates(data.pop(key) if odd else data[key])
    elif isinstance(data, list):
        for index, item in enumerate(data):
            data[index] = _without_surrogates(item)
    return data


def _misfit(data: Any, shape: Shape) -> tuple[str, str] | None:
    """The path below `data` and what is wrong there."""
    if isinstance(shape, dict):
        return _misfit_of_mapping(data, shape)
    if isinstance(shape, list):
        if not isinstance(data, list):
            return "", f"is {kind_of(data)}, not a list"
        for index, item in enumerate(data):
            if found := _misfit(item, shape[0]):
                return f"[{index}]{found[0]}", found[1]
        return None
    return _misfit_of_scalar(data, shape)


def _misfit_of_mapping(data: Any, shape: Mapping[Any, Shape]) -> tuple[str, str] | None:
    if not isinstance(data, dict):
        return "", f"is {kind_of(data)}, not a mapping"
    if str in shape:
        for key in [key for key, value in data.items() if value is None]:
            del data[key]
        for key, value in data.items():
            if not isinstance(key, str):
                return "", f"has a key that is {kind_of(key)}, not a text"
            if found := _misfit(value, shape[str]):
                return f"[{key}]{found[0]}", found[1]
        return None
    for field, wanted in shape.items():
        name = field.rstrip("!")
        value = data.get(name)
        if value is not None:
            if found := _misfit(value, wanted):
                return f".{name}{found[0]}", found[1]
        elif field != name:
            return f".{name}", "is missing"
        else:
            data.pop(name, None)
    return None


def _misfit_of_scalar(data: Any, shape: Any) -> tuple[str, str] | None:
    kinds = shape.__args__ if isinstance(shape, UnionType) else (shape,)
    if type(data) in kinds:
        if type(data) is int and not -_INT64 <= data < _INT64:
            return "", "is a number that does not fit into 64 bits"
        return None
    return "", f"is {kind_of(data)}, not {' or '.join(_NAMES[kind] for kind in kinds)}"
