"""Grafana dashboards: what a short description becomes, and that ours hold together."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from istioctl.rendering.addons.addons import grafana_dashboards
from istioctl.rendering.addons.dashboards import dashboard, queries

NAMES = ("control-plane", "mesh", "performance", "service", "workload", "ztunnel")


def described(*panels: dict[str, Any], **more: Any) -> dict[str, Any]:
    return dashboard({"title": "T", "uid": "t", "rows": [{"title": "R", "panels": list(panels)}], **more})


def ours(name: str) -> dict[str, Any]:
    model: dict[str, Any] = json.loads(grafana_dashboards()[f"{name}.json"])
    return model


def unknown_to_grafana(model: Any, read: Any, place: str = "") -> list[str]:
    """Where a model says something that Grafana's own types, having read it, don't say again."""
    if isinstance(model, dict) and isinstance(read, dict):
        return [
            found
            for key, value in model.items()
            for found in (unknown_to_grafana(value, read[key], f"{place}.{key}") if key in read else [f"{place}.{key}"])
        ]
    if isinstance(model, list) and isinstance(read, list) and len(model) == len(read):
        pairs = enumerate(zip(model, read, strict=True))
        return [found for index, pair in pairs for found in unknown_to_grafana(*pair, f"{place}[{index}]")]
    return [] if model == read else [place]


def read_by_grafana(model: dict[str, Any]) -> Any:
    register_default_plugins()  # the options of each kind of panel
    return json.loads(JSONEncoder().encode(Dashboard.from_json(model)))


class TestDescriptions:
    def test_names_stand_for_text(self) -> None:
        model = described({"stat": "S", "query": "sum(rate(x{<seen>}[<rate>]))"}, names={"seen": 'reporter="source"'})
        assert list(queries(model)) == ['sum(rate(x{reporter="source"}[$__rate_interval]))']

    def test_a_comparison_is_no_name(self) -> None:
        assert list(queries(described({"stat": "S", "query": "a < b > c"}))) == ["a < b > c"]

    def test_an_unknown_name_is_an_error(self) -> None:
        with pytest.raises(KeyError, match="seen"):
            described({"stat": "S", "query": "x{<seen>}"})

    def test_quantiles_of_a_histogram(self) -> None:
        panel = {"graph": "G", "quantiles": {"of": "d{a}", "by": "pod", "levels": [0.5, 0.999], "legend": "{{pod}}"}}
        targets = described(panel)["panels"][1]["targets"]
        assert [(target["legendFormat"], target["expr"]) for target in targets] == [
            ("{{pod}} 50%", "histogram_quantile(0.5, sum by (le, pod) (rate(d_bucket{a}[$__rate_interval])))"),
            ("{{pod}} 99.9%", "histogram_quantile(0.999, sum by (le, pod) (rate(d_bucket{a}[$__rate_interval])))"),
        ]

    def test_panels_fill_lines_from_the_left(self) -> None:
        panels = [
            {"stat": title, "query": "1", "width": 10, "height": height}
            for title, height in zip("abc", (4, 6, 2), strict=True)
        ]
        row, *placed = described(*panels)["panels"]
        assert row["gridPos"] == {"x": 0, "y": 0, "w": 24, "h": 1}
        assert [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in placed] == [(0, 1), (10, 1), (0, 7)]

    def test_a_table_has_a_named_column_for_each_query(self) -> None:
        columns = {"Requests": {"unit": "reqps", "query": "a"}, "Failed": {"unit": "percentunit", "query": "b"}}
        panel = described({"table": "T", "columns": columns})["panels"][1]
        (organize,) = (step for step in panel["transformations"] if step["id"] == "organize")
        assert organize["options"]["renameByName"] == {"Value #A": "Requests", "Value #B": "Failed"}
        assert [override["properties"][0]["value"] for override in panel["fieldConfig"]["overrides"]] == [
            "reqps",
            "percentunit",
        ]

    def test_a_variable_may_be_all_of_its_values(self) -> None:
        variables = {"one": {"query": "q"}, "some": {"query": "q", "all": True}}
        _, one, some = described(variables=variables)["templating"]["list"]
        assert (one["multi"], "allValue" in one) == (False, False)
        assert (some["multi"], some["includeAll"], some["allValue"]) == (True, True, ".*")


class TestOurs:
    @pytest.mark.parametrize("name", NAMES)
    def test_grafana_knows_everything_in_it(self, name: str) -> None:
        assert unknown_to_grafana(ours(name), read_by_grafana(ours(name))) == []

    def test_what_grafana_does_not_know_would_be_found(self) -> None:
        model = ours("mesh")
        panel = next(panel for panel in model["panels"] if panel["type"] == "stat")
        panel["options"]["colourMode"] = "value"
        model["panels"][0]["colour"] = "red"
        places = unknown_to_grafana(model, read_by_grafana(model))
        assert [place.rpartition(".")[2] for place in places] == ["colour", "colourMode"]

    def test_there_is_one_for_each_subject(self) -> None:
        assert sorted(grafana_dashboards()) == [f"{name}.json" for name in NAMES]

    def test_addresses_differ(self) -> None:
        assert len({ours(name)["uid"] for name in NAMES}) == len(NAMES)

    @pytest.mark.parametrize("name", NAMES)
    def test_panels_do_not_overlap(self, name: str) -> None:
        taken: set[tuple[int, int]] = set()
        for panel in ours(name)["panels"]:
            place = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert not cells & taken, panel["title"]
            assert max(x for x, _ in cells) < 24, panel["title"]
            taken |= cells

    @pytest.mark.parametrize("name", NAMES)
    def test_every_panel_asks_something(self, name: str) -> None:
        for panel in ours(name)["panels"]:
            if panel["type"] != "row":
                references = [target["refId"] for target in panel["targets"]]
                assert references, panel["title"]
                assert len(set(references)) == len(references), panel["title"]

    @pytest.mark.parametrize("name", NAMES)
    def test_variables_in_queries_are_defined(self, name: str) -> None:
        model = ours(name)
        known = {variable["name"] for variable in model["templating"]["list"]} | {"__rate_interval"}
        for query in queries(model):
            used = set(re.findall(r"\$(\w+)", query))
            assert used <= known, query

    def test_promtool_parses_every_query(self, tmp_path: Path) -> None:
        promtool = shutil.which("promtool")
        if promtool is None:
            pytest.skip("there is no promtool; Debian's package `prometheus` has it")
        expressions = [query for name in NAMES for query in queries(ours(name))]
        rules = [
            {"record": f"query:{number}", "expr": expression.replace("$__rate_interval", "5m")}
            for number, expression in enumerate(expressions)
        ]
        assert len(rules) > 100
        file = tmp_path / "queries.yml"
        file.write_text(json.dumps({"groups": [{"name": "dashboards", "rules": rules}]}))
        done = subprocess.run([promtool, "check", "rules", str(file)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
