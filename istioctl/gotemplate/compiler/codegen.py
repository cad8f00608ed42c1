"""Trees to Python source, and from each line of it back to the template.

Each template becomes a function `(X, d, w)`: the running `Execution`, the data, and what takes the output. The code is
a flat sequence of statements on temporaries in Go's order of evaluation; whatever can fail stands on a line of its own,
and `Source.lines` leads from that line to the site that Go would name. The code sees only
`istioctl.gotemplate.running.runtime` (by the names in `runtime.NAMES`), the functions that the text calls (`f_NAME`)
and its own constants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from istioctl.golang.types import Function
from istioctl.gotemplate.compiler.emitter import Line, Module, Source
from istioctl.gotemplate.compiler.expressions import NONE, Expressions
from istioctl.gotemplate.compiler.scopes import MAX_BLOCKS, Binding
from istioctl.gotemplate.language import nodes
from istioctl.gotemplate.language.parser import Tree

_UNWATCHED_CALLS = 8  # function calls in a row without a look at the clock


def generate(name: str, text: str, trees: Mapping[str, Tree], functions: Mapping[str, Function]) -> Source:
    """The Python source for the `trees` of one `text`, which is the template `name`."""
    module = Module(text, functions)
    for tree in sorted(trees.values(), key=lambda tree: tree.name == name):
        _Body(module, module.add(tree), tree).write()
    return module.finish()


class _Body(Expressions):
    """Writes the function of one template, and those that it is split into."""

    def write(self) -> None:
        self.scopes.bind("$", Binding("d"))
        if self.scopes.framed:
            self.dot = Binding(self.scopes.slot("d"))
            self.scopes.bind("$", self.dot)
        self.statements(self.tree.body)
        self.flush()
        head = [Line(f"def t{self.index}(X, d, w):")]
        if self.scopes.framed:
            head.append(Line(f" F = [None] * {self.scopes.used}; F[0] = d"))
        for lines in (*self.split, head, self.lines or [Line(" pass")]):
            written = [line for line in lines if not line.text.isspace()]
            self.module.out += [line.text for line in written]
            self.module.source.lines += [line.site for line in written]

    def statements(self, body: Sequence[nodes.Statement]) -> None:
        for node in body:
            if self.calls >= _UNWATCHED_CALLS:
                self.calls = 0
                self.emit("X.charge(0)")
            match node:
                case nodes.Text():
                    self.output(node.text)
                case nodes.Action():
                    self.action(node)
                case nodes.Branch():
                    self.branch(node)
                case nodes.Template():
                    self.template(node)
                case nodes.Break():
                    self.plain("break" if self.loops else "return 1")
                case nodes.Continue():
                    self.plain("continue" if self.loops else "return 2")

    def action(self, node: nodes.Action) -> None:
        constant = _constant_text(node.pipe)
        if constant is not None:
            self.output(constant)
            return
        value = self.pipe(node.pipe)
        if node.pipe.variables:
            return
        self.node = node
        if value.known == "str":
            self.plain(f"w({value.code})")
        else:
            self.emit(f"w({value.code} if type({value.code}) is str else show({value.code}))")

    def branch(self, node: nodes.Branch) -> None:
        if self.blocks == MAX_BLOCKS:
            self.split_off(node)
            return
        self.blocks += 1
        with self.scopes.block():
            if node.word == "range":
                self.range(node)
            else:
                self.condition(node)
        self.blocks -= 1

    def split_off(self, node: nodes.Branch) -> None:
        """Puts a deeply nested action into a function of its own."""
        self.flush()
        kept = self.lines, self.indent, self.blocks, self.loops, self.node
        name = f"t{self.index}_{len(self.split)}"
        self.lines, self.indent, self.blocks, self.loops = [Line(f"def {name}(X, w, F):")], 1, 0, 0
        self.split.append(self.lines)
        self.branch(node)
        self.flush()
        self.lines, self.indent, self.blocks, self.loops, self.node = kept
        left = self.temporary()
        self.emit(f"{left} = {name}(X, w, F)")
        if self.loops:
            self.plain(f"if {left} == 1: break")
            self.plain(f"if {left} == 2: continue")
        else:
            self.plain(f"if {left}: return {left}")

    def condition(self, node: nodes.Branch) -> None:
        value = self.pipe(node.pipe)
        self.plain(f"if {value.code}:")
        dot = self.dot
        with self.indented(), self.scopes.block():
            if node.word == "with":
                self.dot = Binding(self.scopes.slot("d"))
                self.plain(f"{self.dot.code} = {value.code}")
            self.statements(node.body)
        self.dot = dot
        if node.otherwise:
            self.plain("else:")
            with self.indented(), self.scopes.block():
                self.statements(node.otherwise)

    def range(self, node: nodes.Branch) -> None:
        names = [variable.name for variable in node.pipe.variables]
        two = len(names) > 1
        collection = self.pipe(node.pipe, declares=node.pipe.assigns)
        source, items, boxed = self.scopes.slot("c"), self.scopes.slot("s"), self.scopes.slot("b")
        self.plain(f"{source} = {collection.code}")
        self.emit(f"{items} = {'pairs' if two else 'items'}(X, {source})")
        self.plain(f"if {items}:")
        dot = self.dot
        with self.indented(), self.scopes.block():
            self.plain(f"{boxed} = holds_any({source})")
            self.dot = Binding(self.scopes.slot("d"), boxed)
            key = self.scopes.slot("i") if two else ""
            targets: list[tuple[str, str]] = []
            if node.pipe.assigns:
                codes = [key, self.dot.code][-len(names) :]
                places = [self.scopes.find(name) for name in names]
                targets = [(place.code, code) for place, code in zip(places, codes, strict=True) if place]
            elif two:
                self.scopes.bind(names[0], Binding(key))
            if names and not node.pipe.assigns:
                element = self.scopes.declare(names[-1], boxed)
                targets = [(element.code, self.dot.code)]
            self.emit(f"for {f'{key}, {self.dot.code}' if two else self.dot.code} in {items}:", node)
            self.loops += 1
            with self.indented(), self.scopes.block():
                for target, code in targets:
                    self.plain(f"{target} = {code}")
                self.statements(node.body)
            self.loops -= 1
        self.dot = dot
        if node.otherwise:
            self.plain("else:")
            with self.indented(), self.scopes.block():
                if not node.pipe.assigns:
                    for name in names:
                        self.scopes.bind(name, Binding(source))
                self.statements(node.otherwise)

    def template(self, node: nodes.Template) -> None:
        self.node = node
        target = self.temporary()
        self.emit(f"{target} = template(X, {node.name!r})")
        data = self.pipe(node.pipe) if node.pipe else NONE
        self.plain(f"{target}(X, {data.code}, w)")
        self.plain("X.depth -= 1")
        self.plain("if X.depth & 15 == 15: settle(X)")


def _constant_text(pipe: nodes.Pipe) -> str | None:
    """The text that a pipeline writes whatever the data, if it is but a string."""
    if pipe.variables or len(pipe.commands) > 1 or len(pipe.commands[0].args) > 1:
        return None
    only = pipe.commands[0].args[0]
    return only.text if isinstance(only, nodes.String) else None
