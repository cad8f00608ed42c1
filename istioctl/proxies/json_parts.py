"""Large JSON documents, read part by part: only what is looked at becomes objects.

The configuration dump of a proxy in a large mesh has fifty megabytes, of which a table shows a thousandth. Parts that
nobody looks at are passed over without being decoded, by msgspec; small documents are read whole by the standard
library, which loads faster than msgspec does.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, cached_property
from typing import Any, Protocol, TypeVar

from istioctl.errors import InputError
from istioctl.late_imports import imported_later, left_out
from istioctl.yamldoc.json_text import indented
from istioctl.yamldoc.json_weight import HEAVIEST, json_weight

T = TypeVar("T")

LARGE = 2_000_000
"""Bytes from which on loading msgspec pays."""
_MOST_ITEMS = 1_500_000
"""How many commas a list of parts has at most: an item takes a hundred bytes, and Envoy's lists have far fewer."""
_LIGHT = 500_000
"""Bytes of a part that needs no weighing."""

#: A part of a document, not yet decoded or a value already: only a Reader knows.
Part = Any


class Reader(Protocol):
    """Decodes the parts of one document."""

    def object(self, part: Part) -> dict[str, Part]:
        """The members of an object; none where it is null."""

    def members(self, part: Part, *names: str) -> dict[str, Part]:
        """Those members of an object that have these names, in the order of the names; the others are passed over."""

    def list(self, part: Part) -> list[Part]:
        """The items of a list; none where it is null."""

    def lists(self, part: Part, *names: str) -> dict[str, Sequence[Part]]:
        """The items of those lists that an object has by these names, in the order of the names; without null."""

    def only_list(self, part: Part, name: str, most: int) -> Sequence[Part] | None:
        """The items of the list that an object has and nothing else; None where it has more, or more than `most`."""

    def value(self, part: Part) -> Any:
        """The whole part as plain data."""

    def undecoded(self, part: Part) -> Any:
        """The text of a part that is not decoded yet, as something with a buffer; None of everything else."""

    def weigh(self, part: Part) -> None:
        """Refuses a part whose data would take too much memory, were all of them kept."""

    def text(self, value: Any) -> bytes:
        """Plain data, or a part, or plain data that holds parts, as compact JSON."""

    def shown(self, value: Any) -> str:
        """The same, indented by two."""


def load_msgspec() -> None:
    """Imports msgspec in a third of the time; to be called before it is imported.

    What is left out takes longer than all the rest: typing has what is needed of `typing_extensions`, and nobody here
    asks for the schema of a type.
    """
    with (
        left_out("typing_extensions"),
        imported_later("msgspec.inspect"),
        imported_later("msgspec._json_schema", "schema", "schema_components"),
    ):
        import msgspec  # noqa: F401


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
    except RecursionError:
        raise not_json(data, source, TOO_DEEP) from None
    except ValueError as problem:
        raise not_json(data, source, str(problem)) from None


def read_whole(data: bytes, source: str) -> Any:
    """The data of a document, for those who look at all of it.

    Raises:
        InputError: it is not JSON, or its data would take too much memory.
    """
    reader, document = open_json(data, source)
    return reader.value(document)


TOO_DEEP = "it nests collections too deep"


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

    def members(self, part: Part, *names: str) -> dict[str, Part]:
        found = self.object(part)
        return {name: found[name] for name in names if name in found}

    def lists(self, part: Part, *names: str) -> dict[str, Sequence[Part]]:
        return {name: self.list(found) for name, found in self.members(part, *names).items() if found is not None}

    def list(self, part: Part) -> list[Part]:
        if part is not None and not isinstance(part, list):
            raise _wrong(self._source, "a list")
        return part or []

    def only_list(self, part: Part, name: str, most: int) -> Sequence[Part] | None:
        items = part.get(name) if isinstance(part, dict) and len(part) == 1 else None
        return items if isinstance(items, list) and len(items) <= most else None

    def value(self, part: Part) -> Any:
        return part

    def undecoded(self, part: Part) -> Any:
        return None

    def weigh(self, part: Part) -> None:
        pass  # what is in memory already

    def text(self, value: Any) -> bytes:
        return json.dumps(value, separators=(",", ":")).encode()

    def shown(self, value: Any) -> str:
        return indented(value)


