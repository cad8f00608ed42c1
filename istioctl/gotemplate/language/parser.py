"""Tokens to trees, by the grammar and the error texts of text/template/parse (parse.go).

One text gives a tree for itself and one for each `define` and `block` in it. Nesting is bounded, so that neither the
parser nor what walks its trees can run out of stack.
"""

from __future__ import annotations

from collections.abc import Callable, Container

from istioctl.golang.quoting import quote
from istioctl.gotemplate.errors import ParseError
from istioctl.gotemplate.language import nodes
from istioctl.gotemplate.language.lexer import Kind, Token
from istioctl.gotemplate.language.nodes import is_empty
from istioctl.gotemplate.language.pipelines import MAX_NESTING, PipelineParser
from istioctl.gotemplate.limits import MAX_TOKENS


class Tree:
    """One template: its name and body."""

    def __init__(self, name: str, body: list[nodes.Statement]) -> None:
        self.name = name
        self.body = body


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


class _Parser(PipelineParser):
    def __init__(self, name: str, text: str, functions: Container[str]) -> None:
        super().__init__(name, text, functions)
        self.ranges = 0
        self.trees: dict[str, Tree] = {}

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
