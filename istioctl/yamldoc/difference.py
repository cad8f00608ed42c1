"""What lies between two versions of plain data, put to a third: the same data in another dress.

Reading an object as its type (`before`) drops what the type does not know and tidies the rest. When a program turns
that into `after`, the difference belongs into the data as the user wrote them (`raw`), and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

_IDENTITIES = ("name", "mountPath", "devicePath", "containerPort", "key", "ip", "topologyKey", "uid", "type")


def own_key(raw: Mapping[str, Any], key: str) -> str:
    """How `raw` spells `key`, which may differ in case as Go's JSON decoder allows; `key` where it has none."""
    if key in raw:
        return key
    folded = key.lower()
    return next((name for name in raw if name.lower() == folded), key)


def matched(before: list[Any], after: list[Any]) -> list[int | None]:
    """For each item of `after`, the index of the item of `before` that it comes from, or None where it is new.

    Items that are mappings are told apart by the first of their usual names that all of them have, all different;
    other items by their value. Lists of scalars of one length go by position.
    """
    if len(before) == len(after) and not any(isinstance(item, (dict, list)) for item in (*before, *after)):
        return list(range(len(after)))
    key = next((key for key in _IDENTITIES if _unique(before, key) and _unique(after, key)), None)
    places: dict[Any, list[int]] = {}
    for index, item in enumerate(before):
        places.setdefault(_identity(item, key), []).append(index)
    result: list[int | None] = []
    for item in after:
        known = places.get(_identity(item, key))
        result.append(known.pop(0) if known else None)
    if key is None and len(before) == len(after):
        return _by_position(result)
    return result


def increasing(places: list[int | None]) -> set[int]:
    """The longest run of `places` that rises: what can stay where it is while the others move."""
    known = [place for place in places if place is not None]
    if all(first < second for first, second in pairwise(known)):
        return set(known)
    longest: list[int] = []
    runs: list[list[int]] = []
    for place in known:
        before: list[int] = []
        for run in runs:
            if run[-1] < place and len(run) > len(before):
                before = run
        runs.append([*before, place])
        longest = max(longest, runs[-1], key=len)
    return set(longest)


def _by_position(result: list[int | None]) -> list[int | None]:
    """Where all that kept its value kept its place as well, what changed its value changed it in place."""
    kept = all(place in (None, index) for index, place in enumerate(result))
    return list(range(len(result))) if kept else result


def _unique(items: list[Any], key: str) -> bool:
    names = [item.get(key) for item in items if isinstance(item, dict)]
    if len(names) != len(items) or any(name is None or isinstance(name, (dict, list)) for name in names):
        return False
    return len(set(names)) == len(names)


def _identity(item: Any, key: str | None) -> Any:
    return json.dumps(item, sort_keys=True) if key is None else item[key]


def applied(raw: Any, before: Any, after: Any) -> Any:
    """`raw` with the difference between `before` and `after` in it.

    Args:
        raw: what was read as `before`; its lists have the items of `before` in the same order.
        before: the data in a tidy form.
        after: what became of them.
    """
    if before == after:
        return raw
    if isinstance(raw, dict) and isinstance(before, dict) and isinstance(after, dict):
        gone = {own_key(raw, key) for key in before.keys() - after.keys()}
        result = {name: value for name, value in raw.items() if name not in gone}
        for key, value in after.items():
            own = own_key(result, key)
            if key not in before:
                result[own] = laid_over(result.get(own), value)
            elif before[key] != value:
                result[own] = applied(raw.get(own), before[key], value)
        return result
    if isinstance(raw, list) and isinstance(before, list) and isinstance(after, list) and len(raw) == len(before):
        places = matched(before, after)
        return [
            value if place is None else applied(raw[place], before[place], value)
            for place, value in zip(places, after, strict=True)
        ]
    return after


def laid_over(raw: Any, value: Any) -> Any:
    """What becomes of `raw`, which said nothing in its tidy form, where `value` comes in its place."""
    return applied(raw, {}, value) if isinstance(raw, dict) and isinstance(value, dict) else value
