"""Reading what templates render, fast: from pod to pod a template's output differs in a few words only.

A text is cut into simple values (plain words and quoted texts at the end of a line or of an entry in `{…}`, behind
`: `, `- ` or the `":` of JSON) and what stands between them. Texts that agree in what stands between have the same
structure, so the structure is read once, and again only the values that differ are put in, also into longer texts that
hold them. Parts without such a value are the same objects for all texts.

Why not read each text by itself: of 300 Deployments injected in one process that took 2.7 times as long with the
built-in templates (0.82 s instead of 0.31 s) and 2.4 times with those of a cluster (0.73 s instead of 0.30 s); the
first one takes 4 ms less.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from istioctl.errors import InputError
from istioctl.injection import typed
from istioctl.patterns import lazy_pattern
from istioctl.yamldoc import reader
from istioctl.yamldoc.scalars import resolve

# Where each alternative begins with one certain character, `re` skips to these: half the time of `[:-] |":`.
_VALUE = lazy_pattern(
    r'(: |- |":)("[^"\\\n]*"|[A-Za-z0-9_./](?:[A-Za-z0-9_./:@=+-]*[A-Za-z0-9_./@=+-])?)(?=[,}]|$)', re.MULTILINE
)
#: A value that reads the same in whichever style the longer text around it is written, such as JSON in a block.
_VERBATIM = lazy_pattern(r'"?[A-Za-z0-9_.-]+"?')
#: How many structures are kept for a template; ports and the like make different ones.
_MOST_STRUCTURES = 64
_MOST_VARIANTS = 16
#: Types whose values mean what they say, so that one may take another's place.
_PLAIN_TYPES = frozenset(("string", "int32", "int64"))

Path = tuple[str | int, ...]


class Overlay(NamedTuple):
    """What a template rendered.

    Attributes:
        read: the output as plain data, but for `changes`.
        tidy: the output as a pod in the one form of `typed`; None where it is none, or holds what only a merge can
            obey: directives, and nulls in maps of any keys.
        lost: where the output has what `tidy` does not: nulls and empty values, which take something away from a pod
            that has it there.
        changes: the values that differ in `read`.
    """

    read: Any
    tidy: dict[str, Any] | None
    lost: tuple[Path, ...] = ()
    changes: Sequence[tuple[Path, object]] = ()

    @property
    def raw(self) -> Any:
        """The output as plain data."""
        return _changed(self.read, self.changes) if self.changes else self.read

    def tidy_over(self, pod: Mapping[str, Any]) -> dict[str, Any] | None:
        """`tidy`, if it says all that the output says about this pod; else None."""
        if self.tidy is None or any(_has(pod, self.tidy, path) for path in self.lost):
            return None
        return self.tidy


def _has(pod: Any, tidy: Any, path: Path) -> bool:
    """Whether a pod has something at a path of an overlay, whose items it knows by name."""
    for step in path:
        if isinstance(step, int):
            name = tidy[step].get("name") if isinstance(tidy[step], dict) else None
            pod = next((item for item in pod if isinstance(item, dict) and item.get("name") == name), None)
            tidy = tidy[step]
        else:
            pod, tidy = pod.get(step), tidy.get(step)
        if pod is None:
            return False
    return True


class _Known(NamedTuple):
    """A text that was read.

    Attributes:
        values: the values in it.
        overlay: what it says.
        paths: where each value stands that may differ, by its index.
        texts: the longer texts that hold such values, by their paths: what stands between the values, and indices.
    """

    values: Sequence[str]
    overlay: Overlay
    paths: dict[int, Path]
    texts: dict[Path, list[str]]


class RenderedTexts:
    """Reads the outputs of one template."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], list[_Known]] = {}

    def read(self, text: str) -> Overlay:
        """One output as plain data; parts of the result may be shared and must not be changed.

        Raises:
            InputError: it is not YAML.
        """
        parts = _VALUE.split(text)
        values = parts[2::3]
        structure = (*parts[0::3], *parts[1::3])
        variants = self._known.get(structure)
        if variants is None:
            if len(self._known) >= _MOST_STRUCTURES:
                self._known.clear()
            variants = self._known[structure] = []
        for known in variants:
            if (overlay := _with_values(known, values)) is not None:
                return overlay
        overlay = _read(text)
        if overlay.tidy is not None and len(variants) < _MOST_VARIANTS:
            variants.append(_Known(values, overlay, *_places(parts, overlay.tidy)))
        return overlay


def _read(text: str) -> Overlay:
    raw = reader.load(text, "output")
    if not isinstance(raw, dict) or ("$" in text and _has_directives(raw)):
        return Overlay(raw, None)
    try:
        tidy = typed.read(raw, "Pod", lenient=False)
    except InputError:
        return Overlay(raw, None)
    if _differs_by_nulls(raw, tidy):
        return Overlay(raw, None)
    return Overlay(raw, tidy, tuple(_lost(raw, tidy, ())))


def _differs_by_nulls(raw: Any, tidy: Any) -> bool:
    """Whether `tidy` has zeros for nulls, which merging would drop."""
    if isinstance(raw, dict):
        return any(key in raw and (raw[key] is None or _differs_by_nulls(raw[key], tidy[key])) for key in tidy)
    return isinstance(raw, list) and any(map(_differs_by_nulls, raw, tidy))


