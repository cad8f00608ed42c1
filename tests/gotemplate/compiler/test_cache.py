from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from istioctl.gotemplate.compiler import cache, units
from istioctl.gotemplate.template import TemplateSet

TEXT = "{{ .name }} " * 500


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache._folder.cache_clear()
    units._units.clear()
    yield tmp_path / "istioctl" / "templates"
    cache._folder.cache_clear()


def rendered() -> str:
    units._units.clear()
    return TemplateSet({"main": TEXT}).render("main", {"name": "x"})


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


def test_a_folder_that_others_may_write_is_not_trusted(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    rendered()
    assert not list(folder.iterdir())


def test_no_folder_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    cache._folder.cache_clear()
    assert rendered() == "x " * 500
    cache._folder.cache_clear()


def test_keys_differ_with_every_part() -> None:
    assert len({cache.key_of("a", "b"), cache.key_of("ab"), cache.key_of("a", "c"), cache.key_of("a", "b", "")}) == 4


def test_old_entries_make_room(folder: Path) -> None:
    for number in range(cache._MOST + 5):
        cache.store(f"{number:064x}", (number,))
    assert len(list(folder.iterdir())) == cache._MOST
