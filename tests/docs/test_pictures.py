"""The pictures show what the program shows."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
PICTURES = sorted(path.name for path in (DOCS / "pictures").iterdir())


@cache
def made() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("make_pictures", DOCS / "make_pictures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pictures: dict[str, str] = module.pictures()
    return pictures


def words(picture: str) -> list[str]:
    """What is written in a picture, with its colours."""
    return re.findall(r"<text class=\"([^\"]*)\"[^>]*>([^<]*)</text>", picture)  # type: ignore[return-value]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_fresh(name: str) -> None:
    kept = (DOCS / "pictures" / name).read_text(encoding="utf-8")
    again = made()[name]
    if drawn_by(kept) == drawn_by(again):
        assert kept == again, "run python docs/make_pictures.py"
    else:  # another version of Rich draws the same in another way
        assert words(kept) == words(again), "run python docs/make_pictures.py"


def drawn_by(picture: str) -> str:
    return re.findall(r"<!-- Rich [^>]*-->", picture)[0]


def test_each_is_there_and_shown() -> None:
    assert sorted(made()) == PICTURES
    pages = "".join(page.read_text(encoding="utf-8") for page in DOCS.glob("*.md"))
    assert all(f"(pictures/{name})" in pages for name in PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_loads_nothing_from_elsewhere(name: str) -> None:
    picture = (DOCS / "pictures" / name).read_text(encoding="utf-8")
    assert not re.findall(r"url\((?!#)|href=|@import", picture)
