"""Writing data as YAML piece by piece, remembering the pieces.

Many documents that one program makes have parts in common, often the very same objects. Their text is kept by identity,
so such parts must not change.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from istioctl.yamldoc.writer import dump

_MOST = 4096


class Fragments:
    """Writes collections in block style, as `writer.dump` does with `sort_keys=False`."""

    def __init__(self) -> None:
        self._texts: dict[int, tuple[object, str]] = {}

    def text(self, value: dict[str, Any] | list[Any]) -> str:
        """A collection that is not empty, as lines at column 0."""
        if isinstance(value, dict):
            return "".join([self._entry(key, child) for key, child in value.items()])
        return "".join([self._item(item) for item in value])

    def _kept(self, value: dict[str, Any] | list[Any]) -> str:
        known = self._texts.get(id(value))
        if known is not None:
            return known[1]
        text = self.text(value)
        if len(self._texts) >= _MOST:
            self._texts.clear()
        self._texts[id(value)] = value, text  # the value is held, so that no other gets its identity
        return text

    def _entry(self, key: str, value: Any) -> str:
        if not isinstance(value, (dict, list)) or not value:
            return _plain_entry(key, _Scalar(value))
        lead = _plain_entry(key, _Scalar(None))[: -len(" null\n")] + "\n"
        text = self._kept(value)
        return lead + (text if isinstance(value, list) else indented(text, "  "))

    def _item(self, value: Any) -> str:
        if not isinstance(value, (dict, list)) or not value:
            return dump([value])
        return "- " + indented(self._kept(value), "  ")[2:]


class _Scalar:
    """A scalar or an empty collection as a key of a cache: `1`, `True` and `1.0` are not the same."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return hash(str(self.value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Scalar) and type(self.value) is type(other.value) and self.value == other.value


@lru_cache(_MOST)
def _plain_entry(key: str, value: _Scalar) -> str:
    return dump({key: value.value})


def indented(text: str, pad: str) -> str:
    """Lines, but for empty ones, behind `pad`."""
    if "\n\n" in text or text.startswith("\n"):
        return "".join(f"{pad}{line}\n" if line else "\n" for line in text[:-1].split("\n"))
    return pad + text[:-1].replace("\n", "\n" + pad) + "\n"
