"""Writing plain data as YAML, byte for byte as sigs.k8s.io/yaml (and so kubectl and Helm) prints it.

Keys are sorted, lists stand at their key's column, texts of several lines become literal blocks, and a text is quoted
only where it would otherwise read as something else.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from istioctl.yamldoc.scalars import resolve

_PLAIN = re.compile(r"[A-Za-z0-9_/.(\u00a1-\ud7ff\ue000-\ufefe\uff00-\ufffd^$+;<=~-][^\x00-\x1f\x7f-\xa0]*\Z")
_UNPRINTABLE = re.compile(r"[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def dump(data: Any, *, sort_keys: bool = True) -> str:
    """`data` as one YAML document, ending in a newline.

    Args:
        data: mappings with text keys, lists, str, int, float, bool and None.
        sort_keys: print keys in natural order as Go does; else in the order they have.
    """
    lines: list[str] = []
    _write(data, 0, "", lines, sort_keys)
    return "\n".join(lines) + "\n"


def dump_all(documents: list[Any], *, sort_keys: bool = True) -> str:
    """Several documents, each but the first behind a `---` line."""
    return "---\n".join(dump(document, sort_keys=sort_keys) for document in documents)


def _write(value: Any, indent: int, prefix: str, lines: list[str], sort_keys: bool) -> None:
    """Append the lines of `value`; `prefix` is what already stands on its first line."""
    pad = " " * indent
    if isinstance(value, Mapping) and value:
        first = prefix
        for key in sorted(value, key=natural_key) if sort_keys else value:
            head = first + scalar(str(key), indent, key=True) + ":"
            child = value[key]
            if isinstance(child, Mapping) and child:
                lines.append(head)
                _write(child, indent + 2, pad + "  ", lines, sort_keys)
            elif isinstance(child, (list, tuple)) and child:
                lines.append(head)
                _write(child, indent, pad, lines, sort_keys)
            else:
                _write(child, indent, head + " ", lines, sort_keys)
            first = pad
    elif isinstance(value, (list, tuple)) and value:
        first = prefix
        for item in value:
            _write(item, indent + 2, first + "- ", lines, sort_keys)
            first = pad
    else:
        lines.append(prefix + scalar(value, indent))


def scalar(value: Any, indent: int = 0, *, key: bool = False) -> str:
    """One scalar (or an empty collection) as it stands behind `key: ` at column `indent`."""
    if isinstance(value, str):
        return _text(value, indent, key)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    return "{}" if isinstance(value, Mapping) else "[]"


def _text(text: str, indent: int, key: bool) -> str:
    if not isinstance(resolve(text), str):
        return json.dumps(text)
    if _UNPRINTABLE.search(text):
        return json.dumps(text, ensure_ascii=True)
    if "\n" in text and not key:
        return _literal(text, indent)
    if text != text.strip(" ") or "\n" in text or "\t" in text or not _PLAIN.match(text) or not _plain_here(text):
        return "'" + text.replace("'", "''").replace("\n", "\n\n") + "'"
    return text


def _plain_here(text: str) -> bool:
    if text[0] == "-" and (len(text) == 1 or text[1] == " ") or text.startswith(("---", "...")):
        return False
    return not (": " in text or " #" in text or text[-1] == ":" or text == "=")


def _literal(text: str, indent: int) -> str:
    hint = str(2) if text[0] in " \n" else ""
    body = text.rstrip("\n")
    chomp = {0: "-", 1: ""}.get(len(text) - len(body), "+")
    pad = " " * (indent + 2)
    lines = text[:-1].split("\n") if text.endswith("\n") else text.split("\n")
    return f"|{hint}{chomp}\n" + "\n".join(pad + line if line else "" for line in lines)


def _float(value: float) -> str:
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    mantissa, _, exponent = repr(value).partition("e")
    return f"{mantissa}e{int(exponent):+03d}" if exponent else mantissa


_DIGITS = re.compile(r"(\d+)")


def natural_key(text: Any) -> list[tuple[int, int, str]]:
    """Sorting key of go-yaml: runs of digits compare as numbers, letters come after other characters."""
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in _DIGITS.split(str(text)) if part]
