"""Reading what templates render, fast: from pod to pod a template's output differs in a few words only.

A text is cut into simple values (plain words and quoted texts at the end of a line or of an entry in `{…}`, behind
`: `, `- ` or the `":` of JSON) and what stands between them. Texts that agree in what stands between have the same
structure, so the structure is read once, and again only the values that differ are put in, also into longer texts that
hold them. Parts without such a value are the same objects for all texts. No value goes over the end of a line, so only
the lines that differ from those of an earlier text are looked at.

Why not read each text by itself: of 300 Deployments injected in one process that took 2.7 times as long with the
built-in templates (0.82 s instead of 0.31 s) and 2.4 times with those of a cluster (0.73 s instead of 0.30 s).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import compress
from operator import add, ne
from typing import Any, NamedTuple

from istioctl.errors import InputError
from istioctl.injection import typed
from istioctl.patterns import lazy_pattern
from istioctl.yamldoc import reader
from istioctl.yamldoc.by_line import read_by_line
from istioctl.yamldoc.scalars import resolve

# Where each alternative begins with one certain character, `re` skips to these: half the time of `[:-] |":`.
_VALUE = lazy_pattern(
    r'(: |- |":)("[^"\\\n]*"|[A-Za-z0-9_./](?:[A-Za-z0-9_./:@=+-]*[A-Za-z0-9_./@=+-])?)(?=[,}]|$)', re.MULTILINE
)
#: A value that reads the same in whichever style the longer text around it is written, such as JSON in a block.
_VERBATIM = lazy_pattern(r'"?[A-Za-z0-9_.-]+"?')
#: How many structures are kept for a template; ports and the like make different ones.
_MOST_STRUCTURES = 256
_MOST_VARIANTS = 16
_MOST_LINES = 10_000
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


class _Known:
    """A text that was read.

    Attributes:
        lines: its lines.
        structure: what stands between the values, line by line.
        overlay: what it says.
        paths: where each value stands that may differ, by its index.
        texts: the longer texts that hold such values, by their paths: what stands between the values, and indices.
        values: the values in it.
        starts: the index of the first value of each line.
    """

    def __init__(self, lines: list[str], structure: tuple[str, ...], overlay: Overlay) -> None:
        self.lines = [_LINES[line].text for line in lines]  # many texts have a line, which is kept once
        self.structure = structure
        self.overlay = overlay
        self.values: list[str] = []
        self.starts: list[int] = []

    def learn(self, tidy: dict[str, Any]) -> None:
        """Find out where values stand, which is not worth the time before a second text of the structure comes."""
        for line in self.lines:
            self.starts.append(len(self.values))
            self.values += _LINES[line].values
        self.paths, self.texts = _places(_VALUE.split("\n".join(self.lines)), tidy)


class RenderedTexts:
    """Reads the outputs of one template."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], list[_Known]] = {}
        self._last: dict[int, _Known] = {}  # by the number of lines
        self._is_first = True

    def read(self, text: str) -> Overlay:
        """One output as plain data; parts of the result may be shared and must not be changed.

        Raises:
            InputError: it is not YAML.
        """
        if self._is_first:  # there may be no other that it would help with
            self._is_first = False
            return _read(reader.load(text, "output"), text)
        lines = text.split("\n")
        last = self._last.get(len(lines))
        if last is not None and (overlay := _with_lines(last, lines)) is not None:
            return overlay
        structure = tuple([_LINES[line].between for line in lines])
        variants = self._known.get(structure)
        if variants is None:
            if len(self._known) >= _MOST_STRUCTURES:
                self._known.clear()
                self._last.clear()
            variants = self._known[structure] = []
        for known in variants:
            if known is not last and (overlay := _with_lines(known, lines)) is not None:
                self._last[len(lines)] = known
                return overlay
        overlay = _read(_load(text), text)
        if overlay.tidy is not None and len(variants) < _MOST_VARIANTS:
            variants.append(_Known(lines, structure, overlay))
            self._last[len(lines)] = variants[-1]
        return overlay


class _Line(NamedTuple):
    """One line of a text: its values, and what stands between these.

    Attributes:
        text: the line.
        between: holds a line break, which no line has, where a value was.
    """

    text: str
    between: str
    values: tuple[str, ...]


class _Lines(dict[str, _Line]):
    """Lines that were looked at before."""

    def __missing__(self, line: str) -> _Line:
        if len(self) > _MOST_LINES:
            self.clear()
        parts = _VALUE.split(line)
        between = "\n".join(map(add, parts[0::3], [*parts[1::3], ""]))
        found = self[line] = _Line(line, between, tuple(parts[2::3]))
        return found


_LINES = _Lines()


def _load(text: str) -> Any:
    """A text as plain data, in less time than `reader.load` takes once there were others."""
    by_line = read_by_line(text)
    return by_line[0] if by_line is not None else reader.load(text, "output")


def _read(raw: Any, text: str) -> Overlay:
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
        data = _load("".join(marked))
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


def _with_lines(known: _Known, lines: list[str]) -> Overlay | None:
    """The overlay of a known text with the values of other lines, as many; None where these have another structure, or
    a value stands at a place that is not understood."""
    differing = list(compress(range(len(lines)), map(ne, known.lines, lines)))
    if not differing:
        return known.overlay
    found = [(number, _LINES[lines[number]]) for number in differing]
    if any(line.between != known.structure[number] for number, line in found):
        return None
    tidy = known.overlay.tidy
    assert tidy is not None  # noqa: S101 - only such are kept
    if not known.starts:
        known.learn(tidy)
    changes: list[tuple[Path, object]] = []
    changed_texts: dict[Path, list[str]] = {}
    values = list(known.values)
    for number, line in found:
        for index, new in enumerate(line.values, known.starts[number]):
            old = values[index]
            if old == new:
                continue
            values[index] = new
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
