"""What a check finds, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from istioctl.api.schema.casing import camel_case
from istioctl.api.schema.paths import Path, path_text

if TYPE_CHECKING:
    from istioctl.yamldoc.reader import Node


class Severity(StrEnum):
    """How bad a problem is: an error is refused by istiod, a warning is not."""

    ERROR = "error"
    WARNING = "warning"


class Problem(NamedTuple):
    """One thing that is wrong with an object.

    Attributes:
        steps: the field, from the object's root.
        line, column: where it stands in its file, counted from 1; 0 where it stands nowhere.
        message: what is wrong.
        hint: what to do; empty where the message says it.
        code: the name of the analysis message that says the same, with its parameters, where there is one.
    """

    severity: Severity
    steps: Path
    line: int
    column: int
    message: str
    hint: str = ""
    code: str = ""
    parameters: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The field as users write it: `spec.http[0].timeout`."""
        return path_text(self.steps)


@dataclass(slots=True)
class Report:
    """The problems of one object, in the order they were found.

    Attributes:
        root: the object's node; without one, problems have no line.
        offset: lines of the file before the text the node was read from.
    """

    root: Node | None = None
    offset: int = 0
    problems: list[Problem] = field(default_factory=list)

    def add(
        self,
        severity: Severity,
        path: Path,
        message: str,
        hint: str = "",
        code: str = "",
        parameters: tuple[str, ...] = (),
    ) -> None:
        """Record a problem at a path; where the path leads nowhere, at the nearest thing above it."""
        line, column = 0, 0
        if self.root is not None:
            place = locate(self.root, path)
            line, column = place.line + 1 + self.offset, place.column + 1
        self.problems.append(Problem(severity, path, line, column, message, hint, code, parameters))

    @property
    def errors(self) -> list[Problem]:
        """The problems that are errors."""
        return [problem for problem in self.problems if problem.severity is Severity.ERROR]


class Place:
    """A value inside an object, to report problems at: `place / "http" / 0` is a place below it.

    Hardly any of them is ever reported at, so making one has to be cheap: a plain class is made in two thirds of the
    time of a named tuple.
    """

    __slots__ = ("path", "report")

    def __init__(self, report: Report, path: Path = ("spec",)) -> None:
        self.report = report
        self.path = path

    def __truediv__(self, step: str | int) -> Place:
        return Place(self.report, (*self.path, step))

    def error(self, message: str, hint: str = "") -> None:
        """Record an error here."""
        self.report.add(Severity.ERROR, self.path, message, hint)

    def warn(self, message: str, hint: str = "", code: str = "", parameters: tuple[str, ...] = ()) -> None:
        """Record a warning here."""
        self.report.add(Severity.WARNING, self.path, message, hint, code, parameters)

    def expect(self, problem: str) -> None:
        """Record `problem` as an error, unless it is empty."""
        if problem:
            self.error(problem)


def locate(root: Node, path: Path) -> Node:
    """The node to point at for a path: an entry's key, a list's item, or the deepest of these that exists."""
    node, place = root, root
    for step in path:
        found = _step(node, step)
        if found is None:
            break
        place, node = found
    return place


def is_value(root: Node, path: Path) -> bool:
    """Whether a path leads to a scalar."""
    node = root
    for step in path:
        found = _step(node, step)
        if found is None:
            return False
        node = found[1]
    return node.kind == "scalar"


def _step(node: Node, step: str | int) -> tuple[Node, Node] | None:
    if isinstance(step, int):
        if node.kind == "sequence" and step < len(node.value):
            return node.value[step], node.value[step]
        return None
    if node.kind != "mapping":
        return None
    for key, value in node.value:
        if key.kind == "scalar" and (key.value == step or ("_" in key.value and camel_case(key.value) == step)):
            return key, value
    return None
