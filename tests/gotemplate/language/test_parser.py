from __future__ import annotations

import pytest

from istioctl.gotemplate.errors import ParseError
from istioctl.gotemplate.language import nodes
from istioctl.gotemplate.language.parser import parse
from istioctl.gotemplate.language.pipelines import MAX_NESTING

FUNCTIONS = {"f", "len", "printf"}


def body(text: str) -> list[nodes.Statement]:
    return parse("main", text, FUNCTIONS)["main"].body


@pytest.mark.parametrize(
    "action",
    [
        "{{.a.b}}",
        "{{f .a (f 1 2).c nil}}",
        "{{$x := 1}}{{$x = f $x | len}}",
        "{{if .a}}1{{else}}2{{end}}",
        "{{with $v := .a}}{{$v.b}}{{end}}",
        "{{range $k, $v := .m}}{{$k}}{{break}}{{else}}none{{end}}",
        '{{template "x" .a}}',
    ],
)
def test_a_tree_shows_the_text_it_was_made_from(action: str) -> None:
    assert "".join(map(str, body(action))) == action


def test_else_if_is_an_if_within_else() -> None:
    (first,) = body("{{if 1}}a{{else if 2}}b{{else}}c{{end}}")
    assert str(first) == "{{if 1}}a{{else}}{{if 2}}b{{else}}c{{end}}{{end}}"


def test_define_and_block_make_templates_of_their_own() -> None:
    trees = parse("main", '{{define "a"}}A{{end}}x{{block "b" .}}B{{end}}', FUNCTIONS)
    assert {name: "".join(map(str, tree.body)) for name, tree in trees.items()} == {
        "a": "A",
        "b": "B",
        "main": 'x{{template "b" .}}',
    }


def test_an_empty_definition_does_not_count_as_one() -> None:
    trees = parse("main", '{{define "a"}} {{end}}{{define "a"}}A{{end}}{{define "a"}}{{end}}', FUNCTIONS)
    assert str(trees["a"].body[0]) == "A"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("12", (12, 12, 12.0, None)),
        ("-1", (-1, None, -1.0, None)),
        ("0x10", (16, 16, 16.0, None)),
        ("010", (8, 8, 8.0, None)),
        ("'a'", (97, 97, 97.0, None)),
        ("2.5", (None, None, 2.5, None)),
        ("1e3", (1000, 1000, 1000.0, None)),
        ("18446744073709551615", (None, 2**64 - 1, float(2**64 - 1), None)),
        ("2i", (None, None, None, 2j)),
        ("1+0i", (1, 1, 1.0, 1 + 0j)),
    ],
)
def test_a_number_is_kept_under_each_type_that_holds_it(text: str, values: tuple[object, ...]) -> None:
    (action,) = body(f"{{{{{text}}}}}")
    assert isinstance(action, nodes.Action)
    number = action.pipe.commands[0].args[0]
    assert isinstance(number, nodes.Number)
    assert (number.int_value, number.uint_value, number.float_value, number.complex_value) == values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{nope}}", '1: function "nope" not defined'),
        ("{{$x}}", '1: undefined variable "$x"'),
        ("{{.a | 1}}", "1: non executable command in pipeline stage 2"),
        ("{{}}", "1: missing value for command"),
        ("{{if}}{{end}}", "1: missing value for if"),
        ("{{1.2.3}}", None),
        ("{{end}}", "1: unexpected {{end}}"),
        ("\n{{if 1}}", "2: unexpected EOF"),
        ("{{break}}", "1: {{break}} outside {{range}}"),
        ('{{define "a"}}x{{end}}{{define "a"}}y{{end}}', '1: template: multiple definition of template "a"'),
        ("{{99999999999999999999}}", '1: integer overflow: "99999999999999999999"'),
        ("{{08}}", '1: integer overflow: "08"'),
        ("{{1__0}}", '1: illegal number syntax: "1__0"'),
        ("{{'ab'}}", "1: malformed character constant: 'ab'"),
        ("{{nil.a}}", '1: unexpected . after term "nil"'),
        ("{{range $a, $b, $c := .}}{{end}}", "1: too many declarations in range"),
        ("{{$x, $y := 1}}", "1: too many declarations in command"),
        ("{{template .x}}", '1: unexpected ".x" in template clause'),
        ("{{if 1}}{{else}}{{else}}{{end}}", "1: expected end; found {{else}}"),
        ("{{1\n\n", "3: unclosed action started at main:1"),
    ],
)
def test_faults_are_told_as_go_tells_them(text: str, message: str | None) -> None:
    with pytest.raises(ParseError) as caught:
        parse("main", text, FUNCTIONS)
    if message:
        assert str(caught.value) == f"template: main:{message}"


@pytest.mark.parametrize("text", ["{{if 1}}" * (MAX_NESTING + 1), f"{{{{{'(' * (MAX_NESTING + 1)}"])
def test_nesting_is_bounded(text: str) -> None:
    with pytest.raises(ParseError, match=r"nested deeper than|depth exceeded"):
        parse("main", text, FUNCTIONS)


def test_the_number_of_tokens_is_bounded() -> None:
    with pytest.raises(ParseError, match="template: main:1: size limit exceeded: a template has at most 50000 tokens"):
        parse("main", "{{$x := 1}}" * 10_000, FUNCTIONS)
