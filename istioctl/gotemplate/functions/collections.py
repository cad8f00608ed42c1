"""sprig's lists and dicts (`list.go`, `dict.go`), and choosing among values (`defaults.go`).

Dicts are changed in place where sprig changes them (`set`, `unset`, `merge`), and share what they hold.
"""

from __future__ import annotations

import math
from typing import Any, cast

from istioctl.golang.budget import ITEM, check_size, take, work
from istioctl.golang.types import MAP_ANY, SLICE_ANY, SLICE_STRING, CallError, slice_of
from istioctl.golang.values import Pointer, Slice, is_nil, kind, make, nil, pointer, type_of
from istioctl.gotemplate.functions.casting import (
    DistinctItems,
    deep_equal,
    is_empty,
    items_of,
    not_asserted,
    to_int64,
    to_text,
)
from istioctl.gotemplate.functions.table import FunctionTable
from istioctl.gotemplate.running.execution import Execution

TABLE = FunctionTable()

Dict = dict[str, object]


@TABLE.function("list", "...any")
@TABLE.function("tuple", "...any")
def make_list(*items: object) -> list[object]:
    """A list of the arguments."""
    return list(items)


@TABLE.function("append", "any, any")
@TABLE.function("push", "any, any")
@TABLE.function("mustAppend", "any, any")
@TABLE.function("mustPush", "any, any")
def append(items: object, item: object) -> list[object]:
    """A copy of the list with `item` at its end."""
    listed = items_of(items, "Cannot push on type {}")
    check_size(len(listed) + 1)
    return [*listed, item]


@TABLE.function("prepend", "any, any")
@TABLE.function("mustPrepend", "any, any")
def prepend(items: object, item: object) -> list[object]:
    """A copy of the list with `item` in front."""
    listed = items_of(items, "Cannot prepend on type {}")
    check_size(len(listed) + 1)
    return [item, *listed]


@TABLE.function("concat", "...any")
def concat(*lists: object) -> object:
    """One list of the items of all."""
    parts = [items_of(items, "Cannot concat type {} as list") for items in lists]
    check_size(sum(map(len, parts)))
    joined = [item for part in parts for item in part]
    return joined or nil(SLICE_ANY)


@TABLE.function("first", "any", passes=True)
@TABLE.function("mustFirst", "any", passes=True)
def first(items: object) -> object:
    """The first item, nil if there is none."""
    listed = items_of(items, "Cannot find first on type {}")
    return listed[0] if listed else None


@TABLE.function("last", "any", passes=True)
@TABLE.function("mustLast", "any", passes=True)
def last(items: object) -> object:
    """The last item, nil if there is none."""
    listed = items_of(items, "Cannot find last on type {}")
    return listed[-1] if listed else None


@TABLE.function("rest", "any")
@TABLE.function("mustRest", "any")
def rest(items: object) -> object:
    """All items but the first."""
    listed = items_of(items, "Cannot find rest on type {}")
    return list(listed)[1:] if listed else nil(SLICE_ANY)


@TABLE.function("initial", "any")
@TABLE.function("mustInitial", "any")
def initial(items: object) -> object:
    """All items but the last."""
    listed = items_of(items, "Cannot find initial on type {}")
    return list(listed)[:-1] if listed else nil(SLICE_ANY)


@TABLE.function("reverse", "any")
@TABLE.function("mustReverse", "any")
def reverse(items: object) -> list[object]:
    """The items from the last to the first."""
    return list(reversed(items_of(items, "Cannot find reverse on type {}")))


@TABLE.function("compact", "any")
@TABLE.function("mustCompact", "any")
def compact(items: object) -> list[object]:
    """The items that aren't empty."""
    return [item for item in items_of(items, "Cannot compact on type {}") if not is_empty(item)]


@TABLE.function("uniq", "any")
@TABLE.function("mustUniq", "any")
def uniq(items: object) -> list[object]:
    """Each item once."""
    met, kept = DistinctItems(), []
    for item in items_of(items, "Cannot find uniq on type {}"):
        if item not in met:
            met.add(item)
            kept.append(item)
    return kept


@TABLE.function("without", "any, ...any")
@TABLE.function("mustWithout", "any, ...any")
def without(items: object, *omitted: object) -> list[object]:
    """The items that equal none of the others."""
    met = DistinctItems(omitted)
    return [item for item in items_of(items, "Cannot find without on type {}") if item not in met]


