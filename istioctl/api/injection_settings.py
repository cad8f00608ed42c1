"""Settings by which a pod steers its sidecar that do not do what they say: misplaced, mistyped, or at odds.

The injector takes them without a word (`pkg/kube/inject` of istio reads what it knows, and passes the rest on); what
is wrong shows when the pod does not start, or starts with something missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from istioctl.api import names, quantities
from istioctl.api.annotations import ANNOTATIONS
from istioctl.api.mesh import PROXY_MESSAGE
from istioctl.api.schema import decode
from istioctl.api.schema.paths import Path, path_text
from istioctl.api.trees import listing, lookup, mapping, mappings
from istioctl.errors import InputError

_VOLUMES, _MOUNTS = "sidecar.istio.io/userVolume", "sidecar.istio.io/userVolumeMount"
#: Annotations that hold JSON: what each item is, and the fields without which it says nothing.
_JSON = {_VOLUMES: ("k8s.Volume", ("name",)), _MOUNTS: ("k8s.VolumeMount", ("name", "mountPath"))}
#: The annotations of the sidecar's requests, and of the limits to them.
_AMOUNTS = {
    "cpu": ("sidecar.istio.io/proxyCPU", "sidecar.istio.io/proxyCPULimit"),
    "memory": ("sidecar.istio.io/proxyMemory", "sidecar.istio.io/proxyMemoryLimit"),
}
_PAIRS = frozenset(name for pair in _AMOUNTS.values() for name in pair)
#: Where the names of settings of injection end, so that one that is not known was meant for the injector.
_DOMAINS = (
    "sidecar.istio.io",
    "proxy.istio.io",
    "inject.istio.io",
    "traffic.sidecar.istio.io",
    "status.sidecar.istio.io",
    "readiness.status.sidecar.istio.io",
    "prometheus.istio.io",
)
#: What is in the name of each of them.
_ANY_SETTING = "istio"
#: Envoy's levels of logs, by any name that it takes.
_LEVELS = frozenset(("trace", "debug", "info", "warning", "warn", "error", "err", "critical", "off"))
_LEVEL_NAMES = "trace, debug, info, warning, error, critical and off"
#: What templates read, though Istio's list of annotations does not have it.
_UNLISTED = frozenset(("sidecar.istio.io/capNetBindService",))
#: What Istio itself writes on workloads and pods.
_WRITTEN = frozenset((names.STATUS, names.REVISION, names.PROXY_OVERRIDES))
#: Volumes that the injector adds, so that a mount may name them before it has.
INJECTED_VOLUMES = frozenset(
    (
        "credential-socket",
        "custom-bootstrap-volume",
        "gke-workload-certificate",
        "grpc-io-proxyless-bootstrap",
        "istio-ca-crl",
        "istio-certs",
        "istio-data",
        "istio-envoy",
        "istio-podinfo",
        "istio-token",
        "istio-xds",
        "istiod-ca-cert",
        "lightstep-certs",
        "workload-certs",
        "workload-socket",
    )
)

#: Data of a YAML text; raises InputError.
Load = Callable[[str], Any]


class Concern(NamedTuple):
    """One setting that does not do what it says.

    Attributes:
        kind: `misplaced`, `unknown-name`, `unknown-field`, `odd-value`, `no-volume` or `above-limit`.
        path: where, from the top of the object.
        message: what is wrong, a phrase that names the setting.
        hint: what to do, a sentence, or empty.
    """

    kind: str
    path: Path
    message: str
    hint: str = ""


def concerns(
    data: Mapping[str, Any],
    metadata_path: tuple[str, ...],
    spec_path: tuple[str, ...],
    load: Load,
    injected: Mapping[str, Any] | None = None,
) -> Iterator[Concern]:
    """What does not do what it says in an object with a pod.

    Args:
        data: the object as the user wrote it, as plain data of any shape.
        metadata_path, spec_path: where the pod's metadata and specification stand in it.
        load: reads YAML.
        injected: the specification of the pod with its sidecar, where it is at hand.
    """
    metadata = mapping(lookup(data, *metadata_path))
    labels, annotations = _named(metadata.get("labels")), _named(metadata.get("annotations"))
    own = mapping(data.get("metadata")) if metadata_path != ("metadata",) else {}
    given = (labels, annotations, _named(own.get("labels")), _named(own.get("annotations")))
    if any(_ANY_SETTING in name for group in given for name in group):
        yield from _misplaced(own, labels, annotations)
        yield from _mistyped(labels, annotations, metadata_path, load)
        yield from _odd_values(labels, annotations, metadata_path)
    at = (*metadata_path, "annotations")
    above = list(_pairs(annotations, at))
    spec = mapping(lookup(data, *spec_path))
    mounts = _items(annotations.get(_MOUNTS)) if _MOUNTS in annotations else []
    known = _volumes(data, spec, annotations, injected)
    for item in mounts:
        name = item.get("name")
        if isinstance(name, str) and name not in known:
            yield Concern(
                "no-volume",
                (*at, _MOUNTS),
                f'the annotation {_MOUNTS} mounts the volume "{name}", which the pod does not have',
                f"Add it to the annotation {_VOLUMES}, or correct the name.",
            )
    for place, container in _placed_containers(spec, spec_path):
        yield from _unknown_mounts(container, place, known)
        above += _resources(container, place)
    if injected is not None and not above:
        for _, container in _placed_containers(injected, ()):
            if container.get("name") == names.PROXY:
                above += [each._replace(path=spec_path) for each in _resources(container, ())]
    yield from above


def _misplaced(own: Mapping[str, Any], labels: Mapping[str, Any], annotations: Mapping[str, Any]) -> Iterator[Concern]:
    """Settings on a workload that belong on its pods, where these do not have them as well."""
    for group, pods in (("labels", labels), ("annotations", annotations)):
        for name in _named(own.get(group)):
            known = ANNOTATIONS.get(name)
            is_setting = name == names.INJECT if group == "labels" else known is not None and known.kinds == ("Pod",)
            if is_setting and name not in _WRITTEN and name not in pods and not (name in labels or name in annotations):
                yield Concern(
                    "misplaced",
                    ("metadata", group, name),
                    f"the {group[:-1]} {name} has no effect on a workload, only on its pods",
                    f"Move it to the {group} of the pod template.",
                )


def _mistyped(
    labels: Mapping[str, Any], annotations: Mapping[str, Any], metadata_path: tuple[str, ...], load: Load
) -> Iterator[Concern]:
    if names.INJECTION in labels:
        message = f"the label {names.INJECTION} has no effect on pods, only on namespaces"
        path = (*metadata_path, "labels", names.INJECTION)
        yield Concern("misplaced", path, message, f"Label them {names.INJECT} instead.")
    for name in labels:
        known = ANNOTATIONS.get(name)
        is_setting = known is not None and known.kinds == ("Pod",) and name.partition("/")[0] in _DOMAINS
        if is_setting and name != names.INJECT and name not in _WRITTEN and name not in annotations:
            message = f"{name} has no effect as a label, only as an annotation"
            yield Concern("misplaced", (*metadata_path, "labels", name), message, "Move it to the annotations.")
    for name, value in annotations.items():
        path = (*metadata_path, "annotations", name)
        if name not in ANNOTATIONS:
            if name.partition("/")[0] in _DOMAINS and name not in _UNLISTED:
                yield Concern(
                    "unknown-name", path, f"{name} is not an annotation of Istio", _nearest(name, ANNOTATIONS)
                )
        elif name in _JSON and isinstance(value, str):
            for problem, hint in _problems_of_json(name, value):
                yield Concern("unknown-field", path, f"the annotation {name}: {problem}", hint)
        elif name == names.PROXY_CONFIG and isinstance(value, str):
            for problem, hint in _unknown_fields(_loaded(value, load), PROXY_MESSAGE):
                yield Concern("unknown-field", path, f"the annotation {name}: {problem}", hint)


def _odd_values(
    labels: Mapping[str, Any], annotations: Mapping[str, Any], metadata_path: tuple[str, ...]
) -> Iterator[Concern]:
    """Values that the injector takes for none, and levels that Envoy doesn't start with."""
    group, own = ("labels", labels) if names.INJECT in labels else ("annotations", annotations)
    if (said := own.get(names.INJECT, "")) and said not in ("true", "false"):
        message = (
            f"the {group[:-1]} {names.INJECT} is '{said}', which is neither 'true' nor 'false' and counts as unset"
        )
        yield Concern("odd-value", (*metadata_path, group, names.INJECT), message)
    # The agent takes `misc:error` among the levels as well (istio pkg/envoy/proxy.go, splitComponentLog).
    for name in ("sidecar.istio.io/logLevel", "sidecar.istio.io/componentLogLevel"):
        value = annotations.get(name)
        parts = value.split(",") if isinstance(value, str) and value else []
        wrong = [part for part in parts if part.rpartition(":")[2].strip() not in _LEVELS]
        if wrong:
            message = f"the annotation {name}: Envoy has no level '{wrong[0]}', and does not start"
            yield Concern("odd-value", (*metadata_path, "annotations", name), message, f"Use one of {_LEVEL_NAMES}.")


