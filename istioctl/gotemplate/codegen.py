"""Trees to Python source, and from each line of it back to the template.

Each template becomes a function `(X, d, w)`: the running `Execution`, the data, and what takes the output. The code is
a flat sequence of statements on temporaries in Go's order of evaluation; whatever can fail stands on a line of its own,
and `Source.lines` leads from that line to the site that Go would name. The code sees only `istioctl.gotemplate.runtime`
(by the names in `runtime.NAMES`), the functions that the text calls (`f_NAME`) and its own constants.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from istioctl.gotemplate import nodes, types
from istioctl.gotemplate.functions import builtin
from istioctl.gotemplate.nodes import is_empty
from istioctl.gotemplate.parser import Tree
from istioctl.gotemplate.scopes import MAX_BLOCKS, Binding, Scopes, needs_frame
from istioctl.gotemplate.signatures import Function
from istioctl.gotemplate.types import GoType
from istioctl.gotemplate.values import encode

_LONGEST_SITE = 4096  # characters of an action that errors show, or nested long ones would add up
_LONGEST_PATH = 50
_UNWATCHED_CALLS = 8  # function calls in a row without a look at the clock
DYNAMIC = -2  # a line whose site the running execution knows
Site = tuple[int, int, int, str, str]  # index of the template, line, column, the action's text, the function called


@dataclass(slots=True)
class Source:
    """Generated code.

    Attributes:
        text: the Python source.
        lines: for each of its lines (from 1) the index of its site, -1 where nothing can fail, or DYNAMIC.
        sites: the places in the template.
        templates: name, function and emptiness of each template in the text; the text's own comes last.
        functions: the names of the functions that it calls.
    """

    text: str = ""
    lines: list[int] = field(default_factory=lambda: [-1])
    sites: list[Site] = field(default_factory=list)
    templates: list[tuple[str, str, bool]] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)


def generate(name: str, text: str, trees: Mapping[str, Tree], functions: Mapping[str, Function]) -> Source:
    """The Python source for the `trees` of one `text`, which is the template `name`."""
    module = _Module(text, functions)
    for tree in sorted(trees.values(), key=lambda tree: tree.name == name):
        module.add(tree)
    return module.finish()


@dataclass(frozen=True, slots=True)
class _Value:
    """The Python expression of a value, and what is known of it: its class, and whether it is boxed (see Binding)."""

    code: str
    known: str = ""
    boxed: str = "False"


@dataclass(slots=True)
class _Line:
    """A line of source and its site; one without text is dropped."""

    text: str
    site: int = -1


@dataclass(slots=True, eq=False)
class _Choice:
    """Where evaluation is after an `and` or `or`: at whichever argument came last, which shows only at run time.

    For each argument there is the place it leaves evaluation at, and a line to fill in if that is asked for.
    """

    ends: list[tuple[nodes.Node | _Choice | None, _Line]]
    name: str = ""


_NONE = _Value("None")
_CLASSES = {
    types.STRING: "str",
    types.BOOL: "bool",
    types.INT: "Int",
    types.INT64: "int",
    types.FLOAT64: "float",
    types.MAP_ANY: "dict",
    types.SLICE_ANY: "list",
}


class _Module:
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

    def add(self, tree: Tree) -> None:
        index = len(self.source.templates)
        self.source.templates.append((tree.name, f"t{index}", is_empty(tree.body)))
        _Body(self, index, tree).write()

    def constant(self, code: str) -> str:
        """The name of a module constant with the value of `code`."""
        return self.constants.setdefault(code, f"k{len(self.constants)}")

    def type(self, go_type: GoType) -> str:
        return self.constant(f"parse_type({go_type.name!r})")

    def function(self, name: str) -> str:
        self.called[name] = None
        return f"f_{name}"

    def site(self, template: int, node: nodes.Node | None, call: str) -> int:
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
        head = [f"{name} = {code}" for code, name in self.constants.items()]
        self.source.text = "\n".join(head + self.out) + "\n"
        self.source.lines[1:1] = [-1] * len(head)
        self.source.functions = list(self.called)
        return self.source


class _Body:
    """Writes the function of one template, and those that it is split into."""

    def __init__(self, module: _Module, index: int, tree: Tree) -> None:
        self.module = module
        self.functions = module.functions
        self.index = index
        self.tree = tree
        self.scopes = Scopes(framed=needs_frame(tree.body))
        self.node: nodes.Node | _Choice | None = None  # what Go's errors would name now
        self.dot = Binding("d")
        self.indent = 1
        self.blocks = 0
        self.loops = 0  # loops around in this function
        self.pending = ""
        self.temporaries = 0
        self.calls = 0  # since the clock was last looked at
        self.lines: list[_Line] = []
        self.split: list[list[_Line]] = []

    def write(self) -> None:
        self.scopes.bind("$", Binding("d"))
        if self.scopes.framed:
            self.dot = Binding(self.scopes.slot("d"))
            self.scopes.bind("$", self.dot)
        self.statements(self.tree.body)
        self.flush()
        head = [_Line(f"def t{self.index}(X, d, w):")]
        if self.scopes.framed:
            head.append(_Line(f" F = [None] * {self.scopes.used}; F[0] = d"))
        for lines in (*self.split, head, self.lines or [_Line(" pass")]):
            written = [line for line in lines if not line.text.isspace()]
            self.module.out += [line.text for line in written]
            self.module.source.lines += [line.site for line in written]

    # Lines

    def emit(self, code: str, node: nodes.Node | None = None, *, call: str = "") -> None:
        """A line that fails, if it does, at `node`, or wherever evaluation is now."""
        at = node or self.node
        if isinstance(at, _Choice):
            note = f"X.site = {self.chosen(at)}"
            if code.startswith("except MISSED: "):
                code = code.replace(": ", f": {note}; ", 1)
            else:
                self.plain(note)
        self.plain(code).site = DYNAMIC if isinstance(at, _Choice) else self.module.site(self.index, at, call)

    def plain(self, code: str) -> _Line:
        """A line that can't fail."""
        if self.pending:
            self.flush()
        line = _Line(" " * self.indent + code)
        self.lines.append(line)
        return line

    def chosen(self, choice: _Choice) -> str:
        """The local that holds the site where a choice left evaluation."""
        if not choice.name:
            choice.name = self.scopes.slot("q")
            for at, line in choice.ends:
                site = self.chosen(at) if isinstance(at, _Choice) else self.module.site(self.index, at, "")
                line.text += f"{choice.name} = {site}"
        return choice.name

    def output(self, text: str) -> None:
        self.pending += text

    def flush(self) -> None:
        if self.pending:
            text, self.pending = self.pending, ""
            self.plain(f"w({text!r})")

    def temporary(self) -> str:
        self.temporaries += 1
        return f"a{self.temporaries}"

    def fail(self, message: str, node: nodes.Node | None = None) -> _Value:
        self.emit(f"raise EvaluationError({message!r})", node)
        return _NONE

    @contextmanager
    def indented(self) -> Iterator[None]:
        self.indent += 1
        start = len(self.lines)
        yield
        self.flush()
        if len(self.lines) == start:
            self.plain("pass")
        self.indent -= 1

    # Statements

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
        kept = self.lines, self.indent, self.blocks, self.loops
        name = f"t{self.index}_{len(self.split)}"
        self.lines, self.indent, self.blocks, self.loops = [_Line(f"def {name}(X, w, F):")], 1, 0, 0
        self.split.append(self.lines)
        self.branch(node)
        self.flush()
        self.lines, self.indent, self.blocks, self.loops = kept
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

    def assigned(self, variable: nodes.Variable) -> str:
        """The place of a variable that is to be set."""
        binding = self.scopes.find(variable.name)
        if binding is None:
            self.fail(f"undefined variable: {variable.name}")
            return ""
        return binding.code

    def template(self, node: nodes.Template) -> None:
        self.node = node
        target = self.temporary()
        self.emit(f"{target} = template(X, {node.name!r})")
        data = self.pipe(node.pipe) if node.pipe else _NONE
        self.plain(f"{target}(X, {data.code}, w)")
        self.plain("X.depth -= 1")
        self.plain("if X.depth & 15 == 15: settle(X)")

    # Pipelines

    def pipe(self, pipe: nodes.Pipe, *, declares: bool = True) -> _Value:
        self.node = pipe
        value: _Value | None = None
        for command in pipe.commands:
            found = self.command(command, value)
            value = _Value(found.code, found.known)  # a pipeline unboxes
        result = value or _NONE
        if declares and pipe.variables:
            if not result.code.isidentifier():
                kept = self.temporary()
                self.plain(f"{kept} = {result.code}")
                result = _Value(kept, result.known)
            for variable in pipe.variables:
                place = self.assigned(variable) if pipe.assigns else self.scopes.declare(variable.name).code
                if place:
                    self.plain(f"{place} = {result.code}")
        return result

    def command(self, command: nodes.Command, final: _Value | None) -> _Value:
        first = command.args[0]
        match first:
            case nodes.Identifier():
                return self.call(first, command, command.args[1:], final)
            case nodes.Field():
                self.node = first
                return self.access(first, self.dot_value(), first.names, command.args[1:], final)
            case nodes.Chain():
                base = self.chain_base(first)
                return self.access(first, base, first.names, command.args[1:], final)
            case nodes.Variable() if first.names:
                self.node = first
                return self.access(first, self.variable(first), first.names, command.args[1:], final)
        if not isinstance(first, nodes.Pipe):
            self.node = first
        if len(command.args) > 1 or final is not None:
            value = self.variable(first) if isinstance(first, nodes.Variable) else _NONE
            self.fail(f"can't give argument to non-function {first}")
            return value
        if isinstance(first, nodes.Nil):
            return self.fail("nil is not a command")
        return self.operand(first)

    def operand(self, node: nodes.Operand) -> _Value:
        """An operand without arguments, for a place that takes anything."""
        match node:
            case nodes.Identifier():
                return self.call(node, node, [], None)
            case nodes.Pipe():
                return self.pipe(node)
        self.node = node
        match node:
            case nodes.Dot():
                return self.dot_value()
            case nodes.Field():
                return self.access(node, self.dot_value(), node.names, [], None)
            case nodes.Variable():
                value = self.variable(node)
                return self.access(node, value, node.names, [], None) if node.names else value
            case nodes.Chain():
                return self.access(node, self.chain_base(node), node.names, [], None)
            case nodes.Bool():
                return _Value(repr(node.value), "bool")
            case nodes.String():
                return _Value(repr(node.text), "str")
            case nodes.Number():
                return self.number(node)
        return _NONE

    def number(self, node: nodes.Number) -> _Value:
        """A number where its type is open: the way it is written decides."""
        text = node.text
        if node.complex_value is not None:
            return _Value(self.module.constant(repr(node.complex_value)), "complex")
        is_hex = len(text) > 2 and text[0] == "0" and text[1] in "xX" and "p" not in text and "P" not in text
        if node.float_value is not None and not is_hex and text[0] != "'" and set(".eEpP").intersection(text):
            return _Value(repr(node.float_value), "float")
        if node.int_value is not None:
            return _Value(self.module.constant(f"Int({node.int_value})"), "Int")
        return self.fail(f"{text} overflows int")

    def dot_value(self) -> _Value:
        return _Value(self.dot.code, boxed=self.dot.boxed)

    def variable(self, node: nodes.Variable) -> _Value:
        binding = self.scopes.find(node.name)
        if binding is None:
            return self.fail(f"undefined variable: {node.name}")
        return _Value(binding.code, boxed=binding.boxed)

    def chain_base(self, node: nodes.Chain) -> _Value:
        self.node = node
        if isinstance(node.base, nodes.Nil):
            return self.fail(f"indirection through explicit nil in {node}")
        return self.operand(node.base)

    # Fields

    def access(
        self, node: nodes.Node, base: _Value, names: list[str], args: Sequence[nodes.Operand], final: _Value | None
    ) -> _Value:
        """`base.A.B`, the last of which may be a method with arguments."""
        if args or final is not None:
            return self.method(node, base, names, args, final)
        result = self.temporary()
        if len(names) > _LONGEST_PATH:  # the Python compiler recurses over a path
            self.emit(f"{result} = field(X, {base.code}, {tuple(names)!r}, {base.boxed})")
            return _Value(result)
        path = "".join(f"[{name!r}]" for name in names)
        if base.known or base.code == "None":  # a constant
            self.plain(f"{result} = {base.code}")
            base = _Value(result)
        self.plain(f"try: {result} = {base.code}{path}")
        self.emit(f"except MISSED: {result} = field(X, {base.code}, {tuple(names)!r}, {base.boxed})")
        return _Value(result, boxed=f"field_boxed(X, {base.code}, {tuple(names)!r}, {base.boxed})")

    def method(
        self, node: nodes.Node, base: _Value, names: list[str], args: Sequence[nodes.Operand], final: _Value | None
    ) -> _Value:
        """A method call: the parameter types show only at run time, so the arguments are handed over unevaluated."""
        if len(names) > 1:
            base = self.access(node, base, names[:-1], [], None)
        at = self.node
        thunks = "".join(f"{self.thunk(arg)}, " for arg in args)
        self.node, end = at, self.node
        result = self.temporary()
        tail = f", {final.code}" if final is not None else ""
        self.emit(f"{result} = method(X, {base.code}, {base.boxed}, {names[-1]!r}, ({thunks}){tail})")
        self.node = end
        return _Value(result)

    def thunk(self, node: nodes.Operand) -> str:
        """The Python expression of an unevaluated argument (see `runtime.method`)."""
        if isinstance(node, nodes.Number | nodes.String | nodes.Bool | nodes.Nil):
            self.node = node
            return f"({self.module.site(self.index, node, '')}, {_literal(node)}, None)"
        name = self.temporary()
        self.plain(f"def {name}():")
        with self.indented():
            value = self.operand(node)
            boxed = (
                f" if {value.code} is not None or not {value.boxed} else BOXED_NIL" if value.boxed != "False" else ""
            )
            self.plain(f"return {value.code}{boxed}")
        if isinstance(self.node, _Choice):  # its locals are those of the inner function
            self.node = node
        return f"({self.module.site(self.index, self.node, '')}, None, {name})"

    # Calls

    def call(
        self, node: nodes.Identifier, whole: nodes.Node, args: Sequence[nodes.Operand], final: _Value | None
    ) -> _Value:
        self.node = node
        function = self.functions[node.name]
        given = len(args) + (final is not None)
        if function.variadic and given < function.fixed:
            return self.fail(f"wrong number of args for {node.name}: want at least {function.fixed} got {len(args)}")
        if not function.variadic and given != len(function.params):
            return self.fail(f"wrong number of args for {node.name}: want {len(function.params)} got {given}")
        if function is builtin.AND or function is builtin.OR:
            return self.short_circuit(function is builtin.AND, args, final)
        values = [self.argument(arg, _param(function, at)) for at, arg in enumerate(args)]
        if final is not None:
            values.append(self.converted(final, _param(function, len(args))))
        inline = self.inlined(function, whole, values)
        if inline is not None:
            return inline
        self.calls += 1
        codes = [value.code for value in values]
        if function is builtin.CALL:
            codes.insert(0, repr(str(args[0])) if args else f"reflect_string({codes[0]})")
        elif function is builtin.LEN and values[0].boxed != "False":
            codes.append(f"{codes[0]} is None and {values[0].boxed}")
        if function.context:
            codes.insert(0, "X")
        result = self.temporary()
        self.emit(f"{result} = {self.module.function(node.name)}({', '.join(codes)})", whole, call=node.name)
        return _Value(result)

    def short_circuit(self, is_and: bool, args: Sequence[nodes.Operand], final: _Value | None) -> _Value:
        result = self.temporary()
        test = f"if {result}:" if is_and else f"if not {result}:"
        choice = _Choice([])

        def evaluate(arg: nodes.Operand) -> None:
            self.plain(f"{result} = {self.argument(arg, types.ANY).code}")
            end = self.plain("")
            choice.ends.append((self.node, end))

        for at, arg in enumerate(args):
            if at == 0:
                evaluate(arg)
                continue
            self.plain(test)
            with self.indented():
                evaluate(arg)
        if len(args) > 1:
            self.node = choice
        if final is not None:
            if not args:
                return final
            self.plain(f"{test} {result} = {final.code}")
        return _Value(result)

    def inlined(self, function: Function, whole: nodes.Node, values: list[_Value]) -> _Value | None:
        """Code for the commonest builtins that spares a call."""
        if function is builtin.NOT:
            result = self.temporary()
            self.plain(f"{result} = not {values[0].code}")
            return _Value(result, "bool")
        if (function is builtin.EQ or function is builtin.NE) and len(values) == 2 and values[1].known == "str":
            sign, name = ("==", "eq") if function is builtin.EQ else ("!=", "ne")
            left, right = values[0].code, values[1].code
            result = self.temporary()
            slow = f"{self.module.function(name)}({left}, {right})"
            self.emit(f"{result} = {left} {sign} {right} if type({left}) is str else {slow}", whole, call=name)
            return _Value(result, "bool")
        return None

    def argument(self, node: nodes.Operand, wanted: GoType) -> _Value:
        """The value of an argument for a parameter of type `wanted`."""
        if isinstance(node, nodes.Nil):
            self.node = node
            if wanted is types.ANY:
                return _NONE
            if wanted.nilable:
                return _Value(self.module.constant(f"nil({self.module.type(wanted)})"))
            return self.fail(f"cannot assign nil to {wanted.name}")
        if wanted.kind != "interface" and isinstance(node, nodes.Number | nodes.String | nodes.Bool):
            return self.literal(node, wanted)
        return self.converted(self.operand(node), wanted)

    def literal(self, node: nodes.Number | nodes.String | nodes.Bool, wanted: GoType) -> _Value:
        self.node = node
        code, fault = _typed_literal(node, wanted)
        if fault:
            return self.fail(fault)
        known = _CLASSES.get(wanted, "")
        if known in {"str", "bool", "float"}:
            return _Value(code, known)
        return _Value(self.module.constant(f"make({self.module.type(wanted)}, {code})"), known)

    def converted(self, value: _Value, wanted: GoType) -> _Value:
        """A value that is of the type `wanted`, or the template has failed."""
        known = _CLASSES.get(wanted)
        if wanted is types.ANY or (known and value.known == known):
            return value
        if known is None and wanted.kind != "interface" and (wanted.kind != "ptr" or wanted.elem.kind == "struct"):
            known = self.module.constant(f"class_of({self.module.type(wanted)})")
        result = value.code
        if not result.isidentifier() or not result.startswith("a"):
            result = self.temporary()
            self.plain(f"{result} = {value.code}")
        convert = f"{result} = coerce({result}, {self.module.type(wanted)}, {result} is None and {value.boxed})"
        self.emit(f"if type({result}) is not {known}: {convert}" if known else convert)
        return _Value(result, known or "")


