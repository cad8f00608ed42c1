"""The little language of `--set`: `components.egressGateways[0].name=edge`.

A path is keys joined by dots; `\\.` is a dot inside a key. `[2]` picks an element of a list, or appends where there are
not so many; `[name:edge]` picks the element whose `name` is `edge`. Both may follow a key directly or after a dot. A
value that looks like a whole number, a number or a boolean is one, but for the paths that are always text. `\\,` in a
value is a comma.

Source of the rules: upstream `operator/pkg/values/map.go`. Beyond it, a leading `spec.` is allowed, and what can't mean
anything (no value, a second `=`, infinity, an index into a mapping) is refused where upstream passes it on or crashes.
"""

import math
import posixpath
import re
from collections.abc import Callable
from typing import NamedTuple

from istioctl.api.trees import Values
from istioctl.errors import SpecError
from istioctl.golang import strconv

_METADATA = "meshConfig.defaultConfig.proxyMetadata."
#: Below these paths (of the document) a value is text, whatever it looks like.
ALWAYS_TEXT = (
    *(f"spec.{place}{name}" for place in ("", "values.") for name in ("compatibilityVersion", _METADATA)),
    *("spec.tag", "spec.values.global.tag"),
)

_WHOLE = r"[+-]?[0-9]+"
#: More characters than a whole number of 64 bits has with any sensible number of leading zeros.
_LONGEST_WHOLE = 100
_DEEPEST = 100


class SetFlag(NamedTuple):
    """One parsed `--set`.

    Attributes:
        segments: the path below `spec`; what picks an element keeps its brackets, as in `("ports", "[0]")`.
        value: what to set.
        text: the flag as the user typed it, for messages.
    """

    segments: tuple[str, ...]
    value: object
    text: str


def parse(flag: str, text: str | None = None, refuse: Callable[[SpecError], None] | None = None) -> SetFlag:
    """Read the text of one `--set`.

    Args:
        flag: `path=value`.
        text: how to call it in messages; by default `--set` and the flag.
        refuse: told of what can't be meant (no value, more than one `=`, a number that JSON has not); where it
            returns, the flag is read as well as may be. By default it raises.

    Raises:
        SpecError: there is no path, or `refuse` is not given and would be called.
    """
    refuse = refuse or _raise
    text = f"--set {flag}" if text is None else text
    text = text.replace("\n", "\\n")
    path, equals, raw = flag.partition("=")
    path, raw = path.strip().removeprefix("spec."), raw.strip()
    segments = split_path(f"spec.{path}")[1:]
    if not segments:
        raise _bad(text, "there is no path", "Write --set PATH=VALUE, as in --set profile=demo.")
    if len(segments) > _DEEPEST:
        raise _bad(text, f"the path has more than {_DEEPEST} parts", "Nothing is nested so deeply.")
    if not equals:
        refuse(_bad(text, f"'{flag}' has no value", "Write --set PATH=VALUE, as in --set profile=demo."))
    if "=" in raw:
        refuse(_bad(text, "more than one '='", "Give a value that holds '=' in a file, with -f."))
    value = raw if f"spec.{path}".startswith(ALWAYS_TEXT) else parse_value(raw)
    if isinstance(value, float) and not math.isfinite(value):
        problem = f"'{raw}' is read as a number that JSON and YAML can't hold"
        refuse(_bad(text, problem, "Give it as a quoted text in a file, with -f."))
        value = raw
    return SetFlag(tuple(segments), value, text)


def _bad(text: str, problem: str, hint: str) -> SpecError:
    return SpecError(problem, where=text, hint=hint, id="bad-set")


def _raise(error: SpecError) -> None:
    raise error


def parse_value(text: str) -> int | float | bool | str:
    """A flag's value with its type: whole number, number, boolean, else text."""
    if len(text) <= _LONGEST_WHOLE and re.fullmatch(_WHOLE, text) and -(1 << 63) <= (whole := int(text)) < 1 << 63:
        return whole
    if (number := _parse_float(text)) is not None:
        return number
    if strconv.is_bool(text):
        return strconv.parse_bool(text)
    return text.replace("\\,", ",")


def _parse_float(text: str) -> float | None:
    """Go's strconv.ParseFloat: None where it would refuse, which includes finite numbers out of range."""
    try:
        return strconv.parse_float(text)
    except (ValueError, OverflowError):
        return None


