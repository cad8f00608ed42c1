"""Differences as they are shown: in colour on a terminal, as they are elsewhere."""

from __future__ import annotations

from istioctl.cli.screen.terminal import terminal

_STYLES = {"---": ("bold",), "+++": ("bold",), "@@": ("cyan",), "-": ("red",), "+": ("green",)}
_VERBS = {"create": "green", "change": "cyan", "remove": "red"}


def shown_differences(text: str) -> str:
    """A unified diff for stdout: what goes is red there, what comes is green."""
    if not terminal().has_colour(stdout=True):
        return text
    lines = []
    for line in text.splitlines(keepends=True):
        styles = next((styles for start, styles in _STYLES.items() if line.startswith(start)), ())
        body = line.rstrip("\n")
        lines.append(terminal().style(body, *styles, stdout=True) + line[len(body) :] if styles else line)
    return "".join(lines)


def shown_verb(verb: str) -> str:
    """What would happen to an object, for stdout."""
    style = _VERBS.get(verb)
    return terminal().style(verb, style, stdout=True) if style else verb
