"""How large one text or list may become, so that what a hostile caller asks for ends with an error."""

from __future__ import annotations

from typing import Final

MAX_SIZE: Final = 16 * 1024 * 1024  # characters of one text, or items of one list


class LimitError(Exception):
    """Something asks for more than it may have; `text` names the limit."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def check_size(size: int) -> None:
    """Refuses a text or list of `size` characters or items; call it before building one.

    Raises:
        LimitError: it is too long.
    """
    if size > MAX_SIZE:
        raise LimitError(f"size limit exceeded: {size} characters or items, at most {MAX_SIZE} are allowed")