def split_path(path: str) -> list[str]:
    """The segments of a dotted path; an element's selector is one of its own: `a[0].b` is `a`, `[0]`, `b`."""
    path = posixpath.normpath(path) if path else ""
    segments: list[str] = []
    for part in re.split(r"(?<!\\)\.", path):
        name = part.replace("\\.", ".")
        if not name:
            continue
        bracket = name.find("[")
        segments += [name[:bracket], name[bracket:]] if bracket > 0 else [name]
    return segments


def apply(flag: SetFlag, spec: Values) -> tuple[str | int, ...]:
    """Set a flag's value in place.

    Args:
        flag: what to set.
        spec: the mapping that the path starts in.

    Returns:
        The path that was set, selectors replaced by indexes.

    Raises:
        SpecError: a selector is malformed or finds nothing, or something on the way is neither mapping nor list.
    """
    here = spec
    path: list[str | int] = []
    segments = list(flag.segments)
    while segments:
        key = segments.pop(0)
        if key.startswith("["):
            raise _bad(
                flag.text, f"'{key}' does not follow the name of a list", "Write items[0]; lists of lists have no path."
            )
        path.append(key)
        if segments and segments[0].startswith("["):
            items = _list_at(here, key, path, flag)
            index = _select(items, segments.pop(0), flag)
            path.append(index)
            if not segments:
                items[index:] = [flag.value, *items[index + 1 :]]
                return tuple(path)
            if index == len(items):
                items.append({})
            elif items[index] is None:
                items[index] = {}
            here = _mapping(items[index], path, flag)
        elif not segments:
            here[key] = flag.value
        else:
            if here.get(key) is None:
                here[key] = {}
            here = _mapping(here[key], path, flag)
    return tuple(path)


def locate(path: str, spec: Values) -> tuple[str | int, ...]:
    """Where a path leads in a mapping.

    Args:
        path: a flag's path, without a value.
        spec: the mapping that the path starts in.

    Returns:
        The path, selectors replaced by indexes.

    Raises:
        SpecError: nothing is set there.
    """
    flag = SetFlag(tuple(split_path(f"spec.{path.strip().removeprefix('spec.')}")[1:]), None, path)
    here: object = spec
    found: list[str | int] = []
    for segment in flag.segments:
        if segment.startswith("[") and isinstance(here, list):
            index = _select(here, segment, flag)
            here = here[index] if index < len(here) else _NOTHING
            found.append(index)
        else:
            here = here.get(segment, _NOTHING) if isinstance(here, dict) else _NOTHING
            found.append(segment)
        if here is _NOTHING:
            raise _bad(path, f"{_name(found)} is not set", "See what is set with `istioctl profile dump -f FILE`.")
    if not found:
        raise _bad(path or "PATH", "there is no path", "Write PATH, as in components.cni.enabled.")
    return tuple(found)


_NOTHING = object()


def _list_at(here: Values, key: str, path: list[str | int], flag: SetFlag) -> list[object]:
    if here.get(key) is None:
        here[key] = []
    items = here[key]
    if not isinstance(items, list):
        raise SpecError(f"{_name(path)} is {_kind(items)}, so it has no elements", where=flag.text, id="wrong-type")
    return items


def _select(items: list[object], selector: str, flag: SetFlag) -> int:
    """The index that `[2]` or `[name:edge]` means; the length of the list where `[2]` appends."""
    inner = selector[1:-1] if selector.endswith("]") else ""
    key, colon, wanted = inner.partition(":")
    if colon:
        for index, item in enumerate(items):
            if isinstance(item, dict) and item.get(key) == wanted:
                return index
        found = [str(item[key]) for item in items if isinstance(item, dict) and key in item]
        hint = (
            f"The elements there have {key} {', '.join(found)}."
            if found
            else "The list set so far has no such elements."
        )
        raise _bad(flag.text, f"no element {selector}", f"{hint} [0] sets the first.")
    if len(inner) > _LONGEST_WHOLE or not re.fullmatch(_WHOLE, inner):
        raise _bad(flag.text, f"'{selector}' selects nothing", "Write [0], or [name:value].")
    index = int(inner)
    return index if 0 <= index < len(items) else len(items)


def _mapping(found: object, path: list[str | int], flag: SetFlag) -> Values:
    if not isinstance(found, dict):
        raise SpecError(f"{_name(path)} is {_kind(found)}, so it has no fields", where=flag.text, id="wrong-type")
    return found


def _name(path: list[str | int]) -> str:
    from istioctl.rendering.specification.origins import dotted

    return f"'{dotted(path)}'"


def _kind(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else f"the value {value!r}"