class _Lazy:
    """Decodes part by part, with msgspec."""

    def __init__(self, data: bytes, source: str) -> None:
        load_msgspec()
        from msgspec import Raw
        from msgspec.json import Decoder, Encoder

        self._data, self._source, self._undecoded = data, source, (Raw, bytes)
        self._object, self._list, self._any = Decoder(dict[str, Raw] | None), Decoder(list[Raw] | None), Decoder()
        self._encode = Encoder().encode

    @cached_property
    def _is_long(self) -> bool:
        return self._data.count(b",") > _MOST_ITEMS

    def object(self, part: Part) -> dict[str, Part]:
        self.weigh(part)
        return self._read(self._object, part, "an object") or {}

    def members(self, part: Part, *names: str) -> dict[str, Part]:
        return self._chosen(_members(names), names, part, "an object")

    def list(self, part: Part) -> list[Part]:
        self._check_length(part)
        return self._read(self._list, part, "a list") or []

    def lists(self, part: Part, *names: str) -> dict[str, Sequence[Part]]:
        self._check_length(part)
        found = self._chosen(_lists(names), names, part, f"an object with a list {' or '.join(names)}")
        return {name: items for name, items in found.items() if items is not None}

    def only_list(self, part: Part, name: str, most: int) -> Sequence[Part] | None:
        from msgspec import UNSET, DecodeError

        try:
            items = getattr(_only_list(name, most).decode(part), name)
        except (DecodeError, RecursionError):
            return None
        return [item for item in (getattr(items, field) for field in items.__struct_fields__) if item is not UNSET]

    def value(self, part: Part) -> Any:
        if isinstance(part, dict | list):  # a collection of parts
            pairs = part.items() if isinstance(part, dict) else enumerate(part)
            found = {key: self.value(each) for key, each in pairs}
            return found if isinstance(part, dict) else list(found.values())
        self.weigh(part)
        return self._read(self._any, part, "a value") if isinstance(part, self._undecoded) else part

    def undecoded(self, part: Part) -> Any:
        return part if isinstance(part, self._undecoded) else None

    def text(self, value: Any) -> bytes:
        return self._encode(value)

    def shown(self, value: Any) -> str:
        from msgspec.json import format as laid_out

        return laid_out(self._encode(value), indent=2).decode("utf-8", "replace")

    def weigh(self, part: Part) -> None:
        if not isinstance(part, self._undecoded) or len(memoryview(part)) < _LIGHT:
            return
        if (weight := json_weight(bytes(part))) > HEAVIEST:
            raise _too_heavy(self._source, f"values for some {weight >> 20} MiB of memory")

    def _check_length(self, part: Part) -> None:
        if self._is_long and isinstance(part, self._undecoded) and bytes(part).count(b",") > _MOST_ITEMS:
            raise _too_heavy(self._source, f"more than {_MOST_ITEMS:,} values")

    def _chosen(self, decoder: Any, names: Sequence[str], part: Part, expected: str) -> dict[str, Any]:
        from msgspec import UNSET

        found = self._read(decoder, part, expected)
        if found is None:
            return {}
        values = ((name, getattr(found, field)) for name, field in zip(names, found.__struct_fields__, strict=True))
        return {name: value for name, value in values if value is not UNSET}

    def _read(self, decoder: Any, part: Part, expected: str) -> Any:
        from msgspec import DecodeError, ValidationError

        if part is None:
            return None
        try:
            return decoder.decode(part)
        except ValidationError:
            raise _wrong(self._source, expected) from None
        except RecursionError:
            raise not_json(self._data, self._source, TOO_DEEP) from None
        except (DecodeError, UnicodeDecodeError) as problem:
            raise not_json(self._data, self._source, str(problem)) from None


@cache
def _members(names: tuple[str, ...]) -> Any:
    """What decodes an object to these members of it."""
    from msgspec import Raw

    return _choice(names, Raw)


@cache
def _lists(names: tuple[str, ...]) -> Any:
    """The same for members that are lists, to their items."""
    from msgspec import Raw

    return _choice(names, list[Raw] | None)


def _choice(names: tuple[str, ...], of: Any) -> Any:
    from msgspec import UNSET, UnsetType, defstruct
    from msgspec.json import Decoder

    fields = [(f"member_{number}", of | UnsetType, UNSET) for number in range(len(names))]
    renamed = {field[0]: name for field, name in zip(fields, names, strict=True)}
    return Decoder(defstruct("Members", fields, rename=renamed) | None)


@cache
def _only_list(name: str, most: int) -> Any:
    """What decodes an object with only this list; it stops at the first item too many."""
    from msgspec import UNSET, Raw, UnsetType, defstruct
    from msgspec.json import Decoder

    fields = [(f"item_{number}", Raw | UnsetType, UNSET) for number in range(most)]
    items = defstruct("Items", fields, array_like=True, forbid_unknown_fields=True)
    return Decoder(defstruct("Only", [(name, items)], forbid_unknown_fields=True))


def _too_heavy(source: str, what: str) -> InputError:
    return InputError(
        f"a part of it has {what}, more than is taken",
        where=source,
        hint="See that it is a dump of Envoy's: those have dozens of bytes a value.",
        id="too-large",
    )
