"""The little language of `--set`: `components.egressGateways[0].name=edge`.

A path is keys joined by dots; `\\.` is a dot inside a key. `[2]` picks an element of a list, or appends where there are
not so many; `[name:edge]` picks the element whose `name` is `edge`. Both may follow a key directly or after a dot. A
value that looks like a whole number, a number or a boolean is one, but for the paths that are always text. `\\,` in a
value is a comma.

Source of the rules: upstream `operator/pkg/values/map.go`. Beyond it, a leading `spec.` is allowed, and what can't mean
anything (no value, a second `=`, infinity, an index into a mapping) is refused where upstream passes it on or crashes.
"""

from __future__ import annotations

import math
import posixpath
import re
from dataclasses import dataclass

from istioctl.errors import SpecError
from istioctl.rendering.values import Values

#: Below these paths (of the document) a value is text, whatever it looks like.
ALWAYS_TEXT = (
    "spec.values.compatibilityVersion",
    "spec.tag",
    "spec.values.global.tag",
    "spec.meshConfig.defaultConfig.proxyMetadata.",
    "spec.values.meshConfig.defaultConfig.proxyMetadata.",
    "spec.compatibilityVersion",
)

_WHOLE = re.compile(r"[+-]?[0-9]+\Z")
_HEX_FLOAT = re.compile(r"[+-]?0[xX]_?(?:[0-9a-fA-F]_?)*\.?(?:[0-9a-fA-F]_?)*[pP][+-]?[0-9]+\Z")
_BOOLEANS = {word: True for word in ("1", "t", "T", "TRUE", "true", "True")} | {
    word: False for word in ("0", "f", "F", "FALSE", "false", "False")
}


@dataclass(frozen=True, slots=True)
class SetFlag:
    """One parsed `--set`.

    Attributes:
        segments: the path below `spec`; what picks an element keeps its brackets, as in `("ports", "[0]")`.
        value: what to set.
        text: the flag as the user typed it, for messages.
    """

    segments: tuple[str, ...]
    value: object
    text: str


def parse(flag: str, text: str | None = None) -> SetFlag:
    """Read the text of one `--set`.

    Args:
        flag: `path=value`.
        text: how to call it in messages; by default `--set` and the flag.

    Raises:
        SpecError: there is no path or no value, more than one `=`, or the value is no number that JSON has.
    """
    text = f"--set {flag}" if text is None else text
    path, equals, raw = flag.partition("=")
    path, raw = path.strip(), raw.strip()
    if not equals:
        raise SpecError(
            f"'{flag}' has no value", where=text, hint="write --set PATH=VALUE, as in --set profile=demo", id="bad-set"
        )
    if "=" in raw:
        raise SpecError(
            "more than one '='", where=text, hint="give a value that holds '=' in a file, with -f", id="bad-set"
        )
    segments = split_path("spec." + path.removeprefix("spec."))[1:]
    if not segments:
        raise SpecError("there is no path before the '='", where=text, hint="write --set PATH=VALUE", id="bad-set")
    always_text = f"spec.{path.removeprefix('spec.')}".startswith(ALWAYS_TEXT)
    value = raw if always_text else parse_value(raw)
    if isinstance(value, float) and not math.isfinite(value):
        raise SpecError(
            f"'{raw}' is read as a number that JSON and YAML can't hold",
            where=text,
            hint="give it as a quoted text in a file, with -f",
            id="bad-set",
        )
    return SetFlag(tuple(segments), value, text)


def parse_value(text: str) -> int | float | bool | str:
    """A flag's value with its type: whole number, number, boolean, else text."""
    if _WHOLE.match(text):
        number = int(text)
        return number if -(1 << 63) <= number < 1 << 63 else float(text)
    if (number_found := _parse_float(text)) is not None:
        return number_found
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    return text.replace("\\,", ",")


def _parse_float(text: str) -> float | None:
    """Go's strconv.ParseFloat: None where it would refuse, which includes finite numbers out of range."""
    if not text.isascii() or text[1:].lower() == "nan":
        return None
    try:
        number = float.fromhex(text.replace("_", "")) if _HEX_FLOAT.match(text) else float(text)
    except (ValueError, OverflowError):
        return None
    return None if math.isinf(number) and any(char.isdigit() for char in text) else number


def split_path(path: str) -> list[str]:
    """The segments of a dotted path; an element's selector is one of its own: `a[0].b` is `a`, `[0]`, `b`."""
    path = posixpath.normpath(path) if path else ""
    segments: list[str] = []
    for part in re.split(r"(?<!\\)\.", path.removeprefix(".").removesuffix(".")):
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
            raise SpecError(f"'{key}' must follow the name of a list", where=flag.text, id="bad-set")
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


def _list_at(here: Values, key: str, path: list[str | int], flag: SetFlag) -> list[object]:
    if here.get(key) is None:
        here[key] = []
    items = here[key]
    if not isinstance(items, list):
        raise SpecError(
            f"{_name(path)} is {_kind(items)}, so it has no elements", where=flag.text, id="wrong-type"
        )
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
        hint = f"the elements there have {key} {', '.join(found)}" if found else "the list set so far has no such elements"
        raise SpecError(f"no element {selector}", where=flag.text, hint=f"{hint}; [0] sets the first", id="bad-set")
    if not _WHOLE.match(inner):
        raise SpecError(
            f"'{selector}' selects nothing", where=flag.text, hint="write [0], or [name:value]", id="bad-set"
        )
    index = int(inner)
    return index if 0 <= index < len(items) else len(items)


def _mapping(found: object, path: list[str | int], flag: SetFlag) -> Values:
    if not isinstance(found, dict):
        raise SpecError(f"{_name(path)} is {_kind(found)}, so it has no fields", where=flag.text, id="wrong-type")
    return found


def _name(path: list[str | int]) -> str:
    from istioctl.rendering.origins import dotted

    return f"'{dotted(path)}'"


def _kind(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else f"the value {value!r}"
