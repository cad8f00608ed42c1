"""Istio's template functions, beside what the real ones printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from istioctl.api.mesh import MESH_MESSAGE, PROXY_DEFAULTS, PROXY_MESSAGE
from istioctl.errors import TemplateError
from istioctl.golang import types, values
from istioctl.gotemplate.template import render
from istioctl.injection import go_values, mesh, typed
from istioctl.injection.template_functions import TABLE, to_yaml
from tests.support.corpus import corpus_dir


def _cases() -> list[Any]:
    file = corpus_dir("corpus-gotemplate") / "istio-funcs.jsonl"
    return [pytest.param(case, id=case["id"]) for case in map(json.loads, Path(file).read_text().splitlines())]


def _value(data: Any) -> Any:
    if isinstance(data, list):
        return [_value(item) for item in data]
    if not isinstance(data, dict):
        return data
    if "$t" not in data:
        return {key: _value(item) for key, item in data.items()}
    kind, value = data["$t"], data["v"]
    if kind == "ObjectMeta":
        return go_values.kube_value(typed.read(value, "ObjectMeta", lenient=False), "ObjectMeta")
    if kind == "[]Container":
        return go_values.kube_value(typed.read(value, "[]Container", lenient=False), "[]Container")
    if kind == "*ProxyConfig":
        return go_values.message_value(mesh.read(value, PROXY_MESSAGE, "x"), PROXY_MESSAGE)
    if kind == "*ProxyConfig+defaults":
        return go_values.message_value(mesh.over_text(PROXY_DEFAULTS, json.dumps(value), "x"), PROXY_MESSAGE)
    if kind == "*MeshConfig":
        return go_values.message_value(mesh.read(value, MESH_MESSAGE, "x"), MESH_MESSAGE)
    if kind == "*durationpb.Duration":
        config = mesh.read({"drainDuration": value}, PROXY_MESSAGE, "x")
        return go_values.message_value(config, PROXY_MESSAGE)["DrainDuration"]
    if kind == "map[string]string":
        return values.nil(types.MAP_STRING) if value is None else values.make(types.MAP_STRING, value)
    raise AssertionError(kind)


@pytest.mark.conformance
@pytest.mark.parametrize("case", _cases())
def test_case(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GT_HOME", "/harbour")
    monkeypatch.delenv("GT_UNSET_VARIABLE", raising=False)

    def run() -> str:
        return render(case["templates"], case["entry"], _value(case["data"]), dialect="istio", functions=TABLE)

    if "want" in case:
        assert run() == case["want"]
    else:
        with pytest.raises(TemplateError) as caught:
            run()
        assert case["error"].partition(": ")[2] in caught.value.message


def test_networks_are_appended_once():
    call = TABLE["appendMultusNetwork"].call
    assert call("", "default/cni") == "default/cni"
    assert call("a, b", "default/cni") == "a, b, default/cni"
    assert call("a, default/cni", "default/cni") == "a, default/cni"
    assert call('[{"name": "a"}]', "default/cni") == '[{"name": "a"}, {"name": "cni", "namespace": "default"}]'
    assert call('[{"name": "cni", "namespace": "default"}]', "default/cni").count("cni") == 1
    assert call("[broken]", "cni") == "[broken]"


def test_messages_are_json_as_protobuf_prints_them():
    given = {"concurrency": 2, "tracing": {"stackdriver": {"maxNumberOfAttributes": 5}}, "drainDuration": "1.5s"}
    proxy = go_values.message_value(mesh.read(given, PROXY_MESSAGE, "x"), PROXY_MESSAGE)
    made = render({"t": "{{ structToJSON . }}{{ toYaml .Tracing }}"}, "t", proxy, dialect="istio", functions=TABLE)
    assert made == (
        '{"drainDuration":"1.500s","concurrency":2,"tracing":{"stackdriver":{"maxNumberOfAttributes":"5"}}}'
        'stackdriver:\n  maxNumberOfAttributes: "5"\n'
    )


def test_data_that_are_equal_to_python_alone_are_written_as_what_they_are() -> None:
    texts = [to_yaml({"a": value}) for value in (1, True, 1.0, "1", 1)]
    assert texts == ["a: 1\n", "a: true\n", "a: 1\n", 'a: "1"\n', "a: 1\n"]
