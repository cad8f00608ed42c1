"""Modules that are imported once something of them is used."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from istioctl.late_imports import RARELY_USED, import_later, imported_later, left_out


@pytest.fixture(autouse=True)
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "heavy_one.py").write_text("LIMIT = 3\n\ndef twice(number, times=2):\n    return number * times\n")
    (tmp_path / "user_of_twice.py").write_text("from heavy_one import twice\n")
    (tmp_path / "user_of_limit.py").write_text("from heavy_one import LIMIT\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("heavy_one", "user_of_twice", "user_of_limit"):
        monkeypatch.setitem(sys.modules, name, sys)  # so that what the test imports is gone afterwards
        del sys.modules[name]


def test_a_function_imports_its_module_when_it_is_called() -> None:
    with imported_later("heavy_one", "twice"):
        user = importlib.import_module("user_of_twice")
    assert "heavy_one" not in sys.modules
    assert user.twice(4, times=3) == 12
    assert sys.modules["heavy_one"].LIMIT == 3


def test_all_else_imports_it_at_once() -> None:
    with imported_later("heavy_one", "twice"):
        assert importlib.import_module("user_of_limit").LIMIT == 3
        assert sys.modules["heavy_one"].twice(1) == 2


def test_what_is_imported_already_stays() -> None:
    before = importlib.import_module("heavy_one")
    with imported_later("heavy_one", "twice"):
        assert importlib.import_module("user_of_twice").twice is before.twice
    assert sys.modules["heavy_one"] is before


def test_a_failed_import_leaves_no_trace() -> None:
    with pytest.raises(ModuleNotFoundError), imported_later("heavy_one", "twice"):
        importlib.import_module("nowhere_to_be_found")
    assert "heavy_one" not in sys.modules
    with pytest.raises(AttributeError), imported_later("heavy_one", "twice"):
        sys.modules["heavy_one"].nothing  # noqa: B018 - looking it up is the point


def test_a_module_that_is_left_out_can_be_imported_afterwards() -> None:
    with left_out("heavy_one"), pytest.raises(ModuleNotFoundError):
        importlib.import_module("user_of_limit")
    assert importlib.import_module("user_of_limit").LIMIT == 3
    with left_out("heavy_one"):
        assert importlib.import_module("heavy_one").LIMIT == 3
    with pytest.raises(KeyError), left_out("nowhere_to_be_found"):
        raise KeyError
    assert "nowhere_to_be_found" not in sys.modules


def test_modules_that_stand_in_from_the_beginning_give_way_when_they_are_used() -> None:
    import_later("heavy_one")
    user = importlib.import_module("user_of_twice")
    assert user.twice(4) == 8
    before = sys.modules["heavy_one"]
    import_later("heavy_one")
    assert sys.modules["heavy_one"] is before


@pytest.mark.parametrize("name", RARELY_USED)
def test_a_module_has_all_its_names_however_late_it_is_imported(name: str) -> None:
    code = (
        f"from istioctl.late_imports import import_later; import_later({name!r}); import {name} as early\n"
        f"from {name} import *; import {name} as late\n"
        "assert type(early) is not type(late), 'it was imported before'\n"
        "names = [each for each in dir(late) if not each.startswith('__')]\n"
        "print([each for each in names if getattr(early, each) is not getattr(late, each)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
