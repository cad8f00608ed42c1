"""JSON values one after another in one text, which kubectl reads as so many documents."""

from __future__ import annotations

from json import JSONDecodeError, JSONDecoder

from istioctl.errors import InputError
from istioctl.patterns import lazy_pattern

_DECODER = JSONDecoder(strict=False)
_SPACE = lazy_pattern(r"\s*")
#: A brace that closes no value inside of another: without one, there is nothing to decode.
_JOINT = lazy_pattern(r"\}\s*[^\s,\]}]")
#: What may follow a value where the text is YAML as well: a comment, or the end of the document.
_YAML_GOES_ON = lazy_pattern(r"#|---|\.\.\.")


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
            where = f"{source}:{line + text.count(chr(10), 0, at)}"
            raise InputError("a JSON value ends before this, which is not another object", where=where, id="bad-yaml")
        starts.append(at)
    return starts


def _next(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
