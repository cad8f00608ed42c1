"""The extension providers that the mesh's configuration names: adding to the user's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def with_providers(given: object, wanted: Sequence[Mapping[str, Any]]) -> list[Any]:
    """A mesh configuration's list of extension providers with others added, or put in the place of their namesakes."""
    names = {provider["name"] for provider in wanted}
    kept = given if isinstance(given, list) else []
    return [entry for entry in kept if not (isinstance(entry, dict) and entry.get("name") in names)] + list(wanted)
