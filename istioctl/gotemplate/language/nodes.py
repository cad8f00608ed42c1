"""The tree of a parsed template.

`str(node)` is the text that Go's errors show for the node, which is not always what the author wrote. `pos` is the
offset in the template's text that they point to.
"""

from __future__ import annotations

from istioctl.golang.quoting import quote


class Node:
    """Anything with a place."""

    __slots__ = ("pos",)

    def __init__(self, pos: int) -> None:
        self.pos = pos


class Text(Node):
    """Text outside actions, after trimming."""

    __slots__ = ("text",)

    def __init__(self, pos: int, text: str) -> None:
        self.pos = pos
        self.text = text

    def __str__(self) -> str:
        return self.text


class Dot(Node):
    """The cursor."""

    __slots__ = ()

    def __str__(self) -> str:
        return "."


class Nil(Node):
    """The untyped nil."""

    __slots__ = ()

    def __str__(self) -> str:
        return "nil"


class Bool(Node):
    """`true` or `false`."""

    __slots__ = ("value",)

    def __init__(self, pos: int, value: bool) -> None:
        self.pos = pos
        self.value = value

    def __str__(self) -> str:
        return "true" if self.value else "false"


class String(Node):
    """A string literal: as written, and its text."""

    __slots__ = ("quoted", "text")

    def __init__(self, pos: int, quoted: str, text: str) -> None:
        self.pos = pos
        self.quoted = quoted
        self.text = text

    def __str__(self) -> str:
        return self.quoted


class Number(Node):
    """A number literal under each type that can hold it, None under the others."""

    __slots__ = ("complex_value", "float_value", "int_value", "text", "uint_value")

    def __init__(
        self,
        pos: int,
        text: str,
        int_value: int | None = None,
        uint_value: int | None = None,
        float_value: float | None = None,
        complex_value: complex | None = None,
    ) -> None:
        self.pos = pos
        self.text = text
        self.int_value = int_value
        self.uint_value = uint_value
        self.float_value = float_value
        self.complex_value = complex_value

    def __str__(self) -> str:
        return self.text


class Identifier(Node):
    """A function's name."""

    __slots__ = ("name",)

    def __init__(self, pos: int, name: str) -> None:
        self.pos = pos
        self.name = name

    def __str__(self) -> str:
        return self.name


class Field(Node):
    """`.A.B`."""

    __slots__ = ("names",)

    def __init__(self, pos: int, names: list[str]) -> None:
        self.pos = pos
        self.names = names

    def __str__(self) -> str:
        return "." + ".".join(self.names)


class Variable(Node):
    """`$x` or `$x.A.B`; `names` are the fields."""

    __slots__ = ("name", "names")

    def __init__(self, pos: int, name: str, names: list[str] | None = None) -> None:
        self.pos = pos
        self.name = name
        self.names: list[str] = [] if names is None else names

    def __str__(self) -> str:
        return ".".join((self.name, *self.names))


class Chain(Node):
    """`(…).A.B` or `func.A`."""

    __slots__ = ("base", "names")

    def __init__(self, pos: int, base: Operand, names: list[str]) -> None:
        self.pos = pos
        self.base = base
        self.names = names

    def __str__(self) -> str:
        base = f"({self.base})" if isinstance(self.base, Pipe) else str(self.base)
        return ".".join((base, *self.names))


class Command(Node):
    """A function or operand and its arguments."""

    __slots__ = ("args",)

    def __init__(self, pos: int, args: list[Operand]) -> None:
        self.pos = pos
        self.args = args

    def __str__(self) -> str:
        return " ".join(f"({arg})" if isinstance(arg, Pipe) else str(arg) for arg in self.args)


class Pipe(Node):
    """Commands, each handing its value to the next, and the variables that take the last one's."""

    __slots__ = ("assigns", "commands", "variables")

    def __init__(
        self,
        pos: int,
        commands: list[Command] | None = None,
        variables: list[Variable] | None = None,
        assigns: bool = False,
    ) -> None:
        self.pos = pos
        self.commands: list[Command] = [] if commands is None else commands
        self.variables: list[Variable] = [] if variables is None else variables
        self.assigns = assigns

    def __str__(self) -> str:
        text = " | ".join(map(str, self.commands))
        if self.variables:
            text = f"{', '.join(map(str, self.variables))} {'=' if self.assigns else ':='} {text}"
        return text


Operand = Dot | Nil | Bool | String | Number | Identifier | Field | Variable | Chain | Pipe


class Action(Node):
    """`{{pipeline}}`."""

    __slots__ = ("pipe",)

    def __init__(self, pos: int, pipe: Pipe) -> None:
        self.pos = pos
        self.pipe = pipe

    def __str__(self) -> str:
        return f"{{{{{self.pipe}}}}}"


class Branch(Node):
    """`if`, `with` or `range` (the `word`), with its list and, perhaps, its else list."""

    __slots__ = ("body", "otherwise", "pipe", "word")

    def __init__(
        self, pos: int, word: str, pipe: Pipe, body: list[Statement], otherwise: list[Statement] | None = None
    ) -> None:
        self.pos = pos
        self.word = word
        self.pipe = pipe
        self.body = body
        self.otherwise = otherwise

    def __str__(self) -> str:
        text = f"{{{{{self.word} {self.pipe}}}}}{''.join(map(str, self.body))}"
        if self.otherwise is not None:
            text += f"{{{{else}}}}{''.join(map(str, self.otherwise))}"
        return text + "{{end}}"


class Template(Node):
    """`{{template "name" pipeline}}`, and where a block stood."""

    __slots__ = ("name", "pipe")

    def __init__(self, pos: int, name: str, pipe: Pipe | None) -> None:
        self.pos = pos
        self.name = name
        self.pipe = pipe

    def __str__(self) -> str:
        return f"{{{{template {quote(self.name)}{'' if self.pipe is None else f' {self.pipe}'}}}}}"


class Break(Node):
    """`{{break}}`."""

    __slots__ = ()

    def __str__(self) -> str:
        return "{{break}}"


class Continue(Node):
    """`{{continue}}`."""

    __slots__ = ()

    def __str__(self) -> str:
        return "{{continue}}"


Statement = Text | Action | Branch | Template | Break | Continue


def is_empty(body: list[Statement]) -> bool:
    """Whether a template holds nothing but space, in which case it replaces no other of its name."""
    return all(isinstance(node, Text) and not node.text.strip() for node in body)
