"""Checking values against a chart's `values.schema.json`."""

from __future__ import annotations

import json
from typing import Any

from istioctl.errors import InputError
from istioctl.rendering.helm.chart import Chart, Values


def check_values(chart: Chart, values: Values) -> None:
    """Checks the values of a chart and of those below it.

    Raises:
        InputError: they break a schema; every breach is named.
    """
    problems = list(_problems(chart, values))
    if problems:
        raise InputError(
            "values don't meet the specifications of the schema(s) in the following chart(s):\n" + "\n".join(problems),
            where=f"chart {chart.name}",
            hint="Change the values, or look the schema up in the chart's values.schema.json.",
            id="values-schema",
        )


def _problems(chart: Chart, values: Values) -> list[str]:
    problems: list[str] = []
    if chart.schema is not None:
        found = _breaches(chart.schema, values, chart.name)
        if found:
            problems += [f"{chart.name}:", *found]
    for sub in chart.charts:
        below = values.get(sub.name)
        if isinstance(below, dict):
            problems += _problems(sub, below)
    return problems


def _breaches(schema_text: bytes, values: Values, name: str) -> list[str]:
    from jsonschema import validators
    from jsonschema.exceptions import SchemaError
    from referencing.exceptions import Unresolvable

    try:
        schema: Any = json.loads(schema_text)
        kind = validators.validator_for(schema, default=validators.Draft202012Validator)
        kind.check_schema(schema)
        breaches = sorted(kind(schema).iter_errors(values), key=lambda error: list(map(str, error.path)))
    except (ValueError, SchemaError, Unresolvable, RecursionError) as error:
        raise InputError(
            f"unable to validate schema: {str(error).splitlines()[0]}", where=f"{name}/values.schema.json"
        ) from None
    return [f"- at '/{'/'.join(map(str, error.absolute_path))}': {error.message}" for error in breaches]
