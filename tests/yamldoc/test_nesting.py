"""Deep documents are refused with their line, by all readers alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from istioctl.errors import InputError
from istioctl.yamldoc.nesting import DEEPEST, is_too_deep
from istioctl.yamldoc.reader import compose_all, load


def composed(text: str) -> Any:
    return next(compose_all(text, "file")).data


def loaded(text: str) -> Any:
    return load(text, "file")


def block(depth: int) -> str:
    return "".join(f"{'  ' * level}a:\n" for level in range(depth))


def flow(depth: int) -> str:
    return "[" * depth + "]" * depth


def aliased(depth: int) -> str:
    """Each entry holds the one before, so that only expanding the aliases shows how deep they nest."""
    return "0: &a0 {}\n" + "".join(f"{level}: &a{level} [*a{level - 1}]\n" for level in range(1, depth - 1))


@pytest.mark.parametrize("read", [composed, loaded])
@pytest.mark.parametrize("text", [block, flow, aliased])
def test_the_deepest_that_is_read(read: Callable[[str], Any], text: Callable[[int], str]) -> None:
    assert not is_too_deep(read(text(DEEPEST)))
    for depth in (DEEPEST + 1, 3 * DEEPEST, 1500):
        with pytest.raises(InputError, match=r"file(:\d+)*: bad YAML: ") as caught:
            read(text(depth))
        assert "nests more than" in caught.value.message or "aliases" in caught.value.message


def test_the_line_is_named() -> None:
    with pytest.raises(InputError) as caught:
        load("x: 1\n" + block(DEEPEST + 5), "file")
    assert caught.value.where == f"file:{DEEPEST + 2}"
