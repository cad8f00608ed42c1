"""One rendered Kubernetes object, as text until somebody needs it parsed.

Most documents of an installation are printed as they were rendered, and some (the CRDs) are long. So what sorting and
selecting need (kind, name, namespace) is read from the text's own lines, and the whole is parsed only where it has to
change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from istioctl.patterns import lazy_pattern

_TOP_LEVEL = lazy_pattern(r"^(apiVersion|kind|metadata):[ \t]*([^\n]*?)[ \t]*$", re.MULTILINE)
_PLAIN_WORD = lazy_pattern(r"[A-Za-z][A-Za-z0-9_./-]*\Z")
_AMBIGUOUS = frozenset(
    word
    for stem in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
    for word in (stem, stem.capitalize(), stem.upper())
)


class RenderedDocument:
    """One object of one component; a value: patching makes another one.

    Args:
        component: the component's name, such as `Pilot`.
        text: the object as one YAML document.
        data: the object as plain data, where it is at hand; `text` and `data` say the same.
    """

    __slots__ = ("_data", "_head", "_text", "component")

    def __init__(self, component: str, text: str | None = None, data: dict[str, Any] | None = None) -> None:
        if text is None and data is None:
            raise ValueError("a document is a text or data")
        self.component = component
        self._text = text
        self._data = data
        self._head: tuple[str, str, str, str] | None = None

    @property
    def text(self) -> str:
        """The object as one YAML document, ending in a newline."""
        if self._text is None:
            from istioctl.yamldoc.writer import dump

            self._text = dump(self._data)
        return self._text

    @property
    def data(self) -> dict[str, Any]:
        """The object as plain data; not to be changed, see `with_data`."""
        if self._data is None:
            from istioctl.yamldoc.reader import load

            self._data = load(self.text, f"a rendered document of {self.component}") or {}
        return self._data

    def with_data(self, data: dict[str, Any]) -> RenderedDocument:
        """The same component's document with another content."""
        return RenderedDocument(self.component, data=data)

    @property
    def api_version(self) -> str:
        """Such as `apps/v1`; empty where the text is not an object."""
        return self._header()[0]

    @property
    def kind(self) -> str:
        """Such as `Deployment`; empty where the text is not an object."""
        return self._header()[1]

    @property
    def name(self) -> str:
        """`metadata.name`, or empty."""
        return self._header()[2]

    @property
    def namespace(self) -> str:
        """`metadata.namespace`, or empty."""
        return self._header()[3]

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        return self.api_version.rpartition("/")[0]

    def __repr__(self) -> str:
        return f"<{self.component}: {self.kind} {self.namespace}/{self.name}>"

    def _header(self) -> tuple[str, str, str, str]:
        if self._head is None:
            self._head = (None if self._text is None else _scan(self._text)) or _read(self.data)
        return self._head


def _scan(text: str) -> tuple[str, str, str, str] | None:
    """apiVersion, kind, name and namespace from the lines of a block-style text; None where only parsing tells."""
    found: dict[str, str] = {}
    for match in _TOP_LEVEL.finditer(text):
        key, value = match.groups()
        if key == "metadata":
            if value:
                return None
            found |= _scan_metadata(text, match.end() + 1)
        found[key] = value
        if len(found.keys() & {"apiVersion", "kind", "metadata"}) == 3:
            break
    head = (found.get("apiVersion", ""), found.get("kind", ""), found.get("name", ""), found.get("namespace", ""))
    if not all(head[:3]) or any(word and not _is_plain(word) for word in head):
        return None
    return head


def _scan_metadata(text: str, start: int) -> dict[str, str]:
    found: dict[str, str] = {}
    indent = ""
    while start < len(text):
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)]
        start = end + 1 if end >= 0 else len(text)
        body = line.lstrip(" ")
        if not body or body[0] == "#":
            continue
        pad = line[: len(line) - len(body)]
        indent = indent or pad
        if not pad:
            break
        if pad != indent:
            continue
        key, colon, value = body.partition(":")
        if key in ("name", "namespace") and colon:
            found[key] = value.strip()
        if len(found) == 2:
            break
    return found


def _is_plain(word: str) -> bool:
    return bool(_PLAIN_WORD.match(word)) and word not in _AMBIGUOUS


def _read(data: Any) -> tuple[str, str, str, str]:
    if not isinstance(data, Mapping):
        return ("", "", "", "")
    metadata = data.get("metadata")
    if not isinstance(metadata, Mapping):
        metadata = {}
    values = (data.get("apiVersion"), data.get("kind"), metadata.get("name"), metadata.get("namespace"))
    first, second, third, fourth = (value if isinstance(value, str) else "" for value in values)
    return (first, second, third, fourth)
