"""Finding the name that a wrong one was meant to be."""

from __future__ import annotations

from collections.abc import Iterable


def closest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name most like a wrong one, letter case aside; None where none is as near as `cutoff` (0 to 1)."""
    from difflib import get_close_matches

    folded = {candidate.lower(): candidate for candidate in known}
    found = get_close_matches(name.lower(), folded, 1, cutoff)
    return folded[found[0]] if found else None
