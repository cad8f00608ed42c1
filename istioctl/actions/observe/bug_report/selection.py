"""Which containers' logs are wanted: `NAMESPACES/DEPLOYMENTS/PODS/LABELS/ANNOTATIONS/CONTAINERS`, each part optional.

The parts of a selection all have to hold, and of the values of a part one (of labels and annotations all); names may
have `*` (upstream `tools/bug-report/pkg/config`, SelectionSpec).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from istioctl.errors import UsageError

_PARTS = ("namespaces", "deployments", "pods", "labels", "annotations", "containers")


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a pod, and what selections look at.

    Attributes:
        workload: the Deployment or DaemonSet that the pod belongs to; empty for none.
    """

    namespace: str
    workload: str
    pod: str
    name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Selection:
    """One selection; an empty part holds for everything."""

    namespaces: tuple[str, ...] = ()
    deployments: tuple[str, ...] = ()
    pods: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    containers: tuple[str, ...] = ()

    def holds(self, container: Container) -> bool:
        """Whether it selects a container."""
        return (
            _one_of(self.namespaces, container.namespace)
            and _one_of(self.deployments, container.workload)
            and _one_of(self.pods, container.pod)
            and _one_of(self.containers, container.name)
            and _all_of(self.labels, container.labels)
            and _all_of(self.annotations, container.annotations)
        )

    def holds_namespace(self, namespace: str) -> bool:
        """Whether it may select something of a namespace."""
        return _one_of(self.namespaces, namespace)

    @property
    def is_of_namespaces_only(self) -> bool:
        """Whether it selects whole namespaces."""
        return not (self.deployments or self.pods or self.labels or self.annotations or self.containers)


def parse_selection(text: str, flag: str) -> Selection:
    """The selection that a flag's value means.

    Raises:
        UsageError: it has too many parts, or a label without a key.
    """
    parts = text.split("/")
    if len(parts) > len(_PARTS):
        raise UsageError(
            f"{text!r} has more than {len(_PARTS)} parts", where=flag, hint=f"Use {'/'.join(_PARTS).upper()}."
        )
    values = [tuple(filter(None, part.split(","))) for part in parts]
    values += [()] * (len(_PARTS) - len(values))
    pairs = [tuple(_pair(entry, text, flag) for entry in part) for part in values[3:5]]
    namespaces, deployments, pods, _, _, containers = [tuple(v for v in part if v != "*") for part in values]
    return Selection(namespaces, deployments, pods, pairs[0], pairs[1], containers)


def is_wanted(container: Container, included: Sequence[Selection], excluded: Sequence[Selection]) -> bool:
    """Whether a container is selected by one of `included` (all are, if there is none) and by none of `excluded`."""
    return (not included or any(each.holds(container) for each in included)) and not any(
        each.holds(container) for each in excluded
    )


def is_namespace_wanted(namespace: str, included: Sequence[Selection], excluded: Sequence[Selection]) -> bool:
    """Whether anything of a namespace may be wanted."""
    return (not included or any(each.holds_namespace(namespace) for each in included)) and not any(
        each.is_of_namespaces_only and each.namespaces and each.holds_namespace(namespace) for each in excluded
    )


def _pair(entry: str, text: str, flag: str) -> tuple[str, str]:
    key, equals, value = entry.partition("=")
    if not key:
        raise UsageError(f"{entry!r} in {text!r} has no key", where=flag, hint="Write KEY=VALUE.")
    return key, value if equals else "*"


def _one_of(patterns: Sequence[str], value: str) -> bool:
    return not patterns or any(fnmatchcase(value, pattern) for pattern in patterns)


def _all_of(wanted: Sequence[tuple[str, str]], values: Mapping[str, str]) -> bool:
    return all(key in values and fnmatchcase(values[key], pattern) for key, pattern in wanted)
