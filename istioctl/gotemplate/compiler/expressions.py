"""Pipelines, fields and calls as Python (the eval functions of text/template's exec.go, at compile time).

Values go from statement to statement in temporaries. What Go decides by a value's type at run time and the compiler
can't know is left to `istioctl.gotemplate.running.fields`, behind a check of the commonest class.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from istioctl.golang import types
from istioctl.golang.types import Function, GoType
from istioctl.gotemplate.compiler.emitter import Choice, Emitter
from istioctl.gotemplate.functions import builtin
from istioctl.gotemplate.language import nodes

_LONGEST_PATH = 50  # fields in one look-up; the Python compiler recurses over them


class Value(NamedTuple):
    """The Python expression of a value, and what is known of it: its class, and whether it is boxed (see Binding)."""

    code: str
    known: str = ""
    boxed: str = "False"


NONE = Value("None")
_CLASSES = {
    types.STRING: "str",
    types.BOOL: "bool",
    types.INT: "Int",
    types.INT64: "int",
    types.FLOAT64: "float",
    types.MAP_ANY: "dict",
    types.SLICE_ANY: "list",
}


class Expressions(Emitter):
    """Emits what evaluates pipelines."""

    def fail(self, message: str, node: nodes.Node | None = None) -> Value:
        """Emits a failure that the text makes certain; what follows it is never reached."""
        self.emit(f"raise EvaluationError({message!r})", node)
        return NONE

    def pipe(self, pipe: nodes.Pipe, *, declares: bool = True) -> Value:
        """The value of a pipeline, after setting its variables if it `declares` them."""
        self.node = pipe
        value: Value | None = None
        for command in pipe.commands:
            found = self.command(command, value)
            value = Value(found.code, found.known)  # a pipeline unboxes
        result = value or NONE
        if declares and pipe.variables:
            if not result.code.isidentifier():
                kept = self.temporary()
                self.plain(f"{kept} = {result.code}")
                result = Value(kept, result.known)
            for variable in pipe.variables:
                place = self.assigned(variable) if pipe.assigns else self.scopes.declare(variable.name).code
                if place:
                    self.plain(f"{place} = {result.code}")
        return result

    def command(self, command: nodes.Command, final: Value | None) -> Value:
        """The value of a command; `final` is what the pipeline hands it."""
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
            value = self.variable(first) if isinstance(first, nodes.Variable) else NONE
            self.fail(f"can't give argument to non-function {first}")
            return value
        if isinstance(first, nodes.Nil):
            return self.fail("nil is not a command")
        return self.operand(first)

    def operand(self, node: nodes.Operand) -> Value:
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
                return Value(repr(node.value), "bool")
            case nodes.String():
                return Value(repr(node.text), "str")
            case nodes.Number():
                return self.number(node)
        return NONE

    def number(self, node: nodes.Number) -> Value:
        """A number where its type is open: the way it is written decides."""
        code, known = _open_number(node)
        if not code:
            return self.fail(f"{node} overflows int")
        return Value(code if known == "float" else self.module.constant(code), known)

    def dot_value(self) -> Value:
        """The cursor."""
        return Value(self.dot.code, boxed=self.dot.boxed)

    def variable(self, node: nodes.Variable) -> Value:
        """The variable itself, without its fields."""
        binding = self.scopes.find(node.name)
        if binding is None:
            return self.fail(f"undefined variable: {node.name}")
        if not self.scopes.framed:
            return Value(binding.code, boxed=binding.boxed)
        kept = self.temporary()  # a later argument may set the variable
        self.plain(f"{kept} = {binding.code}")
        return Value(kept, boxed=binding.boxed)

    def assigned(self, variable: nodes.Variable) -> str:
        """The place of a variable that is to be set."""
        binding = self.scopes.find(variable.name)
        if binding is None:
            self.fail(f"undefined variable: {variable.name}")
            return ""
        return binding.code

    def chain_base(self, node: nodes.Chain) -> Value:
        """What stands before the fields of a chain."""
        self.node = node
        if isinstance(node.base, nodes.Nil):
            return self.fail(f"indirection through explicit nil in {node}")
        return self.operand(node.base)

    # Fields

    def access(
        self, node: nodes.Node, base: Value, names: list[str], args: Sequence[nodes.Operand], final: Value | None
    ) -> Value:
        """`base.A.B`, the last of which may be a method with arguments."""
        if args or final is not None:
            return self.method(node, base, names, args, final)
        result = self.temporary()
        if len(names) > _LONGEST_PATH:
            self.emit(f"{result} = field(X, {base.code}, {tuple(names)!r}, {base.boxed})")
            return Value(result)
        path = "".join(f"[{name!r}]" for name in names)
        if base.known or base.code == "None":  # a constant
            self.plain(f"{result} = {base.code}")
            base = Value(result)
        self.plain(f"try: {result} = {base.code}{path}")
        self.emit(f"except MISSED: {result} = field(X, {base.code}, {tuple(names)!r}, {base.boxed})")
        return Value(result, boxed=f"field_boxed(X, {base.code}, {tuple(names)!r}, {base.boxed})")

    def method(
        self, node: nodes.Node, base: Value, names: list[str], args: Sequence[nodes.Operand], final: Value | None
    ) -> Value:
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
        return Value(result)

    def thunk(self, node: nodes.Operand) -> str:
        """The Python expression of an unevaluated argument (`fields.Argument`)."""
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
            end = self.node
        self.node = node if isinstance(end, Choice) else end  # a choice's locals are those of the inner function
        return f"({self.module.site(self.index, self.node, '')}, None, {name})"

    # Calls

    def call(
        self, node: nodes.Identifier, whole: nodes.Node, args: Sequence[nodes.Operand], final: Value | None
    ) -> Value:
        """A function call; `whole` is the command that Go shows if the function fails."""
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
        if not function.passes:
            self.emit(f"X.made({result})", whole, call=node.name)
        return Value(result)

    def short_circuit(self, is_and: bool, args: Sequence[nodes.Operand], final: Value | None) -> Value:
        """`and` and `or`: the first argument that decides, or the last."""
        result = self.temporary()
        test = f"if {result}:" if is_and else f"if not {result}:"
        choice = Choice([])

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
        return Value(result)

    def inlined(self, function: Function, whole: nodes.Node, values: list[Value]) -> Value | None:
        """Code for the commonest builtins that spares a call."""
        if function is builtin.NOT:
            result = self.temporary()
            self.plain(f"{result} = not {values[0].code}")
            return Value(result, "bool")
        if (function is builtin.EQ or function is builtin.NE) and len(values) == 2 and values[1].known == "str":
            sign, name = ("==", "eq") if function is builtin.EQ else ("!=", "ne")
            left, right = values[0].code, values[1].code
            result = self.temporary()
            slow = f"{self.module.function(name)}({left}, {right})"
            self.emit(f"{result} = {left} {sign} {right} if type({left}) is str else {slow}", whole, call=name)
            return Value(result, "bool")
        return None

    def argument(self, node: nodes.Operand, wanted: GoType) -> Value:
        """The value of an argument for a parameter of type `wanted`."""
        if isinstance(node, nodes.Nil):
            self.node = node
            if wanted is types.ANY:
                return NONE
            if wanted.nilable:
                return Value(self.module.constant(f"nil({self.module.type(wanted)})"))
            return self.fail(f"cannot assign nil to {wanted.name}")
        if wanted.kind != "interface" and isinstance(node, nodes.Number | nodes.String | nodes.Bool):
            return self.literal(node, wanted)
        return self.converted(self.operand(node), wanted)

    def literal(self, node: nodes.Number | nodes.String | nodes.Bool, wanted: GoType) -> Value:
        """A literal as a value of the type `wanted`."""
        self.node = node
        code, fault = _typed_literal(node, wanted)
        if fault:
            return self.fail(fault)
        known = _CLASSES.get(wanted, "")
        if known in {"str", "bool", "float"}:
            return Value(code, known)
        return Value(self.module.constant(f"make({self.module.type(wanted)}, {code})"), known)

    def converted(self, value: Value, wanted: GoType) -> Value:
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
        boxed = f"{result} is None and {value.boxed}" if value.boxed != "False" else "False"
        convert = f"{result} = coerce({result}, {self.module.type(wanted)}, {boxed})"
        self.emit(f"if type({result}) is not {known}: {convert}" if known else convert)
        return Value(result, known or "")


def _param(function: Function, at: int) -> GoType:
    return function.params[min(at, len(function.params) - 1)]


def _open_number(node: nodes.Number) -> tuple[str, str]:
    """The Python expression and class of a number where the way it is written decides; nothing if no int holds it."""
    text = node.text
    if node.complex_value is not None:
        return repr(node.complex_value), "complex"
    is_hex = len(text) > 2 and text[0] == "0" and text[1] in "xX" and "p" not in text and "P" not in text
    if node.float_value is not None and not is_hex and text[0] != "'" and set(".eEpP").intersection(text):
        return repr(node.float_value), "float"
    return (f"Int({node.int_value})", "Int") if node.int_value is not None else ("", "")


def _literal(node: nodes.Number | nodes.String | nodes.Bool | nodes.Nil) -> str:
    """The Python expression of a literal whose type is not known yet (`fields.Literal`)."""
    match node:
        case nodes.String():
            return f"('string', {node.quoted!r}, {node.text!r}, {node.text!r})"
        case nodes.Bool():
            return f"('bool', {str(node)!r}, {node.value!r}, {node.value!r})"
        case nodes.Nil():
            return "('nil', 'nil', None, None)"
    values = (node.int_value, node.uint_value, node.float_value, node.complex_value)
    return f"('number', {node.text!r}, {values!r}, {_open_number(node)[0] or None})"


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
