"""The way back from an injected text, noted in the text itself.

A note lists the stretches that injection changed: where each stands, what it must look like to be the one that is
meant, and what stood there before. A stretch that only came in has no text before. So the original comes back byte for
byte, also where other parts of the text have been edited or have moved since; what is not found is left alone.

In YAML the note is a comment, which an API server never sees. JSON has no comments: there it is one more field of the
status annotation, and only written where the way back can't be worked out from the data.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from istioctl.api.names import STATUS
from istioctl.patterns import lazy_pattern
from istioctl.yamldoc.edit import Edit, apply

_ENCODER = json.JSONEncoder(separators=(",", ":"))
#: How the comment begins.
LEAD = "# istioctl kube-uninject: "
_COMMENT = lazy_pattern(rf"^{LEAD}(\{{.*\}}) ([0-9a-f]+)[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_STATUS = lazy_pattern(rf'"{re.escape(STATUS)}"\s*:\s*"\{{(?:[^"\\]|\\.)*(?=\}}")')
_FIELD = lazy_pattern(r',\\"uninject\\":\\"([A-Za-z0-9+/=]+)\\"(?=\}")')
#: Characters around a change in JSON that help to find it again; in YAML it is a line before and behind.
_AROUND = 40
#: How much text is looked through, in characters, for stretches that are no longer where they were.
_MOST = 200_000_000


class Hunk(NamedTuple):
    """One stretch of the injected text, in lines of YAML or characters of JSON.

    Attributes:
        place: where it starts.
        size: how long it is.
        checksum: the CRC-32 of its UTF-8.
        before: what stood there before injection.
    """

    place: int
    size: int
    checksum: int
    before: str = ""


class Note(NamedTuple):
    """The way back.

    Attributes:
        hunks: what injection changed, in order.
        kept: labels and annotations that an injector might have set, but the user had.
        by_line: whether hunks count lines.
    """

    hunks: tuple[Hunk, ...]
    kept: tuple[str, ...]
    by_line: bool

    @classmethod
    def of(cls, text: str, edits: list[Edit], kept: Iterable[str], *, by_line: bool) -> Note:
        """The way back from what edits make of a text, whose last line is ended."""
        return cls(tuple(_hunks(text, edits, by_line)), tuple(sorted(kept)), by_line)

    def written(self) -> str:
        """The note as JSON."""
        rows = [hunk if hunk.before else hunk[:3] for hunk in self.hunks]
        data: dict[str, Any] = {"lines" if self.by_line else "characters": rows}
        if self.kept:
            data["kept"] = self.kept
        return _ENCODER.encode(data)

    @classmethod
    def read(cls, text: str, *, by_line: bool) -> Note | None:
        """A note from its JSON; None where it is none."""
        try:
            data = json.loads(text)
            rows = data["lines" if by_line else "characters"]
            hunks = tuple(Hunk(*row) for row in rows)
            kept = tuple(data.get("kept", ()))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        sound = all(
            type(hunk.before) is str and all(type(part) is int and part >= 0 for part in hunk[:3]) for hunk in hunks
        )
        return cls(hunks, kept, by_line) if sound and all(isinstance(name, str) for name in kept) else None


def with_comment(text: str, note: Note, line_break: str, place: int | None = None) -> str:
    """A YAML text with its note, at its end or at `place`, the start of a line."""
    place = len(text) if place is None else place
    said = note.written()
    return f"{text[:place]}{LEAD}{said} {binascii.crc32(said.encode()):x}{line_break}{text[place:]}"


def with_field(text: str, note: Note) -> str:
    """A JSON text with its note in the first status annotation; unchanged where there is none."""
    found = _STATUS.search(text)
    if not found:
        return text
    import zlib

    packed = binascii.b2a_base64(zlib.compress(note.written().encode()), newline=False).decode()
    return f'{text[: found.end()]},\\"uninject\\":\\"{packed}\\"{text[found.end() :]}'


def detached(text: str) -> tuple[str, Note | None]:
    """A text without its note, and the note; the same text and None where it has none that can be read."""
    found: re.Match[str] | None = None
    note: Note | None = None
    for match in _COMMENT.finditer(text) if LEAD in text else ():
        is_whole = binascii.crc32(match[1].encode()) == int(match[2], 16)
        if is_whole and (read := Note.read(match[1], by_line=True)) is not None:
            found, note = match, read
    if note is None and (found := _FIELD.search(text)):
        import zlib

        try:
            inflater = zlib.decompressobj()
            unpacked = inflater.decompress(binascii.a2b_base64(found[1]), max_length=len(text) * 50)
            note = Note.read(unpacked.decode(), by_line=False)
        except (ValueError, zlib.error):
            note = None
    if found is None or note is None:
        return text, None
    return text[: found.start()] + text[found.end() :], note


def between(before: str, after: str) -> list[Edit]:
    """Edits, of whole lines, that make one text of another."""
    from difflib import SequenceMatcher

    old, new = (text.splitlines(keepends=True) for text in (before, after))
    places = [0]
    for line in old:
        places.append(places[-1] + len(line))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        Edit(places[start], places[end], "".join(new[new_start:new_end]))
        for tag, start, end, new_start, new_end in matcher.get_opcodes()
        if tag != "equal"
    ]


def restored(text: str, note: Note) -> tuple[str, bool]:
    """A text with its hunks taken back, as far as they are found.

    Args:
        text: the injected text without its note, its last line ended.
        note: the way back.

    Returns:
        The text, and whether all hunks stood where they were.
    """
    units = _lines(text) if note.by_line else text
    places = _moved(units, note.hunks, 0)
    exact = places is not None
    if places is None:
        places = _searched(units, note.hunks)
    pieces: list[str] = []
    position = 0
    for hunk, place in zip(note.hunks, places, strict=True):
        if place is not None:
            pieces += (_text(units[position:place]), hunk.before)
            position = place + hunk.size
    return "".join(pieces) + _text(units[position:]), exact


# Writing


def _hunks(text: str, edits: list[Edit], by_line: bool) -> Iterable[Hunk]:
    position = place = 0
    for start, end, changes in _stretches(text, edits, by_line):
        before = text[start:end]
        if before:
            after = apply(before, [Edit(each.start - start, each.end - start, each.text) for each in changes])
        else:
            after = "".join([each.text for each in changes])
        place += text.count("\n", position, start) if by_line else start - position
        size = after.count("\n") if by_line else len(after)
        yield Hunk(place, size, binascii.crc32(after.encode()), before)
        place += size
        position = end


class _Stretch(NamedTuple):
    start: int
    end: int
    changes: list[Edit]


def _stretches(text: str, edits: list[Edit], by_line: bool) -> list[_Stretch]:
    """Where a text is edited, with something around it where more happens than that text comes in."""
    found: list[_Stretch] = []
    for each in sorted(edits, key=itemgetter(0)):
        if found and each.start == each.end == found[-1].start and (each.text[-1:] == "\n" or not by_line):
            found[-1].changes.append(each)  # more text comes in at the same place
            continue
        start, end = _extent(text, each, by_line)
        changes = [each]
        while found and start < found[-1].end:
            before, behind, earlier = found.pop()
            start, end, changes = min(start, before), max(end, behind), earlier + changes
        found.append(_Stretch(start, end, changes))
    return found


def _extent(text: str, change: Edit, by_line: bool) -> tuple[int, int]:
    start, end, new = change
    if not by_line:
        return (start, end) if start == end else (max(start - _AROUND, 0), min(end + _AROUND, len(text)))
    if start == end and (not start or text[start - 1] == "\n") and new[-1:] == "\n":
        return start, end
    first = text.rfind("\n", 0, start) + 1
    last = end if end > start and text[end - 1] == "\n" else text.find("\n", end) + 1 or len(text)
    return text.rfind("\n", 0, max(first - 1, 0)) + 1, text.find("\n", last) + 1 or len(text)


# Finding again


def _lines(text: str) -> list[str]:
    """Lines as they are counted here: what is between two `\\n`, whatever else breaks a line elsewhere."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _text(units: Sequence[str]) -> str:
    return units if isinstance(units, str) else "".join(units)


