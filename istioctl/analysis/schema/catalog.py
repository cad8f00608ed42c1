"""Finds a kind, a message or a rule in the schema files, which are read once, when first asked for."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from istioctl.analysis.schema.language import Kind, Schema, read


@cache
def schema() -> Schema:
    """All that the schema files declare."""
    result = Schema()
    for path in sorted(Path(__file__).parent.glob("*.schema")):
        read(path.read_text(encoding="utf-8"), result)
    return result


def find_kind(group: str, version: str, kind: str) -> Kind | None:
    """The kind that an object of this group, version and kind is; None where Istio serves no such thing."""
    found = schema().kinds.get(kind)
    return found if found and found.group == group and version in found.versions else None


def plural(kind: str) -> str:
    """The resource name of a kind: `VirtualService` -> `virtualservices`, `ServiceEntry` -> `serviceentries`."""
    name = kind.lower()
    return f"{name[:-1]}ies" if name.endswith("y") and name[-2] not in "aeiou" else f"{name}s"
