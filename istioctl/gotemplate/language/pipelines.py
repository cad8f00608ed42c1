"""What stands between `{{` and `}}`, by the grammar of text/template/parse: pipelines, commands and operands."""

from __future__ import annotations

from collections.abc import Container

from istioctl.golang.quoting import SyntaxFault, quote, unquote
from istioctl.golang.values import readable
from istioctl.gotemplate.errors import ParseError
from istioctl.gotemplate.language import nodes
from istioctl.gotemplate.language.lexer import Kind, Token, tokenize
from istioctl.gotemplate.language.literals import read_number

MAX_NESTING = 100

_OPERANDS = frozenset(
    {
        Kind.BOOL, Kind.CHARACTER, Kind.COMPLEX, Kind.DOT, Kind.FIELD, Kind.IDENTIFIER, Kind.NUMBER, Kind.NIL,
        Kind.RAW_STRING, Kind.STRING, Kind.VARIABLE, Kind.LEFT_PAREN,
    }
)  # fmt: skip
_CONSTANTS = (nodes.Bool, nodes.Dot, nodes.Nil, nodes.Number, nodes.String)


class PipelineParser:
    """Reads the tokens of one text; a place in it, the variables in scope, and how deep it is.

    Args:
        name: the template's name, which errors tell.
        functions: the names that may be called.
    """

    def __init__(self, name: str, text: str, functions: Container[str]) -> None:
        self.name = name
        self.functions = functions
        self.tokens = tokenize(text)
        self.at = 0
        self.reached = -1  # the last token read, whose line errors name; each tree counts anew
        self.variables = ["$"]
        self.action_line = 0
        self.depth = 0

    # Reading tokens

    def next(self) -> Token:
        """The token at the present place, and a step on."""
        token = self.tokens[self.at]
        if self.at > self.reached:
            self.reached = self.at
        if token.kind is not Kind.EOF and token.kind is not Kind.ERROR:
            self.at += 1
        return token

    def peek(self) -> Token:
        """The token at the present place."""
        if self.at > self.reached:
            self.reached = self.at
        return self.tokens[self.at]

    def next_nonspace(self) -> Token:
        """As `next`, past white space."""
        if self.tokens[self.at].kind is Kind.SPACE:
            self.at += 1
        return self.next()

    def peek_nonspace(self) -> Token:
        """As `peek`, past white space."""
        at = self.at
        token = self.tokens[at]
        if token.kind is Kind.SPACE:
            self.at = at = at + 1
            token = self.tokens[at]
        if at > self.reached:
            self.reached = at
        return token

    def expect(self, kinds: tuple[Kind, ...], context: str) -> Token:
        """The next token, which has to be of one of these kinds."""
        token = self.next_nonspace()
        if token.kind not in kinds:
            raise self.unexpected(token, context)
        return token

    # Faults

    def fault(self, message: str) -> ParseError:
        """What is wrong, with the line that was reached."""
        line = self.tokens[self.reached].line if self.reached >= 0 else 0
        return ParseError(readable(f"template: {self.name}:{line}: {message}"))

    def unexpected(self, token: Token, context: str) -> ParseError:
        """A token stands where it must not, or is itself an error."""
        if token.kind is not Kind.ERROR:
            return self.fault(f"unexpected {token} in {context}")
        extra = ""
        if self.action_line and self.action_line != token.line:
            extra = f" in action started at {self.name}:{self.action_line}"
            if token.text.endswith(" action"):
                extra = extra.removeprefix(" in action")
        return self.fault(f"{token}{extra}")

    def deeper(self, message: str) -> None:
        """One level more of nesting; `message` says what is nested too deeply."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.fault(message)

    def unquoted(self, literal: str) -> str:
        """The text that a quoted literal means."""
        try:
            return unquote(literal)
        except SyntaxFault as fault:
            raise self.fault(str(fault)) from None

    # Pipelines

    def pipeline(self, context: str, end: Kind) -> nodes.Pipe:
        """Commands with `|` between them, up to the token that ends them."""
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
        """Operands with white space between them, up to `|` or the end of the pipeline."""
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
        """A term with the fields behind it; None where none begins."""
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
        """A literal, name or parenthesized pipeline; None where none begins."""
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
