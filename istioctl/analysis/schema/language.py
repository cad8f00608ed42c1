"""The notation of the `*.schema` files, and what it is read into.

One statement a block, one field a line:

    kind Gateway: networking.istio.io v1* v1alpha3      served versions, the stored one starred (if there are several);
      short gw                                          `kind Gateway!` says that `spec` is required
      columns Host=.spec.host Age                       printer columns; Age is the creation time
    enum Mode: UNSET STRICT=4                           names counted from 0, unless numbered
    pattern sha256 ^[a-f0-9]{64}$                       a regular expression under a name
    rule port: port must be between 1-65535             a CEL rule under a name: what it says when broken,
      0 < self && self <= 65535                         and, on the next line, the expression
    message Server: rule=one-port  -- A port.           a message, its own limits and its description
      oneof http tcp                                    at most one of these fields may be set
      port!  Port                                       `!` marks a required field
      hosts  [string maxLength=253] maxItems=16         a list: limits inside are its items', those outside its own
      labels {string}                                   a map; `{uint32: string}` names another type of key

A type is a scalar (`SCALARS`, with `?` for a wrapper that may be null), a message or an enum. Limits are the keywords
of OpenAPI (`maximum`, `minLength`, …), `pattern=`, `rule=` (several), `mapKey=` (the key of a list that is a map),
`alias=` (a second name that the CRD offers) and `open` (unknown fields are kept).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

#: Wire types that stand for themselves. `duration` is at least 1ms for the API server, `any-duration` is not bound.
SCALARS = frozenset(
    ("string", "bool", "bytes", "int32", "int64", "uint32", "uint64", "double", "float",
     "duration", "any-duration", "time", "struct", "value"),
)  # fmt: skip

_TOKEN = re.compile(r"[\[\]{}:]|[^\s\[\]{}:]+")
_NUMBER = re.compile(r"-?\d+\Z")


@dataclass(frozen=True, slots=True)
class Rule:
    """A CEL expression over `self` that must hold, and what is said where it does not."""

    name: str
    message: str
    expression: str


@dataclass(slots=True)
class Type:
    """The type of a value, with its limits.

    Attributes:
        name: a scalar, a message or an enum; `list` and `map` have their element in `item`.
        item: the type of a list's items or a map's values.
        key: the type of a map's keys.
        nullable: a wrapper type, which tells null from the zero value.
        limits: OpenAPI keywords to numbers; `pattern` and `mapKey` to text.
        rules: names of the rules that hold for the value.
    """

    name: str
    item: Type | None = None
    key: str = "string"
    nullable: bool = False
    limits: dict[str, str | int] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Field:
    """One field of a message, under its JSON name."""

    name: str
    type: Type
    required: bool = False
    alias: str = ""


@dataclass(slots=True)
class Message:
    """A message: its fields in order, its oneof groups, its own rules."""

    name: str
    description: str = ""
    fields: dict[str, Field] = field(default_factory=dict)
    oneofs: list[list[str]] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    open: bool = False


@dataclass(slots=True)
class Enum:
    """An enumeration: its names to their numbers."""

    name: str
    values: dict[str, int]


@dataclass(slots=True)
class Kind:
    """A kind of the API: where it lives, and which message its `spec` is (that of the same name)."""

    name: str
    group: str
    versions: list[str]
    stored: str
    spec_required: bool = False
    short_names: list[str] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Schema:
    """Everything that some schema files declare, by name."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    enums: dict[str, Enum] = field(default_factory=dict)
    patterns: dict[str, str] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)


def read(text: str, into: Schema) -> None:
    """Add what `text` declares to `into`.

    Raises:
        ValueError: a line does not follow the notation.
    """
    open_kind: Kind | None = None
    open_message: Message | None = None
    open_rule = ""
    for line in text.splitlines():
        if not line or line[0] == "#":
            continue
        if line[0] == " ":
            if open_message is not None:
                _message_line(open_message, line)
            elif open_kind is not None:
                _kind_line(open_kind, line)
            elif open_rule:
                head, _, message = open_rule.partition(":")
                into.rules[head] = Rule(head, message.strip(), line.strip().replace("\\n", "\n"))
                open_rule = ""
            else:
                raise ValueError(f"nothing is open for {line!r}")
            continue
        open_kind, open_message, open_rule = None, None, ""
        word, _, rest = line.partition(" ")
        name, _, rest_of_name = rest.partition(":")
        if word == "message":
            open_message = into.messages[name] = _message(name, rest_of_name)
        elif word == "kind":
            open_kind = _kind(name, rest_of_name.split())
            into.kinds[open_kind.name] = open_kind
        elif word == "enum":
            into.enums[name] = _enum(name, rest_of_name.split())
        elif word == "rule":
            open_rule = rest
        elif word == "pattern":
            name, _, expression = rest.partition(" ")
            into.patterns[name] = expression
        else:
            raise ValueError(f"unknown statement {line!r}")


def _kind(name: str, words: list[str]) -> Kind:
    versions = [word.rstrip("*") for word in words[1:]]
    stored = next((word.rstrip("*") for word in words[1:] if word.endswith("*")), versions[0])
    return Kind(name.rstrip("!"), words[0], versions, stored, name.endswith("!"))


def _kind_line(kind: Kind, line: str) -> None:
    word, *rest = line.split()
    if word == "short":
        kind.short_names = rest
    elif word == "columns":
        for column in rest:
            title, _, path = column.partition("=")
            kind.columns.append((title, path or ".metadata.creationTimestamp"))
    else:
        raise ValueError(f"unknown property of a kind {line!r}")


def _enum(name: str, words: list[str]) -> Enum:
    values: dict[str, int] = {}
    following = 0
    for word in words:
        label, _, number = word.partition("=")
        values[label] = int(number) if number else following
        following = values[label] + 1
    return Enum(name, values)


def _message(name: str, rest: str) -> Message:
    limits, _, description = rest.partition("-- ")
    message = Message(name, description)
    for word in limits.split():
        if word == "open":
            message.open = True
        elif word.startswith("rule="):
            message.rules.append(word[5:])
        else:
            raise ValueError(f"unknown limit {word!r} of message {name}")
    return message


def _message_line(message: Message, line: str) -> None:
    name, _, rest = line.strip().partition(" ")
    if name == "oneof":
        message.oneofs.append(rest.split())
        return
    tokens = _TOKEN.findall(rest)
    type_, end = _type(tokens, 0)
    required = name.endswith("!")
    name = name.rstrip("!")
    alias = str(type_.limits.pop("alias", ""))
    if end != len(tokens):
        raise ValueError(f"cannot read {line!r}")
    message.fields[name] = Field(name, type_, required, alias)


def _type(tokens: list[str], at: int) -> tuple[Type, int]:
    """The type that starts at token `at`, and the index after it."""
    head = tokens[at]
    at += 1
    if head == "[":
        item, at = _type(tokens, at)
        result = Type("list", item)
        at += 1
    elif head == "{":
        key = "string"
        if tokens[at + 1] == ":":
            key = tokens[at]
            at += 2
        item, at = _type(tokens, at)
        result = Type("map", item, key)
        at += 1
    elif head[-1] == "?":
        result = Type(head[:-1], nullable=True)
    else:
        result = Type(head)
    while at < len(tokens) and tokens[at] not in "]}":
        keyword, _, value = tokens[at].partition("=")
        if keyword == "rule":
            result.rules.append(value)
        else:
            result.limits[keyword] = int(value) if _NUMBER.match(value) else value
        at += 1
    return result, at
