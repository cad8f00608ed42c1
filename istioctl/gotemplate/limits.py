"""What one run of a template may cost, so that a hostile one ends with an error that names the limit."""

from __future__ import annotations

from typing import NamedTuple

from istioctl.golang.budget import MAX_SIZE

MAX_TEXT = 4 * 1024 * 1024  # characters of one template
MAX_TOKENS = 50_000  # of one template; the largest of Istio's have 4,000


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
