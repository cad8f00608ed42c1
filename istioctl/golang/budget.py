"""What a run of somebody else's template may cost: bytes, steps and time, so that a hostile one ends with an error.

Whoever runs a template makes a `Budget` and will `hold` it meanwhile. The functions that the template calls, here and
in packages above, take from it without being handed it: `take` before they build what is larger than what they return
(the engine counts what they return itself), `work` before or in a loop, `check_size` before one large text or list.
Where nobody set a budget `take` and `work` allow everything; the bound of `check_size` is the same for everybody.

Memory is counted when it is made and never given back, so that the bound holds whatever a template keeps.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar, Token
from typing import Final, NoReturn

MAX_SIZE: Final = 8 * 1024 * 1024  # characters of one text, or items of one list
ITEM: Final = 72  # bytes that a small thing in a collection takes with its place there
_LARGE: Final = 1 << 16  # bytes or characters at once that are worth a look at the clock


class LimitError(Exception):
    """Something asks for more than it may have; `text` names the limit."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Budget:
    """What is left to spend.

    Args:
        memory: bytes of texts and collections that may be made in all.
        steps: items that loops may go through in all.
        seconds: wall time, from now.
    """

    __slots__ = ("_deadline", "_left", "_memory", "_seconds", "_steps", "_steps_left")

    def __init__(self, memory: int, steps: int, seconds: float) -> None:
        self._memory = self._left = memory
        self._steps = self._steps_left = steps
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds

    def take(self, size: int) -> None:
        """Takes `size` bytes.

        Raises:
            LimitError: so much is not left, or the time is over.
        """
        self._left -= size
        if size > _LARGE or self._left < 0:
            self._look()

    def made(self, value: object) -> None:
        """Takes what a value takes that has just been made; what it holds has been counted before.

        Raises:
            LimitError: so much is not left, or the time is over.
        """
        size = value.__sizeof__()
        self._left -= size
        if size > _LARGE or self._left < 0:
            self._look()

    def _look(self) -> None:
        if self._left < 0:
            raise LimitError(f"memory limit exceeded: more than {self._memory >> 20} MiB of texts and collections")
        self.charge(0)

    def charge(self, steps: int = 1) -> None:
        """Takes `steps`, and looks at the clock.

        Raises:
            LimitError: so many are not left, or the time is over.
        """
        self._steps_left -= steps
        if self._steps_left < 0 or time.monotonic() > self._deadline:
            self._refuse()

    def _refuse(self) -> NoReturn:
        if self._steps_left < 0:
            raise LimitError(f"step limit exceeded: more than {self._steps} loop iterations")
        raise LimitError(f"time limit exceeded: more than {self._seconds:g} seconds")

    def allows(self, size: int) -> bool:
        """Whether `size` bytes are left."""
        return size <= self._left


_current: ContextVar[Budget | None] = ContextVar("budget", default=None)


def hold(budget: Budget) -> Token[Budget | None]:
    """From here on whatever this thread does takes from `budget`; until `release` of what is returned."""
    return _current.set(budget)


def release(held: Token[Budget | None]) -> None:
    """Ends what `hold` began."""
    _current.reset(held)


def take(size: int) -> None:
    """Takes `size` bytes from the budget, if there is one.

    Raises:
        LimitError: so much is not left.
    """
    budget = _current.get()
    if budget is not None:
        budget.take(size)


def work(steps: int) -> None:
    """Takes `steps` from the budget and looks at the clock, if there is one.

    Raises:
        LimitError: so many are not left, or the time is over.
    """
    budget = _current.get()
    if budget is not None:
        budget.charge(steps)


def check_size(size: int) -> None:
    """Refuses a text or list of `size` characters or items; call it before building one.

    Raises:
        LimitError: it is too long, or memory for it is not left.
    """
    if size > MAX_SIZE:
        raise LimitError(f"size limit exceeded: {size} characters or items, at most {MAX_SIZE} are allowed")
    if size > _LARGE and (budget := _current.get()) is not None and not budget.allows(size):
        budget.take(size)


def joined(separator: str, texts: Sequence[str]) -> str:
    """`separator.join(texts)`, unless that is too long.

    Raises:
        LimitError: it is.
    """
    check_size(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def pieces(text: str) -> Iterable[str]:
    """A text in parts that are small enough to work on at once, with a look at the clock between them."""
    if len(text) <= _LARGE:
        return (text,)
    return _parts(text)


def _parts(text: str) -> Iterator[str]:
    for at in range(0, len(text), _LARGE):
        work(0)
        yield text[at : at + _LARGE]


def translated(text: str, table: Mapping[int, str]) -> str:
    """`text.translate(table)`, unless that is too long.

    Raises:
        LimitError: it is.
    """
    if len(text) <= _LARGE:
        return text.translate(table)
    grown = Text()
    for part in _parts(text):
        grown.write(part.translate(table))
    return str(grown)


class Text:
    """A text that grows by many small pieces, in the memory of one."""

    __slots__ = ("_chunks", "_pieces", "size")

    def __init__(self) -> None:
        self.size = 0
        self._chunks: list[str] = []
        self._pieces: list[str] = []

    def write(self, text: str) -> None:
        """Adds a piece.

        Raises:
            LimitError: the text is too long, or the time is over.
        """
        self.size += len(text)
        self._pieces.append(text)
        if len(self._pieces) > 4096 or self.size > MAX_SIZE:
            check_size(self.size)
            work(0)
            self._chunks.append("".join(self._pieces))
            self._pieces.clear()

    def __str__(self) -> str:
        return "".join((*self._chunks, *self._pieces))
