"""What the architecture page and the guide for contributors name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Words of a path that stand for a name.
STANDS_FOR = re.compile(r"[A-Z]{2,}|…|\*|^~")


def named_paths() -> list[str]:
    texts = [(ROOT / page).read_text(encoding="utf-8") for page in ("docs/architecture.md", "CONTRIBUTING.md")]
    spans = {span for text in texts for span in re.findall(r"`([\w./…*~-]+)`", text)}
    return sorted(span for span in spans if ("/" in span or span.endswith(".py")) and not STANDS_FOR.search(span))


@pytest.mark.parametrize("path", named_paths())
def test_a_path_that_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists() or (ROOT / "istioctl" / path).exists()


def test_paths_are_found_in_the_pages() -> None:
    assert {"cli/line/tokens.py", "api/annotations.py", "tests/integration/cluster"} <= set(named_paths())
