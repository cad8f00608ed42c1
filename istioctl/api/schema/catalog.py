"""Finds messages, enums, kinds and rules in the tables; a table is read when something in it is first asked for."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from istioctl.api.schema.casing import snake_case
from istioctl.api.schema.notation import Field, Message, read_enum, read_message

_TABLES = Path(__file__).parent / "tables"


class Kind(NamedTuple):
    """A kind of Istio's API.

    Attributes:
        name, group: what it is called.
        versions: those that are served, the preferred one first.
        stored: the version that is stored.
        message: the full name of the message that its `spec` is.
        spec_required: whether an object must have a `spec`.
        short_names: further names for kubectl.
        columns: title and JSON path of each column that kubectl prints.
        rules: the names of the rules for the `spec` as a whole.
    """

    name: str
    group: str
    versions: tuple[str, ...]
    stored: str
    message: str
    spec_required: bool
    short_names: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    rules: tuple[str, ...]


class Rule(NamedTuple):
    """A CEL expression over `self` that must hold, and what the API server says where it does not."""

    message: str
    expression: str


@cache
def message(name: str) -> Message:
    """A message by its full name.

    Raises:
        KeyError: there is none of this name.
    """
    package, text = _lines(_table_of(name))[name]
    return read_message(name, package, text)


def is_message(name: str) -> bool:
    """Whether there is a message of this full name."""
    return name in _lines(_table_of(name))


@cache
def enum_values(name: str) -> dict[str, int]:
    """The values of an enum by its full name.

    Raises:
        KeyError: there is none of this name.
    """
    return read_enum(_lines(_table_of(name))[f"#{name}"][1])


@cache
def fields_by_any_name(name: str) -> dict[str, Field]:
    """The fields of a protobuf message by JSON name and by the `.proto` file's own."""
    fields = message(name).fields
    return {field.other or snake_case(field.name): field for field in fields.values()} | fields


@cache
def kinds() -> dict[str, Kind]:
    """Istio's kinds by name."""
    return {kind.name: kind for kind in map(_kind, _text("kinds").splitlines()[1:])}


def find_kind(group: str, version: str, kind: str) -> Kind | None:
    """The kind that an object of this group, version and kind is; None where Istio serves no such thing."""
    found = kinds().get(kind)
    return found if found and found.group == group and version in found.versions else None


def plural(kind: str) -> str:
    """The resource name of a kind: `VirtualService` -> `virtualservices`, `ServiceEntry` -> `serviceentries`."""
    name = kind.lower()
    return f"{name[:-1]}ies" if name.endswith("y") and name[-2] not in "aeiou" else f"{name}s"


@cache
def rules() -> dict[str, Rule]:
    """The API server's rules by name."""
    found = {}
    for line in _text("rules").splitlines()[1:]:
        word, name, *rest = line.split("\t")
        if word == "rule":
            found[name] = Rule(rest[0], rest[1].replace("\\n", "\n"))
    return found


@cache
def patterns() -> dict[str, str]:
    """The regular expressions of fields by name."""
    lines = (line.split("\t") for line in _text("rules").splitlines()[1:])
    return {words[1]: words[2] for words in lines if words[0] == "pattern"}


def _table_of(name: str) -> str:
    """The table that a full name is in: one for each of Istio's APIs, and one for everybody else's."""
    first, _, rest = name.partition(".")
    if first == "istio" and not rest.startswith("envoy."):
        return rest.partition(".")[0]
    return "kubernetes" if first in ("k8s", "openshift") else "envoy"


@cache
def _lines(table: str) -> dict[str, tuple[str, str]]:
    """For each full name its package, and what its line says about it; enums begin with `#`."""
    found: dict[str, tuple[str, str]] = {}
    package = above = ""
    try:
        text = _text(table)
    except FileNotFoundError:
        return found
    for line in text.splitlines()[1:]:
        name, _, rest = line.partition(" ")
        if name == "package":
            package = rest
            above = rest.partition(" ")[0]
        elif name[0] == "#":
            found[f"#{above}.{name[1:]}"] = (package, rest)
        else:
            found[f"{above}.{name}"] = (package, rest)
    return found


def _text(table: str) -> str:
    return (_TABLES / f"{table}.txt").read_text(encoding="utf-8")


def _kind(line: str) -> Kind:
    name, group, versions, message, *rest = line.split()
    more = dict(word.split("=", 1) for word in rest)
    named = versions.split(",")
    return Kind(
        name.rstrip("!"),
        group,
        tuple(version.rstrip("*") for version in named),
        next(version.rstrip("*") for version in named if version.endswith("*")),
        message,
        name.endswith("!"),
        tuple(_words(more.get("short"))),
        tuple((title, path) for title, _, path in (word.partition("=") for word in _words(more.get("columns")))),
        tuple(_words(more.get("rules"))),
    )


def _words(text: str | None) -> list[str]:
    return text.split(",") if text else []
