"""Untyped trees of values: copying, merging, and reading and setting by path, as the operator's value maps behave.

Source of the rules: upstream `operator/pkg/values/map.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

#: A mapping with text keys whose values are what JSON can say.
Values = dict[str, object]

_Wanted = TypeVar("_Wanted")


def merge(base: Values, overlay: Mapping[str, object]) -> None:
    """Put `overlay` over `base`, in place.

    Where both have a mapping the two are merged; anything else, lists and null included, replaces what was there. The
    parts of `overlay` that `base` had not are shared, not copied: a later change of one shows in the other. The
    translation of a specification rests on that, see `specification.translate`.
    """
    for key, value in overlay.items():
        if isinstance(value, dict):
            present = base.get(key)
            if isinstance(present, dict):
                merge(present, value)
                continue
        base[key] = value


def copy_of(data: _Wanted) -> _Wanted:
    """A deep copy of a tree; cheaper than `copy.deepcopy`, which must allow for more than JSON has.

    What is neither a plain dict nor a plain list stays what it is, and shared.
    """
    kind: type = type(data)
    if kind is dict:
        return cast(_Wanted, {key: copy_of(value) for key, value in cast("Values", data).items()})
    if kind is list:
        return cast(_Wanted, [copy_of(item) for item in cast("list[object]", data)])
    return data


def lookup(data: object, *keys: str) -> Any:
    """The value under nested keys; None where one is missing or no mapping is there."""
    for key in keys:
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data


def lookup_text(data: object, *keys: str) -> str:
    """The text under nested keys; empty where there is none or it is something else."""
    found = lookup(data, *keys)
    return found if isinstance(found, str) else ""


def lookup_bool(data: object, *keys: str) -> bool:
    """Whether the value under nested keys is the boolean true."""
    return lookup(data, *keys) is True


def assign(data: Values, value: object, *keys: str) -> None:
    """Set the value under nested keys, making mappings on the way.

    A null on the way swallows the value: who writes `values:` with nothing below means no values at all, so what
    would be filled in there is left out, too. Any other thing that is not a mapping does the same.
    """
    for key in keys[:-1]:
        found = data.setdefault(key, {})
        if not isinstance(found, dict):
            return
        data = found
    data[keys[-1]] = value


def mapping(value: object) -> dict[str, Any]:
    """The value where it is a mapping, else an empty one: data of files may be anything."""
    return value if isinstance(value, dict) else {}


def listing(value: object) -> list[Any]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def mappings(value: object) -> list[dict[str, Any]]:
    """The mappings of a list."""
    return [item for item in listing(value) if isinstance(item, dict)]


def text(value: object) -> str:
    """The value where it is text, else the empty one."""
    return value if isinstance(value, str) else ""


def texts(value: object) -> dict[str, str]:
    """The entries of a mapping whose values are text."""
    return {key: item for key, item in mapping(value).items() if isinstance(item, str)}
