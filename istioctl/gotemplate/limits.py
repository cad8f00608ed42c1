"""What one run of a template may cost, so that a hostile one ends with an error that names the limit."""

from __future__ import annotations

from typing import NamedTuple

from istioctl.gotemplate.errors import LimitError

MAX_TEXT = 4 * 1024 * 1024  # characters of one template
MAX_TOKENS = 50_000  # of one template; the largest of Istio's have 4,000
MAX_SIZE = 16 * 1024 * 1024  # characters of one text, or items of one list


class Limits(NamedTuple):
    """The bounds of one run.

    Attributes:
        output: characters one template, include or tpl may write.
        steps: loop iterations in all, including those that functions announce.
        seconds: wall time.
        includes: depth of include and tpl within each other.
    """

    output: int = MAX_SIZE
    steps: int = 10_000_000
    seconds: float = 30.0
    includes: int = 1100


DEFAULT = Limits()


def check_size(size: int) -> None:
    """Refuses a text or list of `size` characters or items; call it before building one.

    Raises:
        LimitError: it is too long.
    """
    if size > MAX_SIZE:
        raise LimitError(f"size limit exceeded: {size} characters or items, at most {MAX_SIZE} are allowed")
