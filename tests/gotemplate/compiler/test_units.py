"""Texts that were compiled before: with the wheel, or by an earlier run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from istioctl import file_cache, prebuilt
from istioctl.gotemplate.compiler import units
from istioctl.gotemplate.errors import ExecutionError
from istioctl.gotemplate.template import TemplateSet

TEXT = "{{ .name }} " * 500


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The user's cache folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file_cache._folder.cache_clear()
    units._units.clear()
    yield tmp_path / "istioctl" / "entries"
    file_cache._folder.cache_clear()


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for modules that came with the wheel."""
    built = tmp_path / "prebuilt"
    built.mkdir()
    monkeypatch.setattr(prebuilt, "_FOLDER", str(built))
    return built


def add(wheel: Path, text: str) -> None:
    key, module = units.prebuilt_module("main", text, units.Functions("go", {}))
    (wheel / prebuilt.file_name(key)).write_text(module, encoding="utf-8")


def rendered(text: str = TEXT) -> str:
    units._units.clear()
    return TemplateSet({"main": text}).render("main", {"name": "x"})


def test_a_large_text_is_compiled_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = rendered()
    assert len(list(folder.iterdir())) == 1
    monkeypatch.setattr(units, "_compile", None)  # nothing is parsed again
    assert rendered() == first == "x " * 500


def test_small_texts_and_those_that_templates_make_are_not_kept(folder: Path) -> None:
    TemplateSet({"main": "{{ 1 }}"}).extended("more", TEXT)
    assert not list(folder.iterdir()) if folder.exists() else True


def test_a_broken_entry_is_compiled_anew(folder: Path) -> None:
    first = rendered()
    (entry,) = folder.iterdir()
    entry.write_bytes(b"rubbish")
    assert rendered() == first


def test_a_text_that_came_with_the_wheel_is_not_compiled(
    wheel: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '{{ define "greeting" }}Hello {{ upper . }}{{ end }}{{ template "greeting" .name }}' + TEXT
    first = rendered(text)
    add(wheel, text)
    monkeypatch.setattr(units, "_compile", None)
    monkeypatch.setattr(file_cache, "load", None)
    assert rendered(text) == first == "Hello X" + "x " * 500


def test_its_failures_name_the_same_places(wheel: Path) -> None:
    text = f"{TEXT}\n\n  {{{{ .name | fail }}}}{{{{ index .name 3 }}}}"
    errors = []
    for _ in range(2):
        with pytest.raises(ExecutionError, match=r"main:3:13: executing .main. at <fail>") as raised:
            rendered(text)
        errors.append(str(raised.value))
        add(wheel, text)
    assert errors[0] == errors[1]


def test_another_text_is_compiled(wheel: Path, folder: Path) -> None:
    add(wheel, TEXT)
    assert rendered(TEXT + "!") == "x " * 500 + "!"
    assert len(list(folder.iterdir())) == 1
