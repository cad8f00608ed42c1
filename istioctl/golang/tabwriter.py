"""Columns of text, as `github.com/liggitt/tabwriter` aligns them for kubectl with its flag RememberWidths."""

from __future__ import annotations


def aligned(text: str, least: int, gap: int) -> str:
    """Lines whose cells end with a tab, with spaces instead, so that the columns stand below each other.

    What stands behind a line's last tab belongs to no column. A column that a line interrupts begins anew below, no
    narrower than before.

    Args:
        least: the least width of a column, the gap included.
        gap: the least number of spaces behind a cell.
    """
    lines = [line.split("\t") for line in text.split("\n")]
    for column in range(max(map(len, lines)) - 1):
        width = least
        block: list[list[str]] = []
        for line in [*lines, []]:
            if column < len(line) - 1:
                width = max(width, len(line[column]) + gap)
                block.append(line)
                continue
            for each in block:
                each[column] = each[column].ljust(width)
            block.clear()
    return "\n".join(map("".join, lines))
