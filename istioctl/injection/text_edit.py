"""One document of a stream with sidecars: its text, changed only where injection changes its data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import starmap
from typing import Any, NamedTuple

from istioctl.api.schema.paths import Path
from istioctl.api.unrendered import rendering_hint
from istioctl.errors import InputError, IstioctlError
from istioctl.injection import workloads
from istioctl.injection.report import placed
from istioctl.injection.streams import Piece
from istioctl.injection.typed import WrongTypeError, scalar_text
from istioctl.patterns import lazy_pattern
from istioctl.yamldoc import edit, json_edit, reader
from istioctl.yamldoc.difference import applied
from istioctl.yamldoc.duplicates import duplicate_keys
from istioctl.yamldoc.edit import Edit
from istioctl.yamldoc.fragments import Fragments
from istioctl.yamldoc.nodes_by_line import compose_by_line
from istioctl.yamldoc.reader import Document, Node
from istioctl.yamldoc.scalars import json_number, resolve

#: Changes one object, that stands somewhere: gives its data before and after in one tidy form, or None where it is not
#: concerned.
Change = Callable[[Mapping[str, Any], "Whereabouts"], "tuple[Any, Any] | None"]
#: What was done so far, for the `results` of a function's resource list.
Results = Callable[[], list[dict[str, Any]]]

_KIND = lazy_pattern(r"^kind:[ \t]*([A-Za-z]+)[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_CONTENT = lazy_pattern(r"^[ \t]*[^%#\s]", re.MULTILINE)
_MARKER_LINE = lazy_pattern(r"\A(?:---[^\n]*\n)?\s*")
_WORDS = lazy_pattern(r"[A-Za-z0-9]+")
_TRICKY = lazy_pattern(r"[&*!|>\\%`\"'?\t]|^[^\S\r\n]*\.\.\.", re.MULTILINE)
_FRAGMENTS = Fragments()  # what is injected is much the same from pod to pod
_COLLECTIONS = frozenset((dict, list))
_SEXAGESIMAL = lazy_pattern(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
#: Kinds that hold no pod; a document that plainly is of one need not be looked into.
_FOREIGN = frozenset({
    "Service", "ConfigMap", "Secret", "Namespace", "ServiceAccount", "Ingress", "Role", "RoleBinding",
    "ClusterRole", "ClusterRoleBinding", "PersistentVolume", "PersistentVolumeClaim", "StorageClass",
    "NetworkPolicy", "PodDisruptionBudget", "HorizontalPodAutoscaler", "Gateway", "VirtualService",
    "DestinationRule", "ServiceEntry", "Sidecar", "EnvoyFilter", "AuthorizationPolicy", "PeerAuthentication",
    "RequestAuthentication", "Telemetry", "HTTPRoute", "CustomResourceDefinition", "LimitRange",
    "ResourceQuota",
})  # fmt: skip


def is_foreign(piece: Piece) -> bool:
    """Whether a document plainly holds no pod and is good YAML, found out without reading its data."""
    kinds = _kinds(piece.text)
    return len(kinds) == 1 and kinds[0] in _FOREIGN and not _TRICKY.search(piece.text) and _is_yaml_like(piece.text)


def _kinds(text: str) -> list[str]:
    """The kinds that lines at column 0 name."""
    kinds = []
    place = text.find("kind:")
    while place >= 0:
        if found := _KIND.match(text, place):
            kinds.append(found[1])
        place = text.find("kind:", place + 1)
    return kinds


def _is_yaml_like(text: str) -> bool:
    """Whether a text without quotes, anchors and blocks is good YAML, found once for all that differ in words."""
    return _parses(_WORDS.sub("a", text))


@lru_cache(2000)
def _parses(text: str) -> bool:
    try:
        for _ in reader.compose_all(text):
            pass
    except InputError:
        return False
    return True


class Framed(NamedTuple):
    """A whole document without the mark of its encoding, its last line ended.

    Attributes:
        piece: the document.
        mark: the byte order mark that stood before it, or empty.
        before, after: what was put around a part of a document to make it whole.
        added: the line break that was put behind it, or empty.
    """

    piece: Piece
    mark: str
    before: str
    after: str
    added: str

    @classmethod
    def of(cls, piece: Piece) -> Framed:
        """The document of a stream."""
        mark = "\ufeff" if piece.text.startswith("\ufeff") else ""  # the parser does not count it
        before, after = piece.around
        if mark or before or after:
            bare = piece._replace(text=piece.text.removeprefix(mark), body=max(piece.body - len(mark), 0))
            piece = bare.whole
        added = "" if piece.text.endswith("\n") else line_break(piece.text)
        whole = piece._replace(text=piece.text + added) if added else piece
        return cls(whole, mark, before, after + added if after else "", added)

    def own(self, text: str) -> str:
        """A document's text without what was put around it, with its mark and its end as it was."""
        text = text.removesuffix(self.after) if self.after else text.removesuffix(self.added)
        return self.mark + text.removeprefix(self.before)


