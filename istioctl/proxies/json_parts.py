"""Large JSON documents, read part by part: only what is looked at becomes objects.

The configuration dump of a proxy in a large mesh has fifty megabytes, of which a table shows a thousandth. Parts that
nobody looks at are passed over without being decoded, by msgspec; small documents are read whole by the standard
library, which loads faster than msgspec does.
"""

from __future__ import annotations

import json
from typing import Any, Protocol, TypeVar

from istioctl.errors import InputError

T = TypeVar("T")

LARGE = 2_000_000
"""Bytes from which on loading msgspec pays."""

#: A part of a document, not yet decoded or a value already: only a Reader knows.
Part = Any


class Reader(Protocol):
    """Decodes the parts of one document."""

    def object(self, part: Part) -> dict[str, Part]:
        """The members of an object; none where it is null."""

    def list(self, part: Part) -> list[Part]:
        """The items of a list; none where it is null."""

    def value(self, part: Part) -> Any:
        """The whole part as plain data."""

    def text(self, value: Any) -> bytes:
        """Plain data, or a part, or plain data that holds parts, as compact JSON."""

    def shown(self, value: Any) -> str:
        """The same, indented by two."""


def open_json(data: bytes, source: str) -> tuple[Reader, Part]:
    """A reader for a document, and the document as its first part.

    Args:
        data: the text, in UTF-8.
        source: where it comes from, for messages.

    Raises:
        InputError: it is not JSON; broken parts of a large document may be found only when they are decoded.
    """
    if len(data) >= LARGE:
        return _Lazy(data, source), data
    try:
        return _Whole(source), json.loads(data)
    except ValueError as problem:
        raise not_json(data, source, str(problem)) from None


def not_json(data: bytes, source: str, problem: str) -> InputError:
    """The error for a text that is not JSON; what Envoy says in plain text instead of a dump is its message."""
    start = data[:1].strip()
    if data and start not in (b"{", b"[", b""):
        line = data[:200].decode("utf-8", "replace").partition("\n")[0].strip()
        return InputError(f"this is not JSON: {line}", where=source, id="not-json")
    return InputError(f"this is not JSON: {problem}", where=source, id="not-json")


def _wrong(source: str, expected: str) -> InputError:
    return InputError(
        f"{expected} is expected", where=source, hint="See that it is a dump of Envoy's.", id="not-a-dump"
    )


class _Whole:
    """Reads what is decoded already."""

    def __init__(self, source: str) -> None:
        self._source = source

    def object(self, part: Part) -> dict[str, Part]:
        if part is not None and not isinstance(part, dict):
            raise _wrong(self._source, "an object")
        return part or {}

    def list(self, part: Part) -> list[Part]:
        if part is not None and not isinstance(part, list):
            raise _wrong(self._source, "a list")
        return part or []

    def value(self, part: Part) -> Any:
        return part

    def text(self, value: Any) -> bytes:
        return json.dumps(value, separators=(",", ":")).encode()

    def shown(self, value: Any) -> str:
        return json.dumps(value, indent=2, ensure_ascii=False)


class _Lazy:
    """Decodes part by part, with msgspec."""

    def __init__(self, data: bytes, source: str) -> None:
        from msgspec import Raw
        from msgspec.json import Decoder, Encoder

        self._data, self._source, self._undecoded = data, source, (Raw, bytes)
        self._object, self._list, self._any = Decoder(dict[str, Raw] | None), Decoder(list[Raw] | None), Decoder()
        self._encode = Encoder().encode

    def object(self, part: Part) -> dict[str, Part]:
        return self._read(self._object, part, "an object") or {}

    def list(self, part: Part) -> list[Part]:
        return self._read(self._list, part, "a list") or []

    def value(self, part: Part) -> Any:
        if isinstance(part, dict | list):  # a collection of parts
            pairs = part.items() if isinstance(part, dict) else enumerate(part)
            found = {key: self.value(each) for key, each in pairs}
            return found if isinstance(part, dict) else list(found.values())
        return self._read(self._any, part, "a value") if isinstance(part, self._undecoded) else part

    def text(self, value: Any) -> bytes:
        return self._encode(value)

    def shown(self, value: Any) -> str:
        from msgspec.json import format as indented

        return indented(self._encode(value), indent=2).decode("utf-8", "replace")

    def _read(self, decoder: Any, part: Part, expected: str) -> Any:
        from msgspec import DecodeError, ValidationError

        if part is None:
            return None
        try:
            return decoder.decode(part)
        except ValidationError:
            raise _wrong(self._source, expected) from None
        except (DecodeError, UnicodeDecodeError) as problem:
            raise not_json(self._data, self._source, str(problem)) from None
