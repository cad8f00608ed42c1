"""IstioOperator files: the checks of rendering, on a file by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from istioctl.analysis.validation.report import Report, Severity, locate
from istioctl.errors import ErrorGroup, IstioctlError
from istioctl.rendering.specification.build import API_VERSION
from istioctl.rendering.specification.idle_settings import warn_of_idle_values, warn_of_providers
from istioctl.rendering.specification.origins import Layer, Origin, Origins, Path, dotted
from istioctl.rendering.specification.problems import Problems
from istioctl.rendering.specification.validation import validate

if TYPE_CHECKING:
    from istioctl.yamldoc.reader import Node

_TOP_FIELDS = ("apiVersion", "kind", "metadata", "spec", "status")


def check_installation(data: dict[str, Any], root: Node, offset: int = 0) -> Report:
    """What installing by an IstioOperator would refuse or warn of.

    Args:
        data: the whole document.
        root: its node, for places.
        offset: lines of the file before the text that `root` was read from.
    """
    report = Report(root, offset)
    if (version := data.get("apiVersion")) != API_VERSION:
        message = f'"{version}" is not {API_VERSION}, so this is not checked, and can\'t be installed'
        report.add(Severity.WARNING, ("apiVersion",), message, f"Write apiVersion: {API_VERSION}.")
        return report
    for name in data:
        if name not in _TOP_FIELDS:
            report.add(Severity.ERROR, (name,), f'unknown field "{name}"')
    origins, problems = _Places(data, root), Problems()
    errors: list[IstioctlError] = []
    try:
        validate(data, origins, problems)
        warn_of_idle_values(data, origins, problems)
        warn_of_providers(data, origins, problems)
        problems.raise_errors()
    except ErrorGroup as group:
        errors = group.errors
    except IstioctlError as error:
        errors = [error]
    said = [(Severity.ERROR, error.where or "", error.message, error.hint or "") for error in errors]
    for warning in problems.warnings:
        where, _, message = warning.partition(": ")
        known = where in origins.asked
        said.append((Severity.WARNING, where if known else "", message if known else warning, ""))
    for severity, where, message, hint in said:
        path = origins.asked.get(where, ("spec",))
        shown = dotted(path[1:])
        report.add(severity, path, message.removeprefix(shown).lstrip(": ") if shown else message, hint)
    return report


class _Places(Origins):
    """Answers where a value stands in one document, for the reports of checks that ask who set it.

    Attributes:
        asked: the paths by the answer given.
    """

    def __init__(self, data: dict[str, Any], root: Node) -> None:
        super().__init__([Layer(Origin("file", ""), data)])
        self._root = root
        self.asked: dict[str, Path] = {}

    def of(self, path: Sequence[str | int]) -> Origin:
        """The place of a value, as `line:column` of the document."""
        place = locate(self._root, tuple(path))
        text = f"{place.line + 1}:{place.column + 1}"
        self.asked.setdefault(text, tuple(path))
        return Origin("file", text)
