"""The one notation of the tables of fields, and what a line of it is read into.

A table is a text file with a line for each message and each enum, below the package they belong to:

    package istio.networking.v1alpha3
    Port number!:uint32 protocol!:string targetPort:uint32(minimum=1)
    Server (rule=names-or-certificates) port!:.Port hosts!:[string(maxLength=253)](maxItems=16) tls:.ServerTLSSettings
    PortSelector number:uint32@port name:string@port
    #ApplyTo INVALID LISTENER FILTER_CHAIN=5

`go` after a package's name says that its members are structs of Go's, `as-written` that its fields have one name.

A field is its JSON name, a colon and its type. Beside the name may stand

    !             the API server wants it (protobuf), or Go always writes it (Go)
    /other        its name in the `.proto` file, where that does not follow from the JSON name; the name of a Go
                  struct's field, where that is not the JSON name with a capital
    |alias        a second name that the CRD offers

and after the type `@group`: in protobuf the `oneof` it belongs to; in Go the embedded struct that it comes from.

A type is a scalar, a message (full name, or `.Name` for one of the same package), an enum (`#` before its name), one of
these in brackets for a list, or in braces for a map (`{uint32:T}` where keys are not text). `?` after a scalar marks
one that may be absent as well as zero: a wrapper in protobuf, a pointer in Go. Limits stand in parentheses after what
they limit; they are OpenAPI's keywords, `pattern=` and `rule=` (names in `tables/rules.txt`), and `mapKey=` (the key of
a list that is a map). A message's own limits follow its name; `open` there says that unknown fields are kept.
"""

from typing import NamedTuple

from istioctl.api.schema.casing import snake_case
from istioctl.patterns import lazy_pattern

Limits = dict[str, "str | int | tuple[str, ...]"]

_FIELD = lazy_pattern(
    r"([^\s!/|:(]+)(!?)(?:/(\w+))?(?:\|(\w+))?:"  # name, required, other name, alias
    r"(?:([\[{])(?:(\w+):)?)?"  # a list or a map, and the type of its keys
    r"(#?[\w./-]+)(\??)(?:\(([^)]*)\))?"  # the type, whether it may be absent, its limits
    r"[\]}]?(?:\(([^)]*)\))?(?:@(\w+))?"  # the limits of the whole, the group
)


class Field(NamedTuple):
    """One field of a message.

    Attributes:
        name: its JSON name.
        of: the type of its value, or of each of its values: a scalar, or the full name of a message or enum.
        sort: `scalar`, `message` or `enum`.
        many: `list`, `map` or empty.
        key: the type of a map's keys.
        nullable: whether absence and zero differ: a wrapper in protobuf, a pointer in Go.
        required: whether it must be there; in Go, whether it is always written.
        other: its name in the `.proto` file; in Go, the name of the struct's field, or empty.
        group: the `oneof` it belongs to; in Go, the embedded struct it comes from.
        alias: a second name that the CRD offers.
        limits: what OpenAPI says about the field.
        item_limits: what it says about each value of a list or a map.
    """

    name: str
    of: str
    sort: str
    many: str = ""
    key: str = "string"
    nullable: bool = False
    required: bool = False
    other: str = ""
    group: str = ""
    alias: str = ""
    limits: Limits = {}  # noqa: RUF012 - never changed
    item_limits: Limits = {}  # noqa: RUF012


class Message(NamedTuple):
    """A message of protobuf, or a struct of Go's.

    Attributes:
        name: its full name.
        fields: its fields by JSON name, in the order of their declaration.
        limits: its own limits: `rule`, `open`.
        is_go: whether it is a struct of Go's.
        as_written: whether fields are known by their JSON names only.
        groups: the `oneof` groups, each with the JSON names of its fields.
    """

    name: str
    fields: dict[str, Field]
    limits: Limits
    is_go: bool = False
    as_written: bool = False
    groups: dict[str, list[str]] = {}  # noqa: RUF012 - never changed


def read_message(name: str, package: str, text: str) -> Message:
    """What a line says about a message.

    Args:
        name: the full name of the message.
        package: the package, which a leading dot stands for, and the words after it.
        text: the line after the name.
    """
    package, _, words = package.partition(" ")
    limits: Limits = {}
    if text.startswith("("):
        head, _, text = text[1:].partition(")")
        limits = _limits(head)
    fields = {}
    for json_name, required, other, alias, many, key, of, nullable, inner, outer, group in _FIELD.findall(text):
        sort = "scalar"
        if of[0] == "#":
            sort, of = "enum", of[1:]
        elif "." in of:
            sort = "message"
        if of[0] == ".":
            of = package + of
        whole = outer if many else inner
        fields[json_name] = Field(
            json_name, of, sort, _MANY[many], key or "string", bool(nullable), bool(required),
            other, group, alias, _limits(whole), _limits(inner) if many else _NONE,
        )  # fmt: skip
    groups: dict[str, list[str]] = {}
    for field in fields.values():
        if field.group:
            groups.setdefault(field.group, []).append(field.name)
    return Message(name, fields, limits, words == "go", bool(words), groups)


def proto_name(field: Field) -> str:
    """The name of a field in its `.proto` file."""
    return field.other or snake_case(field.name)


def read_enum(text: str) -> dict[str, int]:
    """The values of an enum by name: counted on from the one before, unless numbered."""
    values: dict[str, int] = {}
    following = 0
    for word in text.split():
        name, _, number = word.partition("=")
        values[name] = int(number) if number else following
        following = values[name] + 1
    return values


_MANY = {"": "", "[": "list", "{": "map"}
_NONE: Limits = {}


def _limits(text: str) -> Limits:
    if not text:
        return _NONE
    limits: Limits = {}
    rules: list[str] = []
    for word in text.split(","):
        keyword, _, value = word.partition("=")
        if keyword == "rule":
            rules.append(value)
        else:
            limits[keyword] = int(value) if value.lstrip("-").isdigit() else value
    if rules:
        limits["rule"] = tuple(rules)
    return limits
