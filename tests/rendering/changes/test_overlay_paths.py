"""Reading the paths of overlays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.errors import InputError
from istioctl.rendering.changes.overlay_paths import Index, Key, Match, Step, parse_path


def match(text: str, key: str = "", value: str = "", pattern: str = "") -> Match:
    return Match(key, value, pattern or text[1:-1], text)


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("a", [Key("a")]),
        (".a.b.", [Key("a"), Key("b")]),
        ("a\\.b/c.d", [Key("a.b/c"), Key("d")]),
        ("a[0].b", [Key("a"), Index(0, "[0]"), Key("b")]),
        ("a.[-1]", [Key("a"), Index(-1, "[-1]")]),
        ("a[0][1]", [Key("a"), Index(0, "[0]"), Index(1, "[1]")]),
        ("a.[name:x-y].b", [Key("a"), match("[name:x-y]", "name", "x-y"), Key("b")]),
        ("a.[name:x\\.y]", [Key("a"), match("[name:x\\.y]", "name", "x.y", "name:x.y")]),
        ("a.[name:x.y].b", [Key("a"), match("[name:x.y]", "name", "x.y"), Key("b")]),
        ("a.[host:h\\:80]", [Key("a"), match("[host:h\\:80]", "host", "h:80")]),
        ("a.[:30m]", [Key("a"), match("[:30m]", pattern="30m")]),
        ("a.[30m]", [Key("a"), match("[30m]")]),
        ("a.[-2]", [Key("a"), match("[-2]")]),
        ("a..b", [Key("a"), Key("b")]),
    ],
)
def test_forms(path: str, steps: list[Step]) -> None:
    assert parse_path(path) == steps


@pytest.mark.parametrize("path", ["", ".", "  ", "a.[0", "a]b[", "a.[0]b"])
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_path(path)
    assert caught.value.id == "bad-path"


@given(st.lists(st.text(st.characters(exclude_categories=("C",), exclude_characters="\\[]"), min_size=1), min_size=1))
def test_escaped_keys_come_back(keys: list[str]) -> None:
    path = ".".join(key.replace(".", "\\.") for key in keys)
    if path != path.strip():
        return
    assert parse_path(path) == [Key(key) for key in keys]
