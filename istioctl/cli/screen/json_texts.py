"""JSON documents put together from texts, so that no large document has to be one object in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

#: A text, or a list of texts.
Texts = str | list[str]


def document(found: Texts) -> Iterator[str]:
    """The pieces of a document, indented by two: the text itself, or a list of the texts.

    Args:
        found: each text JSON, indented by two.
    """
    yield from ([found] if isinstance(found, str) else _enclosed("[", found, "]"))
    yield "\n"


def mapping(found: Mapping[str, Texts]) -> Iterator[str]:
    """The pieces of one document that has each of the documents under its name."""
    members = (f"{json.dumps(name)}: {''.join(document(texts)).rstrip()}" for name, texts in found.items())
    yield from _enclosed("{", members, "}")
    yield "\n"


def _enclosed(first: str, members: Iterable[str], last: str) -> Iterator[str]:
    separator = f"{first}\n  "
    for member in members:  # a line break in JSON is never inside a text
        yield separator + member.replace("\n", "\n  ")
        separator = ",\n  "
    yield f"{first}{last}" if separator[0] == first else f"\n{last}"
