"""Tokens to trees, by the grammar and the error texts of text/template/parse (parse.go).

One text gives a tree for itself and one for each `define` and `block` in it. Nesting is bounded, so that neither the
parser nor what walks its trees can run out of stack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass

from istioctl.gotemplate import nodes
from istioctl.gotemplate.errors import ParseError
from istioctl.gotemplate.lexer import Kind, Token, tokenize
from istioctl.gotemplate.limits import MAX_TOKENS
from istioctl.gotemplate.nodes import is_empty
from istioctl.gotemplate.quoting import SyntaxFault, quote, unquote, unquote_char
from istioctl.gotemplate.values import readable

MAX_NESTING = 100

_OPERANDS = frozenset(
    {
        Kind.BOOL, Kind.CHARACTER, Kind.COMPLEX, Kind.DOT, Kind.FIELD, Kind.IDENTIFIER, Kind.NUMBER, Kind.NIL,
        Kind.RAW_STRING, Kind.STRING, Kind.VARIABLE, Kind.LEFT_PAREN,
    }
)  # fmt: skip
_CONSTANTS = (nodes.Bool, nodes.Dot, nodes.Nil, nodes.Number, nodes.String)


@dataclass(slots=True, eq=False)
class Tree:
    """One template: its name and body."""

    name: str
    body: list[nodes.Statement]


def parse(name: str, text: str, functions: Container[str]) -> dict[str, Tree]:
    """The templates that `text` defines, its own under `name`.

    Args:
        name: the template's name, which errors tell.
        text: the template's text.
        functions: the names that may be called.

    Raises:
        ParseError: with Go's message.
    """
    parser = _Parser(name, text, functions)
    if len(parser.tokens) > MAX_TOKENS:
        raise ParseError(f"template: {name}:{parser.tokens[-1].line}: {parser.tokens[-1]}")
    root = parser.template_body()
    parser.add(name, root)
    return parser.trees


class _End(nodes.Node):
    """`{{end}}`, never part of a tree."""

    __slots__ = ()

    def __str__(self) -> str:
        return "{{end}}"


class _Else(nodes.Node):
    """`{{else}}`, never part of a tree."""

    __slots__ = ()

    def __str__(self) -> str:
        return "{{else}}"


class _Parser:
    def __init__(self, name: str, text: str, functions: Container[str]) -> None:
        self.name = name
        self.functions = functions
        self.tokens = tokenize(text)
        self.at = 0
        self.reached = -1  # the last token read, whose line errors name; each tree counts anew
        self.variables = ["$"]
        self.ranges = 0
        self.action_line = 0
        self.depth = 0
        self.trees: dict[str, Tree] = {}

    # Reading tokens

    def next(self) -> Token:
        token = self.tokens[self.at]
        if self.at > self.reached:
            self.reached = self.at
        if token.kind is not Kind.EOF and token.kind is not Kind.ERROR:
            self.at += 1
        return token

    def peek(self) -> Token:
        if self.at > self.reached:
            self.reached = self.at
        return self.tokens[self.at]

    def next_nonspace(self) -> Token:
        token = self.next()
        return self.next() if token.kind is Kind.SPACE else token

    def peek_nonspace(self) -> Token:
        if self.peek().kind is Kind.SPACE:
            self.at += 1
        return self.peek()

    def expect(self, kinds: tuple[Kind, ...], context: str) -> Token:
        token = self.next_nonspace()
        if token.kind not in kinds:
            raise self.unexpected(token, context)
        return token

    # Faults

    def fault(self, message: str) -> ParseError:
        line = self.tokens[self.reached].line if self.reached >= 0 else 0
        return ParseError(readable(f"template: {self.name}:{line}: {message}"))

    def unexpected(self, token: Token, context: str) -> ParseError:
        if token.kind is not Kind.ERROR:
            return self.fault(f"unexpected {token} in {context}")
        extra = ""
        if self.action_line and self.action_line != token.line:
            extra = f" in action started at {self.name}:{self.action_line}"
            if token.text.endswith(" action"):
                extra = extra.removeprefix(" in action")
        return self.fault(f"{token}{extra}")

    def deeper(self, message: str) -> None:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.fault(message)

    # Templates

    def template_body(self) -> list[nodes.Statement]:
        """The top level of the text, where alone `define` may stand."""
        body: list[nodes.Statement] = []
        while self.peek().kind is not Kind.EOF:
            if self.peek().kind is Kind.LEFT:
                start = self.at
                self.next()
                if self.next_nonspace().kind is Kind.DEFINE:
                    self.definition()
                    continue
                self.at = start
            node = self.text_or_action()
            if isinstance(node, _End | _Else):
                raise self.fault(f"unexpected {node}")
            body.append(node)
        return body

    def add(self, name: str, body: list[nodes.Statement]) -> None:
        known = self.trees.get(name)
        if known is None or is_empty(known.body):
            self.trees[name] = Tree(name, body)
        elif not is_empty(body):
            raise self.fault(f"template: multiple definition of template {quote(name)}")

    def definition(self) -> None:
        def read() -> None:
            name = self.unquoted(self.expect((Kind.STRING, Kind.RAW_STRING), "define clause").text)
            self.expect((Kind.RIGHT,), "define clause")
            body, end = self.item_list()
            if isinstance(end, _Else):
                raise self.fault(f"unexpected {end} in define clause")
            self.add(name, body)

        self.in_tree_of_its_own(read)

    def in_tree_of_its_own(self, read: Callable[[], None]) -> None:
        """Runs `read` with a new tree's variables, ranges and notion of the current line."""
        kept = self.variables, self.ranges, self.action_line, self.reached
        self.variables, self.ranges, self.action_line, self.reached = ["$"], 0, 0, -1
        read()
        self.variables, self.ranges, self.action_line, self.reached = kept

    def item_list(self) -> tuple[list[nodes.Statement], _End | _Else]:
        body: list[nodes.Statement] = []
        while self.peek_nonspace().kind is not Kind.EOF:
            node = self.text_or_action()
            if isinstance(node, _End | _Else):
                return body, node
            body.append(node)
        raise self.fault("unexpected EOF")

    def text_or_action(self) -> nodes.Statement | _End | _Else:
        token = self.next_nonspace()
        if token.kind is Kind.TEXT:
            return nodes.Text(token.pos, token.text)
        if token.kind is not Kind.LEFT:
            raise self.unexpected(token, "input")
        self.action_line = token.line
        node = self.action()
        self.action_line = 0
        return node

    # Actions

    def action(self) -> nodes.Statement | _End | _Else:
        start = self.at
        token = self.next_nonspace()
        match token.kind:
            case Kind.BLOCK:
                return self.block()
            case Kind.BREAK | Kind.CONTINUE:
                return self.leave(token)
            case Kind.ELSE:
                return self.else_control()
            case Kind.END:
                return _End(self.expect((Kind.RIGHT,), "end").pos)
            case Kind.IF:
                return self.control("if")
            case Kind.RANGE:
                return self.control("range")
            case Kind.TEMPLATE:
                return self.template_control()
            case Kind.WITH:
                return self.control("with")
        self.at = start
        pos = self.peek_nonspace().pos
        return nodes.Action(pos, self.pipeline("command", Kind.RIGHT))

    def leave(self, token: Token) -> nodes.Break | nodes.Continue:
        word = f"{{{{{token.text}}}}}"
        self.expect((Kind.RIGHT,), word)
        if not self.ranges:
            raise self.fault(f"{word} outside {{{{range}}}}")
        return nodes.Break(token.pos) if token.kind is Kind.BREAK else nodes.Continue(token.pos)

    def else_control(self) -> _Else:
        token = self.peek_nonspace()
        if token.kind is not Kind.IF and token.kind is not Kind.WITH:
            token = self.expect((Kind.RIGHT,), "else")
        return _Else(token.pos)

    def control(self, word: str) -> nodes.Branch:
        """`if`, `with` or `range` after the word; in a chain each else-if is nested in the one before."""
        kept, depth = len(self.variables), self.depth
        self.deeper(f"{word} is nested deeper than {MAX_NESTING} levels")
        first = branch = self.branch(word)
        body, end = self.branch_body(word)
        branch.body = body
        chained = {"if": Kind.IF, "with": Kind.WITH}.get(word)
        while isinstance(end, _Else):
            if self.peek().kind is chained:
                self.next()
                self.deeper(f"{word} is nested deeper than {MAX_NESTING} levels")
                inner = self.branch(word)
                branch.otherwise = [inner]
                branch = inner
                branch.body, end = self.branch_body(word)
                continue
            branch.otherwise, end = self.item_list()
            if isinstance(end, _Else):
                raise self.fault(f"expected end; found {end}")
        self.depth = depth
        del self.variables[kept:]
        return first

    def branch(self, word: str) -> nodes.Branch:
        pipe = self.pipeline(word, Kind.RIGHT)
        return nodes.Branch(pipe.pos, word, pipe, [])

    def branch_body(self, word: str) -> tuple[list[nodes.Statement], _End | _Else]:
        self.ranges += word == "range"
        read = self.item_list()
        self.ranges -= word == "range"
        return read

    def block(self) -> nodes.Template:
        token = self.next_nonspace()
        name = self.template_name(token, "block clause")
        pipe = self.pipeline("block clause", Kind.RIGHT)
        end: _End | _Else = _End(0)

        def read() -> None:
            nonlocal end
            body, end = self.item_list()
            if isinstance(end, _End):
                self.add(name, body)

        self.deeper(f"block is nested deeper than {MAX_NESTING} levels")
        self.in_tree_of_its_own(read)
        self.depth -= 1
        if isinstance(end, _Else):
            raise self.fault(f"unexpected {end} in block clause")
        return nodes.Template(token.pos, name, pipe)

    def template_control(self) -> nodes.Template:
        token = self.next_nonspace()
        name = self.template_name(token, "template clause")
        pipe = None
        start = self.at
        if self.next_nonspace().kind is not Kind.RIGHT:
            self.at = start
            pipe = self.pipeline("template clause", Kind.RIGHT)
        return nodes.Template(token.pos, name, pipe)

    def template_name(self, token: Token, context: str) -> str:
        if token.kind is not Kind.STRING and token.kind is not Kind.RAW_STRING:
            raise self.unexpected(token, context)
        return self.unquoted(token.text)

    def unquoted(self, literal: str) -> str:
        try:
            return unquote(literal)
        except SyntaxFault as fault:
            raise self.fault(str(fault)) from None

    # Pipelines

    def pipeline(self, context: str, end: Kind) -> nodes.Pipe:
        pipe = nodes.Pipe(self.peek_nonspace().pos)
        while self.peek_nonspace().kind is Kind.VARIABLE:
            if not self.declaration(pipe, context):
                break
        while True:
            token = self.next_nonspace()
            if token.kind is end:
                break
            if token.kind not in _OPERANDS:
                raise self.unexpected(token, context)
            self.at -= 1
            pipe.commands.append(self.command())
        if not pipe.commands:
            raise self.fault(f"missing value for {context}")
        for stage, command in enumerate(pipe.commands[1:], 2):
            if isinstance(command.args[0], _CONSTANTS):
                raise self.fault(f"non executable command in pipeline stage {stage}")
        return pipe

    def declaration(self, pipe: nodes.Pipe, context: str) -> bool:
        """Reads a variable that the pipeline sets; True if another may follow."""
        start = self.at
        variable = self.next()
        after = self.peek_nonspace()
        if after.kind is Kind.ASSIGN or after.kind is Kind.DECLARE:
            pipe.assigns = after.kind is Kind.ASSIGN
        elif not (after.kind is Kind.CHAR and after.text == ","):
            self.at = start
            return False
        self.next()
        pipe.variables.append(nodes.Variable(variable.pos, variable.text))
        self.variables.append(variable.text)
        if after.kind is not Kind.CHAR:
            return False
        if context == "range" and len(pipe.variables) < 2:
            if self.peek_nonspace().kind not in {Kind.VARIABLE, Kind.RIGHT, Kind.RIGHT_PAREN}:
                raise self.fault("range can only initialize variables")
            return True
        raise self.fault(f"too many declarations in {context}")

    def command(self) -> nodes.Command:
        command = nodes.Command(self.peek_nonspace().pos, [])
        while True:
            self.peek_nonspace()
            operand = self.operand()
            if operand is not None:
                command.args.append(operand)
            token = self.next()
            if token.kind is Kind.SPACE:
                continue
            if token.kind is Kind.RIGHT or token.kind is Kind.RIGHT_PAREN:
                self.at -= 1
            elif token.kind is not Kind.PIPE:
                raise self.unexpected(token, "operand")
            break
        if not command.args:
            raise self.fault("empty command")
        return command

    def operand(self) -> nodes.Operand | None:
        node = self.term()
        if node is None or self.peek().kind is not Kind.FIELD:
            return node
        pos = self.peek().pos
        names: list[str] = []
        while self.peek().kind is Kind.FIELD:
            names.append(self.next().text[1:])
        if isinstance(node, nodes.Field | nodes.Variable):
            node.pos = pos
            node.names += names
            return node
        if isinstance(node, _CONSTANTS):
            raise self.fault(f"unexpected . after term {quote(str(node))}")
        return nodes.Chain(pos, node, names)

    def term(self) -> nodes.Operand | None:
        start = self.at
        token = self.next_nonspace()
        match token.kind:
            case Kind.IDENTIFIER:
                if token.text not in self.functions:
                    raise self.fault(f"function {quote(token.text)} not defined")
                return nodes.Identifier(token.pos, token.text)
            case Kind.DOT:
                return nodes.Dot(token.pos)
            case Kind.NIL:
                return nodes.Nil(token.pos)
            case Kind.VARIABLE:
                if token.text not in self.variables:
                    raise self.fault(f"undefined variable {quote(token.text)}")
                return nodes.Variable(token.pos, token.text)
            case Kind.FIELD:
                return nodes.Field(token.pos, [token.text[1:]])
            case Kind.BOOL:
                return nodes.Bool(token.pos, token.text == "true")
            case Kind.CHARACTER | Kind.COMPLEX | Kind.NUMBER:
                try:
                    return read_number(token)
                except ValueError as fault:
                    raise self.fault(str(fault)) from None
            case Kind.LEFT_PAREN:
                self.deeper("max expression depth exceeded")
                pipe = self.pipeline("parenthesized pipeline", Kind.RIGHT_PAREN)
                self.depth -= 1
                return pipe
            case Kind.STRING | Kind.RAW_STRING:
                return nodes.String(token.pos, token.text, self.unquoted(token.text))
        self.at = start
        return None


