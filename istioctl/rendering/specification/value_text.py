"""Values as a Go template prints them, which is what Helm charts make of numbers and booleans in a text."""

from __future__ import annotations

import math
from collections.abc import Mapping

from istioctl.yamldoc.scalars import resolve


def go_text(value: object) -> str:
    """A value as Go's `%v` prints it.

    Numbers are all float64 by the time a chart sees them, so a million prints as `1e+06`; nothing prints as nothing.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(float(value))
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{_nested(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list | tuple):
        return "[" + " ".join(map(_nested, value)) + "]"
    return str(value)


def bare(value: object) -> object:
    """What YAML reads where a chart writes the value without quotes: a text that looks like a number becomes one."""
    return resolve(value) if isinstance(value, str) and value else value


def env_entries(variables: Mapping[str, object] | None) -> list[dict[str, str]]:
    """A mapping of environment variables as a container's `env`, sorted by name as Go ranges over a map."""
    return [{"name": name, "value": go_text(value)} for name, value in sorted((variables or {}).items())]


def requirements(resources: Mapping[str, object] | None) -> dict[str, dict[str, object]] | None:
    """A container's `resources` without what is empty; None where nothing is left."""
    result = {}
    for kind in ("requests", "limits"):
        entries = (resources or {}).get(kind)
        if isinstance(entries, Mapping) and (kept := {name: bare(value) for name, value in entries.items() if value}):
            result[kind] = kept
    return result or None


def _nested(value: object) -> str:
    return "<nil>" if value is None else go_text(value)


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    scientific = _scientific(value)
    if -4 <= int(scientific.partition("e")[2]) < 6:
        return repr(value).removesuffix(".0")
    return scientific


def _scientific(value: float) -> str:
    """The shortest digits that give the value back, with an exponent of two digits at least."""
    for precision in range(17):
        text = f"{value:.{precision}e}"
        if float(text) == value:
            break
    return text
