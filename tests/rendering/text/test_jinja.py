"""What the manifests may say, and that they keep to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from istioctl.errors import InternalError
from istioctl.rendering.text import jinja
from istioctl.rendering.text.data_files import data_folder
from istioctl.rendering.text.jinja import render_template
from istioctl.yamldoc.reader import load

TEMPLATES = sorted(
    file
    for folder in (".", "base", "cni", "gateway", "istiod", "ztunnel")
    for file in (data_folder("manifests") / folder).glob("*.yaml.j2")
)


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_values_stand_alone(file: Path) -> None:
    """So that any value fits: behind a key or a dash, or on a line of its own."""
    for line in file.read_text().splitlines():
        if "{{" in line:
            assert re.fullmatch(r" *(- )*([A-Za-z0-9_./-]+: )?\{\{ .* \}\}", line), line


@pytest.fixture
def _template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    (tmp_path / "t.yaml.j2").write_text(request.param)
    monkeypatch.setattr(jinja, "data_folder", lambda name: tmp_path)
    jinja._environment.cache_clear()
    yield
    jinja._environment.cache_clear()


def with_template(text: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("_template", [text], indirect=True)


@with_template(
    "a: {{ x | optional }}\nb: {{ y.z | optional }}\nc: {{ x.items }}\n---\n"
    "{% if y.z is given %}\nd: 1\n{% endif %}\n---\ne: {{ x | as_text }}\nf: {{ s | bare }}\n"
)
@pytest.mark.usefixtures("_template")
def test_filters_and_documents() -> None:
    facts = {"x": {"items": [1]}, "y": {}, "s": "7"}
    documents = render_template("t", facts)
    assert [load(text) for text in documents] == [
        {"a": {"items": [1]}, "c": [1]},
        {"e": "map[items:[1]]", "f": 7},
    ]


@with_template("a: {{ x.missing }}\n")
@pytest.mark.usefixtures("_template")
def test_a_missing_key_is_an_error() -> None:
    with pytest.raises(InternalError, match="missing") as caught:
        render_template("t", {"x": {}})
    assert caught.value.where == "manifests/t.yaml.j2"


@with_template(
    "{% macro m(x) %}\nname: {{ x }}\nsize: {{ x | length }}\n{% endmacro %}\na:\n  - {{ m('it: is') }}\n    b: <&>\n"
)
@pytest.mark.usefixtures("_template")
def test_macros_keep_their_shape_and_nothing_is_escaped() -> None:
    assert [load(text) for text in render_template("t", {})] == [{"a": [{"name": "it: is", "size": 6, "b": "<&>"}]}]
