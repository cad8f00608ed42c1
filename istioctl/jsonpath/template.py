"""A template at work: kubectl's `-o jsonpath=` and `-o jsonpath-as-json=`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from istioctl.errors import TemplateError
from istioctl.golang import fmt, json_text
from istioctl.jsonpath.reader import Action, read

#: What a path starts from where a range has nothing to go through.
_NO_VALUE: Any = object()


class TopList(list[Any]):
    """A list that is all of the data: its `.items` are the list itself, since kubectl prints every list as such."""

    def get(self, key: str, default: Any) -> Any:
        """What a path finds under a key."""
        return self if key == "items" else default


class Template:
    """A text with paths in braces, ready to be filled in.

    Args:
        text: such as `{range .items[*]}{.metadata.name}{"\\n"}{end}`.

    Raises:
        TemplateError: it is not a template.
    """

    def __init__(self, text: str) -> None:
        self._pieces = read(text)

    def find(self, data: Any) -> list[list[Any]]:
        """What each text and each pair of braces finds in plain data, ranges unrolled.

        Raises:
            TemplateError: a path makes no sense for these data.
        """
        run = _Evaluation(self._pieces)
        try:
            run.go(0, data, run.found.append)
        except RecursionError:
            raise TemplateError("a path of the template has too many steps") from None
        return run.found

    def text(self, data: Any) -> str:
        """The template filled in: mappings and lists as JSON, several values with a space between.

        Raises:
            TemplateError: a path makes no sense for these data.
        """
        return "".join(" ".join(map(_text, found)) for found in self.find(data))

    def json(self, data: Any) -> str:
        """What is found as JSON: a list for each text and each pair of braces.

        Raises:
            TemplateError: a path makes no sense for these data.
        """
        return "".join(json_text.write(list(map(_plain, found)), indent="    ") + "\n" for found in self.find(data))


class _Evaluation:
    """One evaluation of a template.

    A range without an end is gone through for each value, and once more for the value around it, as kubectl does.
    """

    def __init__(self, pieces: list[str | Action]) -> None:
        self.found: list[list[Any]] = []
        self._pieces = pieces
        self._last_end = -1

    def go(self, start: int, value: Any, emit: Callable[[list[Any]], object]) -> None:
        """From the piece at `start` to the end of the range that it is in."""
        at = start
        while at < len(self._pieces):
            piece = self._pieces[at]
            if isinstance(piece, str):
                emit([piece])
            else:
                found = [each.value for each in piece.expression.find(value)]
                if piece.ends:
                    self._last_end = at
                    return
                if piece.begins:
                    for each in found:
                        self.go(at + 1, _NO_VALUE if each is None else each, emit)
                    if not found:
                        self.go(at + 1, _NO_VALUE, lambda _: None)
                    at = max(at, self._last_end)
                else:
                    emit(found)
            at += 1


def _text(value: Any) -> str:
    if value is None:
        return "null"
    if value is _NO_VALUE:
        return "<no value>"
    return json_text.write(_plain(value)) if isinstance(value, dict | list) else fmt.show(value)


def _plain(value: Any) -> Any:
    if isinstance(value, TopList):
        return list(value)
    return None if value is _NO_VALUE else value
