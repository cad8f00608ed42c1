"""Where kubectl sees the end of a document that no line of `---` ends: JSON values one after another, and `...`."""

from __future__ import annotations

from json import JSONDecodeError, JSONDecoder
from typing import TYPE_CHECKING

from istioctl.errors import InputError
from istioctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from istioctl.yamldoc.reader import Document

NOT_READ = "This follows a document's end (...), where kubectl stops reading; put --- between documents."
_DECODER = JSONDecoder(strict=False)
_SPACE = lazy_pattern(r"\s*")
#: A brace that closes no value inside of another: without one, there is nothing to decode.
_JOINT = lazy_pattern(r"\}\s*[^\s,\]}]")
#: What may follow a value where the text is YAML as well: a comment, or the end of the document.
_YAML_GOES_ON = lazy_pattern(r"#|---|\.\.\.")
_NOTHING = lazy_pattern(r"(?:\s|#.*|\.\.\.(?!\S))*")


def further_values(text: str, source: str, line: int = 1) -> list[int]:
    """Where the second and each further JSON object of a text starts; empty where the text is not such a sequence.

    Args:
        text: one document of a stream of YAML, the mark of its encoding aside.
        source: names it in errors.
        line: the line of `source` that `text` starts on, counted from 1.

    Raises:
        InputError: something follows an object that is not another one.
    """
    starts: list[int] = []
    at = _next(text, 0)
    if not (text.startswith("{", at) and _JOINT.search(text, at)):
        return starts
    while text.startswith("{", at):
        try:
            _, end = _DECODER.raw_decode(text, at)
        except (JSONDecodeError, RecursionError, ValueError):
            break  # YAML in braces, or an error that the YAML parser names better
        at = _next(text, end)
        if at == len(text) or _YAML_GOES_ON.match(text, at):
            break
        if not text.startswith("{", at):
            raise _no_object(source, line + text.count("\n", 0, at))
        starts.append(at)
    return starts


def unread_after(text: str, document: Document) -> int | None:
    """The line, counted from 0, of what follows a document in its text, and which kubectl silently does not read.

    Args:
        text: as for `further_values`, up to the next of its values.
        document: the first one in it.

    Raises:
        InputError: the document is JSON: kubectl refuses what follows.
    """
    if document.root is None:
        return None
    found = _NOTHING.match(text, document.end)
    end = found.end() if found else document.end
    if end == len(text):
        return None
    line = text.count("\n", 0, end)
    if document.root.style == "flow":
        raise _no_object(document.source, line + 1)
    return line


def _no_object(source: str, line: int) -> InputError:
    return InputError(
        "a JSON value ends before this, which is not another object", where=f"{source}:{line}", id="bad-yaml"
    )


def _next(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
