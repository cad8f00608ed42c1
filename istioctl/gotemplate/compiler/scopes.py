"""Which variable a name means, and where the generated code keeps it.

Go finds variables at run time on a stack that control actions cut back; that is lexical, so it is settled here. A
variable lives in a local of the generated function, or in a list that several functions share where a template is
nested too deeply for one function or declares variables inside an expression.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from istioctl.gotemplate.language import nodes

MAX_BLOCKS = 12  # control actions within each other in one generated function; CPython allows 20


class Binding(NamedTuple):
    """Where a value is kept.

    Attributes:
        code: the Python expression that reads and sets it.
        boxed: a Python expression that tells whether Go's static type of it is `interface {}`, so that a None is a nil
            within an interface, which Go treats differently from no value at all.
    """

    code: str
    boxed: str = "False"


class Scopes:
    """The variables in sight while code is generated for one template."""

    def __init__(self, *, framed: bool) -> None:
        self.framed = framed
        self.used = 0
        self._visible: list[tuple[str, Binding]] = []

    def slot(self, prefix: str) -> str:
        """A new place to keep a value."""
        self.used += 1
        return f"F[{self.used - 1}]" if self.framed else f"{prefix}{self.used - 1}"

    def declare(self, name: str, boxed: str = "False") -> Binding:
        """A new variable; it hides an older one of its name."""
        binding = Binding(self.slot("v"), boxed)
        self.bind(name, binding)
        return binding

    def bind(self, name: str, binding: Binding) -> None:
        """Makes `name` mean `binding` from here on."""
        self._visible.append((name, binding))

    def find(self, name: str) -> Binding | None:
        """What `name` means here, None if Go's stack would not hold it."""
        return next((binding for known, binding in reversed(self._visible) if known == name), None)

    @contextmanager
    def block(self) -> Iterator[None]:
        """Forgets at its end what was declared in it."""
        kept = len(self._visible)
        yield
        del self._visible[kept:]


def needs_frame(body: list[nodes.Statement]) -> bool:
    """Whether a template's variables have to be shared between functions."""
    return _depth(body) > MAX_BLOCKS or any(_declares_within(pipe) for pipe in _pipes(body))


def _depth(body: list[nodes.Statement]) -> int:
    deepest = 0
    for node in body:
        if isinstance(node, nodes.Branch):
            deepest = max(deepest, 1 + _depth(node.body), 1 + _depth(node.otherwise or []))
    return deepest


def _pipes(body: list[nodes.Statement]) -> Iterator[nodes.Pipe]:
    for node in body:
        if isinstance(node, nodes.Branch):
            yield node.pipe
            yield from _pipes(node.body)
            yield from _pipes(node.otherwise or [])
        elif isinstance(node, nodes.Action) or (isinstance(node, nodes.Template) and node.pipe):
            yield node.pipe  # type: ignore[misc]


def _declares_within(pipe: nodes.Pipe) -> bool:
    for command in pipe.commands:
        for arg in command.args:
            inner = arg.base if isinstance(arg, nodes.Chain) else arg
            if isinstance(inner, nodes.Pipe) and (inner.variables or _declares_within(inner)):
                return True
    return False
