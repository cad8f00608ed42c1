"""A configuration dump as JSON that may be handed on: as it came, but for what is secret.

Most of a dump has no secrets. Where it is laid out as Envoy does, or as this program, such sections go out as they came
in: their text is checked, not taken apart. Other dumps are laid out anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from istioctl.patterns import lazy_pattern
from istioctl.proxies import json_parts
from istioctl.proxies.redaction import may_hold_secrets, redacted, without_secrets
from istioctl.yamldoc.json_text import indented, scalar

#: Text, or text in UTF-8.
Piece = str | memoryview

_BEGINNING = lazy_pattern(rb'\{\n( +)"configs": \[\n( +)\{\n( +)"')
_LONGEST_BEGINNING = 200
_MOST_SECTIONS = 64
"""Sections of a dump that is not laid out anew; Envoy has less than ten."""


def shareable(data: bytes, source: str) -> Iterator[Piece]:
    """The pieces of the document.

    Args:
        data: what Envoy's admin API answered.
        source: where it comes from, for messages.

    Raises:
        InputError: it is not JSON, or not a dump.
    """
    try:
        yield from _pieces(data, source)
    except RecursionError:
        raise json_parts.not_json(data, source, json_parts.TOO_DEEP) from None


def _pieces(data: bytes, source: str) -> Iterator[Piece]:
    """The same; whatever is wrong with the dump is found before the first piece is given."""
    beginning = _BEGINNING.match(data, 0, _LONGEST_BEGINNING)
    step = beginning[1].decode() if beginning else ""
    if beginning and [len(spaces) for spaces in beginning.groups()] == [len(step) * depth for depth in (1, 2, 3)]:
        is_large = len(data) >= json_parts.LARGE
        pieces = _of_parts(data, source, step) if is_large else _of_texts(data, beginning.start(3) - 2, step)
        if pieces is not None:
            yield f'{{\n{step}"configs": '
            yield from _listed(pieces, step)
            yield "\n}\n"
            return
    from istioctl.proxies.config_dump import ConfigDump

    dump = ConfigDump(data, source)
    yield dump.reader.shown(dump.shareable())
    yield "\n"


def _listed(pieces: Sequence[Piece], step: str) -> Iterator[Piece]:
    before = f"[\n{step * 2}"
    for piece in pieces:
        yield before
        yield piece
        before = f",\n{step * 2}"
    yield f"\n{step}]"


def _of_texts(data: bytes, start: int, step: str) -> list[Piece] | None:
    """The sections of a small dump; None where it is laid out in another way, has more than sections, or is broken.

    Args:
        start: of the first section.
    """
    from json import JSONDecoder

    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    line = f"\n{step * 2}"
    decode = JSONDecoder().raw_decode
    pieces: list[Piece] = []
    while True:
        try:
            section, end = decode(text, start)
        except (ValueError, RecursionError):
            return None
        if not isinstance(section, dict):
            return None
        piece = text[start:end]
        pieces.append(indented(without_secrets(section), step, line) if may_hold_secrets(piece.encode()) else piece)
        if not text.startswith(f",{line}", end):
            return pieces if text[end:].rstrip() == f"\n{step}]\n}}" else None
        start = end + len(line) + 1


def _of_parts(data: bytes, source: str, step: str) -> list[Piece] | None:
    """The same for a large dump, whose sections are not decoded."""
    reader, document = json_parts.open_json(data, source)
    sections = reader.only_list(document, "configs", _MOST_SECTIONS)
    if not sections or not all(memoryview(section)[0] == ord("{") for section in sections):
        return None
    is_plain = data.isascii()

    def encode(value: Any) -> str:
        text = reader.undecoded(value)
        return scalar(value) if text is None else str(text, "utf-8", "replace")

    def piece(section: json_parts.Part) -> Piece:
        shown = redacted(reader, section)
        if is_plain and (text := reader.undecoded(shown)) is not None:
            return memoryview(text)
        return indented(shown, step, f"\n{step * 2}", encode)

    return [piece(section) for section in sections]