def _loaded(value: str, load: Load) -> Any:
    try:
        return load(value)
    except InputError:
        return None  # the injector refuses it, which is said elsewhere


@lru_cache(1000)
def _problems_of_json(name: str, value: str) -> tuple[tuple[str, str], ...]:
    of, needed = _JSON[name]
    try:
        data = json.loads(value)
    except (ValueError, RecursionError) as error:
        return ((f"it is not JSON: {error}", "Write a list, such as [{}].".format('{"name": "…", …}')),)
    if not isinstance(data, list | dict):
        return (("a list is expected", 'Write it as in [{"name": "…", …}].'),)
    problems: list[tuple[str, str]] = []
    for key, item in enumerate(data) if isinstance(data, list) else data.items():
        problems += _unknown_fields(item, of, (key,))
        given = item if isinstance(item, dict) else {}
        for field in needed:
            if not given.get(field) and not (field == "name" and isinstance(data, dict)):
                problems.append((f"{path_text((key, field))} is missing", ""))
    return tuple(problems)


def _unknown_fields(data: Any, of: str, path: Path = ()) -> list[tuple[str, str]]:
    """What a message does not know or take in data, and what may have been meant."""
    found = []
    for mismatch in decode.check(data, of, path):
        if mismatch.kind == "unknown-field":
            field = str(mismatch.path[-1])
            if field.lower() not in map(str.lower, mismatch.known):  # the injector reads a name in any case
                found.append((f'{path_text(mismatch.path)}: unknown field "{field}"', _nearest(field, mismatch.known)))
        elif mismatch.kind == "wrong-type" and of != PROXY_MESSAGE:
            found.append((f"{path_text(mismatch.path)} {mismatch.message}", mismatch.hint))
    return found


