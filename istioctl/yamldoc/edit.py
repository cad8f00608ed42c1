"""Changing a YAML text where its data change, and nowhere else.

`edits` compares two versions of a document's data and says which stretches of the text must become what: comments, key
order, quoting, indentation and line ends stay as they are in all the rest. What is new stands in block style, at the
indentation of what it stands beside; scalars inside flow collections stay in flow.

An anchor whose node changes would change its aliases with it, so the aliases are then written out. A flow collection
that gets a collection as a new member is written anew in block style.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from istioctl.patterns import lazy_pattern
from istioctl.yamldoc.difference import applied, increasing, laid_over, matched, own_key
from istioctl.yamldoc.fragments import Fragments, indented
from istioctl.yamldoc.reader import Node, is_merge, key_text, to_data
from istioctl.yamldoc.scalars import resolve

_FLOW_PLAIN = lazy_pattern(r"[A-Za-z_/][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*\Z")
_COMMENT = lazy_pattern(r"(?:^|[ \t])#.*")


class Edit(NamedTuple):
    """One change: the characters from `start` up to `end` become `text`."""

    start: int
    end: int
    text: str


class _NotHereError(Exception):
    """The change can't be made inside the node; the node has to be written anew."""


def apply(text: str, changes: list[Edit]) -> str:
    """`text` with all changes made; changes at one place keep their order."""
    pieces: list[str] = []
    position = 0
    for change in sorted(changes, key=lambda change: change.start):
        pieces += (text[position : change.start], change.text)
        position = max(position, change.end)
    return "".join(pieces) + text[position:]


def edits(text: str, root: Node, before: Any, after: Any, fragments: Fragments | None = None) -> list[Edit]:
    """The changes that take a document from `before` to `after`.

    Args:
        text: the whole text, which ends in a line break.
        root: the document's root node in it.
        before: its data, or a tidy form of them that lacks some fields (see `difference`).
        after: what the data shall be, in the same form.
        fragments: remembers how parts of `after` are written, for documents that share them.
    """
    editor = _Editor(text, root, fragments or Fragments())
    editor.change(root, before, after, 0, in_flow=False)
    return editor.finished()


