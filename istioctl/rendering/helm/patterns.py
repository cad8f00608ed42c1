"""The two ways charts spell file names with wildcards: Go's filepath.Match and gobwas/glob.

Both become regular expressions for RE2, so that no pattern takes long.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=256)
def match_pattern(pattern: str) -> Any:
    """filepath.Match: `*` and `?` stop at a slash, `[a-z]` and `[^a-z]` are classes, a backslash takes away meaning.

    Raises:
        ValueError: the pattern is malformed.
    """
    out, at = [], 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[":
            text, at = _match_class(pattern, at)
            out.append(text)
        elif char == "\\":
            if at == len(pattern):
                raise ValueError("syntax error in pattern")
            out.append(re.escape(pattern[at]))
            at += 1
        else:
            out.append(re.escape(char))
    return _compiled("".join(out))


def _compiled(text: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.dot_nl = True
    try:
        return re2.compile(text + r"\z", options)
    except re2.error:
        raise ValueError("syntax error in pattern") from None


def _match_class(pattern: str, at: int) -> tuple[str, int]:
    end = at
    while True:
        end = pattern.find("]", end)
        if end < 0:
            raise ValueError("syntax error in pattern")
        if end > at and pattern[end - 1] != "\\":
            break
        end += 1
    body = pattern[at:end]
    negated = body.startswith("^")
    if negated and len(body) == 1:
        raise ValueError("syntax error in pattern")
    return f"[{'^/' if negated else ''}{_class_body(body[negated:])}]", end + 1


def _class_body(body: str) -> str:
    return re.sub(r"([\[\]^&|~])", r"\\\1", body) if "\\" not in body else body


@lru_cache(maxsize=256)
def glob_pattern(pattern: str) -> Any:
    """gobwas/glob with `/` as separator: as above, and `**` for anything, `[!a-z]`, and `{a,b}` for alternatives.

    A malformed pattern matches everything, as `.Files.Glob` takes it.
    """
    try:
        text, at = _glob_parts(pattern, 0, "")
        if at == len(pattern):
            return _compiled(text)
    except (ValueError, IndexError, RecursionError):
        pass
    return _compiled(".*")


def _glob_parts(pattern: str, at: int, ends: str) -> tuple[str, int]:
    out: list[str] = []
    while at < len(pattern) and pattern[at] not in ends:
        char = pattern[at]
        at += 1
        if char == "*":
            many = pattern.startswith("*", at)
            while pattern.startswith("*", at):
                at += 1
            out.append(".*" if many else "[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[":
            end = pattern.index("]", at)
            body = pattern[at:end]
            negated = body.startswith("!")
            out.append(f"[{'^' if negated else ''}{_class_body(body[negated:])}]")
            at = end + 1
        elif char == "{":
            choices = []
            while True:
                text, at = _glob_parts(pattern, at, ",}")
                choices.append(text)
                at += 1
                if pattern[at - 1] == "}":
                    break
            out.append(f"(?:{'|'.join(choices)})")
        elif char == "\\":
            out.append(re.escape(pattern[at]))
            at += 1
        else:
            out.append(re.escape(char))
    return "".join(out), at