def _has_directives(raw: Any) -> bool:
    if isinstance(raw, dict):
        return any(key.startswith("$") for key in raw) or any(map(_has_directives, raw.values()))
    return isinstance(raw, list) and any(map(_has_directives, raw))


def _lost(raw: Any, tidy: Any, path: Path) -> Iterator[Path]:
    """Where `raw` has something that `tidy` lacks."""
    if isinstance(raw, dict) and isinstance(tidy, dict):
        for key, value in raw.items():
            if key in tidy:
                yield from _lost(value, tidy[key], (*path, key))
            else:
                yield (*path, key)
    elif isinstance(raw, list) and isinstance(tidy, list):
        for index, (value, item) in enumerate(zip(raw, tidy, strict=True)):
            yield from _lost(value, item, (*path, index))


def _places(parts: list[str], tidy: dict[str, Any]) -> tuple[dict[int, Path], dict[Path, list[str]]]:
    """Where each value stands that may differ in other texts of the same structure, and the longer texts among these.

    Each value is replaced by a word of its own; where that comes back as a whole text of a plain type, or in one, it
    may differ.
    """
    mark = "mark"
    while any(mark in part for part in parts):
        mark += "k"
    marked = list(parts)
    for index in range(2, len(parts), 3):
        word = f"{mark}{index // 3}z"
        marked[index] = f'"{word}"' if parts[index].startswith('"') else word
    try:
        data = reader.load("".join(marked), "output")
    except InputError:
        return {}, {}
    found: dict[str, list[Path]] = {}
    _collect(data, tidy, "Pod", (), found)
    places: dict[int, Path] = {}
    texts: dict[Path, list[str]] = {}
    for text, paths in found.items():
        pieces = re.split(f"{mark}([0-9]+)z", text)
        indices = list(map(int, pieces[1::2]))
        if len(paths) != 1 or not indices:
            continue
        path = paths[0]
        if pieces[0] or pieces[2:] != [""]:
            # a text is what it was with the values that it had, or else they do not read the same everywhere
            if _joined(pieces, parts[2::3]) != _at(tidy, path):
                continue
            texts[path] = pieces
        for index in indices:
            places[index] = path
    return places, texts


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _joined(pieces: list[str], values: Sequence[str]) -> str:
    """A longer text with values in their places."""
    return "".join(values[int(piece)].strip('"') if odd % 2 else piece for odd, piece in enumerate(pieces))


def _collect(data: Any, tidy: Any, of: str, path: Path, found: dict[str, list[Path]]) -> None:
    """Note where the texts of plain types stand, by text; `tidy` has the same structure, unless a key was replaced."""
    of = of.lstrip("*")
    if isinstance(data, dict) and isinstance(tidy, dict):
        fields = typed.shape(of).fields if typed.is_struct(of) else None
        for key, value in data.items():
            if key in tidy and (fields is None or key in fields):
                below = fields[key].of if fields is not None else of.removeprefix("{}")
                _collect(value, tidy[key], below, (*path, key), found)
    elif isinstance(data, list) and isinstance(tidy, list):
        for index, (value, item) in enumerate(zip(data, tidy, strict=False)):
            _collect(value, item, of.removeprefix("[]"), (*path, index), found)
    elif isinstance(data, str) and of in _PLAIN_TYPES:
        found.setdefault(data, []).append(path)


def _with_values(known: _Known, values: Sequence[str]) -> Overlay | None:
    """The overlay of a known text with other values; None where one stands at a place that is not understood."""
    if values == known.values:
        return known.overlay
    changes: list[tuple[Path, object]] = []
    changed_texts: dict[Path, list[str]] = {}
    for index, (old, new) in enumerate(zip(known.values, values, strict=True)):
        if old == new:
            continue
        path = known.paths.get(index)
        if path is not None and path in known.texts:
            if not _VERBATIM.fullmatch(new) or new.startswith('"') is not old.startswith('"'):
                return None
            changed_texts[path] = known.texts[path]
            continue
        before, after = _meaning(old), _meaning(new)
        if path is None or type(before) is not type(after) or not after or isinstance(after, float):
            return None
        if isinstance(after, int) and abs(after) >= 1 << 31:  # it may not fit
            return None
        changes.append((path, after))
    changes += [(path, _joined(pieces, values)) for path, pieces in changed_texts.items()]
    tidy = known.overlay.tidy
    assert tidy is not None  # noqa: S101 - only such are kept
    return Overlay(known.overlay.read, _changed(tidy, changes), known.overlay.lost, changes)


def _meaning(value: str) -> object:
    return value[1:-1] if value.startswith('"') else resolve(value)


def _changed(data: dict[str, Any], changes: Sequence[tuple[Path, object]]) -> dict[str, Any]:
    """`data` with values at some paths, sharing all parts that hold none of them."""
    result = dict(data)
    own: dict[Path, Any] = {(): result}
    for path, value in changes:
        here: Any = result
        for depth, step in enumerate(path[:-1], 1):
            below = own.get(path[:depth])
            if below is None:
                below = here[step]
                below = own[path[:depth]] = dict(below) if isinstance(below, dict) else list(below)
                here[step] = below
            here = below
        here[path[-1]] = value
    return result
