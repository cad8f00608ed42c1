"""Changing a JSON text where its data change, and nowhere else.

What is new takes the layout of what it stands beside: on lines of its own where the members of its object are, at their
indentation, else on the same line with the same blanks. So putting in and taking out again leaves the text as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from istioctl.yamldoc.difference import increasing, matched
from istioctl.yamldoc.edit import Edit, apply
from istioctl.yamldoc.reader import Node, key_text

_COMMA = re.compile(r"\s*,\s*\Z")


class _Member(NamedTuple):
    """A member of an object or array in the text."""

    start: int
    end: int
    value: Node


def edits(text: str, root: Node, before: Any, after: Any) -> list[Edit]:
    """The changes that take a JSON document from `before` to `after`.

    Args:
        text: the whole text.
        root: the document's root node in it.
        before: its data.
        after: what the data shall be; members that stay keep their order.
    """
    editor = _Editor(text, root)
    editor.change(root, before, after)
    return editor.edits


class _Editor:
    """Collects the changes to one document."""

    def __init__(self, text: str, root: Node) -> None:
        self.edits: list[Edit] = []
        self._text = text
        lines = text[root.start : root.end].split("\n")
        pad = lines[1][: len(lines[1]) - len(lines[1].lstrip())] if len(lines) > 1 else ""
        margin = text[text.rfind("\n", 0, root.start) + 1 : root.start]
        self._step = pad.removeprefix(margin)
        self._colon = next(_colons(text, root), ": ")
        self._comma = next(_commas(text, root), ", " if self._colon.endswith(" ") else ",")
        self._ascii = text.isascii() and "\\u" in text
        self._break = "\r\n" if "\r\n" in text else "\n"

    def change(self, node: Node, before: Any, after: Any) -> None:
        """Change a value."""
        if before == after:
            return
        if node.kind == "mapping" and isinstance(after, dict) and before and after:
            self._change_object(node, before, after)
        elif node.kind == "sequence" and isinstance(after, list) and before and after:
            members = [_Member(item.start, item.end, item) for item in node.value]
            places = matched(before, after)
            self._arrange(
                node, members, before, [(place, "", value) for place, value in zip(places, after, strict=True)]
            )
        else:
            self.edits.append(Edit(node.start, node.end, self._written(after, self._margin(node.start))))

    def _change_object(self, node: Node, before: dict[str, Any], after: dict[str, Any]) -> None:
        members = [_Member(key.start, value.end, value) for key, value in node.value]
        names = [key_text(key) for key, _ in node.value]
        last = {name: index for index, name in enumerate(names)}  # of a name given twice, the last counts
        plan: list[tuple[int | None, str, Any]] = []
        for index, name in enumerate(names):
            if name in after:
                plan.append((index, name, after[name] if last[name] == index else before[name]))
        plan += [(None, name, value) for name, value in after.items() if name not in last]
        self._arrange(node, members, [before[name] for name in names], plan)

    def _arrange(
        self,
        node: Node,
        members: list[_Member],
        before: Sequence[Any],
        plan: list[tuple[int | None, str, Any]],
    ) -> None:
        """Bring members into a new order: each is one that is there, by its index, or a new one."""
        between = self._between(node, members)
        is_named = node.kind == "mapping"
        places = [place for place, _, _ in plan]
        if "\n" in between:
            margin: str | None = between.rpartition("\n")[2]
        else:
            margin = self._margin(node.start) if "\n" in self._text[node.start : node.end] else None
        if not any(place is not None for place in places):
            written = between.join(self._member(is_named, name, value, margin) for _, name, value in plan)
            self.edits.append(Edit(members[0].start, members[-1].end, written))
            return
        kept = increasing(places)
        self._remove([index not in kept for index in range(len(members))], members)
        last: int | None = None  # the member that stays and that others are put behind
        pending = ""
        for place, name, value in plan:
            if place in kept and place is not None:
                if last is None and pending:
                    start = members[place].start
                    self.edits.append(Edit(start, start, pending))
                    pending = ""
                self.change(members[place].value, before[place], value)
                last = place
                continue
            if place is None:
                written = self._member(is_named, name, value, margin)
            else:
                written = self._moved(members[place], before[place], value)
            if last is None:
                pending += written + between
            else:
                end = members[last].end
                self.edits.append(Edit(end, end, between + written))

    def _remove(self, goes: list[bool], members: list[_Member]) -> None:
        """Take members out, each with the comma before it, the first ones with the comma behind."""
        first = goes.index(False)
        if first:
            self.edits.append(Edit(members[0].start, members[first].start, ""))
        for index in range(first + 1, len(members)):
            if goes[index]:
                self.edits.append(Edit(members[index - 1].end, members[index].end, ""))

    def _moved(self, member: _Member, before: Any, after: Any) -> str:
        inner = _Editor.__new__(_Editor)
        inner.__dict__.update(self.__dict__)
        inner.edits = []
        inner.change(member.value, before, after)
        changes = [Edit(each.start - member.start, each.end - member.start, each.text) for each in inner.edits]
        return apply(self._text[member.start : member.end], changes)

    def _between(self, node: Node, members: list[_Member]) -> str:
        """What stands between two members."""
        if len(members) > 1:
            found = self._text[members[-2].end : members[-1].start]
            if _COMMA.match(found):
                return found
        lead = self._text[node.start + 1 : members[0].start]
        return f",{lead}" if "\n" in lead else self._comma

    def _margin(self, place: int) -> str | None:
        """The indentation of the line that a place is on, where this document puts members on lines of their own."""
        if not self._step:
            return None
        line = self._text[self._text.rfind("\n", 0, place) + 1 : place]
        return line[: len(line) - len(line.lstrip())]

    def _member(self, is_named: bool, name: str, value: Any, margin: str | None) -> str:
        lead = "" if not is_named else self._dumped(name) + self._colon
        return lead + self._written(value, margin)

    def _written(self, value: Any, margin: str | None) -> str:
        """A value as JSON: on lines of its own behind `margin`, or on one line where that is None."""
        if margin is None or not self._step:
            return self._dumped(value, separators=(self._comma, self._colon))
        text = self._dumped(value, indent=self._step, separators=(",", self._colon))
        return text.replace("\n", self._break + margin)

    def _dumped(self, value: Any, **layout: Any) -> str:
        return json.dumps(value, ensure_ascii=self._ascii, **layout)


def _colons(text: str, node: Node) -> Iterator[str]:
    """What stands between names and values, on one line."""
    if node.kind == "mapping":
        for key, value in node.value:
            if "\n" not in (found := text[key.end : value.start]):
                yield found
            yield from _colons(text, value)
    elif node.kind == "sequence":
        for item in node.value:
            yield from _colons(text, item)


def _commas(text: str, node: Node) -> Iterator[str]:
    """What stands between members that share a line."""
    if node.kind == "scalar":
        return
    pairs = node.value if node.kind == "mapping" else [(item, item) for item in node.value]
    for (_, before), (after, _) in pairwise(pairs):
        if "\n" not in (found := text[before.end : after.start]):
            yield found
    for _, value in pairs:
        yield from _commas(text, value)
