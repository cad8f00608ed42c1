"""What the text of a document tells without parsing it: most of a stream is none of Istio's business.

Every answer is either certain or `None`, which means that the document has to be parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from istioctl.analysis.validation import protocols
from istioctl.analysis.validation.kubernetes import NAME_LABELS, REVISION_LABELS
from istioctl.errors import InputError
from istioctl.patterns import lazy_pattern
from istioctl.yamldoc.json_values import further_values
from istioctl.yamldoc.long_lists import items_apart

_SEPARATOR = lazy_pattern(r"^---[ \t]*(?:#.*)?(?:\r?\n|\Z)", re.MULTILINE)
_NO_SEPARATOR = lazy_pattern(r"^---(?![ \t]*(?:#.*)?\r?$)", re.MULTILINE)
#: A label whose value is text beyond doubt.
_TEXT_LABEL = lazy_pattern(
    r" *[\w./-]+: *(?:\"[^\"]*\"|'[^']*'|(?!(?:true|false|yes|no|on|off|null|[yn])$)[a-z][\w.-]*)", re.IGNORECASE
)
_HEADER = lazy_pattern(r"^(apiVersion|kind): +([A-Za-z][\w./-]*)[ ]*$", re.MULTILINE)
_KEY = lazy_pattern(r"\n( *)((?:- +)*)([A-Za-z_][\w./-]*):(?=[ \n])")
_PLAIN_KEY = lazy_pattern(r"\n( *[A-Za-z_][\w./-]*:)")
_ITEM_KEY = lazy_pattern(r"\n( *(?:- +)+)([A-Za-z_][\w./-]*:)")
_ODD_CHARACTERS = "&*\t\r|>?`"
_QUOTED_KEY = lazy_pattern(r"[\"'] *:")
_FLOW_LINE = lazy_pattern(r"\{[^\n]*")
_FLOW_KEY = lazy_pattern(r"[{,] *([A-Za-z_][\w./-]*):")
_PORTS = lazy_pattern(r"^  ports:\n((?:  ?[ -] .*\n)+)", re.MULTILINE)
_POD_LABELS = lazy_pattern(
    r"^  template:\n(?:    .*\n)*?    metadata:\n(?:      .*\n)*?      labels:\n((?:        .*\n)+)", re.MULTILINE
)
_ITEM = lazy_pattern(r"^ +- ", re.MULTILINE)
_PORT_NAME = lazy_pattern(r"(?:^ +(?:- )?|[{,] *)name: *([a-z][\w-]*) *(?=[\n,}])", re.MULTILINE)


def split(text: str, name: str) -> Iterator[tuple[str, int]]:
    """The documents of a stream as (text, lines before it), split where kubectl splits.

    That is at lines of `---`, and between JSON objects that follow one another. The items of a long `List` are apart,
    too.

    Raises:
        InputError: something follows a JSON object that is not another one; `name` is that of the stream.
    """
    start = line = 0
    for separator in _SEPARATOR.finditer(text):
        chunk = text[start : separator.start()]
        yield from _apart(chunk, line, name)
        line += chunk.count("\n") + separator[0].count("\n")
        start = separator.end()
    yield from _apart(text[start:], line, name)


def _apart(chunk: str, line: int, name: str) -> Iterator[tuple[str, int]]:
    if chunk[:1] not in ("", "{") and not chunk[0].isspace():  # no JSON
        yield from ((item, line + before) for item, before in items_apart(chunk))
        return
    start = 0
    for further in further_values(chunk, name, line + 1):
        yield chunk[start:further], line
        line += chunk.count("\n", start, further)
        start = further
    if start < len(chunk):
        yield from ((item, line + before) for item, before in items_apart(chunk[start:]))


def place_in_stream(error: InputError, name: str, offset: int) -> str:
    """The place of an error of a document in the whole stream.

    Args:
        name: of the stream.
        offset: how many lines are before the document.
    """
    where = error.where or name
    line, _, column = where.removeprefix(f"{name}:").partition(":")
    if error.id == "placed" or not line.isdecimal():
        return where
    return f"{name}:{int(line) + offset}" + (f":{column}" if column else "")


def expect_separators(text: str, name: str) -> None:
    """Refuse a document in which a line starts with `---` and goes on: kubectl takes no such stream.

    Raises:
        InputError: there is such a line.
    """
    if "---" in text and (found := _NO_SEPARATOR.search(text)):
        line = text.count("\n", 0, found.start()) + 1
        raise InputError("only a comment may follow --- in its line", where=f"{name}:{line}", id="bad-yaml")


def header(text: str) -> tuple[str, str] | None:
    """The apiVersion and kind of a document whose first lines say them plainly."""
    found = dict(_HEADER.findall(text))
    return (found["apiVersion"], found["kind"]) if len(found) == 2 else None


def has_unique_keys(text: str) -> bool:
    """Whether no mapping of a document has a key twice, as far as the text tells; False where it does not."""
    # several searches in C are faster than one regular expression
    if any(map(text.__contains__, _ODD_CHARACTERS)) or (('"' in text or "'" in text) and _QUOTED_KEY.search(text)):
        return False
    text = f"\n{text}"
    keys = _PLAIN_KEY.findall(text)
    unique = set(keys)
    of_items = {" " * len(margin) + key for margin, key in _ITEM_KEY.findall(text)} if "- " in text else set()
    if (len(unique) != len(keys) or unique & of_items) and not _unique_by_level(text):
        return False
    for line in _FLOW_LINE.findall(text) if "{" in text else ():
        names = _FLOW_KEY.findall(line)
        if len(set(names)) != len(names) or line.count("{") != line.count("}"):
            return False
    return True


def _unique_by_level(text: str) -> bool:
    """Follow the indentation: a key may come again once its mapping has ended."""
    levels: dict[int, set[str]] = {}
    for margin, dashes, key in _KEY.findall(text):
        column = len(margin) + len(dashes)
        for deeper in [level for level in levels if level > len(margin)]:
            del levels[deeper]
        if dashes:
            levels[column] = {key}
        elif key in levels.setdefault(column, set()):
            return False
        else:
            levels[column].add(key)
    return True


def has_good_ports(text: str) -> bool:
    """Whether each port of a Service declares a protocol by its name; False also where the text does not tell."""
    found = _PORTS.search(text)
    if not found or "appProtocol" in found[1] or "#" in found[1]:
        return False
    items = _ITEM.split(found[1])[1:]
    names = [_PORT_NAME.search(f" - {item}") for item in items]
    return bool(items) and all(name and protocols.of_port_name(name[1]) for name in names)


def has_telemetry_labels(text: str) -> bool:
    """Whether a Deployment's pods have the labels for telemetry; False also where the text does not tell."""
    found = _POD_LABELS.search(text)
    if not found:
        return False
    lines = found[1].splitlines()
    if not all(map(_TEXT_LABEL.fullmatch, lines)):
        return False
    keys = {line.partition(":")[0].strip() for line in lines}
    return not keys.isdisjoint(NAME_LABELS) and not keys.isdisjoint(REVISION_LABELS)
