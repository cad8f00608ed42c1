"""Texts and data with comments, by ruamel.yaml."""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML


def round_trip(text: str) -> Any:
    """A document with its comments."""
    return YAML().load(text)


def written(data: Any) -> str:
    """A document with comments as text."""
    stream = io.StringIO()
    writer = YAML()
    writer.width = 1000
    writer.dump(data, stream)
    return stream.getvalue()
