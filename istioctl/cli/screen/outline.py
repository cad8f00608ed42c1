"""Reports that are indented lines, as trees on a terminal. Imported only there: it brings Rich."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from istioctl.cli.screen.fitting import fold
from istioctl.cli.screen.terminal import styled, visible

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.style import Style

_TITLE = re.compile(r"([\w ()-]{1,40}:)(\s+|$)")
_GUIDE = 4
_LEAST = 24
_WIDEST = 100_000  # Rich would cut lines that are wider than its console
_TITLE_STYLE, _GUIDE_STYLE = "cyan", "dim"


@dataclass(slots=True)
class Node:
    """A line, and what belongs to it."""

    text: str
    children: list[Node] = field(default_factory=list)


def outline(lines: Iterable[str]) -> Node:
    """The lines as a tree: the first is the root; each belongs to the last one before it that is indented less.

    Blank lines and rulers separate only, and are left out, as are the blanks that align columns.
    """
    root: Node | None = None
    above: list[tuple[int, Node]] = []
    for line in lines:
        text = " ".join(line.split())
        if not text.strip("-"):
            continue
        node = Node(text)
        if root is None:
            root, above = node, [(-1, node)]
            continue
        indent = len(line) - len(line.lstrip())
        while above[-1][0] >= indent:
            above.pop()
        above[-1][1].children.append(node)
        above.append((indent, node))
    return root or Node("")


def tree_text(root: Node, width: int, styles: Mapping[str, str]) -> str:
    """The tree in so many columns, for a `Terminal` to write. Words are never broken.

    Args:
        styles: the style of lines that begin so, such as `{"WARNING:": "red"}`; the longest beginning counts.
    """
    return _text_of(_tree(root, width, styles, "bold"))


def _text_of(renderable: RenderableType) -> str:
    """What Rich makes of something whose lines have their length, with a terminal's marks for styles."""
    console = Console(file=io.StringIO(), width=_WIDEST, height=1, force_terminal=True, color_system="standard")
    rows = console.render_lines(renderable, pad=False)
    return "".join("".join(_marked(text, style) for text, style, _ in row).rstrip() + "\n" for row in rows)


def _tree(node: Node, width: int, styles: Mapping[str, str], style: str = "") -> Tree:
    text = "\n".join(fold(visible(node.text), max(_LEAST, width)))
    tree = Tree(_label(text, styles, style), guide_style=_GUIDE_STYLE)
    for child in node.children:
        tree.children.append(_tree(child, width - _GUIDE, styles))
    return tree


def _label(text: str, styles: Mapping[str, str], style: str) -> Text:
    found = max((start for start in styles if text.startswith(start)), key=len, default=None)
    title = _TITLE.match(text)
    label = Text(text, style or (styles[found] if found else ""), no_wrap=True)
    if title and not style and not found:
        label.stylize(_TITLE_STYLE, 0, title.end(1))
    return label


def _marked(text: str, style: Style | None) -> str:
    if style is None:
        return text
    names = [name for name, is_on in (("bold", style.bold), ("dim", style.dim)) if is_on]
    names += [style.color.name] if style.color else []
    return styled(text, *names) if names else text
