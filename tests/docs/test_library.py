"""The public names: each told of in docs/library.md, with the signature that it has, and each there to be imported."""

from __future__ import annotations

import importlib.util
import inspect
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import istioctl

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def make_library() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_library", DOCS / "make_library.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_name_and_no_signature_changes_unannounced(make_library: ModuleType) -> None:
    written = (DOCS / "library.md").read_text(encoding="utf-8").partition(make_library.MARK)[2]
    fresh = make_library.names().splitlines()
    changed = sorted({*written.strip().splitlines()} ^ {*fresh})
    assert not changed, "public names changed: say so in CHANGELOG.md, then run python docs/make_library.py"


def test_every_name_is_told_of() -> None:
    told = set(re.findall(r"^- `(\w+)", (DOCS / "library.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert told == set(istioctl.__all__)


def test_every_name_is_there_and_says_what_it_is(make_library: ModuleType) -> None:
    assert len(istioctl.__all__) > 100
    assert set(istioctl.__all__) <= set(dir(istioctl))
    for name in istioctl.__all__:
        found = getattr(istioctl, name)
        assert name in make_library.CONSTANTS or found.__doc__, name
        assert not hasattr(sys.modules.get(f"istioctl.{name}"), "__path__"), f"{name} is a package, too"


def test_the_examples_use_public_names_only() -> None:
    text = (DOCS / "library.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^from (istioctl\S*) import", text, re.MULTILINE)) == {"istioctl"}


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        istioctl.nothing  # noqa: B018
    with pytest.raises(ImportError):
        from istioctl import nothing  # noqa: F401


def test_the_package_itself_imports_next_to_nothing() -> None:
    code = (
        "import sys, istioctl; loaded = sorted(name for name in sys.modules if name.startswith('istioctl'));"
        "assert loaded == ['istioctl'], loaded;"
        "from istioctl import *; assert callable(inject)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_whatever_takes_a_cluster_takes_a_client_of_the_official_library() -> None:
    for name in istioctl.__all__:
        found = getattr(istioctl, name)
        if not callable(found) or name in ("Session", "Client"):
            continue
        for parameter in inspect.signature(found).parameters.values():
            assert parameter.annotation != "ClientOptions", f"{name}: annotate {parameter.name} with Client"
            if parameter.annotation == "Session" and inspect.isfunction(found):
                assert hasattr(found, "__wrapped__"), f"{name}: decorate it with takes_client"
    for file in (DOCS.parent / "istioctl" / "actions").rglob("*.py"):
        assert not re.search(r":[^=\n]*\bClientOptions\b", file.read_text(encoding="utf-8")), file
