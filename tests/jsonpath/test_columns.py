"""Custom columns hold what kubectl's hold."""

from __future__ import annotations

import pytest

from istioctl.errors import TemplateError
from istioctl.jsonpath.columns import Columns

ITEM = {"metadata": {"name": "web"}, "ports": [80, 443], "labels": {"b": 1, "a": [True, None]}, "none": None}


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
        ("", "<none>"),
    ],
)
def test_paths(path: str, cell: str) -> None:
    assert Columns.read(f"NAME:{path}").row(ITEM) == [cell]


def test_headers_and_rows() -> None:
    columns = Columns.read("NAME:.metadata.name,PORT:.ports[0]")

    assert columns.header == ["NAME", "PORT"]
    assert columns.rows([ITEM, {}]) == [["web", "80"], ["<none>", "<none>"]]


def test_a_file_has_names_above_paths() -> None:
    columns = Columns.read_lines("NAME   PORT\n.metadata.name {.ports[1]}\n")

    assert (columns.header, columns.row(ITEM)) == (["NAME", "PORT"], ["web", "443"])


@pytest.mark.parametrize("spec", ["", "NAME", "A:.a,B", "A:{.a", "A:{.a}{.b}", "A:.a[x]"])
def test_what_are_no_columns(spec: str) -> None:
    with pytest.raises(TemplateError):
        Columns.read(spec)


@pytest.mark.parametrize("text", ["", "NAME", "NAME PORT\n.name\n", "NAME\n{.a\n"])
def test_what_is_no_file_of_columns(text: str) -> None:
    with pytest.raises(TemplateError):
        Columns.read_lines(text)