def line_break(text: str) -> str:
    """How the first line of a text ends."""
    return "\r\n" if text[max(text.find("\n") - 1, 0) :][:2] == "\r\n" else "\n"


def edits(piece: Piece, change: Change, results: Results) -> list[Edit]:
    """The edits of a document's text that a change of each object in it takes.

    Args:
        piece: the document, as `Framed` has it.
        change: is asked about the document's object, or about each item where that is a list.
        results: is asked at the end of a `ResourceList`, as Kustomize and kpt hand it to functions.

    Raises:
        InputError: the document is not YAML or no object; `where` is `source:line`.
        IstioctlError: what `change` raises, with the place of its object where it has none.
    """
    found: list[Edit] = []
    if piece.body >= len(piece.text):  # nothing stands behind the `---`
        return found
    for document in _documents(piece):
        if document.root is None:
            continue
        before, after = _Task(piece, document, change, results).run()
        if before is after:
            continue
        if is_json(piece.text):
            data = document.data
            found += json_edit.edits(piece.text, document.root, data, applied(data, before, after))
        else:
            found += edit.edits(piece.text, document.root, before, after, _FRAGMENTS)
    return found


def is_json(text: str) -> bool:
    """Whether a document is one JSON object, but for a `---` line before it."""
    marker = _MARKER_LINE.match(text)
    start = marker.end() if marker else 0
    if not text.startswith("{", start):
        return False
    try:
        json.loads(text[start:])
    except ValueError:
        return False
    return True


def _documents(piece: Piece) -> list[Document]:
    if "%" in piece.text and not _CONTENT.search(piece.text):
        return []  # directives for the document that the next piece holds
    if piece.line > 1:  # the first document of a stream may be its only one, which is not worth learning from
        marker = piece.text[: piece.body]
        found = compose_by_line(piece.text[piece.body :], piece.body, marker.count("\n"), piece.source)
        if found is not None:
            return [found]
    try:
        return list(reader.compose_all(piece.text, piece.source))
    except InputError as error:
        hint = error.hint or rendering_hint("", piece.text, "istioctl kube-inject -f -", is_yaml=False) or None
        raise _moved(InputError(error.message, where=error.where, hint=hint, id=error.id), piece) from None


def _moved(error: InputError, piece: Piece) -> InputError:
    """An error whose line counts from the start of the stream, not of the document."""
    place = re.fullmatch(re.escape(piece.source) + r":(\d+)((?::\d+)?)", error.where or "")
    where = f"{piece.place(int(place[1]) - 1)}{place[2]}" if place else error.where
    return InputError(error.message, where=where, hint=error.hint, id=error.id)


class _Task(NamedTuple):
    """Asks for the changes of one document's objects, and places errors."""

    piece: Piece
    document: Document
    change: Change
    results: Results

    def run(self) -> tuple[Any, Any]:
        """The document's data before and after; the same object twice where nothing changes."""
        try:
            data = self.document.data
        except InputError as error:
            raise _moved(error, self.piece) from None
        if data is None:
            return data, data
        return self._object(data, [])

    def _object(self, data: Any, path: list[str | int]) -> tuple[Any, Any]:
        if not isinstance(data, dict):
            raise InputError("a Kubernetes object is expected here", where=self._place(path), id="no-object")
        for name in ("apiVersion", "kind"):
            if isinstance(data.get(name), dict | list):
                raise InputError(f"{name}: text is expected here", where=self._place([*path, name]), id="no-object")
        if workloads.is_list(data):
            return self._items(data, path)
        try:
            result = self.change(data, Whereabouts(self, path))
        except WrongTypeError as error:
            place = self._place([*path, *error.steps])
            raise InputError(error.message, where=place, hint=error.hint, id=error.id) from None
        except IstioctlError as error:
            if error.where is None or not error.where.startswith(self.piece.source):
                raise placed(error, data, self._place(path)) from None
            raise
        if result is None:
            return data, data
        before, after = result
        if before is after:
            return data, data
        if self.document.is_canonical and (data == before or _has_names(data, before)):
            return before, after
        return _as_spelled(before, self.node(path)), after

    def _items(self, data: dict[str, Any], path: list[str | int]) -> tuple[Any, Any]:
        items = data.get("items")
        if items is None:
            return data, data
        if not isinstance(items, list):
            raise InputError("items: a list is expected here", where=self._place([*path, "items"]), id="no-object")
        before, after = list(items), list(items)
        for index, item in enumerate(items):
            if item is not None:
                before[index], after[index] = self._object(item, [*path, "items", index])
        if data["kind"] == "ResourceList" and (results := self.results()):
            known = data.get("results")
            extended = [*known, *results] if isinstance(known, list) else results
            return {**data, "items": before}, {**data, "items": after, "results": extended}
        if all(old is new for old, new in zip(before, after, strict=True)):
            return data, data
        return {**data, "items": before}, {**data, "items": after}

    def _place(self, path: list[str | int]) -> str:
        return f"{self.piece.source}:{self.line(path)}"

    def line(self, path: list[str | int]) -> int:
        """The line, counted from 1, of the node that a path leads to, as far as it leads."""
        node, line = self.document.root, 0
        for step in path:
            if node is None:
                break
            node, line = _below(node, step, node.line)
        return self.piece.line + (node.line if node is not None else line)

    def node(self, path: list[str | int]) -> Node | None:
        """The node that a path leads to; None where it leads nowhere."""
        node = self.document.root
        for step in path:
            if node is None:
                break
            node, _ = _below(node, step, 0)
        return node


