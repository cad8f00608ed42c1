"""Finding the data that comes with the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from istioctl.errors import InternalError
from istioctl.rendering.text import data_files
from istioctl.rendering.text.data_files import data_folder, data_names, read_data


def test_the_repository_is_the_data_of_an_editable_install() -> None:
    assert data_folder("profiles") == Path(__file__).parents[3] / "profiles"


def test_a_wheel_s_own_data_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "istioctl"
    (package / "_data" / "profiles").mkdir(parents=True)
    (tmp_path / "profiles").mkdir()
    monkeypatch.setattr(data_files, "_PACKAGE", package)
    data_folder.cache_clear()
    try:
        assert data_folder("profiles") == package / "_data" / "profiles"
        with pytest.raises(InternalError, match="lacks its 'manifests' folder"):
            data_folder("manifests")
    finally:
        data_folder.cache_clear()


def test_names_are_sorted_and_without_their_ending() -> None:
    assert data_names("manifests/istiod", ".yaml") == ["values"]
    names = data_names("profiles", ".yaml")
    assert names == sorted(names)
    assert "demo" in names


def test_reading_what_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        read_data("profiles", "nope.yaml")
