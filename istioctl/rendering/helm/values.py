"""Merging values: what the user gives over what charts bring, globals passed down, nulls taking keys away.

Source: Helm's `pkg/chartutil/coalesce.go`.
"""

from __future__ import annotations

from typing import Any

from istioctl.api.trees import copy_of
from istioctl.errors import InputError
from istioctl.rendering.helm.chart import Chart, Values

GLOBAL = "global"


def merge_user_values(base: Values, over: Values) -> Values:
    """Values files and flags in turn: dicts merge, everything else (null too) replaces."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            value = merge_user_values(below, value)
        result[key] = value
    return result


def coalesce(chart: Chart, user: Values, *, keep_nulls: bool = False) -> Values:
    """The values a chart renders with.

    Args:
        chart: the chart, with its sub-charts.
        user: what the user gives; it isn't changed.
        keep_nulls: keep a null that would take a key away, for a later round.

    Raises:
        InputError: the value of a sub-chart's name is not a mapping.
    """
    result: Values = copy_of(user)
    _coalesce_chart(chart, result, keep_nulls)
    return result


def _coalesce_chart(chart: Chart, target: Values, keep_nulls: bool) -> None:
    _coalesce_own(chart, target, keep_nulls)
    for sub in chart.charts:
        below = target.setdefault(sub.name, {})
        if not isinstance(below, dict):
            raise InputError(
                f"the values of the sub-chart {sub.name} must be a mapping", where=f"{chart.full_path} values"
            )
        _pass_globals(target, below)
        _coalesce_chart(sub, below, keep_nulls)


def _coalesce_own(chart: Chart, target: Values, keep_nulls: bool) -> None:
    names = {sub.name for sub in chart.charts}
    own: Values = copy_of(chart.values)
    for key, default in own.items():
        if key not in target:
            target[key] = default
        elif target[key] is None and not keep_nulls:
            del target[key]
        elif isinstance(target[key], dict) and isinstance(default, dict):
            coalesce_tables(target[key], default, keep_nulls=keep_nulls or key in names)


def _pass_globals(source: Values, target: Values) -> None:
    """Merges the globals of a chart over those of its sub-chart."""
    ours, theirs = source.get(GLOBAL, {}), target.get(GLOBAL, {})
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        return
    for key, value in ours.items():
        if isinstance(value, dict):
            copied = dict(value)
            if key not in theirs:
                theirs[key] = copied
            elif isinstance(theirs[key], dict):
                coalesce_tables(copied, theirs[key], keep_nulls=True)
                theirs[key] = copied
        elif not isinstance(theirs.get(key), dict):
            theirs[key] = value
    target[GLOBAL] = theirs


def coalesce_tables(target: Values, source: Values, *, keep_nulls: bool = False) -> Values:
    """Adds to `target` what only `source` has, in depth.

    A null in `target` takes away a key that `source` has a value for, unless `keep_nulls`. `source` is used up.
    """
    had_value = {key for key, value in source.items() if value is not None}
    for key, value in target.items():
        if value is None:
            source[key] = None
    for key, value in source.items():
        if key not in target:
            target[key] = value
        elif target[key] is None:
            if not keep_nulls and key in had_value:
                del target[key]
        elif isinstance(value, dict) and isinstance(target[key], dict):
            coalesce_tables(target[key], value, keep_nulls=keep_nulls)
    return target


def table(values: Values, path: str) -> Values | None:
    """The mapping under a dotted path, None if there is none."""
    here: Any = values
    for name in path.split("."):
        here = here.get(name) if isinstance(here, dict) else None
    return here if isinstance(here, dict) else None
