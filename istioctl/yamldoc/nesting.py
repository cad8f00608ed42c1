"""How deep collections may stand in each other.

Whatever walks data calls itself once a level or more, and Python allows some hundred levels. The schemas of CRDs, the
deepest that people write, stay below 60.
"""

from __future__ import annotations

from typing import Any

DEEPEST = 100


def is_too_deep(data: Any) -> bool:
    """Whether lists and mappings of plain data nest deeper than `DEEPEST`."""
    level = [data] if isinstance(data, dict | list) else []
    for _ in range(DEEPEST):
        if not level:
            return False
        level = [
            child
            for container in level
            for child in (container.values() if type(container) is dict else container)
            if type(child) is dict or type(child) is list
        ]
    return bool(level)
