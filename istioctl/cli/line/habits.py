"""What people type out of habit from other tools, and what to type here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from istioctl.cli.line.slots import slots


def meant_by(function: Callable[..., Any], name: str, args: Sequence[str]) -> str:
    """What the words of a command line that its command refused were meant to be; empty where nothing suggests itself.

    Args:
        function: the command's.
        name: as it is typed, such as `istioctl validate`.
        args: the words behind it.
    """
    known = {flag for slot in slots(function) for flag in slot.flags}
    takes_words = any(not slot.is_option for slot in slots(function))
    for index, word in enumerate(args):
        flag, _, value = word.partition("=")
        if flag == "--profile" and "--set" in known and "--profile" not in known:
            following = args[index + 1] if index + 1 < len(args) else ""
            return f"Choose a profile by --set: {name} --set profile={value or following or 'NAME'}"
    words = [word for word in args if not word.startswith("-")]
    if words and not takes_words and "-f" in known:
        return f"Name files by -f: {name} -f {words[-1]}"
    return ""
