from __future__ import annotations

import pytest

import istioctl.gotemplate
from istioctl.errors import InputError
from istioctl.golang import types
from istioctl.golang.types import CallError, function
from istioctl.golang.values import Func, Int, make, nil, pointer
from istioctl.gotemplate.errors import ExecutionError, FailureError, ParseError
from istioctl.gotemplate.functions.table import FunctionTable
from istioctl.gotemplate.limits import Limits
from istioctl.gotemplate.template import MissingKey, TemplateSet, render


def run(text: str, data: object = None, **options: MissingKey) -> str:
    return render({"main": text}, "main", data, **options)


def failure(text: str, data: object = None, **options: MissingKey) -> ExecutionError:
    with pytest.raises(ExecutionError) as caught:
        run(text, data, **options)
    return caught.value


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("{{ .a.b }}{{ .no.where }}", "deep<no value>"),
        ("{{ range $i, $x := .list }}{{ $i }}={{ $x }};{{ end }}", "0=1;1=a;2=<no value>;"),
        ("{{ range $k, $v := .map }}{{ $k }}{{ $v }}{{ end }}", "a1b2"),
        ("{{ range 3 }}{{ . }}{{ end }}", "012"),
        ("{{ range .none }}x{{ else }}empty{{ end }}", "empty"),
        ("{{ range 5 }}{{ if eq . 0 }}{{ continue }}{{ end }}{{ . }}{{ break }}{{ end }}", "1"),
        ("{{ with .a }}{{ .b }}{{ else with .map }}no{{ end }}", "deep"),
        ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ end }}{{ $x }}", "2"),
        ("{{ $v := 9 }}{{ range $v = .map }}{{ end }}{{ $v }}", "2"),
        ('{{ define "t" }}<{{ . }}>{{ end }}{{ template "t" .a.b }}{{ block "u" 1 }}{{ . }}{{ end }}', "<deep>1"),
        ('{{ "q" | printf "%s-%s" "p" }}', "p-q"),
        ("{{ and 1 0 (fail `never`) }}{{ or 0 2 (fail `never`) }}", "02"),
        ("{{ not .none }} {{ eq 1 2 1 }} {{ lt 1.5 2.5 }}", "true true true"),
        ("{{ index .list 1 }}{{ index .map `b` }}{{ len .list }}", "a23"),
        ("{{ html `<a>` }} {{ js `'` }} {{ urlquery `a b` }}", "&lt;a&gt; \\' a+b"),
        ("{{ $x := 1 }}{{ print $x ($x = 2) $x }}", "1 2 2"),
        ("{{ (index .list 1) }}{{ ($x := 5) }}{{ $x }}", "a55"),
    ],
)
def test_output(text: str, output: str) -> None:
    data = {"a": {"b": "deep"}, "list": [1, "a", None], "map": {"b": 2, "a": 1}, "none": []}
    assert run(text, data) == output


@pytest.mark.parametrize(
    ("text", "place", "action", "reason"),
    [
        ("{{ .a.b.c }}", "1:5", ".a.b.c", "can't evaluate field c in type interface {}"),
        ("{{ .n.x }}", "1:5", ".n.x", "nil pointer evaluating interface {}.x"),
        ("\n  {{ index .l 5 }}", "2:5", "index .l 5", "error calling index: index out of range: 5"),
        ('{{ lt 1 "1" }}', "1:3", 'lt 1 "1"', "error calling lt: incompatible types for comparison: int and string"),
        ("{{ len 1 }}", "1:3", "len 1", "error calling len: len of type int"),
        ("{{ printf 1 }}", "1:10", "1", "expected string; found 1"),
        ("{{ printf .l }}", "1:10", ".l", "wrong type for value; expected string; got []interface {}"),
        ("{{ printf .gone }}", "1:10", ".gone", "invalid value; expected string"),
        ("{{ printf nil }}", "1:10", "nil", "cannot assign nil to string"),
        ("{{ range 1.5 }}{{ end }}", "1:9", "1.5", "range can't iterate over 1.5"),
        ("{{ .a 1 }}", "1:3", ".a", "a is not a method but has arguments"),
        ("{{ not 1 2 }}", "1:3", "not", "wrong number of args for not: want 1 got 2"),
        ('{{ template "gone" }}', "1:12", '{{template "gone"}}', 'template "gone" not defined'),
        ("{{ nil }}", "1:3", "nil", "nil is not a command"),
        ("{{ (and .a .l).x }}", "1:11", ".l", "can't evaluate field x in type []interface {}"),
    ],
)
def test_errors_name_template_line_column_and_action(text: str, place: str, action: str, reason: str) -> None:
    error = failure(text, {"a": {"b": 1}, "l": [1], "n": None})
    assert str(error) == f'template: main:{place}: executing "main" at <{action}>: {reason}'


