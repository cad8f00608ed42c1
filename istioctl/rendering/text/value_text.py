"""Values as a Go template prints them, which is what Helm charts make of numbers and booleans in a text."""

from __future__ import annotations

from collections.abc import Mapping

from istioctl.golang.strconv import format_float
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
        return format_float(float(value))
    from istioctl.golang.fmt import show
    from istioctl.golang.json_text import floats

    return show(floats(value))


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
