"""Finding the name that a wrong one was meant to be."""

from __future__ import annotations

from collections.abc import Iterable

#: How near a name must be, from 0 to 1. A slip in a short one changes much of it; half a long one is alike by chance.
_SHORT, _NEAR, _NEARER = 6, 0.6, 0.7


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like a wrong one, letter case aside; None where none is near."""
    from difflib import get_close_matches

    folded = {candidate.lower(): candidate for candidate in known}
    cutoff = _NEAR if len(name) <= _SHORT else _NEARER
    found = get_close_matches(name.lower(), folded, 1, cutoff)
    return folded[found[0]] if found else None