def _stands(units: Sequence[str], hunk: Hunk, place: int) -> bool:
    if place < 0 or place + hunk.size > len(units):
        return False
    return binascii.crc32(_text(units[place : place + hunk.size]).encode()) == hunk.checksum


def _moved(units: Sequence[str], hunks: Sequence[Hunk], by: int) -> list[int | None] | None:
    """Where hunks stand if all moved as far; None where one of them does not stand there."""
    places: list[int | None] = [hunk.place + by for hunk in hunks]
    stand = all(_stands(units, hunk, hunk.place + by) for hunk in hunks)
    return places if stand and _in_order(hunks, places) else None


def _in_order(hunks: Sequence[Hunk], places: Sequence[int | None]) -> bool:
    position = 0
    for hunk, place in zip(hunks, places, strict=True):
        if place is not None:
            if place < position:
                return False
            position = place + hunk.size
    return True


def _searched(units: Sequence[str], hunks: Sequence[Hunk]) -> list[int | None]:
    """Where hunks stand in an edited text: only what is found beyond doubt.

    Where something was put in or taken away above, all have moved as far as the largest. Else, hunks that look the same
    must be found as often as there are; where other text looks the same as well, a hunk is the one that stands as far
    from both its neighbours as it did.
    """
    left = _MOST
    average = max(sum(map(len, units)) // max(len(units), 1), 1)
    largest = max(hunks, key=lambda hunk: hunk.size, default=Hunk(0, 0, 0))
    if 0 < len(units) * largest.size * average < left:
        ways = [
            place - largest.place for place in range(len(units) - largest.size + 1) if _stands(units, largest, place)
        ]
        all_moved = [moved for way in ways if (moved := _moved(units, hunks, way))]
        if len(all_moved) == 1:
            return all_moved[0]
    groups: dict[tuple[int, int], list[int]] = {}
    for index, hunk in enumerate(hunks):
        groups.setdefault((hunk.size, hunk.checksum), []).append(index)
    places: list[int | None] = [None] * len(hunks)
    for (size, _), group in groups.items():
        left -= max(len(units) - size, 0) * size * average
        if size == 0 or left < 0:
            continue
        found = [place for place in range(len(units) - size + 1) if _stands(units, hunks[group[0]], place)]
        if len(found) == len(group):
            for index, place in zip(group, found, strict=True):
                places[index] = place
    sure = [index for index, place in enumerate(places) if place is not None]
    moves = {index: (places[index] or 0) - hunks[index].place for index in sure}
    for before, behind in pairwise(sure):
        for index in range(before + 1, behind) if moves[before] == moves[behind] else ():
            place = hunks[index].place + moves[before]
            places[index] = place if _stands(units, hunks[index], place) else None
    return places if _in_order(hunks, places) else [None] * len(hunks)