class Whereabouts(NamedTuple):
    """Where an object of a stream stands."""

    task: _Task
    path: list[str | int]

    def place(self, steps: Path = ()) -> str:
        """`source:line` of what a path in the object leads to."""
        return f"{self.task.piece.source}:{self.task.line([*self.path, *steps])}"

    def repeated_keys(self) -> Iterator[tuple[str, str]]:
        """The keys that a mapping in the object has twice: where, and which, with the line of the first."""
        if self.task.document.known is not None:
            return
        node, piece = self.task.node(self.path), self.task.piece
        for again in duplicate_keys(node) if node is not None else ():
            yield piece.place(again.line), f"{again.key} is set in line {piece.line + again.first_line} as well"


def _has_names(data: Any, tidy: Any) -> bool:
    """Whether what tidy data name has the same name in the data that they come from, and no other name but in case."""
    if isinstance(tidy, dict):
        if not isinstance(data, dict) or not tidy.keys() <= data.keys():
            return False
        if len(tidy) < len(data):
            names = {name.lower() for name in tidy}
            if any(name.lower() in names for name in data.keys() - tidy.keys()):
                return False
        pairs = [(data[name], value) for name, value in tidy.items() if type(value) in _COLLECTIONS]
    elif isinstance(tidy, list):
        if not isinstance(data, list) or len(data) != len(tidy):
            return False
        pairs = [pair for pair in zip(data, tidy, strict=True) if type(pair[1]) in _COLLECTIONS]
    else:
        return True
    return all(starmap(_has_names, pairs))


def _as_spelled(tidy: Any, node: Node | None) -> Any:
    """Data with those scalars as they were written that are not text but stand where text is wanted, and the like.

    `1e3` is a number to YAML; as an environment variable it is the text `1000`. A cluster takes no number there, so
    what is spelled in another way than it is read counts as a change; so does the name of a field in the wrong case.
    `8080` is left alone: its text is the same. A text such as `12:30:45`, which some readers of YAML take for a number
    to the base of 60, counts as one as well.
    """
    if node is None:
        return tidy
    if isinstance(tidy, dict):
        found: dict[str, tuple[Node, Node]] = {}
        if node.kind == "mapping":
            found = {str(key.value).lower(): (key, value) for key, value in node.value}
        spelled = {}
        for name, value in tidy.items():
            entry = found.get(name.lower())
            if entry is None:
                spelled[name] = value
                continue
            key, below = entry
            is_written_so = below.value == value and type(value) is str and ":" not in value
            spelled[str(key.value)] = value if is_written_so else _as_spelled(value, below)
        return spelled
    if isinstance(tidy, list):
        return [_as_spelled(value, _below(node, index, 0)[0]) for index, value in enumerate(tidy)]
    if node.kind != "scalar" or node.style or node.tag or isinstance(tidy, bool):
        return tidy
    if node.value == str(tidy):
        return 0 if isinstance(tidy, str) and _SEXAGESIMAL.match(tidy) else tidy
    raw = resolve(node.value)
    if isinstance(tidy, int):
        return node.value if isinstance(raw, float) else tidy
    if isinstance(raw, str) or raw is None:
        return tidy
    return raw if scalar_text(json_number(raw) if isinstance(raw, float) else raw) == tidy else tidy


def _below(node: Node, step: str | int, line: int) -> tuple[Node | None, int]:
    if isinstance(step, int):
        found = node.value[step] if node.kind == "sequence" and step < len(node.value) else None
        return found, line
    if node.kind == "mapping":
        for key, value in node.value:
            if key.kind == "scalar" and str(key.value).lower() == str(step).lower():
                return (value if value.start != value.end else None), key.line
    return None, line