class _Editor:
    """Collects the changes to one document."""

    def __init__(self, text: str, root: Node, fragments: Fragments) -> None:
        self._text = text
        self._fragments = fragments
        self._root = root
        self._edits: list[Edit] = []
        self._touched: set[str] = set()
        self._break = "\r\n" if "\r\n" in text[: text.find("\n") + 1] else "\n"
        self._step = self._indentation(root)

    def finished(self) -> list[Edit]:
        """All changes, with the aliases of changed anchors written out."""
        if self._touched:
            self._write_out(self._root, self._touched)
        return self._edits

    def _write_out(self, node: Node, names: set[str] | None) -> None:
        """Replace the aliases below a node by what they stand for; only those of `names`, unless that is None."""
        for alias, name in _aliases(self._text, node):
            inside = any(edit.start <= alias.start < edit.end for edit in self._edits)
            if (names is None or name in names) and not inside:
                self._edits.append(Edit(alias.start, alias.end, _as_json(to_data(alias))))

    def change(self, node: Node, before: Any, after: Any, indent: int, *, in_flow: bool) -> None:
        """Change `node` from `before` to `after`.

        Args:
            node: where the value stands.
            before, after: the value.
            indent: the column of the key or dash that the value belongs to.
            in_flow: whether it is a member of a flow collection.
        """
        if before == after:
            return
        if node.anchor:
            self._touched.add(node.anchor)
        mark = len(self._edits)
        try:
            if node.alias:
                raise _NotHereError
            if isinstance(before, dict) and isinstance(after, dict) and node.kind == "mapping":
                self._change_mapping(node, before, after, in_flow or node.style == "flow")
            elif isinstance(before, list) and isinstance(after, list) and node.kind == "sequence":
                self._change_sequence(node, before, after, in_flow or node.style == "flow")
            else:
                self._replace(node, after, indent, in_flow)
        except _NotHereError:
            del self._edits[mark:]
            self._replace(node, applied(to_data(node), before, after), indent, in_flow)

    # Mappings

    def _change_mapping(self, node: Node, before: dict[str, Any], after: dict[str, Any], in_flow: bool) -> None:
        entries = {key_text(key): (key, value) for key, value in node.value if key.value != "<<" or not is_merge(key)}
        raw = entries if len(entries) == len(node.value) else to_data(node)
        gone = {own_key(raw, key) for key in before.keys() - after.keys()}
        if not entries.keys() - gone or gone - entries.keys():
            raise _NotHereError
        column = self._column(next(iter(entries.values()))[0])
        if gone:
            self._remove_entries(node, gone)
            entries = {name: entry for name, entry in entries.items() if name not in gone}
            raw = {name: raw[name] for name in raw if name not in gone}
        added: dict[str, Any] = {}
        for key, value in after.items():
            if key in before and before[key] == value:
                continue
            own = own_key(raw, key)
            if own not in entries:
                added[own] = applied(raw[own], before[key], value) if key in before else laid_over(raw.get(own), value)
            elif key in before:
                self.change(entries[own][1], before[key], value, column, in_flow=in_flow)
            elif isinstance(value, dict) and entries[own][1].kind == "mapping":
                self.change(entries[own][1], {}, value, column, in_flow=in_flow)
            else:
                self._replace(entries[own][1], value, column, in_flow)
        if added:
            self._append_entries(node, added, column)

    def _append_entries(self, node: Node, added: dict[str, Any], column: int) -> None:
        last = node.value[-1]
        if node.style == "flow":
            if any(isinstance(value, (dict, list)) and value for value in added.values()):
                raise _NotHereError
            end = max(last[0].end, last[1].end)
            text = "".join(f", {_flow(key)}: {_flow(value)}" for key, value in added.items())
            self._edits.append(Edit(end, end, text))
            return
        place = self._line_end(max(last[0].end, self._end(last[1])))
        self._edits.append(Edit(place, place, self._block(added, column, self._list_offset(node))))

    def _remove_entries(self, node: Node, gone: set[str]) -> None:
        pairs = node.value
        goes = [not is_merge(key) and key_text(key) in gone for key, _ in pairs]
        for index, (key, value) in enumerate(pairs):
            if not goes[index]:
                continue
            self._forget(value)
            start, end = key.start, max(key.end, self._end(value))
            line = self._line_start(start)
            if node.style != "flow" and not self._text[line:start].strip():
                self._edits.append(Edit(line, self._line_end(end), ""))
            elif index + 1 < len(pairs) and not goes[index + 1]:
                self._edits.append(Edit(start, pairs[index + 1][0].start, ""))
            elif index and node.style == "flow":
                self._edits.append(Edit(max(pairs[index - 1][0].end, pairs[index - 1][1].end), end, ""))
            else:
                raise _NotHereError

    # Sequences

    def _change_sequence(self, node: Node, before: list[Any], after: list[Any], in_flow: bool) -> None:
        items = node.value
        if len(items) != len(before) or not items or not after:
            raise _NotHereError
        places = matched(before, after)
        if in_flow:
            self._change_flow_sequence(items, before, after, places)
            return
        kept = increasing(places)
        dashes = self._dashes(items)
        column = self._column_of(dashes[0])
        for index, item in enumerate(items):
            if index not in kept:
                self._forget(item)
                self._edits.append(Edit(self._line_start(dashes[index]), self._line_end(self._end(item)), ""))
        spot = self._before_comments(self._line_start(dashes[0]))
        for place, value in zip(places, after, strict=True):
            if place is None:
                self._edits.append(Edit(spot, spot, self._block([value], column, 0)))
            elif place in kept:
                self.change(items[place], before[place], value, column, in_flow=False)
                spot = self._line_end(self._end(items[place]))
            else:
                text = self._moved(items[place], dashes[place], before[place], value, column)
                self._edits.append(Edit(spot, spot, text))

    def _change_flow_sequence(
        self, items: list[Node], before: list[Any], after: list[Any], places: list[int | None]
    ) -> None:
        if [place for place in places if place is not None] != list(range(len(items))):
            raise _NotHereError
        last: int | None = None
        for place, value in zip(places, after, strict=True):
            if place is not None:
                self.change(items[place], before[place], value, 0, in_flow=True)
                last = place
            elif isinstance(value, (dict, list)) and value:
                raise _NotHereError
            elif last is None:
                self._edits.append(Edit(items[0].start, items[0].start, f"{_flow(value)}, "))
            else:
                self._edits.append(Edit(items[last].end, items[last].end, f", {_flow(value)}"))

    def _moved(self, item: Node, dash: int, before: Any, after: Any, column: int) -> str:
        """The text of an item that goes elsewhere in its list, with its own changes made."""
        own = _Editor(self._text, self._root, self._fragments)
        own._break = self._break
        own.change(item, before, after, column, in_flow=False)
        own._write_out(item, None)  # its anchors may stand behind it now, or change
        self._touched |= own._touched
        start, end = self._line_start(dash), self._line_end(self._end(item))
        changes = [Edit(edit.start - start, edit.end - start, edit.text) for edit in own._edits]
        return apply(self._text[start:end], changes)

    def _dashes(self, items: list[Node]) -> list[int]:
        """Where the dash of each item stands, each first on its line."""
        result = []
        for item in items:
            place = item.start
            while True:
                line = self._line_start(place)
                found = _COMMENT.sub("", self._text[line:place]).rstrip()
                if found.endswith("-"):
                    break
                if found or line == 0:
                    raise _NotHereError
                place = line - 1
            if found.strip() != "-":
                raise _NotHereError
            result.append(line + len(found) - 1)
        return result

    # Text

    def _replace(self, node: Node, value: Any, indent: int, in_flow: bool) -> None:
        """Write a value in place of a node."""
        self._forget(node)
        start, end = node.start, self._end(node)
        if not isinstance(value, (dict, list)) or not value:
            text = self._scalar(value, node)
            if node.style in ("|", ">"):
                start = len(self._text[:start].rstrip(" \t"))
            line = self._line_start(start)
            if node.kind != "scalar" and node is not self._root and not in_flow and not self._text[line:start].strip():
                owner = self._content_before(line)  # the value stands below its key
                self._edits += (Edit(owner, owner, f" {text}"), Edit(line, self._line_end(end), ""))
                return
            missing_blank = self._text[start - 1 : start] not in (" ", "\n", "")
            self._edits.append(Edit(start, end, " " + text if missing_blank else text))
            return
        if in_flow:
            raise _NotHereError
        line, stop = self._line_start(start), self._line_end(end)
        lead = self._text[line:start]
        behind_dash = bool(lead.strip()) and not lead.strip(" -")
        deeper = indent + (2 if behind_dash else 0 if isinstance(value, list) else self._step)
        if start == end and node.kind == "scalar" and node is not self._root:  # nothing stands here yet
            self._edits.append(Edit(stop, stop, self._block(value, deeper, 0)))
            return
        comment = self._text[end:stop].strip()
        if node is self._root:
            text = self._block(value, 0, 0)
            self._edits.append(Edit(start, stop, self._break + text if lead.strip() else text))
        elif not lead.strip():  # below its key or dash
            text = self._block(value, len(lead) if len(lead) > indent else deeper, 0)
            self._edits.append(Edit(line, stop, f"{lead}{comment}{self._break}{text}" if comment else text))
        elif behind_dash and not comment:
            self._edits.append(Edit(start, stop, self._block(value, len(lead), 0).lstrip(" ")))
        else:
            column = len(lead) if behind_dash else deeper
            start = len(self._text[:start].rstrip(" \t"))
            text = self._block(value, column, 0)
            self._edits.append(Edit(start, stop, (f" {comment}" if comment else "") + self._break + text))

    def _scalar(self, value: Any, node: Node) -> str:
        """A scalar (or an empty collection) in the quotes of the node it replaces, where these fit."""
        if isinstance(value, str) and node.kind == "scalar" and "\n" not in value:
            if node.style == '"':
                return _as_json(value)
            if node.style == "'":
                return "'" + value.replace("'", "''") + "'"
        return _flow(value)

    def _block(self, value: Any, column: int, list_offset: int) -> str:
        """A collection as lines of block style at `column`, its own lists `list_offset` deeper than their keys."""
        if list_offset and isinstance(value, dict):
            return "".join(self._block_entry(key, item, column, list_offset) for key, item in value.items())
        return self._broken(indented(self._fragments.text(value), " " * column))

    def _block_entry(self, key: str, value: Any, column: int, list_offset: int) -> str:
        if not isinstance(value, list) or not value:
            return self._block({key: value}, column, 0)
        head = self._fragments.text({key: None}).rpartition(" ")[0]
        return f"{' ' * column}{head}{self._break}{self._block(value, column + list_offset, 0)}"

    def _broken(self, text: str) -> str:
        return text if self._break == "\n" else text.replace("\n", self._break)

    def _list_offset(self, node: Node) -> int:
        """How much deeper than their keys the lists of a mapping stand."""
        for key, value in node.value:
            if value.kind == "sequence" and not value.style and not value.alias and value.value:
                try:
                    return max(self._column_of(self._dashes(value.value[:1])[0]) - self._column(key), 0)
                except _NotHereError:
                    continue
        return 0

    def _indentation(self, node: Node) -> int:
        """How much deeper than its key a mapping stands in this document."""
        if node.kind == "mapping" and not node.style:
            for key, value in node.value:
                if value.kind == "mapping" and not value.style and not value.alias and value.value:
                    return max(self._column(value.value[0][0]) - self._column(key), 1)
        return 2

    def _forget(self, node: Node) -> None:
        """Note the anchors of a node that goes away or is written anew."""
        self._touched.update(item.anchor for item in _walk(node) if item.anchor)

    def _end(self, node: Node) -> int:
        """The end of a node's last content."""
        last = node
        while last.kind != "scalar" and not last.style and not last.alias and last.value:
            tail = last.value[-1]
            if isinstance(tail, tuple):
                tail = tail[1] if tail[1].end > tail[0].end else tail[0]
            last = tail
        if last.style in ("|", ">"):
            header = self._text[last.start : self._line_end(last.start)]
            if "+" not in _COMMENT.sub("", header):
                return len(self._text[: last.end].rstrip())
            return last.end - 1
        return last.end

    def _line_start(self, place: int) -> int:
        return self._text.rfind("\n", 0, place) + 1

    def _line_end(self, place: int) -> int:
        return self._text.find("\n", place) + 1 or len(self._text)

    def _content_before(self, place: int) -> int:
        """The end of the last content before `place` that is not a comment."""
        while place:
            above = self._line_start(place - 1)
            found = _COMMENT.sub("", self._text[above : place - 1]).rstrip()
            if found:
                return above + len(found)
            place = above
        raise _NotHereError

    def _before_comments(self, place: int) -> int:
        """The start of the comment lines directly above the line that starts at `place`."""
        while place:
            above = self._line_start(place - 1)
            if not self._text[above:place].lstrip().startswith("#"):
                break
            place = above
        return place

    def _column(self, key: Node) -> int:
        line = self._text[self._line_start(key.start) : key.start]
        return len(line) - 2 if line.endswith("? ") else len(line)

    def _column_of(self, place: int) -> int:
        return place - self._line_start(place)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    if node.alias:
        return
    if node.kind == "mapping":
        for key, value in node.value:
            yield key
            yield from _walk(value)
    elif node.kind == "sequence":
        for item in node.value:
            yield from _walk(item)


def _aliases(text: str, root: Node) -> Iterator[tuple[Node, str]]:
    """The aliases below a node, with the names they refer to."""
    for node in _walk(root):
        if node.alias:
            yield node, text[node.start + 1 : node.end]


def _flow(value: Any) -> str:
    """A scalar or a collection in flow style."""
    if isinstance(value, str) and _FLOW_PLAIN.match(value) and isinstance(resolve(value), str):
        return value
    return _as_json(value)


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
