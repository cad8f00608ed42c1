"""Paths into an object's tree, as `k8s.overlays` write them.

    spec.template.spec.containers.[name:discovery].args.[0]

An element is a key (`\\.` is a dot within it), `[n]` an item by its number (`[-1]` and numbers beyond the end stand for
a new item), `[key:value]` the item that has that value, `[:text]` or `[text]` the item of a list of scalars that the
regular expression finds. The brackets may follow a key directly. Source: upstream `operator/pkg/util/path.go`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from istioctl.errors import InputError
from istioctl.patterns import lazy_pattern

_INDEX = lazy_pattern(r"-?[0-9]+\Z")
_PAIR = lazy_pattern(r"([a-zA-Z0-9_-]+):((?:[^:\\]|\\.)+)\Z", re.DOTALL)
_ELEMENT = lazy_pattern(r"((?:\\.|[^\\.\[])*)((?:\[(?:\\.|[^\\\]])*\])*)(?:\.|\Z)", re.DOTALL)
_BRACKETS = lazy_pattern(r"\[((?:\\.|[^\\\]])*)\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of a mapping."""

    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """An item by its number; -1 stands for a new one."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """An item by what it holds: `key` has `value`, or, without a key, the item's text matches `pattern`."""

    key: str
    value: str
    pattern: str
    text: str


Step = Key | Index | Match


def parse_path(path: str) -> list[Step]:
    """The elements of a path.

    Raises:
        InputError: the path is empty or can't be read.
    """
    text = path.strip().removeprefix(".")
    steps: list[Step] = []
    position = 0
    while position < len(text):
        found = _ELEMENT.match(text, position)
        if found is None or found.end() == position:
            raise InputError(f"the path '{path}' can't be read from '{text[position:]}' on", id="bad-path")
        name, brackets = found.groups()
        if name:
            steps.append(Key(_unescaped(name)))
        steps += [_item(inner) for inner in _BRACKETS.findall(brackets)]
        position = found.end()
    if not steps:
        raise InputError("an overlay's path is empty", hint="Name the field to change.", id="bad-path")
    return steps


def _item(inner: str) -> Step:
    text = f"[{inner}]"
    if _INDEX.match(inner) and int(inner) >= -1:
        return Index(int(inner), text)
    pair = _PAIR.match(inner)
    key, value = (pair[1], _unescaped(pair[2])) if pair else ("", "")
    pattern = inner[1:] if len(inner) > 1 and inner.startswith(":") else inner
    return Match(key, value, pattern.replace("\\.", "."), text)


def _unescaped(text: str) -> str:
    return text.replace("\\.", ".").replace("\\:", ":")
