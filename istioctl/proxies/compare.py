"""Differences between two views of one proxy's configuration: istiod's and Envoy's, or two dumps.

Both sides are brought to one form first, so that only what differs shows: istiod writes JSON names in camel case and
Envoy as they stand in the schema, resources come in any order, and versions and times of arrival are not configuration.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from istioctl.errors import InputError
from istioctl.proxies import xds_types

_REDACTED = "[redacted]"
_SECRET_KEYS = frozenset({"privateKey", "password", "inlinePassword"})
_CONTEXT = 7

#: The kinds that are compared: the type, its name for people, and where a dump of Envoy's keeps its resources.
_KINDS: tuple[tuple[str, str, str], ...] = (
    (xds_types.CLUSTER, "Clusters", "ClustersConfigDump"),
    (xds_types.LISTENER, "Listeners", "ListenersConfigDump"),
    (xds_types.ROUTE, "Routes", "RoutesConfigDump"),
)


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


@dataclass(slots=True)
class View:
    """The comparable part of a configuration: by type, each resource by its name."""

    side: str
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    loaded: dict[str, str] = field(default_factory=dict)


def read_view(body: bytes, side: str) -> View:
    """Clusters, listeners and routes that came by XDS, from a dump of Envoy's or an answer of istiod's.

    Args:
        body: JSON with `configs`: Envoy's dumps by kind, or the resources themselves.
        side: whose view it is, for messages.

    Raises:
        InputError: it is not such a document.
    """
    try:
        data = json.loads(body)
    except ValueError as problem:
        raise InputError(
            f"the configuration is not JSON: {problem}", where=side, hint="Name a dump made with `-o json`."
        ) from problem
    configs = data.get("configs") if isinstance(data, dict) else None
    if not isinstance(configs, list):
        raise InputError("this is not a configuration dump", where=side, hint="It has to have `configs`.")
    view = View(side)
    for type_url, _, dump in _KINDS:
        found = view.resources.setdefault(type_url, {})
        for config in configs:
            if not isinstance(config, dict):
                continue
            own_type = str(config.get("@type", ""))
            if own_type == type_url:
                found[str(config.get("name", ""))] = _normal({k: v for k, v in config.items() if k != "@type"})
            elif own_type.endswith(f".{dump}"):
                for resource, loaded in _from_envoy(_normal(config)):
                    found[str(resource.get("name", ""))] = {k: v for k, v in resource.items() if k != "@type"}
                    view.loaded[type_url] = max(view.loaded.get(type_url, ""), loaded)
    return view


def compare(istiod: View, envoy: View) -> list[KindDifference]:
    """The differences by kind: clusters, listeners, routes; resources in the order of their names."""
    result = []
    for type_url, title, _ in _KINDS:
        left, right = istiod.resources[type_url], envoy.resources[type_url]
        names = sorted(left.keys() | right.keys())
        differences = [
            each for name in names if (each := _difference(name, left.get(name), right.get(name), istiod, envoy))
        ]
        loaded = envoy.loaded.get(type_url, "") if type_url == xds_types.ROUTE else ""
        result.append(KindDifference(title, len(names), tuple(differences), loaded))
    return result


def _difference(
    name: str, left: Mapping[str, Any] | None, right: Mapping[str, Any] | None, first: View, second: View
) -> ResourceDifference | None:
    if left == right:
        return None
    if left is None or right is None:
        return ResourceDifference(name, only_in=first.side if right is None else second.side)
    lines = difflib.unified_diff(
        _lines(left), _lines(right), f"{first.side} {name}", f"{second.side} {name}", n=_CONTEXT, lineterm=""
    )
    return ResourceDifference(name, "\n".join(lines))


def _lines(resource: Mapping[str, Any]) -> list[str]:
    return json.dumps(resource, indent=2, sort_keys=True, ensure_ascii=False).splitlines()


def _from_envoy(dump: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The resources that came by XDS in a dump of one kind, and when each came."""
    for entry in dump.get("dynamicActiveClusters") or []:
        yield entry.get("cluster") or {}, str(entry.get("lastUpdated", ""))
    for entry in dump.get("dynamicListeners") or []:
        state = entry.get("activeState")  # none yet where the first version was refused, or still warms
        if state:
            yield state.get("listener") or {}, str(state.get("lastUpdated", ""))
    for entry in dump.get("dynamicRouteConfigs") or []:
        yield entry.get("routeConfig") or {}, str(entry.get("lastUpdated", ""))


def _normal(value: Any) -> Any:
    """With all names in camel case, and without what must not be seen."""
    if isinstance(value, dict):
        return {
            (name := _camel(key)): (_REDACTED if name in _SECRET_KEYS else _normal(inner))
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_normal(inner) for inner in value]
    return value


@lru_cache(maxsize=4096)
def _camel(name: str) -> str:
    """As protobuf's JSON names are made: an underscore falls away, the letter behind it grows."""
    first, *others = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)
