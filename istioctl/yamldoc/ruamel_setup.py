"""How ruamel.yaml reads and writes here: every scalar as it was written, in the file's own indentation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.emitter import Emitter
from ruamel.yaml.events import MappingEndEvent
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import ScalarString

from istioctl.yamldoc.reader import Node, compose_all

_UNFOLDED = 1 << 30
_CORE = "tag:yaml.org,2002:"


class AsWritten(ScalarString):
    """A number, a boolean, a null or a date, as its text: `1.10`, `0x1F` and `~` stay what they are."""

    style = ""
    written_as = f"{_CORE}str"
    """The tag; that of a text where ruamel puts a plain text in the place of a number."""


class Constructor(RoundTripConstructor):
    """Reads scalars that are no text as their text."""

    def construct_as_written(self, node: Any) -> AsWritten:
        """One of them."""
        scalar: AsWritten = AsWritten(node.value, anchor=node.anchor)
        scalar.written_as = node.tag
        return scalar


class Representer(RoundTripRepresenter):
    """Writes them as they were read."""

    def represent_as_written(self, data: AsWritten) -> Any:
        """One of them."""
        anchor = data.yaml_anchor(any=True)
        return self.represent_scalar(data.written_as, str(data), style=None, anchor=anchor)


class Writer(Emitter):
    """Starts a line behind an empty mapping, too: ruamel's own forgets it where the first item of a list is one."""

    def expect_first_flow_mapping_key(self) -> None:
        """What comes behind `{`."""
        is_empty = isinstance(self.event, MappingEndEvent)
        super().expect_first_flow_mapping_key()
        if is_empty:
            self.no_newline = False


for _kind in ("null", "bool", "int", "float", "timestamp"):
    Constructor.add_constructor(f"{_CORE}{_kind}", Constructor.construct_as_written)
Representer.add_representer(AsWritten, Representer.represent_as_written)


class Indentation(NamedTuple):
    """How many columns what is below something stands to its right.

    Attributes:
        mapping: a mapping below a key.
        dash: the dashes of a list below a key.
        item: what follows a dash.
    """

    mapping: int = 2
    dash: int = 0
    item: int = 2


def configured(text: str, source: str) -> tuple[YAML, Indentation]:
    """A reader and writer for one document, and the indentation it writes.

    Raises:
        InputError: the text is not YAML.
    """
    yaml = YAML()
    yaml.Constructor = Constructor
    yaml.Representer = Representer
    yaml.Emitter = Writer
    yaml.preserve_quotes = True
    yaml.allow_duplicate_keys = True
    yaml.width = _UNFOLDED
    found = indentation(text, source)
    yaml.indent(mapping=found.mapping, sequence=found.dash + found.item, offset=found.dash)
    return yaml, found


def indentation(text: str, source: str) -> Indentation:
    """The indentation that a text has mostly.

    Raises:
        InputError: the text is not YAML.
    """
    found: dict[str, Counter[int]] = {name: Counter() for name in Indentation._fields}
    for document in compose_all(text, source):
        for kind, columns in _steps(document.root) if document.root else ():
            found[kind][columns] += 1
    usual = Indentation()
    return Indentation(*(found[name].most_common(1)[0][0] if found[name] else getattr(usual, name) for name in found))


def _steps(node: Node) -> Iterator[tuple[str, int]]:
    if node.style == "flow" or node.alias or node.kind == "scalar":
        return
    if node.kind == "sequence":
        for item in node.value:
            yield "item", item.column - node.column
            yield from _steps(item)
        return
    for key, value in node.value:
        if value.line > key.line and not value.alias and value.style != "flow" and value.kind != "scalar":
            yield ("dash" if value.kind == "sequence" else "mapping"), value.column - key.column
        yield from _steps(value)