def _nearest(name: str, known: Mapping[str, Any] | Sequence[str]) -> str:
    from difflib import get_close_matches

    lowered = {each.lower(): each for each in known}
    near = get_close_matches(name.lower(), lowered, n=1, cutoff=0.75)
    return f"Did you mean {lowered[near[0]]}?" if near else ""


def _pairs(annotations: Mapping[str, Any], at: Path) -> Iterator[Concern]:
    if annotations.keys().isdisjoint(_PAIRS):
        return
    for request, limit in _AMOUNTS.values():
        if request in annotations and limit in annotations and _is_above(annotations[request], annotations[limit]):
            yield Concern(
                "above-limit",
                (*at, request),
                f"the annotation {request}, {annotations[request]}, is above {limit}, {annotations[limit]}",
                "The API server refuses such pods: raise the limit, or request less.",
            )


def _volumes(
    data: Mapping[str, Any],
    spec: Mapping[str, Any],
    annotations: Mapping[str, Any],
    injected: Mapping[str, Any] | None,
) -> set[str]:
    """The names of the volumes that containers may mount."""
    listed = [*mappings(spec.get("volumes")), *_items(annotations.get(_VOLUMES))]
    if injected is not None:
        listed += mappings(injected.get("volumes"))
    found = {str(item.get("name")) for item in listed}
    for claim in mappings(lookup(data, "spec", "volumeClaimTemplates")):
        found.add(str(mapping(claim.get("metadata")).get("name")))
    return found if injected is not None else found | INJECTED_VOLUMES


def _items(value: Any) -> list[dict[str, Any]]:
    """The items of an annotation in JSON, each with its name; none of one that is not understood."""
    try:
        data = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return []
    if isinstance(data, dict):
        return [{"name": name, **item} for name, item in data.items() if isinstance(item, dict)]
    return mappings(data)


def _placed_containers(spec: Mapping[str, Any], at: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for group in ("initContainers", "containers"):
        for index, container in enumerate(listing(spec.get(group))):
            if isinstance(container, dict):
                yield (*at, group, index), container


def _unknown_mounts(container: Mapping[str, Any], at: Path, known: set[str]) -> Iterator[Concern]:
    for index, mount in enumerate(listing(container.get("volumeMounts"))):
        wanted = mount.get("name") if isinstance(mount, dict) else None
        if isinstance(wanted, str) and wanted not in known:
            yield Concern(
                "no-volume",
                (*at, "volumeMounts", index, "name"),
                f'the container {container.get("name")} mounts the volume "{wanted}", which the pod does not have',
                "Add it to the pod's volumes, or correct the name.",
            )


def _resources(container: Mapping[str, Any], at: Path) -> Iterator[Concern]:
    resources = mapping(container.get("resources"))
    requests, limits = mapping(resources.get("requests")), mapping(resources.get("limits"))
    for name, request in requests.items():
        if name in limits and _is_above(request, limits[name]):
            yield Concern(
                "above-limit",
                (*at, "resources", "requests", name),
                f"the container {container.get('name')} requests {request} of {name}, its limit is {limits[name]}",
                "The API server refuses such pods: raise the limit, or request less.",
            )


def _is_above(request: Any, limit: Any) -> bool:
    if request == limit or isinstance(request, bool) or isinstance(limit, bool):
        return False
    return _compare(str(request), str(limit))


@lru_cache(1000)
def _compare(request: str, limit: str) -> bool:
    try:
        return quantities.is_above(request, limit)
    except ValueError:
        return False


def _named(value: Any) -> dict[str, Any]:
    """The entries of a mapping whose keys are texts."""
    given: dict[Any, Any] = mapping(value)
    return {key: item for key, item in given.items() if isinstance(key, str)}