def test_errors_name_the_template_that_failed() -> None:
    text = '{{ define "t" }}{{ .x.y }}{{ end }}{{ template "t" 1 }}'
    assert str(failure(text)) == ('template: main:1:21: executing "t" at <.x.y>: can\'t evaluate field x in type int')


@pytest.mark.parametrize(("missing_key", "output"), [("default", "<no value>"), ("zero", "<no value>"), ("error", "")])
def test_missing_keys(missing_key: MissingKey, output: str) -> None:
    if missing_key == "error":
        assert 'map has no entry for key "b"' in str(failure("{{ .b }}", {}, missing_key=missing_key))
    else:
        assert run("{{ .b }}", {}, missing_key=missing_key) == output
    labels = make(types.MAP_STRING, {})
    if missing_key == "zero":
        assert run("{{ .b }}", labels, missing_key=missing_key) == ""


SHIP = types.struct("test.Ship", {"Name": types.STRING}, hidden={"crew": types.INT})
SHIP.methods["Hail"] = function("Hail", "string", lambda ship, who: f"{ship['Name']} hails {who}")
SHIP.pointer_methods["Path"] = function("Path", "", lambda ship: "via pointer")


def test_methods_and_hidden_fields() -> None:
    ship = make(SHIP, {"Name": "Fram"})
    data = {"ship": ship, "pointer": pointer(ship), "lost": nil(types.pointer_to(SHIP))}
    assert run('{{ .ship.Hail "you" }}, {{ "me" | .pointer.Hail }}, {{ .pointer.Path }}', data) == (
        "Fram hails you, Fram hails me, via pointer"
    )
    assert "can't evaluate field Path in type interface {}" in str(failure("{{ .ship.Path }}", data))
    assert "crew is an unexported field of struct type interface {}" in str(failure("{{ .ship.crew }}", data))
    assert "nil pointer evaluating interface {}.Name" in str(failure("{{ .lost.Name }}", data))
    assert "expected string; found 1" in str(failure("{{ .ship.Hail 1 }}", data))


@pytest.mark.parametrize("calls", ['{{ template "calls" . }}', "{{ 1 }}{{ 2 }}" * 9 + '{{ template "calls" . }}'])
@pytest.mark.parametrize(
    "wrong", ["{{ .ship.Hail 1 }}", '{{ .ship.Hail "you" 1 }}', "{{ .ship.None 1 }}", "{{ .ship.crew }}"]
)
@pytest.mark.parametrize("before", ["", "{{ 1 }}{{ 2 }}{{ 3 }}" * 5])
def test_a_failure_is_where_it_is_in_its_own_text(calls: str, wrong: str, before: str) -> None:
    texts = {"main": calls, "calls": before + wrong}
    with pytest.raises(ExecutionError) as caught:
        render(texts, "main", {"ship": make(SHIP, {"Name": "Fram"})})
    alone = failure(before + wrong, {"ship": make(SHIP, {"Name": "Fram"})})
    assert str(caught.value) == str(alone).replace("main", "calls")


def test_functions_in_the_data_are_called() -> None:
    double = Func(function("double", "int", lambda number: Int(2 * number)), types.GoType("func(int) int", "func"))
    assert run("{{ call .f 4 }}", {"f": double}) == "8"
    assert "can't print {{.f}} of type func(int) int" in str(failure("{{ .f }}", {"f": double}))
    assert "non-function .x of type int64" in str(failure("{{ call .x }}", {"x": 1}))


