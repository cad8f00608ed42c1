"""Results that came with the wheel, or are kept between runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from istioctl import file_cache, prebuilt
from istioctl.rendering.text.cache import prebuilt_module, prepared


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file_cache._folder.cache_clear()


def test_a_result_is_made_once_for_the_same_sources(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("one")
    made: list[str] = []

    def build() -> dict[str, str]:
        made.append(source.read_text())
        return {"content": made[-1]}

    assert prepared("test", [source], build) == {"content": "one"}
    assert prepared("test", [source], build) == {"content": "one"}
    assert made == ["one"]
    source.write_text("another")
    assert prepared("test", [source], build) == {"content": "another"}
    assert prepared("other", [source], lambda: {"content": "other"}) == {"content": "other"}


def test_a_damaged_entry_is_made_anew(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("one")
    prepared("test", [source], lambda: [1])
    (entry,) = (tmp_path / "cache" / "istioctl" / "entries").iterdir()
    entry.write_bytes(b"rubbish")
    assert prepared("test", [source], lambda: [2]) == [2]
    assert prepared("test", [source], lambda: [3]) == [2]


def test_a_missing_source_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        prepared("test", [tmp_path / "nope"], lambda: 1)


def test_a_result_that_came_with_the_wheel_is_used_as_long_as_the_sources_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prebuilt, "_FOLDER", str(tmp_path))
    built, installed = tmp_path / "built" / "source", tmp_path / "installed" / "source"
    for source in (built, installed):
        source.parent.mkdir()
        source.write_text("one")
    key, module = prebuilt_module("test", [built], lambda: {"from": ["the wheel", 1, None]})
    (tmp_path / prebuilt.file_name(key)).write_text(module, encoding="utf-8")

    assert prepared("test", [installed], dict) == {"from": ["the wheel", 1, None]}
    assert prepared("other", [installed], lambda: {"from": ["here"]}) == {"from": ["here"]}
    assert not (tmp_path / "cache" / "istioctl" / "entries" / "test").exists()
    installed.write_text("two")
    assert prepared("test", [installed], lambda: {"from": ["here"]}) == {"from": ["here"]}
