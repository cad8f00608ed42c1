"""A result as text: YAML, JSON or a table."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from istioctl.cli.screen.terminal import terminal


class Format(StrEnum):
    """The machine-readable output formats that every reporting command has."""

    JSON = "json"
    YAML = "yaml"


def print_data(data: Any, form: Format | str) -> None:
    """Plain data to stdout as JSON (indented by two) or YAML (keys sorted)."""
    if form == Format.JSON:
        import json

        terminal().write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")
    else:
        from istioctl.yamldoc.writer import dump

        terminal().write(dump(data))


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns to stdout, aligned by spaces, three between them, as kubectl prints tables."""
    table = [list(header), *(list(row) for row in rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(header))]
    for row in table:
        terminal().write("   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")
