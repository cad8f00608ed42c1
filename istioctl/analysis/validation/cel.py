"""The Common Expression Language: parses an expression and evaluates it over plain data.

Parsing follows the language's grammar (cel-spec `langdef.md`); of its functions those exist that the rules of the
schema use. Durations are nanoseconds here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from istioctl.golang.durations import nanoseconds
from istioctl.patterns import lazy_pattern

Scope = dict[str, Any]

_TOKEN = lazy_pattern(
    r"""(?P<space>(?:\s|//[^\n]*)+)
    |(?P<float>[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|\.[0-9]+(?:[eE][-+]?[0-9]+)?)
    |(?P<int>0x[0-9a-fA-F]+[uU]?|[0-9]+[uU]?)
    |(?P<string>(?:[rR]?[bB]?|[bB][rR])(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'))
    |(?P<name>[_a-zA-Z][_a-zA-Z0-9]*)
    |(?P<sign>&&|\|\||<=|>=|==|!=|[-+*/%<>!?:.,()\[\]{}])""",
    re.VERBOSE | re.DOTALL,
)
_RESERVED = frozenset(
    [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
        "in",
    ]
)
_WORDS = {"true": True, "false": False, "null": None}
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_RELATIONS = ("<=", "<", ">=", ">", "==", "!=", "in")
_MAX_DEPTH = 50


class CelError(Exception):
    """The expression can't be parsed, or can't be evaluated over the data."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression.

    Attributes:
        run: its value in a scope.
        name: the identifier it is, where it is one.
        select: the operand and field it selects, where it does.
    """

    run: Callable[[Scope], Any]
    name: str = ""
    select: tuple[Callable[[Scope], Any], str] | None = None


@cache
def parse(text: str) -> Expression:
    """The parsed form of an expression.

    Raises:
        CelError: the text is not an expression.
    """
    parser = _Parser(_tokens(text))
    result = parser.ternary()
    if parser.kind != "end":
        raise CelError(f"unexpected {parser.text!r}")
    return result


def holds(text: str, value: Any) -> bool:
    """Whether a rule over `self` is true of a value; a rule that can't be evaluated counts as broken."""
    try:
        return parse(text).run({"self": value}) is True
    except (CelError, TypeError, KeyError, AttributeError, ValueError):
        return False


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if not found or not found.lastgroup:
            raise CelError(f"unexpected character {text[position]!r} at {position + 1}")
        if found.lastgroup != "space":
            tokens.append((found.lastgroup, found[0]))
        position = found.end()
    return [*tokens, ("end", "the end")]


class _Parser:
    """Recursive descent; each method reads one level of the grammar."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def text(self) -> str:
        return self._tokens[self._at][1]

    def _accept(self, *texts: str) -> str:
        """Step over a sign or the word `in`, where it is one of these."""
        kind, text = self._tokens[self._at]
        if text in texts and (kind == "sign" or text == "in"):
            self._at += 1
            return text
        return ""

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise CelError(f"expected {text!r}, found {self.text!r}")

    def ternary(self) -> Expression:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise CelError("it nests too deeply")
        condition = self._binary(0)
        if self._accept("?"):
            yes = self._binary(0)
            self._expect(":")
            no = self.ternary()
            test, then, otherwise = condition.run, yes.run, no.run
            condition = Expression(lambda scope: then(scope) if test(scope) is True else otherwise(scope))
        self._depth -= 1
        return condition

    def _binary(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while sign := self._accept(*_LEVELS[level]):
            left = _combined(sign, left.run, self._binary(level + 1).run)
        return left

    def _unary(self) -> Expression:
        sign, count = self.text if self.kind == "sign" and self.text in "!-" else "", 0
        while sign and self._accept(sign):
            count += 1
        operand = self._member()
        if not count % 2:
            return operand
        run = operand.run
        return Expression((lambda scope: not run(scope)) if sign == "!" else (lambda scope: -run(scope)))

    def _member(self) -> Expression:
        result = self._primary()
        while sign := self._accept(".", "[", "{"):
            run = result.run
            if sign == "[":
                index = self.ternary().run
                self._expect("]")
                result = Expression(lambda scope, run=run, index=index: run(scope)[index(scope)])  # type: ignore[misc]
            elif sign == "{":
                self._pairs(names_only=True)
                result = Expression(_unavailable)
            else:
                result = self._select(result)
        return result

    def _select(self, operand: Expression) -> Expression:
        if self.kind != "name":
            raise CelError(f"expected a field, found {self.text!r}")
        field = self._name()
        if not self._accept("("):
            run = operand.run
            return Expression(lambda scope: _field(run(scope), field), select=(run, field))
        arguments = self._list(")")
        if field in _MACROS and len(arguments) in _MACROS[field]:
            return _macro(field, operand.run, arguments)
        return _method(field, operand.run, [argument.run for argument in arguments])

    def _name(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _list(self, end: str) -> list[Expression]:
        items: list[Expression] = []
        while not self._accept(end):
            items.append(self.ternary())
            if not self._accept(","):
                self._expect(end)
                break
            if end == ")" and self.text == ")":
                raise CelError("unexpected ')'")
        return items

    def _pairs(self, *, names_only: bool = False) -> list[tuple[Expression, Expression]]:
        pairs = []
        while not self._accept("}"):
            if names_only and self.kind != "name":
                raise CelError(f"expected a field, found {self.text!r}")
            key = Expression(_unavailable, self._name()) if names_only else self.ternary()
            self._expect(":")
            pairs.append((key, self.ternary()))
            if not self._accept(","):
                self._expect("}")
                break
        return pairs

    def _primary(self) -> Expression:
        if self._accept("("):
            result = self.ternary()
            self._expect(")")
            return Expression(result.run)
        if self._accept("["):
            items = [item.run for item in self._list("]")]
            return Expression(lambda scope: [item(scope) for item in items])
        if self._accept("{"):
            pairs = [(key.run, value.run) for key, value in self._pairs()]
            return Expression(lambda scope: {key(scope): value(scope) for key, value in pairs})
        self._accept(".")
        kind, text = self._tokens[self._at]
        if kind in ("int", "float", "string"):
            self._at += 1
            return _constant(_literal(kind, text))
        if kind != "name" or text in _RESERVED:
            raise CelError(f"unexpected {text!r}")
        self._at += 1
        if text in _WORDS:
            return _constant(_WORDS[text])
        if not self._accept("("):
            return Expression(lambda scope: _variable(scope, text), name=text)
        arguments = self._list(")")
        if text == "has":
            return _has(arguments)
        return _function(text, [argument.run for argument in arguments])


_LEVELS = (("||",), ("&&",), _RELATIONS, ("+", "-"), ("*", "/", "%"))
_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "in": lambda a, b: a in b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "%": lambda a, b: a % b,
}
#: Macros over lists and maps, with how many arguments each takes.
_MACROS = {"all": (2,), "exists": (2,), "exists_one": (2,), "filter": (2,), "map": (2, 3)}


def _constant(value: Any) -> Expression:
    return Expression(lambda scope: value)


def _unavailable(scope: Scope) -> Any:
    raise CelError(f"cannot be evaluated over {sorted(scope)}")


def _variable(scope: Scope, name: str) -> Any:
    if name not in scope:
        raise CelError(f"unknown name {name!r}")
    return scope[name]


def _field(value: Any, field: str) -> Any:
    if not isinstance(value, dict) or field not in value:
        raise CelError(f"no field {field!r}")
    return value[field]


def _combined(sign: str, left: Callable[[Scope], Any], right: Callable[[Scope], Any]) -> Expression:
    if sign == "&&":
        return Expression(lambda scope: left(scope) is True and right(scope) is True)
    if sign == "||":
        return Expression(lambda scope: left(scope) is True or right(scope) is True)
    operate = _BINARY[sign]
    return Expression(lambda scope: operate(left(scope), right(scope)))


def _literal(kind: str, text: str) -> Any:
    if kind == "int":
        return int(text.rstrip("uU"), 0) if text.startswith("0x") else int(text.rstrip("uU"))
    if kind == "float":
        return float(text)
    prefix = re.match(r"[rRbB]*", text)
    body = text[prefix.end() :] if prefix else text
    quotes = 3 if body[:3] in ('"""', "'''") and len(body) >= 6 else 1
    body = body[quotes:-quotes]
    if prefix and "r" in prefix[0].lower():
        return body
    return re.sub(
        r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[xX][0-9a-fA-F]{2}|[0-3][0-7]{2}|.)", _unescaped, body, flags=re.DOTALL
    )


def _unescaped(found: re.Match[str]) -> str:
    text = found[1]
    if len(text) > 1:
        return chr(int(text, 8) if text.isdecimal() and len(text) == 3 else int(text[1:], 16))
    if text in _ESCAPES:
        return _ESCAPES[text]
    if text not in "\\?\"'`":
        raise CelError(f"unknown escape \\{text}")
    return text


def _has(arguments: list[Expression]) -> Expression:
    if len(arguments) != 1 or arguments[0].select is None:
        raise CelError("has() takes the selection of one field")
    operand, field = arguments[0].select
    return Expression(lambda scope: field in operand(scope))


def _macro(name: str, operand: Callable[[Scope], Any], arguments: list[Expression]) -> Expression:
    variable = arguments[0].name
    if not variable:
        raise CelError(f"{name}() takes a name first")
    bodies = [argument.run for argument in arguments[1:]]

    def values(scope: Scope) -> list[Any]:
        scopes = [{**scope, variable: item} for item in operand(scope)]
        if name == "map":
            return [bodies[-1](inner) for inner in scopes if len(bodies) == 1 or bodies[0](inner) is True]
        if name == "filter":
            return [inner[variable] for inner in scopes if bodies[0](inner) is True]
        return [bodies[0](inner) is True for inner in scopes]

    if name in ("map", "filter"):
        return Expression(values)
    decide: Callable[[list[bool]], bool] = {"all": all, "exists": any, "exists_one": lambda found: sum(found) == 1}[
        name
    ]
    return Expression(lambda scope: decide(values(scope)))


def _method(name: str, operand: Callable[[Scope], Any], arguments: list[Callable[[Scope], Any]]) -> Expression:
    function = _METHODS.get(name)
    if function is None:
        return Expression(_unavailable)
    return Expression(lambda scope: function(operand(scope), *(argument(scope) for argument in arguments)))


def _function(name: str, arguments: list[Callable[[Scope], Any]]) -> Expression:
    function = _FUNCTIONS.get(name)
    if function is None:
        return Expression(_unavailable)
    return Expression(lambda scope: function(*(argument(scope) for argument in arguments)))


def _url_parts(text: str) -> Any:
    from istioctl.golang.urls import URLError, parse_url

    try:
        return parse_url(text, is_request=True)
    except URLError:
        raise CelError(f"{text!r} is not a URL") from None


def _is_url(text: str) -> bool:
    try:
        _url_parts(text)
    except (CelError, ValueError):
        return False
    return True


def _matches(text: str, pattern: str) -> bool:
    return re.search(pattern, text) is not None


def _size(value: Any) -> int:
    return len(value)


_METHODS: dict[str, Callable[..., Any]] = {
    "contains": lambda text, part: part in text,
    "startsWith": lambda text, part: text.startswith(part),
    "endsWith": lambda text, part: text.endswith(part),
    "substring": lambda text, start, end=None: text[start:end],
    "matches": _matches,
    "size": _size,
    "getScheme": lambda parts: parts.scheme,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "size": _size,
    "int": int,
    "matches": _matches,
    "url": _url_parts,
    "isURL": _is_url,
    "duration": lambda text: text if isinstance(text, int) else nanoseconds(text),
}
