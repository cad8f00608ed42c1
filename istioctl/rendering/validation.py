"""Checking a merged specification: its fields and types, and what they mean together."""

from __future__ import annotations

from istioctl.rendering.origins import Origins
from istioctl.rendering.problems import Problems
from istioctl.rendering.values import Values


def validate(merged: Values, origins: Origins, problems: Problems) -> None:
    """Check a merged document before it is translated.

    Args:
        merged: the whole document.
        origins: who set what, for the places in messages.
        problems: where errors and warnings go.
    """
