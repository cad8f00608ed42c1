"""Where each value of a specification came from.

A specification is merged from layers. Nothing is recorded while merging: the layers are kept, and who set a path is
looked up when somebody asks, from the last layer to the first. A file's lines are found by composing its text again,
so that a run without errors never pays for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from istioctl.yamldoc.reader import Node

#: A place in a specification: keys of mappings and indexes of lists, as in `("spec", "components", "cni")`.
Path = tuple[str | int, ...]


class Origin(NamedTuple):
    """Who set a value.

    Attributes:
        kind: `default`, `profile`, `detected`, `file` or `flag`.
        text: how a user reads it: `default`, `profile demo`, `detected`, `mesh.yaml:12` or `--set a.b=c`.
    """

    kind: str
    text: str

    def __str__(self) -> str:
        return self.text


#: What is built in: the hub and the tag, and whatever follows from other values.
DEFAULT = Origin("default", "default")


class Layer(NamedTuple):
    """One source of values: a profile, what the cluster told, or a file.

    Attributes:
        origin: who it is; for a file, without the line.
        data: a whole IstioOperator document (`apiVersion`, `metadata`, `spec`).
        text: a file's text, from which lines are found; empty for the rest.
    """

    origin: Origin
    data: Mapping[str, object]
    text: str = ""

    def holds(self, path: Path) -> bool:
        """Whether the layer itself says something at `path`."""
        here: object = self.data
        for part in path:
            if isinstance(here, Mapping):
                if part not in here:
                    return False
                here = here[part]
            elif isinstance(here, list) and isinstance(part, int) and part < len(here):
                here = here[part]
            else:
                return False
        return True

    def origin_at(self, path: Path) -> Origin:
        """The layer's origin, with the line where it is a file."""
        if self.origin.kind != "file" or not self.text:
            return self.origin
        return Origin("file", f"{self.origin.text}:{_line(self.text, self.origin.text, path)}")


class Assignment(NamedTuple):
    """One `--set` flag (or a short flag that stands for one), resolved against the lists it met.

    Attributes:
        origin: the flag as it was typed.
        path: what it set.
    """

    origin: Origin
    path: Path


class Origins:
    """Answers who set a path of the merged specification.

    Attributes:
        layers: in merge order, the weakest first.
        assignments: the flags in the order given; they win over every layer.
        derived: from a path that was filled in from another one (`spec.values.global.hub`) to that one (`spec.hub`).
    """

    def __init__(self, layers: list[Layer]) -> None:
        self.layers = layers
        self.assignments: list[Assignment] = []
        self.derived: dict[Path, Path] = {}

    def of(self, path: Sequence[str | int]) -> Origin:
        """Who set the value at `path` (starting at the document, as in `("spec", "hub")`).

        The value of a mapping or a list has the origin of whoever last said something about it; what nobody said has
        that of the nearest place above.
        """
        wanted = tuple(path)
        for length in range(len(wanted), 0, -1):
            if found := self._at(wanted[:length]):
                return found
        return DEFAULT

    def _at(self, path: Path) -> Origin | None:
        for length in range(2, len(path) + 1):
            source = self.derived.get(path[:length])
            if source is not None and (found := self._direct(source + path[length:])):
                return found
        return self._direct(path) or (DEFAULT if path in self.derived else None)

    def _direct(self, path: Path) -> Origin | None:
        for assignment in reversed(self.assignments):
            shorter = min(len(path), len(assignment.path))
            if path[:shorter] == assignment.path[:shorter]:
                return assignment.origin
        for layer in reversed(self.layers):
            if layer.holds(path):
                return layer.origin_at(path)
        return None


def leaves(data: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every (path, value) whose value is a scalar, an empty mapping or an empty list, in document order."""
    if isinstance(data, Mapping) and data:
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    elif isinstance(data, list) and data:
        for index, value in enumerate(data):
            yield from leaves(value, (*path, index))
    else:
        yield path, data


def dotted(path: Sequence[str | int]) -> str:
    """A path as `--set` takes it: `components.egressGateways[0].name`, dots inside a key escaped."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + part.replace(".", "\\.")
    return text


def shown_path(path: Sequence[str | int]) -> str:
    """A path of an IstioOperator document as `--set` takes it, without the leading `spec`."""
    return dotted(path[1:] if path[:1] == ("spec",) and len(path) > 1 else path)


def _line(text: str, source: str, path: Path) -> int:
    """The line (from 1) of the deepest node of `path` that the text holds."""
    from istioctl.yamldoc.reader import compose_all, key_text

    node = next((document.root for document in compose_all(text, source) if document.root is not None), None)
    line = 0
    for part in path:
        found = None if node is None else _child(node, part, key_text)
        if found is None:
            break
        line, node = found
    return line + 1


def _child(node: Node, part: str | int, key_text: Callable[[Node], str]) -> tuple[int, Node] | None:
    if node.kind == "sequence":
        if not isinstance(part, int) or part >= len(node.value):
            return None
        return node.value[part].line, node.value[part]
    if node.kind != "mapping":
        return None
    inherited: list[Node] = []
    for key, value in reversed(node.value):
        if key.kind == "scalar" and key.value == "<<" and not key.style:
            inherited += value.value if value.kind == "sequence" else [value]
        elif key.kind == "scalar" and key_text(key) == part:
            return key.line, value
    return next((found for source in inherited if (found := _child(source, part, key_text))), None)
