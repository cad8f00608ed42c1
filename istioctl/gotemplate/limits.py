"""What one run of a template may cost, so that a hostile one ends with an error that names the limit."""

from typing import NamedTuple

from istioctl.golang.budget import MAX_SIZE

MAX_TEXT = 4 * 1024 * 1024  # characters of one template
COMPILED = 16  # bytes of code for each character of a template, about
MAX_TOKENS = 50_000  # of one template; the largest of Istio's have 4,000


class Limits(NamedTuple):
    """The bounds of one run.

    Attributes:
        output: characters one template, include or tpl may write.
        steps: loop iterations in all, including those that functions announce.
        seconds: wall time.
        includes: depth of include and tpl within each other.
        memory: bytes of all texts and collections that the run makes, whether it keeps them or not.
    """

    output: int = MAX_SIZE
    steps: int = 10_000_000
    seconds: float = 10.0
    includes: int = 1100
    memory: int = 128 << 20


DEFAULT = Limits()
