"""Templates mean what they mean to kubectl."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.errors import TemplateError
from istioctl.jsonpath.template import Template, TopList

PORTS = [
    {"name": "http2", "port": 80, "nodePort": 30080},
    {"name": "https", "port": 443, "nodePort": 30443},
    {"name": "tcp", "port": 31400, "weight": 0.5, "on": True},
]
DATA: dict[str, Any] = {
    "kind": "List",
    "empty": None,
    "items": [
        {"name": "one", "ports": PORTS, "labels": {"app.kubernetes.io/name": "gateway", "<b>": "é"}},
        {"name": "two", "ports": [], "ready": False},
        {"name": "three", "ports": PORTS[:1], "nested": {"name": "inner"}},
    ],
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("no path", "no path"),
        ("{.kind}", "List"),
        ("{$.kind} {@.kind}", "List List"),
        ("kind={.kind}!", "kind=List!"),
        ("{.items[*].name}", "one two three"),
        ("{.items[0,2].name}", "one three"),
        ("{.items[-1:].name}", "three"),
        ("{.items[-2].name}", "two"),
        ("{.items[:2].name}", "one two"),
        ("{.items[::2].name}", "one three"),
        ("{.items[0]['name','ready']}{.items[1]['name','ready']}", "onetwo false"),
        ("{.items[*]['name', 'ready']}", "one two three false"),
        ("{..name}", "one http2 https tcp two three http2 inner"),
        (r"{.items[0].labels.app\.kubernetes\.io/name}", "gateway"),
        (r"{.items[0].labels['app\.kubernetes\.io/name']}", "gateway"),
        ("{.items[0].labels}", '{"\\u003cb\\u003e":"é","app.kubernetes.io/name":"gateway"}'),
        ("{.items[2].ports}", '[{"name":"http2","nodePort":30080,"port":80}]'),
        ("{.items[0].ports[2].*}", "tcp 31400 0.5 true"),
        ('{.items[0].ports[?(@.name=="https")].nodePort}', "30443"),
        ("{.items[0].ports[?(@.port > 80)].name}", "https tcp"),
        ("{.items[0].ports[?(@.nodePort)].port}", "80 443"),
        ("{.items[0].ports[?(@.weight<=0.5)].port}", "31400"),
        ("{.items[0].ports[?(@.on==true)].port}", "31400"),
        ('{.items[0].ports[?(@.name=="http2" && @.port==80)].nodePort}', "30080"),
        ('{.items[0].ports[?(@.name=="no" || @.port>100 && @.nodePort)].nodePort}', "30443"),
        ('{.items[?(@.name=="a)b && c")].name}', ""),
        ("{.missing}{.items[0].missing.more}{.items[*].ready}", "false"),
        ("{.empty}|{.empty.more}", "null|"),
        ('{range .items[*]}{.name}{"\\t"}{.ports[*].port}{"\\n"}{end}', "one\t80 443 31400\ntwo\t\nthree\t80\n"),
        ("{range .items[*]}{range .ports[*]}{.port},{end}{end}", "80,443,31400,80,"),
        ("{range .missing[*]}{.name}{end}after", "after"),
        ("{range .items[*]}{.name} ", "one two three  "),
        ('{.items[*]"x"}', "x"),
        ("{range .items[*]}{.name}{.ports[0:0] end}-", "onetwothree-"),
        ("{'it''s'}{\"\\u00e9\\x41\"}{1}{true}", "séA1true"),
    ],
)
def test_templates(template: str, text: str) -> None:
    assert Template(template).text(DATA) == text


def test_each_part_as_json() -> None:
    assert Template("{.kind}{.missing}").json(DATA) == '[\n    "List"\n]\n[]\n'


def test_a_list_at_the_top_is_its_own_items() -> None:
    data = TopList(DATA["items"])

    for path in ("{.items[*].name}", "{[*].name}", "{range .items[*]}{.name} {end}"):
        assert Template(path).text(data).split() == ["one", "two", "three"]
    assert Template("{@}").text(TopList([1, 2])) == "[1,2]"
    assert Template("{@}").json(TopList([1, 2])) == "[\n    [\n        1,\n        2\n    ]\n]\n"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{.items", "unclosed action"),
        ("{.items[}", "unterminated array"),
        ("{.items[?(@.a}", "unterminated filter"),
        ("{.items[?(@.a)}", "unclosed array expect ]"),
        ("{.items[a]}", "invalid array index a"),
        ('{.items["a"]}', 'invalid array index "a"'),
        ("{items}", "unrecognized identifier items"),
        ("{end}", "not in range, nothing to end"),
        ("{range .a}{end}{end}", "not in range, nothing to end"),
        ("{range .a end}", "range and end in the same braces"),
        ("{range range}", "range and range in the same braces"),
        ("{'a}", "unterminated quoted string"),
        ("{'\\q'}", "bad escape in '\\q'"),
        ("{.a....b}", "invalid multiple recursive descent"),
        ("{.a[?(@.b === 1)]}", "unrecognized filter operator ==="),
        ("{.a # b}", "unrecognized character at '# b}'"),
        ("{1.2.3}", "cannot parse number 1.2.3"),
        ("{.a[-]}", "array index - is not a number"),
    ],
)
def test_what_is_not_a_template(template: str, message: str) -> None:
    with pytest.raises(TemplateError, match=r".") as caught:
        Template(template)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{" + ".a" * 10_000 + "}", "too many steps"),
        ("{.items[3]}", "array index out of bounds: index 3, length 3"),
        ("{.items[2:1]}", "starting index 2 is greater than ending index 1"),
        ("{.items[::0]}", "step must be > 0"),
        ('{.kind[0]"x"}', "a text is not a list"),
        ("{range .items[*]}{.ports[9] end}", "array index out of bounds"),
        ("{.kind[0]}", "a text is not a list"),
        ("{.kind[?(@.a)]}", "a text is not a list and cannot be filtered"),
        ('{.items[0].ports[?(@.port=="80")]}', "incompatible types for comparison: a number and a text"),
        ("{.items[?(@.ports==1)]}", "invalid type for comparison: a list"),
        ("{.items[0].ports[?(@.on>true)]}", "booleans have no order"),
        ("{.items[0].ports[?(@.*==1)]}", "can only compare one element at a time"),
    ],
)
def test_what_makes_no_sense_for_the_data(template: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        Template(template).text(DATA)
    assert message in str(caught.value)


@given(st.text("{}[]()?@$.*'\"\\:,-+ 01ab=<&|\n", max_size=30))
def test_any_text_is_a_template_or_an_error(text: str) -> None:
    try:
        filled = Template(text).text(DATA)
    except TemplateError:
        return
    assert filled == text or "{" in text
