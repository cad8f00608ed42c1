"""Differences between two views of one proxy's configuration: istiod's and Envoy's, or two dumps.

Both sides are brought to one form first, so that only what differs shows: istiod writes JSON names in camel case and
Envoy as they stand in the schema, resources come in any order, and versions and times of arrival are not configuration.
"""

from __future__ import annotations

import difflib
import json
import marshal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from istioctl.errors import InputError
from istioctl.proxies import xds_types
from istioctl.proxies.config_dump import ConfigDump

_CONTEXT = 7


class Kind(NamedTuple):
    """A kind of resources.

    Attributes:
        type_url: their type.
        title: what people call them.
        dump: where a dump of Envoy's keeps them.
        items, message: the list there, and what its items are.
        place: where in an item the resource is; a dot leads inside.
    """

    type_url: str
    title: str
    dump: str
    items: str
    message: str
    place: str


_CLUSTERS = Kind(
    xds_types.CLUSTER, "Clusters", "ClustersConfigDump", "dynamic_active_clusters", "DynamicCluster", "cluster"
)
_LISTENERS = Kind(
    xds_types.LISTENER,
    "Listeners",
    "ListenersConfigDump",
    "dynamic_listeners",
    "DynamicListener",
    "active_state.listener",
)
_ROUTES = Kind(
    xds_types.ROUTE, "Routes", "RoutesConfigDump", "dynamic_route_configs", "DynamicRouteConfig", "route_config"
)
_ENDPOINTS = Kind(
    xds_types.ENDPOINT,
    "Endpoints",
    "EndpointsConfigDump",
    "dynamic_endpoint_configs",
    "DynamicEndpointConfig",
    "endpoint_config",
)
_EXTENSIONS = Kind(
    xds_types.EXTENSION, "Extensions", "EcdsConfigDump", "ecds_filters", "EcdsFilterConfig", "ecds_filter"
)
#: What istiod tells of a proxy's configuration.
SENT = (_CLUSTERS, _LISTENERS, _ROUTES)
#: What two proxies can be compared by, or one with itself at another time.
COMPARABLE = (*SENT, _ENDPOINTS, _EXTENSIONS)


@dataclass(frozen=True, slots=True)
class ResourceDifference:
    """One resource that is not the same on both sides.

    Attributes:
        text: a unified diff; of a resource that one side lacks, empty.
        only_in: the side that alone has it; empty where both do.
    """

    name: str
    text: str = ""
    only_in: str = ""


@dataclass(frozen=True, slots=True)
class KindDifference:
    """What differs among the resources of one kind.

    Attributes:
        title: such as `Clusters`.
        count: how many resources there are, of either side.
        loaded: when Envoy last took one of them (RFC 3339); empty where it does not say.
    """

    title: str
    count: int
    differences: tuple[ResourceDifference, ...]
    loaded: str = ""

    @property
    def matches(self) -> bool:
        """Whether both sides are the same."""
        return not self.differences

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        changed = [
            {"name": each.name} | ({"onlyIn": each.only_in} if each.only_in else {"diff": each.text})
            for each in self.differences
        ]
        data: dict[str, Any] = {"matches": self.matches, "resources": self.count, "differences": changed}
        return data | ({"lastLoaded": self.loaded} if self.loaded else {})


