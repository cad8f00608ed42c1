"""What holds for all tests at the border with servers."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let sockets be left open by commands that these tests interrupt: such a command's process would end with them."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


@pytest.fixture(autouse=True)
def nothing_left_for_others() -> Iterator[None]:
    """Collect what is left open while it still belongs to the test that left it."""
    yield
    gc.collect()