def _param(function: Function, at: int) -> GoType:
    return function.params[min(at, len(function.params) - 1)]


def _constant_text(pipe: nodes.Pipe) -> str | None:
    """The text that a pipeline writes whatever the data, if it is but a string."""
    if pipe.variables or len(pipe.commands) > 1 or len(pipe.commands[0].args) > 1:
        return None
    only = pipe.commands[0].args[0]
    return only.text if isinstance(only, nodes.String) else None


def _literal(node: nodes.Number | nodes.String | nodes.Bool | nodes.Nil) -> str:
    """A literal as `runtime.Literal` arguments."""
    match node:
        case nodes.String():
            return f"('string', {node.quoted!r}, {node.text!r})"
        case nodes.Bool():
            return f"('bool', {str(node)!r}, {node.value!r})"
        case nodes.Nil():
            return "('nil', 'nil', None)"
    values = (node.int_value, node.uint_value, node.float_value, node.complex_value)
    return f"('number', {node.text!r}, {values!r})"


def _typed_literal(node: nodes.Number | nodes.String | nodes.Bool, wanted: GoType) -> tuple[str, str]:
    """The Python expression of a literal as a value of `wanted`, and Go's objection if it can't be one."""
    kind = wanted.kind
    found, word = None, ""
    if kind == "string":
        found, word = (repr(node.text) if isinstance(node, nodes.String) else None), "string"
    elif kind == "bool":
        found, word = (repr(node.value) if isinstance(node, nodes.Bool) else None), "bool"
    elif kind in types.SIGNED or kind in types.UNSIGNED or kind in types.FLOATS or kind in types.COMPLEX:
        group = "int" if kind in types.SIGNED else "uint" if kind in types.UNSIGNED else kind.rstrip("0123456789")
        word = {"int": "integer", "uint": "unsigned integer"}.get(group, group)
        value = getattr(node, f"{group}_value") if isinstance(node, nodes.Number) else None
        found = None if value is None else repr(value)
    else:
        return "", f"can't handle {node} for arg of type {wanted.name}"
    return (found, "") if found is not None else ("", f"expected {word}; found {node}")
