"""Tables of what proxies say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Table(NamedTuple):
    """A header and its rows; every row has a cell for each column.

    Attributes:
        empty: what is said instead where there are no rows; if nothing, the header stands alone.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    empty: str = ""


def beside_their_pods(tables: Mapping[str, Table]) -> Table:
    """One table of several, each row with the pod it belongs to.

    Args:
        tables: by `NAMESPACE/POD`, at least one; all of the same kind.
    """
    columns: list[str] = []
    for table in tables.values():
        columns += [column for column in table.header if column not in columns]
    rows = [[pod, *_in_columns(table.header, row, columns)] for pod, table in tables.items() for row in table.rows]
    return Table(["POD", *columns], rows)


def _in_columns(header: Sequence[str], row: Iterable[str], columns: Sequence[str]) -> list[str]:
    cells = dict(zip(header, row, strict=True))
    return [cells.get(column, "") for column in columns]
