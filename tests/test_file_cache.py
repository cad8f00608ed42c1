"""Entries that are kept between runs, and folders that are not trusted with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from istioctl import file_cache
from istioctl.file_cache import fingerprint, load, store


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file_cache._folder.cache_clear()
    yield tmp_path / "istioctl" / "entries"
    file_cache._folder.cache_clear()


def test_what_is_stored_is_loaded(folder: Path) -> None:
    store("a", (1, ["x"]))
    store("b", ({"y": None},))
    assert (load("a"), load("b"), load("c")) == ((1, ["x"]), ({"y": None},), None)
    assert [path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())] == [0, 0, 0]


def test_rubbish_is_no_entry(folder: Path) -> None:
    store("a", (1,))
    (folder / "a").write_bytes(b"rubbish")
    assert load("a") is None


def test_a_folder_that_others_may_write_is_not_trusted(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    store("a", (1,))
    assert not list(folder.iterdir())
    assert load("a") is None


def test_no_folder_is_no_error(folder: Path) -> None:
    folder.parent.write_text("")
    store("a", (1,))
    assert load("a") is None


def test_fingerprints_differ_with_every_part() -> None:
    assert len({fingerprint("a", "b"), fingerprint("ab"), fingerprint("a", "c"), fingerprint("a", "b", "")}) == 4


def test_old_entries_make_room(folder: Path) -> None:
    for number in range(file_cache._MOST + 5):
        store(f"{number:064x}", (number,))
    assert len(list(folder.iterdir())) == file_cache._MOST