class Packed(Mapping[str, dict[str, Any]]):
    """Resources by name, kept as bytes that `marshal` makes: of thousands only a few differ and are looked at."""

    def __init__(self) -> None:
        self._packed: dict[str, bytes] = {}

    def add(self, name: str, value: dict[str, Any]) -> None:
        """Keeps an object, instead of one of the same name."""
        self._packed[name] = marshal.dumps(value)

    def is_same(self, name: str, other: Packed) -> bool:
        """Whether both hold the same object by this name."""
        mine, theirs = self._packed.get(name), other._packed.get(name)
        return mine == theirs or (mine is not None and theirs is not None and self[name] == other[name])

    def __getitem__(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = marshal.loads(self._packed[name])  # noqa: S302 - what this process wrote
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._packed

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


@dataclass(slots=True)
class View:
    """The comparable part of a configuration: by type, each resource by its name."""

    side: str
    resources: dict[str, Packed] = field(default_factory=dict)
    loaded: dict[str, str] = field(default_factory=dict)


def read_view(body: bytes, side: str, kinds: Sequence[Kind] = SENT) -> View:
    """The resources that came by XDS, from a dump of Envoy's or an answer of istiod's.

    Args:
        body: JSON with `configs`: Envoy's dumps by kind, or the resources themselves.
        side: whose view it is, for messages.
        kinds: what to look for.

    Raises:
        InputError: it is not such a document.
    """
    dump = ConfigDump(body, side)
    if not dump.is_dump:
        raise InputError("this is not a configuration dump", where=side, hint="It has to have `configs`.")
    view = View(side)
    for kind in kinds:
        found = view.resources.setdefault(kind.type_url, Packed())
        for resource in dump.resources(kind.type_url):
            found.add(_name(resource), _normal(resource, kind))
        section = dump.find(kind.dump)
        for entry in section.entries(kind.items, kind.message) if section else ():
            *steps, last = kind.place.split(".")
            holder = entry
            for step in steps:
                holder = holder.get(step) or {}
            held = holder.get(last)
            if isinstance(held, dict):  # none yet where the first version was refused, or still warms
                found.add(_name(held), _normal(held, kind))
                loaded = str(holder.get("last_updated") or "")
                view.loaded[kind.type_url] = max(view.loaded.get(kind.type_url, ""), loaded)
    return view


def compare(left: View, right: View, kinds: Sequence[Kind] = SENT) -> list[KindDifference]:
    """The differences by kind; resources in the order of their names.

    Args:
        right: whose time of loading counts.
    """
    result = []
    for kind in kinds:
        ours, theirs = left.resources[kind.type_url], right.resources[kind.type_url]
        names = sorted(ours.keys() | theirs.keys())
        differences = [
            _difference(name, ours.get(name), theirs.get(name), left, right)
            for name in names
            if not ours.is_same(name, theirs)
        ]
        loaded = right.loaded.get(kind.type_url, "") if kind is _ROUTES else ""
        result.append(KindDifference(kind.title, len(names), tuple(differences), loaded))
    return result


def _difference(
    name: str, left: Mapping[str, Any] | None, right: Mapping[str, Any] | None, first: View, second: View
) -> ResourceDifference:
    if left is None or right is None:
        return ResourceDifference(name, only_in=first.side if right is None else second.side)
    lines = difflib.unified_diff(
        _lines(left), _lines(right), f"{first.side} {name}", f"{second.side} {name}", n=_CONTEXT, lineterm=""
    )
    return ResourceDifference(name, "\n".join(lines))


def _lines(resource: Mapping[str, Any]) -> list[str]:
    return json.dumps(resource, indent=2, sort_keys=True, ensure_ascii=False).splitlines()


def _name(resource: Mapping[str, Any]) -> str:
    names = (resource.get(name) for name in ("name", "cluster_name", "clusterName"))
    return next((str(name) for name in names if name is not None), "")


def _normal(resource: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """In one spelling and one order, without what must not be seen."""
    from istioctl.proxies.protobuf_json import camel_case

    found: dict[str, Any] = camel_case(
        {name: value for name, value in resource.items() if name != "@type"}, kind.type_url.rpartition("/")[2]
    )
    if kind is _ROUTES:
        _sort(found, "virtualHosts")
        for host in found.get("virtualHosts") or []:
            _sort(host, "domains")
    elif kind is _ENDPOINTS:
        for group in found.get("endpoints") or []:
            _sort(group, "lbEndpoints")
        _sort(found, "endpoints")
    return found


def _sort(holder: dict[str, Any], name: str) -> None:
    """Bring a list whose order means nothing into one order."""
    if isinstance(holder.get(name), list):
        holder[name].sort(key=lambda each: json.dumps(each, sort_keys=True))