_OCTAL = re.compile(r"([+-]?)0((?:_?[0-7])+)")
_FLOAT_MARKS = frozenset(".eEpP")
_HEX_FLOAT = re.compile(r"[+-]?0[xX](?:_?[0-9a-fA-F])*(?:\.[0-9a-fA-F_]*)?[pP][+-]?[0-9]+")


def read_number(token: Token) -> nodes.Number:
    """A number or rune literal under each type that can hold it.

    Raises:
        ValueError: Go's text for a literal that is none.
    """
    text = token.text
    node = nodes.Number(token.pos, text)
    if token.kind is Kind.CHARACTER:
        code, _, end = unquote_char(text, 1, "'")
        if text[end:] != "'":
            raise ValueError(f"malformed character constant: {text}")
        node.int_value = node.uint_value = code
        node.float_value = float(code)
        return node
    if text.endswith("i"):
        real, imaginary = "0", text[:-1]
        if token.kind is Kind.COMPLEX:
            split = max(text.rfind("+", 1), text.rfind("-", 1))
            if text[split - 1] in "eEpP" and not text[:split].lower().startswith("0x"):
                split = max(text.rfind("+", 1, split), text.rfind("-", 1, split))
            real, imaginary = text[:split], text[split:-1]
        first, second = _read_float(real), _read_float(imaginary)
        if first is not None and second is not None:
            node.complex_value = complex(first, second)
            if second == 0:
                node.float_value = first
                _add_integers(node, first)
            return node
    integer = _read_integer(text)
    if integer is not None:
        if -(1 << 63) <= integer < 1 << 63:
            node.int_value = integer
        if 0 <= integer < 1 << 64 and (text[0] not in "+-" or integer == 0):
            node.uint_value = integer
        if node.int_value is not None or node.uint_value is not None:
            node.float_value = float(integer)
            return node
    number = _read_float(text)
    if number is None and integer is not None:
        number = float(integer) if abs(integer) < 1 << 1023 else None
    if number is None:
        raise ValueError(f"illegal number syntax: {quote(text)}")
    if not _FLOAT_MARKS.intersection(text):
        raise ValueError(f"integer overflow: {quote(text)}")
    node.float_value = number
    _add_integers(node, number)
    return node


def _add_integers(node: nodes.Number, number: float) -> None:
    if number == number // 1:
        if -(2.0**63) <= number < 2.0**63:
            node.int_value = int(number)
        if 0 <= number < 2.0**64:
            node.uint_value = int(number)


def _read_integer(text: str) -> int | None:
    octal = _OCTAL.fullmatch(text)
    try:
        return int(octal[1] + octal[2].replace("_", ""), 8) if octal else int(text, 0)
    except ValueError:
        return None


def _read_float(text: str) -> float | None:
    try:
        if "x" in text or "X" in text:
            number = float.fromhex(text.replace("_", "")) if _HEX_FLOAT.fullmatch(text) else None
        else:
            number = float(text)
    except (ValueError, OverflowError):
        return None
    return None if number is None or number in (float("inf"), float("-inf")) else number
