from __future__ import annotations

from istioctl.gotemplate.compiler.scopes import MAX_BLOCKS, Binding, Scopes, needs_frame
from istioctl.gotemplate.language.parser import parse


def framed(text: str) -> bool:
    return needs_frame(parse("main", text, {"f"})["main"].body)


def test_the_latest_declaration_in_sight_counts() -> None:
    scopes = Scopes(framed=False)
    outer = scopes.declare("$x")
    with scopes.block():
        inner = scopes.declare("$x", boxed="b1")
        assert scopes.find("$x") == inner != outer
    assert scopes.find("$x") == outer
    assert scopes.find("$y") is None


def test_variables_live_in_locals_or_in_a_frame() -> None:
    assert Scopes(framed=False).declare("$x") == Binding("v0")
    assert Scopes(framed=True).declare("$x") == Binding("F[0]")


def test_deep_nesting_and_inner_declarations_need_a_frame() -> None:
    assert not framed("{{if 1}}" * MAX_BLOCKS + "{{end}}" * MAX_BLOCKS)
    assert framed("{{if 1}}" * (MAX_BLOCKS + 1) + "{{end}}" * (MAX_BLOCKS + 1))
    assert not framed("{{$x := f 1}}{{if $x}}{{end}}")
    assert framed("{{f ($x := 1)}}{{$x}}")
