"""Writes data as YAML in odd but valid ways: comments, blank lines, quotes, indentations, flow style, anchors."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from istioctl.yamldoc.scalars import resolve


class OddWriter:
    """Writes documents in a style that a random source chooses, line by line."""

    def __init__(self, random: Random, *, anchors: bool = False) -> None:
        self._random = random
        self._step = random.choice((2, 2, 4, 3))
        self._offset = random.choice((0, 0, 2))
        self._comments = random.random() < 0.7
        self._anchors = anchors
        self._known: dict[str, str] = {}
        self._count = 0

    def write(self, data: Any) -> str:
        """One document."""
        self._known.clear()
        lines = self._block(data, 0) if isinstance(data, (dict, list)) and data else [self._scalar(data)]
        return "\n".join(lines) + "\n"

    def _comment(self) -> str:
        return self._random.choice(("  # note", " # - a: b", "   #x", ": #")[:3]) if self._chance(0.2) else ""

    def _chance(self, odds: float) -> bool:
        return self._comments and self._random.random() < odds

    def _between(self, column: int) -> list[str]:
        if self._chance(0.1):
            return [""]
        return [" " * column + "# a comment: - with signs"] if self._chance(0.15) else []

    def _block(self, data: Any, column: int) -> list[str]:
        pad = " " * column
        lines: list[str] = []
        if isinstance(data, dict):
            for key, value in data.items():
                lines += self._between(column)
                lines += self._value(f"{pad}{self._key(key)}:", value, column)
        else:
            for item in data:
                lines += self._between(column)
                lines += self._item(pad + "-", item, column)
        return lines

    def _value(self, lead: str, value: Any, column: int) -> list[str]:
        if isinstance(value, (dict, list)) and value:
            if (alias := self._alias(value)) is not None:
                return [f"{lead} {alias}{self._comment()}"]
            if self._random.random() < 0.2:
                return [f"{lead} {self._flow(value)}{self._comment()}"]
            deeper = column + (self._offset if isinstance(value, list) else self._step)
            name = self._anchor()
            lines = [f"{lead} &{name}{self._comment()}" if name else f"{lead}{self._comment()}"]
            lines += self._block(value, deeper)
            if name:
                self._known[json.dumps(value)] = name  # from here on only, since it must not hold itself
            return lines
        if isinstance(value, str) and "\n" in value and not value.startswith((" ", "\n")) and value.strip():
            return self._literal(lead, value, column + self._step)
        text = self._scalar(value)
        return [f"{lead} {text}{self._comment()}" if text else f"{lead}{self._comment()}"]

    def _literal(self, lead: str, value: str, column: int) -> list[str]:
        body = value.rstrip("\n")
        chomp = {0: "-", 1: ""}.get(len(value) - len(body), "+")
        lines = value.split("\n")[:-1] if value.endswith("\n") else value.split("\n")
        return [f"{lead} |{chomp}", *(" " * column + line if line else "" for line in lines)]

    def _item(self, lead: str, item: Any, column: int) -> list[str]:
        if isinstance(item, (dict, list)) and item:
            if self._random.random() < 0.2:
                return [f"{lead} {self._flow(item)}{self._comment()}"]
            block = self._block(item, column + 2)
            if block[0].lstrip().startswith("#") or not block[0]:
                return [lead, *block]
            return [f"{lead} {block[0].lstrip()}", *block[1:]]
        return self._value(lead, item, column)

    def _anchor(self) -> str:
        if not self._anchors or self._random.random() > 0.3:
            return ""
        self._count += 1
        return f"a{self._count}"

    def _alias(self, value: Any) -> str | None:
        name = self._known.get(json.dumps(value))
        return None if name is None or self._random.random() < 0.2 else f"*{name}"

    def _flow(self, value: Any) -> str:
        blank = self._random.choice(("", " "))
        if isinstance(value, dict) and value:
            return "{" + blank + ", ".join(f"{self._key(k)}: {self._flow(v)}" for k, v in value.items()) + blank + "}"
        if isinstance(value, list) and value:
            return "[" + blank + ", ".join(self._flow(item) for item in value) + blank + "]"
        return self._scalar(value, in_flow=True)

    def _key(self, key: str) -> str:
        return json.dumps(key) if self._random.random() < 0.1 else key

    def _scalar(self, value: Any, *, in_flow: bool = False) -> str:
        if value is None:
            return self._random.choice(("null", "~")) if in_flow else self._random.choice(("null", "~", ""))
        if isinstance(value, str):
            if value.isalpha() and isinstance(resolve(value), str) and self._random.random() < 0.6:
                return value
            if self._random.random() < 0.4 and value.isprintable():
                return "'" + value.replace("'", "''") + "'"
        return json.dumps(value)
