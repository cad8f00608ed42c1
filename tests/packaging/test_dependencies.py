"""What the package declares it needs, it uses; what it uses, it declares."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIREMENTS = [
    *PROJECT["dependencies"],
    *(each for extra in PROJECT["optional-dependencies"].values() for each in extra),
]
DATA_ONLY = {"tzdata"}
"""Needed for the files in it, which the standard library reads."""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def distribution(requirement: str) -> str:
    return normal(re.match(r"[\w.-]+", requirement)[0])  # type: ignore[index] # every one begins with its name


@cache
def imports() -> dict[str, set[str]]:
    """The modules of the package that import something of each distribution, types only included."""
    homes = packages_distributions()
    users: dict[str, set[str]] = defaultdict(set)
    for file in (ROOT / "istioctl").rglob("*.py"):
        for name in imported(ast.parse(file.read_bytes())):
            top = name.partition(".")[0]
            if top not in sys.stdlib_module_names | {"istioctl", "_typeshed"}:
                for home in homes.get(top, [f"nothing that is installed has {top}"]):
                    users[normal(home)].add(str(file.relative_to(ROOT)))
    return users


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("requirement", [each for each in REQUIREMENTS if distribution(each) not in DATA_ONLY])
def test_what_is_declared_is_used(requirement: str) -> None:
    assert imports()[distribution(requirement)], f"nothing in the package imports {requirement}"


def test_what_is_used_is_declared() -> None:
    declared = {distribution(each) for each in REQUIREMENTS}
    brought = {distribution(each) for name in declared for each in requires(name) or () if "extra ==" not in each}
    users = {name: sorted(files) for name, files in imports().items() if files}
    assert {name: files for name, files in users.items() if name not in declared | brought} == {}


@pytest.mark.parametrize(
    ("name", "user"),
    [
        ("typer", "istioctl/cli/line/typer_command.py"),
        ("rich", "istioctl/cli/screen/"),
        ("kubernetes", "istioctl/cluster/credentials.py"),
        ("kubernetes", "istioctl/cluster/official_client.py"),
        ("ruamel-yaml", "istioctl/yamldoc/"),
        ("jsonpath-ng", "istioctl/jsonpath/"),
        ("jinja2", "istioctl/rendering/text/jinja.py"),
    ],
)
def test_where_the_libraries_that_users_know_are_at_home(name: str, user: str) -> None:
    assert any(file.startswith(user) for file in imports()[name]), sorted(imports()[name])
