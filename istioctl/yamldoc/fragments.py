"""Writing data as YAML piece by piece, remembering the pieces.

Many documents that one program makes have parts in common, often the very same objects. Their text is kept by identity,
so such parts must not change.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from istioctl.yamldoc.writer import dump

_MOST = 4096
_DASH = "- "


class Fragments:
    """Writes collections in block style, as `writer.dump` does with `sort_keys=False`."""

    def __init__(self) -> None:
        self._texts: dict[tuple[int, str], tuple[object, str]] = {}

    def text(self, value: dict[str, Any] | list[Any]) -> str:
        """A collection that is not empty, as lines at column 0."""
        if isinstance(value, dict):
            return "".join([self._entry(key, child) for key, child in value.items()])
        known = self._texts  # whatever has the identity of what is in there is that
        return "".join([found[1] if (found := known.get((id(item), _DASH))) else self._item(item) for item in value])

    def _kept(self, value: dict[str, Any] | list[Any], pad: str) -> str:
        """A collection's text, its first line behind `pad` and the others as far to the right."""
        known = self._texts.get((id(value), pad))
        if known is not None:
            return known[1]
        text = self.text(value)
        if pad:
            text = pad + indented(text, " " * len(pad))[len(pad) :]
        if len(self._texts) >= _MOST:
            self._texts.clear()
        self._texts[id(value), pad] = value, text  # the value is held, so that no other gets its identity
        return text

    def _entry(self, key: str, value: Any) -> str:
        if not isinstance(value, (dict, list)):
            return dump({key: value}) if type(value) is float else _plain_entry(key, value)
        if not value:
            return _empty_entry(key, type(value))
        return _lead(key) + self._kept(value, "" if isinstance(value, list) else "  ")

    def _item(self, value: Any) -> str:
        if not isinstance(value, (dict, list)) or not value:
            return dump([value])
        return self._kept(value, _DASH)


@lru_cache(_MOST, typed=True)  # `1` and `True` are not the same
def _plain_entry(key: str, value: object) -> str:
    return dump({key: value})


@lru_cache(_MOST)
def _empty_entry(key: str, kind: type[dict[str, Any] | list[Any]]) -> str:
    return dump({key: kind()})


@lru_cache(_MOST)
def _lead(key: str) -> str:
    """What stands before a collection."""
    return dump({key: None})[: -len(" null\n")] + "\n"


def indented(text: str, pad: str) -> str:
    """Lines, but for empty ones, behind `pad`."""
    if "\n\n" in text or text.startswith("\n"):
        return "".join(f"{pad}{line}\n" if line else "\n" for line in text[:-1].split("\n"))
    return pad + text[:-1].replace("\n", "\n" + pad) + "\n"
