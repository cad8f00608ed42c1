"""The tree of a parsed template.

`str(node)` is the text that Go's errors show for the node, which is not always what the author wrote. `pos` is the
offset in the template's text that they point to.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from istioctl.golang.quoting import quote


@dataclass(slots=True, eq=False)
class Node:
    """Anything with a place."""

    pos: int


@dataclass(slots=True, eq=False)
class Text(Node):
    """Text outside actions, after trimming."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(slots=True, eq=False)
class Dot(Node):
    """The cursor."""

    def __str__(self) -> str:
        return "."


@dataclass(slots=True, eq=False)
class Nil(Node):
    """The untyped nil."""

    def __str__(self) -> str:
        return "nil"


@dataclass(slots=True, eq=False)
class Bool(Node):
    """`true` or `false`."""

    value: bool

    def __str__(self) -> str:
        return "true" if self.value else "false"


@dataclass(slots=True, eq=False)
class String(Node):
    """A string literal: as written, and its text."""

    quoted: str
    text: str

    def __str__(self) -> str:
        return self.quoted


@dataclass(slots=True, eq=False)
class Number(Node):
    """A number literal under each type that can hold it, None under the others."""

    text: str
    int_value: int | None = None
    uint_value: int | None = None
    float_value: float | None = None
    complex_value: complex | None = None

    def __str__(self) -> str:
        return self.text


@dataclass(slots=True, eq=False)
class Identifier(Node):
    """A function's name."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(slots=True, eq=False)
class Field(Node):
    """`.A.B`."""

    names: list[str]

    def __str__(self) -> str:
        return "." + ".".join(self.names)


@dataclass(slots=True, eq=False)
class Variable(Node):
    """`$x` or `$x.A.B`; `names` are the fields."""

    name: str
    names: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return ".".join((self.name, *self.names))


@dataclass(slots=True, eq=False)
class Chain(Node):
    """`(…).A.B` or `func.A`."""

    base: Operand
    names: list[str]

    def __str__(self) -> str:
        base = f"({self.base})" if isinstance(self.base, Pipe) else str(self.base)
        return ".".join((base, *self.names))


@dataclass(slots=True, eq=False)
class Command(Node):
    """A function or operand and its arguments."""

    args: list[Operand]

    def __str__(self) -> str:
        return " ".join(f"({arg})" if isinstance(arg, Pipe) else str(arg) for arg in self.args)


@dataclass(slots=True, eq=False)
class Pipe(Node):
    """Commands, each handing its value to the next, and the variables that take the last one's."""

    commands: list[Command] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    assigns: bool = False

    def __str__(self) -> str:
        text = " | ".join(map(str, self.commands))
        if self.variables:
            text = f"{', '.join(map(str, self.variables))} {'=' if self.assigns else ':='} {text}"
        return text


Operand = Dot | Nil | Bool | String | Number | Identifier | Field | Variable | Chain | Pipe


@dataclass(slots=True, eq=False)
class Action(Node):
    """`{{pipeline}}`."""

    pipe: Pipe

    def __str__(self) -> str:
        return f"{{{{{self.pipe}}}}}"


@dataclass(slots=True, eq=False)
class Branch(Node):
    """`if`, `with` or `range` (the `word`), with its list and, perhaps, its else list."""

    word: str
    pipe: Pipe
    body: list[Statement]
    otherwise: list[Statement] | None = None

    def __str__(self) -> str:
        text = f"{{{{{self.word} {self.pipe}}}}}{''.join(map(str, self.body))}"
        if self.otherwise is not None:
            text += f"{{{{else}}}}{''.join(map(str, self.otherwise))}"
        return text + "{{end}}"


@dataclass(slots=True, eq=False)
class Template(Node):
    """`{{template "name" pipeline}}`, and where a block stood."""

    name: str
    pipe: Pipe | None

    def __str__(self) -> str:
        return f"{{{{template {quote(self.name)}{'' if self.pipe is None else f' {self.pipe}'}}}}}"


@dataclass(slots=True, eq=False)
class Break(Node):
    """`{{break}}`."""

    def __str__(self) -> str:
        return "{{break}}"


@dataclass(slots=True, eq=False)
class Continue(Node):
    """`{{continue}}`."""

    def __str__(self) -> str:
        return "{{continue}}"


Statement = Text | Action | Branch | Template | Break | Continue


def is_empty(body: list[Statement]) -> bool:
    """Whether a template holds nothing but space, in which case it replaces no other of its name."""
    return all(isinstance(node, Text) and not node.text.strip() for node in body)
