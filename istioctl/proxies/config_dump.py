"""The configuration dump of an Envoy (`/config_dump` of its admin API), section by section.

The names are those of `envoy.admin.v3`; a dump whose names are in camel case is read as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from istioctl.api.schema.casing import camel_case as json_name
from istioctl.errors import InputError
from istioctl.proxies.json_parts import Part, Reader, open_json
from istioctl.yamldoc.json_weight import MOST_ENTRIES

T = TypeVar("T")

_ADMIN = "envoy.admin.v3."
TYPE_PREFIX = "type.googleapis.com/"

BOOTSTRAP = "BootstrapConfigDump"
CLUSTERS = "ClustersConfigDump"
ENDPOINTS = "EndpointsConfigDump"
EXTENSIONS = "EcdsConfigDump"
LISTENERS = "ListenersConfigDump"
ROUTES = "RoutesConfigDump"
SECRETS = "SecretsConfigDump"


class Section:
    """One kind of configuration in a dump."""

    def __init__(self, kind: str, reader: Reader, part: Part) -> None:
        self.message = f"{_ADMIN}{kind}"
        self.reader = reader
        self._whole = part

    def entries(self, name: str, message: str, *, kept: bool = False) -> Iterator[dict[str, Any]]:
        """The items of a list, decoded one by one, with the schema's names.

        Args:
            message: their type, such as `DynamicCluster`, within the section's own.
            kept: whether the caller keeps all of them.

        Raises:
            InputError: an item is not an object, or the items would take too much memory.
        """
        if kept:
            for listed in self.reader.members(self._whole, *_spellings(name)).values():
                self.reader.weigh(listed)
        parts, is_camel = self._items(name)
        for part in parts:
            yield self._decoded(part, name, f"{self.message}.{message}", is_camel=is_camel)

    def resources(
        self, name: str, message: str, resource: str, key: str = "name"
    ) -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
        """The resources that the items of a list hold: of each its name, and what decodes it.

        Args:
            message: see `entries`.
            resource: what an item calls it.
            key: the member that names it.

        Raises:
            InputError: as `entries`, also when one is decoded.
        """
        parts, is_camel = self._items(name)
        places, keys = _spellings(resource), _spellings(key)
        for part in parts:
            its_name = self.reader.value(self._member(self._member(part, places), keys))
            decode = partial(self._resource, resource, part, name, f"{self.message}.{message}", is_camel=is_camel)
            yield str(its_name or ""), decode

    def whole(self) -> dict[str, Any]:
        """The section as plain data, in the spelling it came in."""
        return {name: value for name, value in self.reader.value(self._whole).items() if name != "@type"}

    def _items(self, name: str) -> tuple[Sequence[Part], bool]:
        """The items of a list, and whether their names are in camel case."""
        for spelled, parts in self.reader.lists(self._whole, *_spellings(name)).items():
            if len(parts) > MOST_ENTRIES:
                problem = f"`{name}` has {len(parts):,} items; {MOST_ENTRIES:,} are the limit"
                raise InputError(problem, where=self.message, id="too-large")
            return parts, spelled != name
        return [], False

    def _member(self, part: Part, names: Iterable[str]) -> Part:
        return next(iter(self.reader.members(part, *names).values()), None)

    def _resource(self, resource: str, *item: Any, is_camel: bool) -> dict[str, Any]:
        found: dict[str, Any] = self._decoded(*item, is_camel=is_camel).get(resource) or {}
        return found

    def _decoded(self, part: Part, name: str, message: str, *, is_camel: bool) -> dict[str, Any]:
        value = self.reader.value(part)
        if not isinstance(value, dict):
            raise InputError(f"an item of `{name}` is not an object", where=self.message, id="not-a-dump")
        if not is_camel:
            return value
        from istioctl.proxies.protobuf_json import proto_names

        found: dict[str, Any] = proto_names(value, message)
        return found


def _spellings(name: str) -> Sequence[str]:
    """The schema's name and JSON's."""
    other = json_name(name)
    return (name,) if other == name else (name, other)


class Resources(Mapping[str, dict[str, Any]]):
    """Resources by name, each decoded when it is looked at: of thousands only a few are."""

    def __init__(self) -> None:
        self._decoders: dict[str, Callable[[], dict[str, Any]]] = {}

    def add(self, found: Iterable[tuple[str, Callable[[], dict[str, Any]]]]) -> None:
        """Adds resources, except those whose name is there already."""
        for name, decode in found:
            self._decoders.setdefault(name, decode)

    def __getitem__(self, name: str) -> dict[str, Any]:
        return self._decoders[name]()

    def __contains__(self, name: object) -> bool:
        return name in self._decoders

    def __iter__(self) -> Iterator[str]:
        return iter(self._decoders)

    def __len__(self) -> int:
        return len(self._decoders)


class ConfigDump:
    """A dump, of which only what is asked for is decoded.

    Args:
        data: the JSON text.
        source: where it comes from, for messages.

    Attributes:
        reader: decodes its parts.
        is_dump: whether it has `configs`, as dumps do.

    Raises:
        InputError: it is not JSON, or not a dump.
    """

    def __init__(self, data: bytes, source: str) -> None:
        self.source = source
        self.reader, document = open_json(data, source)
        self._document = document
        self._configs: list[tuple[str, Part]] = []
        found = self.reader.lists(document, "configs")
        self.is_dump = bool(found)
        for config in found.get("configs", ()):
            type_ = self.reader.members(config, "@type").get("@type")
            self._configs.append((str(self.reader.value(type_)), config))

    def section(self, kind: str) -> Section:
        """The section of a kind; of several, the last one.

        Raises:
            InputError: there is none.
        """
        return self.sections(kind)[-1]

    def sections(self, kind: str) -> list[Section]:
        """All sections of a kind, of which some kinds have several.

        Raises:
            InputError: there is none.
        """
        wanted = f"{TYPE_PREFIX}{_ADMIN}{kind}"
        found = [Section(kind, self.reader, config) for type_, config in self._configs if type_ == wanted]
        if not found:
            raise InputError(
                f"the dump has no configuration of the type {wanted}",
                where=self.source,
                hint="Make one with: istioctl proxy-config all POD -o json",
                id="no-section",
            )
        return found

    def find(self, kind: str) -> Section | None:
        """As `section`, with None where there is none."""
        return self.section(kind) if any(type_.endswith(f".{kind}") for type_, _ in self._configs) else None

    def resources(self, type_url: str) -> Iterator[dict[str, Any]]:
        """The configurations that are themselves resources of a type, as istiod's own dumps have them."""
        for type_, config in self._configs:
            if type_ == type_url:
                yield self.reader.value(config)

    def shareable(self) -> dict[str, Part]:
        """The parts of the dump in the spelling they came in, with what is secret hidden; other commands read it again.

        Raises:
            InputError: a part is broken, or the document holds other things than a dump does.
        """
        if not self.is_dump:
            found = self.reader.members(self._document, "configs")
            if not found and self.reader.object(self._document):
                raise not_a_dump(self.source)
            return found
        from istioctl.proxies.redaction import redacted

        return {"configs": [redacted(self.reader, part) for _, part in self._configs]}


def not_a_dump(source: str) -> InputError:
    """The error for a JSON object without `configs`."""
    return InputError(
        "this is not a configuration dump", where=source, id="not-a-dump",
        hint="Make one with `istioctl proxy-config all POD -o json`.",
    )  # fmt: skip


def at_least_one(found: Iterable[T], what: str, source: str) -> Iterator[T]:
    """The same, which must not be empty: the real tool's tables of clusters, listeners and routes never are.

    Raises:
        InputError: there is none.
    """
    empty = True
    for each in found:
        empty = False
        yield each
    if empty:
        raise InputError(f"no {what} found", where=source, id="no-section")


def resource(entry: dict[str, Any], name: str) -> dict[str, Any] | None:
    """The resource that an entry holds as an Any; None where it holds none."""
    found = entry.get(name)
    return found if isinstance(found, dict) else None