def test_a_long_chain_of_deeply_nested_actions_runs() -> None:
    text = "{{ range $i, $x := .l }}" * 30 + "{{ $i }}{{ continue }}" + "{{ end }}" * 30
    data: dict[str, object] = {"l": [1]}
    assert run(text.replace(".l", "$.l"), data) == "0"


def test_python_is_out_of_reach() -> None:
    for field in ("__class__", "items", "keys", "__init__"):
        assert run(f"{{{{ .{field} }}}}", {}) == "<no value>"
        assert "can't evaluate field" in str(failure(f"{{{{ .s.{field} }}}}", {"s": "text"}))


def test_sets_run_many_times_and_later_texts_win() -> None:
    compiled = TemplateSet({"a": '{{ template "b" . }}', "b": "first", "c": '{{ define "b" }}<{{ . }}>{{ end }}'})
    assert [compiled.render("a", number) for number in (1, 2)] == ["<1>", "<2>"]


def test_an_empty_text_replaces_no_template() -> None:
    assert TemplateSet({"a": '{{ define "b" }}B{{ end }}', "b": "  \n"}).render("b", None) == "B"


def test_an_unknown_entry_is_an_error() -> None:
    with pytest.raises(ExecutionError, match='no template "gone"'):
        TemplateSet({"a": ""}).render("gone", None)


def test_functions_from_above_are_called_directly() -> None:
    def refuse(_: object) -> str:
        raise CallError("no")

    def give_up(_: object) -> str:
        raise FailureError("given up")

    extra = {name: function(name, "any", call) for name, call in (("refuse", refuse), ("giveUp", give_up))}
    for name, category, reason in (("refuse", "call", "no"), ("giveUp", "fail", "given up")):
        compiled = TemplateSet({"main": f"\n{{{{ {name} 1 }}}}"}, functions=extra)
        with pytest.raises(ExecutionError) as caught:
            compiled.render("main", None)
        error = caught.value
        assert (error.category, error.reason, str(error.place)) == (category, reason, "main:2:3")
        assert str(error).endswith(f"error calling {name}: {reason}")


def test_bytes_that_are_no_text_print_as_replacements() -> None:
    assert run(r'{{ printf "a%sb" "\xff" }}') == "a\ufffdb"
    assert run(r'{{ "\xc3" }}{{ "\xa9" }}') == "é"


def test_error_messages_can_be_printed() -> None:
    failure("{{ .x.y }}", {"x": "\udcff"}).message.encode()
    failure('{{ printf "\ud800" | len | index .x }}', {"x": "\udcff"}).message.encode()


def test_values_that_go_does_not_know_are_errors() -> None:
    assert "no Go value: object" in str(failure("{{ .x }}", {"x": object()}))


def test_the_package_offers_the_engine() -> None:
    assert istioctl.gotemplate.render is render
    with pytest.raises(ParseError):
        istioctl.gotemplate.TemplateSet({"main": "{{"}, limits=Limits())


def test_where_evaluation_was_in_a_block_that_did_not_run_does_not_matter() -> None:
    text = "{{ if .a }}{{ and .b .c }}{{ end }}" + "{{ print 1 }}" * 9
    assert render({"main": text}, "main", {}) == "1" * 9


def test_whatever_the_bug_callers_see_one_kind_of_error() -> None:
    table = FunctionTable()

    @table.function("broken", "any")
    def broken(value: object) -> object:
        raise AttributeError(f"no such thing: {value}")

    @table.function("refusing", "")
    def refusing() -> object:
        raise InputError("not like this")

    with pytest.raises(ExecutionError, match=r"main:2:3: .* internal error: AttributeError: no such thing") as caught:
        render({"main": "x\n{{ broken 5 }}"}, "main", None, functions=table)
    assert (caught.value.category, type(caught.value.__cause__)) == ("bug", AttributeError)
    with pytest.raises(ExecutionError, match="error calling refusing: not like this") as caught:
        render({"main": "{{ refusing }}"}, "main", None, functions=table)
    assert caught.value.category == "call"
