"""Rendering the templates of a chart and its sub-charts, as Helm's `pkg/engine` does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from istioctl.errors import InputError
from istioctl.gotemplate.errors import ParseError
from istioctl.gotemplate.functions.helm import NO_VALUE
from istioctl.gotemplate.functions.table import FunctionTable
from istioctl.gotemplate.functions.yaml import YAML, YAMLTextError, helm_yaml_functions
from istioctl.gotemplate.template import TemplateSet
from istioctl.patterns import lazy_pattern
from istioctl.rendering.helm.chart import Chart, Values
from istioctl.rendering.helm.template_data import chart_data, template_value
from istioctl.yamldoc.plain import UnreadableError
from istioctl.yamldoc.reader import load
from istioctl.yamldoc.writer import dump, dump_pretty

_MOST_KEPT = 1 << 16  # characters of a YAML text
_MISSING_KEY: Any = {False: "zero", True: "error"}


def _read(text: str) -> object:
    try:
        return _loaded(text) if len(text) < _MOST_KEPT else load(text)
    except UnreadableError as error:
        raise YAMLTextError(error.go_text) from None


@lru_cache(maxsize=64)
def _loaded(text: str) -> object:
    """Charts read the same text again and again; who gets the data makes a copy."""
    return load(text)


def _write(data: object) -> str:
    try:
        return dump(data)
    except InputError as error:
        raise YAMLTextError(error.message) from None


def _write_pretty(data: object) -> str:
    try:
        return dump_pretty(data)
    except InputError as error:
        raise YAMLTextError(error.message) from None


@cache
def yaml_functions() -> FunctionTable:
    """`toYaml` and its like, over this program's YAML."""
    return helm_yaml_functions(YAML(_write, _write_pretty, _read))


def render_templates(
    chart: Chart, values: Values, shared: Mapping[str, object], *, strict: bool = False
) -> dict[str, str]:
    """The output of every template that is not a partial, by path (`name/templates/x.yaml`).

    Args:
        chart: the chart with the sub-charts that take part.
        values: its values, coalesced.
        shared: `Release` and `Capabilities`.
        strict: a key that a map lacks is an error.

    Raises:
        TemplateError: a template can't be parsed or fails.
    """
    texts: dict[str, str] = {}
    data: dict[str, tuple[dict[str, object], str]] = {}
    for one, seen in chart_data(chart, values, shared):
        base = one.full_path
        for path, text in one.templates.items():
            if one.is_library and not path.rpartition("/")[2].startswith("_"):
                continue
            texts[f"{base}/{path}"] = text
            data[f"{base}/{path}"] = seen, f"{base}/templates"
    ordered = sorted(texts, key=lambda path: (path.count("/"), path.encode()), reverse=True)
    try:
        templates = TemplateSet({path: texts[path] for path in ordered}, dialect="helm", functions=yaml_functions())
    except ParseError as error:
        raise _parse_error(error) from None
    rendered: dict[str, str] = {}
    for path in ordered:
        if path.rpartition("/")[2].startswith("_"):
            continue
        seen, base = data[path]
        seen["Template"] = template_value(path, base)
        text = templates.render(path, seen, missing_key=_MISSING_KEY[strict])
        rendered[path] = text.replace(NO_VALUE, "")
    return rendered


_PLACE = lazy_pattern(r"template: (.*?): (.*)\Z", re.DOTALL)


def _parse_error(error: ParseError) -> ParseError:
    """A parser's error as Helm words it: the place, and the innermost message."""
    found = _PLACE.match(error.message)
    if found is None:
        return error
    return ParseError(f"parse error at ({found[1]}): {found[2].rpartition(': ')[2]}", id=error.id)
