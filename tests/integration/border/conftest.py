"""What holds for all tests at the border with servers."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def nothing_left_for_others() -> Iterator[None]:
    """Collect what is left open while it still belongs to the test that left it."""
    yield
    gc.collect()