@TABLE.function("has", "any, any", passes=True)
@TABLE.function("mustHas", "any, any", passes=True)
def has(item: object, items: object) -> bool:
    """Whether the list has an equal item."""
    if items is None:
        return False
    work(len(items) if isinstance(items, list | bytes) else 0)
    return any(deep_equal(item, other) for other in items_of(items, "Cannot find has on type {}"))


@TABLE.function("slice", "any, ...any")
@TABLE.function("mustSlice", "any, ...any")
def slice_list(items: object, *bounds: object) -> object:
    """The items from the first bound up to the second one, as a list of the same type."""
    listed = items_of(items, "list should be type of slice or array but {}")
    if not listed:
        return None
    start = to_int64(bounds[0]) if bounds else 0
    end = to_int64(bounds[1]) if len(bounds) > 1 else len(listed)
    if not 0 <= start <= end <= len(listed):
        raise CallError("reflect.Value.Slice: slice index out of bounds")
    if isinstance(items, bytes):
        return type(items)(items[start:end])
    return make(items.go_type, listed[start:end]) if isinstance(items, Slice) else listed[start:end]


@TABLE.function("chunk", "int, any")
@TABLE.function("mustChunk", "int, any")
def chunk(size: int, items: object) -> object:
    """The list as a list of lists of `size` items."""
    listed = items_of(items, "Cannot chunk type {}")
    too_long = CallError("runtime error: makeslice: len out of range")
    if size == 0:
        raise too_long
    count = math.floor((len(listed) - 1) / size) + 1
    if count < 0 or (size < 0 and count and len(listed) % -size == 0):
        raise too_long
    step = abs(int(size))
    take(ITEM * count + 8 * len(listed))
    return make(slice_of(SLICE_ANY), [list(listed[at * step : at * step + step]) for at in range(count)])


@TABLE.function("dict", "...any")
def make_dict(*pairs: object) -> Dict:
    """A dict of keys and values by turns; a key without a value gets an empty text."""
    result = {to_text(key): value for key, value in zip(pairs[::2], pairs[1::2], strict=False)}
    if len(pairs) % 2:
        result[to_text(pairs[-1])] = ""
    return result


@TABLE.function("get", "map[string]any, string", passes=True)
def get(entries: Dict, key: str) -> object:
    """The value of a key, an empty text if there is none."""
    return entries.get(key, "")


@TABLE.function("set", "map[string]any, string, any", passes=True)
def set_key(entries: Dict, key: str, value: object) -> Dict:
    """Sets a key in the dict and returns it."""
    if is_nil(entries):
        raise CallError("assignment to entry in nil map")
    check_size(len(entries) + 1)
    if key not in entries:
        take(2 * ITEM)
    entries[key] = value
    return entries


@TABLE.function("unset", "map[string]any, string", passes=True)
def unset(entries: Dict, key: str) -> Dict:
    """Removes a key from the dict and returns it."""
    entries.pop(key, None)
    return entries


@TABLE.function("hasKey", "map[string]any, string", passes=True)
def has_key(entries: Dict, key: str) -> bool:
    """Whether the dict has the key."""
    return key in entries


@TABLE.function("pluck", "string, ...map[string]any")
def pluck(key: str, *dicts: Dict) -> list[object]:
    """The values of a key in all dicts that have it."""
    return [entries[key] for entries in dicts if key in entries]


@TABLE.function("keys", "...map[string]any")
def keys(*dicts: Dict) -> object:
    """The keys of all dicts. Go gives them in no order; here it is the order of the keys in each dict."""
    return make(SLICE_STRING, [key for entries in dicts for key in entries])


@TABLE.function("values", "map[string]any")
def values(entries: Dict) -> list[object]:
    """The values of a dict, in the order of its keys."""
    return list(entries.values())


@TABLE.function("pick", "map[string]any, ...string")
def pick(entries: Dict, *wanted: str) -> Dict:
    """The entries with these keys."""
    return {key: entries[key] for key in wanted if key in entries}


@TABLE.function("omit", "map[string]any, ...string")
def omit(entries: Dict, *unwanted: str) -> Dict:
    """The entries without these keys."""
    return {key: value for key, value in entries.items() if key not in unwanted}


