"""Which sub-charts take part, under which name, and what a chart imports from their values.

Source: Helm's `pkg/chartutil/dependencies.go`.
"""

from __future__ import annotations

from typing import Any

from istioctl.api.trees import copy_of
from istioctl.rendering.helm.chart import Chart, Dependency, Values, version_allowed
from istioctl.rendering.helm.values import coalesce, coalesce_tables, table


def resolve_dependencies(chart: Chart, user: Values) -> None:
    """Applies aliases, conditions and tags to a chart and all below it, then imports values. Changes the chart.

    Raises:
        InputError: the value of a sub-chart's name is not a mapping.
    """
    _enable(chart, user, "")
    _import_values(chart)


def _enable(chart: Chart, user: Values, path: str) -> None:
    if not chart.wanted:
        return
    chosen = [sub for sub in chart.charts if not any(_meets(sub, one) for one in chart.wanted)]
    for one in chart.wanted:
        found = next((sub for sub in chart.charts if _meets(sub, one)), None)
        if found is not None:
            chosen.append(found.copy(one.alias or None))
        one.name = one.alias or one.name
    chart.adopt(chosen)
    values = coalesce(chart, user)
    for one in chart.wanted:
        one.enabled = _by_tags(one, values)
        one.enabled = _by_condition(one, values, path)
    off = {one.name for one in chart.wanted if not one.enabled}
    chart.adopt([sub for sub in chosen if sub.name not in off])
    for sub in chart.charts:
        _enable(sub, values, f"{path}{sub.name}.")
    chart.wanted = [one for one in chart.wanted if one.name not in off]


def _meets(chart: Chart, wanted: Dependency) -> bool:
    return chart.name == wanted.name and version_allowed(wanted.version, chart.version)


def _by_tags(wanted: Dependency, values: Values) -> bool:
    tags = table(values, "tags") or {}
    said = [tags[tag] for tag in wanted.tags if isinstance(tags.get(tag), bool)]
    return any(said) or not said


def _by_condition(wanted: Dependency, values: Values, path: str) -> bool:
    for condition in wanted.condition.strip().split(","):
        if condition:
            parent, _, key = f"{path}{condition}".rpartition(".")
            here = table(values, parent) if parent else values
            value = (here or {}).get(key)
            if isinstance(value, bool):
                return value
    return wanted.enabled


def _import_values(chart: Chart) -> None:
    for sub in chart.charts:
        _import_values(sub)
    if not chart.wanted:
        return
    values = coalesce(chart, {}, keep_nulls=True)
    imported: Values = {}
    for one in chart.wanted:
        for entry in one.import_values:
            found, target = _import(values, one.name, entry)
            if found is not None:
                imported = coalesce_tables(imported, _under(target, found), keep_nulls=True)
    chart.values = coalesce_tables(copy_of(values), imported, keep_nulls=True)


def _import(values: Values, name: str, entry: Any) -> tuple[Values | None, str]:
    if isinstance(entry, str):
        return table(values, f"{name}.exports.{entry}"), "."
    if isinstance(entry, dict):
        return table(values, f"{name}.{entry.get('child')}"), str(entry.get("parent"))
    return None, "."


def _under(path: str, data: Values) -> Values:
    if path == ".":
        return data
    for name in reversed(path.split(".")):
        data = {name: data}
    return data
