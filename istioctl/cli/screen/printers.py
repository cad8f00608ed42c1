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


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], gap: int = 3) -> None:
    """Columns to stdout, aligned by spaces, three between them unless `gap` says, as kubectl prints tables."""
    terminal().write(table_text(header, rows, gap))


def table_text(header: Sequence[str], rows: Sequence[Sequence[str]], gap: int = 3) -> str:
    """The text of such a table."""
    table = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    form = (" " * gap).join(f"{{:<{width}}}" for width in widths)
    return "".join(form.format(*row).rstrip() + "\n" for row in table)
