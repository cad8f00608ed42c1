"""What the names of fields stand for in Kubernetes' types, from a glance at their table: no message is read for it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).parent / "tables" / "kubernetes.txt"
_WHOLE = ("int32", "int64", "uint32", "uint64")


@cache
def field_sorts() -> Mapping[str, frozenset[str]]:
    """For each name of a field the sorts it has, over all types.

    A sort is `mapping` (a message or a map), `mappings` or `texts` (a list of messages, or of scalars), `number` (a
    whole one), or the name of another scalar as the notation has it: `string`, `bool`, `quantity`, `int-or-string`.
    """
    found: dict[str, set[str]] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines()[1:]:
        words = line.split()
        for word in words[1:] if words[0] != "package" else ():
            name, _, kind = word.partition(":")
            found.setdefault(name.partition("/")[0].rstrip("!"), set()).add(_sort(kind.partition("@")[0]))
    return {name: frozenset(sorts) for name, sorts in found.items()}


def _sort(kind: str) -> str:
    if kind[0] == "{":
        return "mapping"
    if kind[0] == "[":
        return "mappings" if "." in kind else "texts"
    kind = kind.rstrip("?")
    return "mapping" if "." in kind else "number" if kind in _WHOLE else kind