@TABLE.function("dig", "...any", passes=True)
def dig(*path: object) -> object:
    """The value under keys within keys, or the default: `dig KEY… DEFAULT DICT`."""
    if len(path) < 3:
        raise CallError("dig needs at least three arguments")
    *names, default, here = path
    _as_dict(here)
    for name in names:
        if type_of(name) is None or kind(name) != "string" or type(name) is not str:
            raise not_asserted(name, "string")
    for name in names:
        entries = _as_dict(here)
        if name not in entries:
            return default
        here = entries[name]
    return here


def _as_dict(value: object) -> Dict:
    if type_of(value) is not MAP_ANY:
        raise not_asserted(value, "map[string]interface {}")
    return cast("Dict", value)


@TABLE.function("merge", "map[string]any, ...map[string]any", context=True, passes=True)
@TABLE.function("mustMerge", "map[string]any, ...map[string]any", context=True, passes=True)
def merge(execution: Execution, target: Dict, *sources: Dict) -> Dict:
    """Adds to the first dict what it lacks, or has only empty, from the others."""
    for source in sources:
        _merge(execution, target, source, overwrite=False)
    return target


@TABLE.function("mergeOverwrite", "map[string]any, ...map[string]any", context=True, passes=True)
@TABLE.function("mustMergeOverwrite", "map[string]any, ...map[string]any", context=True, passes=True)
def merge_overwrite(execution: Execution, target: Dict, *sources: Dict) -> Dict:
    """Puts everything from the others into the first dict; dicts are merged, not replaced."""
    for source in sources:
        _merge(execution, target, source, overwrite=True)
    return target


def _merge(execution: Execution, target: dict[Any, object], source: dict[Any, object], *, overwrite: bool) -> None:
    """mergo's merge of two maps. What comes from `source` is shared, not copied."""
    if is_nil(target) and source:
        return
    execution.charge(len(source))
    execution.take(ITEM * len(source))
    for key, value in list(source.items()):
        present = target.get(key)
        if value is None or (is_nil(value) and kind(value) in {"slice", "map"}):
            if overwrite:
                target[key] = value
        elif isinstance(value, dict) and kind(value) == "map" and isinstance(present, dict) and kind(present) == "map":
            _merge(execution, present, value, overwrite=overwrite)
            if not present:
                target[key] = value
        elif overwrite or key not in target or is_empty(present):
            target[key] = value


@TABLE.function("deepCopy", "any", context=True)
@TABLE.function("mustDeepCopy", "any", context=True)
def deep_copy(execution: Execution, value: object) -> object:
    """A copy that shares no dict and no list with the value."""
    if value is None:
        raise CallError("reflect: call of reflect.Value.Type on zero Value")
    return _copied(execution, value)


def _copied(execution: Execution, value: object) -> object:
    if isinstance(value, dict):
        execution.charge(len(value))
        execution.take(2 * ITEM * len(value) + 64)
        return type(value)({key: _copied(execution, item) for key, item in value.items()})
    if isinstance(value, list):
        execution.charge(len(value))
        execution.take(8 * len(value) + 64)
        return type(value)([_copied(execution, item) for item in value])
    if isinstance(value, Pointer) and value.target is not None:
        return pointer(_copied(execution, value.target))
    return value


@TABLE.function("default", "any, ...any", passes=True)
def default(fallback: object, *given: object) -> object:
    """The given value, or `fallback` where it is empty."""
    return fallback if not given or is_empty(given[0]) else given[0]


TABLE.function("empty", "any", passes=True)(is_empty)


@TABLE.function("coalesce", "...any", passes=True)
def coalesce(*given: object) -> object:
    """The first value that isn't empty."""
    return next((value for value in given if not is_empty(value)), None)


@TABLE.function("all", "...any", passes=True)
def all_given(*given: object) -> bool:
    """Whether no value is empty."""
    return not any(map(is_empty, given))


@TABLE.function("any", "...any", passes=True)
def any_given(*given: object) -> bool:
    """Whether some value isn't empty."""
    return not all(map(is_empty, given))


@TABLE.function("ternary", "any, any, bool", passes=True)
def ternary(if_true: object, if_false: object, condition: bool) -> object:
    """The first value if the condition holds, else the second."""
    return if_true if condition else if_false
