"""A terminal that remembers what was drawn."""

from __future__ import annotations

import io
import re


class Screen(io.StringIO):
    """A terminal as far as programs can tell."""

    def isatty(self) -> bool:
        return True

    def last_frame(self) -> list[str]:
        """The lines from where the cursor last went back to, without colours and blank lines."""
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.getvalue().rpartition("\x1b[2K")[2])
        return [line.strip() for line in text.splitlines() if line.strip()]
