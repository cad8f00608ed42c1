"""Lines of generated Python, each with the place in the template that it comes from.

What can fail stands on a line of its own, so that the line of a traceback leads to the place that Go would name: the
node at which Go's evaluator last was (its `at`), which is why code is emitted in Go's order of evaluation.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from istioctl.golang.types import Function, GoType
from istioctl.golang.values import encode
from istioctl.gotemplate.compiler.scopes import Binding, Scopes, needs_frame
from istioctl.gotemplate.language import nodes
from istioctl.gotemplate.language.nodes import is_empty
from istioctl.gotemplate.language.parser import Tree
from istioctl.gotemplate.running.execution import DYNAMIC, Site

_LONGEST_SITE = 4096  # characters of an action that errors show, or nested long ones would add up


class Source:
    """Generated code.

    Attributes:
        text: the Python source.
        lines: for each of its lines (from 1) the index of its site, -1 where nothing can fail, or DYNAMIC.
        sites: the places in the template.
        templates: name, function and emptiness of each template in the text; the text's own comes last.
        functions: the names of the functions that it calls.
    """

    def __init__(self) -> None:
        self.text = ""
        self.lines = [-1]
        self.sites: list[Site] = []
        self.templates: list[tuple[str, str, bool]] = []
        self.functions: list[str] = []


class Line:
    """A line of source and its site; one without text is dropped."""

    __slots__ = ("site", "text")

    def __init__(self, text: str, site: int = -1) -> None:
        self.text = text
        self.site = site


class Choice:
    """Where evaluation is after an `and` or `or`: at whichever argument came last, which shows only at run time.

    For each argument there is the place it leaves evaluation at, and a line to fill in if that is asked for.
    """

    def __init__(self, ends: list[tuple[nodes.Node | Choice | None, Line]], name: str = "") -> None:
        self.ends = ends
        self.name = name


class Module:
    """The source of one text: constants first, then functions."""

    def __init__(self, text: str, functions: Mapping[str, Function]) -> None:
        self.text = text
        self.functions = functions
        self.source = Source()
        self.out: list[str] = []
        self.constants: dict[str, str] = {}
        self.site_ids: dict[tuple[int, str], int] = {}
        self.called: dict[str, None] = {}
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def add(self, tree: Tree) -> int:
        """Makes room for one more template and gives its index."""
        index = len(self.source.templates)
        self.source.templates.append((tree.name, f"t{index}", is_empty(tree.body)))
        return index

    def constant(self, code: str) -> str:
        """The name of a module constant with the value of `code`."""
        return self.constants.setdefault(code, f"k{len(self.constants)}")

    def type(self, go_type: GoType) -> str:
        """The name of a module constant with a Go type."""
        return self.constant(f"parse_type({go_type.name!r})")

    def function(self, name: str) -> str:
        """The name under which a function stands in the generated code."""
        self.called[name] = None
        return f"f_{name}"

    def site(self, template: int, node: nodes.Node | None, call: str) -> int:
        """The index of the place of `node`; `call` is the function that a failure there would blame."""
        if node is None:
            return -1
        key = id(node), call
        known = self.site_ids.get(key)
        if known is None:
            known = self.site_ids[key] = len(self.source.sites)
            shown = str(node)
            if len(shown) > _LONGEST_SITE:
                shown = shown[:_LONGEST_SITE] + "..."
            self.source.sites.append((template, *self.place(node.pos), shown, call))
        return known

    def place(self, pos: int) -> tuple[int, int]:
        """Line from 1 and column in bytes from 0."""
        line = bisect_right(self.starts, pos)
        start = self.starts[line - 1]
        return line, pos - start if self.text.isascii() else len(encode(self.text[start:pos]))

    def finish(self) -> Source:
        """Everything, with the constants in front."""
        head = [f"{name} = {code}" for code, name in self.constants.items()]
        self.source.text = "\n".join(head + self.out) + "\n"
        self.source.lines[1:1] = [-1] * len(head)
        self.source.functions = list(self.called)
        return self.source


class Emitter:
    """The lines of one template's function, and of those that it is split into."""

    def __init__(self, module: Module, index: int, tree: Tree) -> None:
        self.module = module
        self.functions = module.functions
        self.index = index
        self.tree = tree
        self.scopes = Scopes(framed=needs_frame(tree.body))
        self.node: nodes.Node | Choice | None = None  # what Go's errors would name now
        self.dot = Binding("d")
        self.indent = 1
        self.blocks = 0
        self.loops = 0  # loops around in this function
        self.pending = ""
        self.temporaries = 0
        self.calls = 0  # since the clock was last looked at
        self.lines: list[Line] = []
        self.split: list[list[Line]] = []

    def emit(self, code: str, node: nodes.Node | None = None, *, call: str = "") -> None:
        """A line that fails, if it does, at `node`, or wherever evaluation is now."""
        at = node or self.node
        if isinstance(at, Choice):
            note = f"X.site = {self.chosen(at)}"
            if code.startswith("except MISSED: "):
                code = code.replace(": ", f": {note}; ", 1)
            else:
                self.plain(note)
        self.plain(code).site = DYNAMIC if isinstance(at, Choice) else self.module.site(self.index, at, call)

    def plain(self, code: str) -> Line:
        """A line that can't fail."""
        if self.pending:
            self.flush()
        line = Line(" " * self.indent + code)
        self.lines.append(line)
        return line

    def chosen(self, choice: Choice) -> str:
        """The local that holds the site where a choice left evaluation."""
        if not choice.name:
            choice.name = self.scopes.slot("q")
            for at, line in choice.ends:
                site = self.chosen(at) if isinstance(at, Choice) else self.module.site(self.index, at, "")
                line.text += f"{choice.name} = {site}"
        return choice.name

    def output(self, text: str) -> None:
        """Text that the template writes; what comes in a row is written at once."""
        self.pending += text

    def flush(self) -> None:
        """Emits the text that is still to be written."""
        if self.pending:
            text, self.pending = self.pending, ""
            self.plain(f"w({text!r})")

    def temporary(self) -> str:
        """A new local."""
        self.temporaries += 1
        return f"a{self.temporaries}"

    @contextmanager
    def indented(self) -> Iterator[None]:
        """Emits the body of a Python block.

        The block may not run, so what comes after it can't ask where evaluation was in it: `node` is again what it
        was before.
        """
        self.indent += 1
        start, node = len(self.lines), self.node
        yield
        self.flush()
        if len(self.lines) == start:
            self.plain("pass")
        self.indent -= 1
        self.node = node
