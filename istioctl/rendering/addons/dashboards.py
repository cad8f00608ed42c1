"""Grafana dashboards from short descriptions, `manifests/addons/grafana/dashboards/*.yaml`.

A description says what is shown; how Grafana wants it said is here. It has

* `title`, `uid`: of the dashboard; the uid makes its address, so it stays.
* `names`: text that queries use by name, as in `sum(rate(<requests>{<seen>}[<rate>]))`. `<rate>` is always there: the
  window that suits the scrape interval and the zoom.
* `variables`: what can be chosen at the top: `query`, and `all: true` where several may be.
* `rows`: `title` and `panels`. A panel is one of `stat`, `graph`, `table` and `heatmap` (the key holds its title), with
  `unit`, `width` (of 24) and `height`, and as its content
  `query` (one), `queries` (by legend), `columns` (of a table: `query` and `unit` by heading) or
  `quantiles` (`of` a histogram, `by` labels, `levels`, `legend`).

The model is that of https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from istioctl.patterns import lazy_pattern

Tree = dict[str, Any]

_SCHEMA_VERSION = 39
_COLUMNS = 24
_NAME = lazy_pattern(r"<([a-z_]+)>")
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_OTHER_DASHBOARDS = {
    "type": "dashboards",
    "title": "Istio",
    "tags": ["istio"],
    "icon": "external link",
    "tooltip": "",
    "asDropdown": True,
    "includeVars": False,
    "keepTime": True,
    "targetBlank": False,
}
#: Width and height where a panel says nothing.
_SIZES = {"stat": (6, 4), "graph": (12, 8), "table": (24, 8), "heatmap": (12, 8)}
_LEVELS = (0.5, 0.9, 0.99)


def dashboard(description: Mapping[str, Any]) -> Tree:
    """What Grafana imports, as plain data.

    Raises:
        KeyError: the description uses a name that it does not define, or lacks something it needs.
    """
    names = {"rate": "$__rate_interval", **description.get("names", {})}
    return {
        "uid": description["uid"],
        "title": description["title"],
        "tags": ["istio"],
        "schemaVersion": _SCHEMA_VERSION,
        "editable": True,
        "graphTooltip": 1,  # one crosshair for all panels
        "refresh": "15s",
        "time": {"from": "now-30m", "to": "now"},
        "timepicker": {},
        "timezone": "browser",
        "annotations": {"list": []},
        "links": [_OTHER_DASHBOARDS],
        "templating": {"list": list(_variables(description.get("variables", {})))},
        "panels": _panels(description["rows"], names),
    }


def queries(model: Mapping[str, Any]) -> Iterator[str]:
    """Every PromQL expression of a dashboard's panels, Grafana's variables in it."""
    for panel in model["panels"]:
        for target in panel.get("targets", []):
            yield target["expr"]


def _variables(variables: Mapping[str, Mapping[str, Any]]) -> Iterator[Tree]:
    yield {"name": "datasource", "type": "datasource", "label": "Data source", "query": "prometheus"}
    for name, variable in variables.items():
        several = bool(variable.get("all"))
        yield {
            "name": name,
            "type": "query",
            "label": name.replace("_", " ").capitalize(),
            "datasource": _SOURCE,
            "query": {"query": variable["query"], "refId": name},
            "refresh": 2,  # when the time range changes
            "sort": 1,
            "multi": several,
            "includeAll": several,
            **({"allValue": ".*", "current": {"text": ["All"], "value": ["$__all"]}} if several else {}),
        }


def _panels(rows: list[Mapping[str, Any]], names: Mapping[str, str]) -> list[Tree]:
    """All panels, each row below the last, filled from the left."""
    panels: list[Tree] = []
    top = 0
    for row in rows:
        panels.append(
            {
                "type": "row",
                "title": row["title"],
                "collapsed": False,
                "gridPos": {"x": 0, "y": top, "w": _COLUMNS, "h": 1},
                "panels": [],
            }
        )
        left, line, tallest = 0, top + 1, 0
        for description in row["panels"]:
            panel, width, height = _panel(description, names)
            if left + width > _COLUMNS:
                left, line, tallest = 0, line + tallest, 0
            panels.append(panel | {"gridPos": {"x": left, "y": line, "w": width, "h": height}})
            left, tallest = left + width, max(tallest, height)
        top = line + tallest
    return [panel | {"id": number} for number, panel in enumerate(panels, 1)]


def _panel(description: Mapping[str, Any], names: Mapping[str, str]) -> tuple[Tree, int, int]:
    kind = next(kind for kind in _SIZES if kind in description)
    width, height = _SIZES[kind]
    make = {"stat": _stat, "graph": _graph, "table": _table, "heatmap": _heatmap}[kind]
    head: Tree = {
        "title": description[kind],
        "datasource": _SOURCE,
        "fieldConfig": {"defaults": {"unit": description.get("unit", "short")}, "overrides": []},
    }
    return head | make(description, names), description.get("width", width), description.get("height", height)


def _stat(description: Mapping[str, Any], names: Mapping[str, str]) -> Tree:
    return {
        "type": "stat",
        "targets": _targets({"": description["query"]}, names, instant=True),
        "options": {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "colorMode": "value",
            "graphMode": "none",
            "textMode": "value",
        },
    }


def _graph(description: Mapping[str, Any], names: Mapping[str, str]) -> Tree:
    expressions = dict(description.get("queries", {}))
    if "quantiles" in description:
        expressions |= _quantiles(description["quantiles"])
    return {
        "type": "timeseries",
        "targets": _targets(expressions, names),
        "options": {
            "legend": {
                "displayMode": "table",
                "placement": "bottom",
                "calcs": ["lastNotNull", "max"],
                "showLegend": True,
            },
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    }


def _quantiles(description: Mapping[str, Any]) -> dict[str, str]:
    metric, brace, filters = description["of"].partition("{")
    # The metric may be a name still: `<duration>{<client>}`.
    labels = ", ".join(["le", *([description["by"]] if "by" in description else [])])
    buckets = f"sum by ({labels}) (rate({metric}_bucket{brace}{filters}[<rate>]))"
    legend = f"{description['legend']} " if "legend" in description else ""
    return {
        f"{legend}{level * 100:g}%": f"histogram_quantile({level}, {buckets})"
        for level in description.get("levels", _LEVELS)
    }


def _table(description: Mapping[str, Any], names: Mapping[str, str]) -> Tree:
    """One row for each set of labels, one column for each query."""
    columns: Mapping[str, Mapping[str, str]] = description["columns"]
    targets = _targets({title: column["query"] for title, column in columns.items()}, names, instant=True)
    headings = {f"Value #{target['refId']}": title for target, title in zip(targets, columns, strict=True)}
    overrides = [
        {"matcher": {"id": "byName", "options": title}, "properties": [{"id": "unit", "value": column["unit"]}]}
        for title, column in columns.items()
    ]
    return {
        "type": "table",
        "fieldConfig": {"defaults": {}, "overrides": overrides},
        "targets": [target | {"format": "table"} for target in targets],
        "transformations": [
            {"id": "merge", "options": {}},
            {"id": "organize", "options": {"excludeByName": {"Time": True}, "renameByName": headings}},
        ],
        "options": {"showHeader": True, "sortBy": [{"displayName": next(iter(columns)), "desc": True}]},
    }


def _heatmap(description: Mapping[str, Any], names: Mapping[str, str]) -> Tree:
    targets = _targets({"{{le}}": description["query"]}, names)
    return {
        "type": "heatmap",
        "targets": [target | {"format": "heatmap"} for target in targets],
        "options": {
            "calculate": False,
            "color": {"mode": "scheme", "scheme": "Blues", "steps": 64},
            "yAxis": {"axisPlacement": "left", "unit": description.get("unit", "short")},
            "cellGap": 1,
            "legend": {"show": False},
            "tooltip": {"mode": "single", "yHistogram": False},
        },
    }


def _targets(expressions: Mapping[str, str], names: Mapping[str, str], instant: bool = False) -> list[Tree]:
    return [
        {
            "refId": chr(ord("A") + number),
            "datasource": _SOURCE,
            "expr": _named(expression, names),
            "legendFormat": legend or "__auto",
            "instant": instant,
            "range": not instant,
        }
        for number, (legend, expression) in enumerate(expressions.items())
    ]


def _named(expression: str, names: Mapping[str, str]) -> str:
    """The expression with the text of each name in its place."""
    return _NAME.sub(lambda found: names[found[1]], expression)
