"""Helm's own functions, and those for YAML over a library that is handed in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from istioctl.errors import TemplateError
from istioctl.gotemplate.errors import ExecutionError
from istioctl.gotemplate.functions.yaml import YAML, YAMLTextError, helm_yaml_functions
from istioctl.gotemplate.template import render


def read(text: str) -> object:
    """A YAML library that knows JSON only."""
    try:
        return json.loads(text)
    except ValueError:
        raise YAMLTextError("yaml: bad") from None


FUNCTIONS = helm_yaml_functions(YAML(lambda data: json.dumps(data) + "\n", lambda data: f"pretty {data}\n", read))


def run(template: str, data: Any = None, **more: str) -> str:
    texts = {"main": template, **more}
    return render(texts, "main", data or {}, dialect="helm", missing_key="zero", functions=FUNCTIONS)


@pytest.mark.parametrize(
    ("template", "output"),
    [
        ('{{ include "part" "x" | upper }}', "[X]"),
        ('{{ tpl "{{ . }}-{{ include `part` . }}" "x" }} {{ tpl "plain <no value>" nil }}', "x-[x] plain "),
        ('{{ tpl "{{ define `own` }}o{{ end }}{{ include `own` . }}" nil }}', "o"),
        ('{{ required "no" "yes" }} {{ lookup "v1" "Pod" "a" "b" }} {{ getHostByName "h" }}|', "yes map[] |"),
        ('{{ toYaml (dict "a" 1.5) }}|{{ toYamlPretty 1 }}|{{ toYaml (float64 "NaN") }}|', '{"a": 1.5}|pretty 1||'),
        ('{{ (fromYaml "{\\"a\\": 1}").a | typeOf }} {{ fromYaml "null" }} {{ fromYamlArray "[1]" }}',
         "float64 map[] [1]"),
        ('{{ fromYaml "x" }}', "map[Error:error converting YAML to JSON: yaml: bad]"),
        ('{{ (fromYaml "[1]").Error }}',
         "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into "
                                         "Go value of type map[string]interface {}"),
        ('{{ fromYamlArray "{}" | first | trunc 28 }}', "error unmarshaling JSON: whi"),
        ('{{ fromJson "{\\"a\\":[1]}" }} {{ fromJson "[" }} {{ fromJsonArray "1" | len }}',
         "map[a:[1]] map[Error:unexpected end of JSON input] 1"),
        ('{{ toToml (dict "a" 1 "t" (dict "x" "y")) }}', 'a = 1\n\n[t]\n  x = "y"\n'),
        ('{{ (fromToml "a = 1\\n[t]\\nx = [true]").t.x }} {{ hasKey (fromToml "= 1") "Error" }}', "[true] true"),
    ],
)  # fmt: skip
def test_what_functions_give(template: str, output: str) -> None:
    assert run(template, part='{{ define "part" }}[{{ . }}]{{ end }}') == output


@pytest.mark.parametrize(
    ("template", "category", "problem"),
    [
        ('{{ required "a is needed" .a }}', "fail", "execution error at (main:1:3): a is needed"),
        ('{{ fail "no: way" }}', "fail", "execution error at (main:1:3): no: way"),
        ('{{ include "none" . }}', "call", 'no template "none" associated with template "gotpl"'),
        ('{{ tpl "{{" . }}', "call", 'error calling tpl: cannot parse template "{{"'),
        ('{{ tpl "{{ .a.b.c }}" . }}', "exec", 'error during tpl function execution for "{{ .a.b.c }}"'),
        ('{{ define "loop" }}{{ include "loop" . }}{{ end }}{{ include "loop" . }}',
         "call", "nested reference name: loop"),
    ],
)  # fmt: skip
def test_how_functions_fail(template: str, category: str, problem: str) -> None:
    with pytest.raises(ExecutionError) as caught:
        run(template)
    assert problem in str(caught.value)
    assert caught.value.category == category


def test_without_a_yaml_library_there_are_no_functions_for_it() -> None:
    with pytest.raises(TemplateError, match='function "toYaml" not defined'):
        render({"main": "{{ toYaml 1 }}"}, "main", None, dialect="helm", functions={})


def test_whoever_only_calls_render_has_them() -> None:
    assert render({"main": '{{ toYaml (dict "a" (list 1)) }}|'}, "main", None, dialect="helm") == "a:\n- 1|"
    assert render({"main": '{{ toYaml (dict "a" (list 1)) }}|'}, "main", None, dialect="istio") == "a:\n- 1\n|"
