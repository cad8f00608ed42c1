"""Custom columns hold what kubectl's hold."""

from __future__ import annotations

import pytest

from istioctl.errors import TemplateError
from istioctl.jsonpath.columns import Columns

ITEM = {
    "metadata": {"name": "web"},
    "ports": [80, 443],
    "labels": {"b": 1, "a": [True, None]},
    "none": None,
    "odd": "\x1b[1m\r",
}


@pytest.mark.parametrize(
    ("path", "cell"),
    [
        (".metadata.name", "web"),
        ("metadata.name", "web"),
        ("{.metadata.name}", "web"),
        ("{metadata.name}", "web"),
        (".ports[*]", "80,443"),
        (".ports", "[80 443]"),
        (".labels", "map[a:[true <nil>] b:1]"),
        (".missing", "<none>"),
        (".none", "<nil>"),
        (".odd", "^[[1m\\r"),
        ("", "<none>"),
    ],
)
def test_paths(path: str, cell: str) -> None:
    assert Columns.read(f"NAME:{path}").row(ITEM) == [cell]


def test_headers_and_rows() -> None:
    columns = Columns.read("NAME:.metadata.name,PORT:.ports[0]")

    assert columns.header == ["NAME", "PORT"]
    assert columns.text([ITEM, {}]) == "NAME     PORT\nweb      80\n<none>   <none>\n"
    assert columns.text([], headers=False) == ""


def test_a_cell_ends_at_a_tab_and_a_line_break() -> None:
    assert Columns.read("A:.a,B:.b").text([{"a": "1\t2", "b": ""}, {"a": "1\n2", "b": 3}]) == (
        "A     B\n1     2     \n1\n2     3\n"
    )


def test_a_file_has_names_above_paths() -> None:
    columns = Columns.read_lines("NAME   PORT\n.metadata.name {.ports[1]}\n")

    assert (columns.header, columns.row(ITEM)) == (["NAME", "PORT"], ["web", "443"])
    assert Columns.read_lines("A\rB\r\n.metadata.name .none\r\n").header == ["A", "B"]


@pytest.mark.parametrize("spec", ["", "NAME", "A:.a,B", "A:{.a", "A:{.a}{.b}", "A:.a[x]"])
def test_what_are_no_columns(spec: str) -> None:
    with pytest.raises(TemplateError):
        Columns.read(spec)


@pytest.mark.parametrize("text", ["", "NAME", "NAME PORT\n.name\n", "NAME\n{.a\n"])
def test_what_is_no_file_of_columns(text: str) -> None:
    with pytest.raises(TemplateError):
        Columns.read_lines(text)
