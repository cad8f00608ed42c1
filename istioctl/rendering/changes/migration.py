"""What has to change in an IstioOperator document of an earlier release: a list of steps, on plain data.

A plan is made by looking for the first old setting, writing down what becomes of it, and doing that to a copy, until
there is none. So a document that was migrated has nothing to migrate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from istioctl.api.components import GATEWAYS
from istioctl.api.release import HUB, VERSION
from istioctl.api.schema.casing import camel_case
from istioctl.api.trees import Values, copy_of, lookup
from istioctl.errors import SpecError
from istioctl.rendering.changes.edits import Edit, reshaped
from istioctl.rendering.changes.old_forms import FORMS, Path, Settings, metric_of_today
from istioctl.rendering.changes.old_types import names_of_proto_files, values_of_another_type
from istioctl.rendering.specification.build import API_VERSION, GROUPS, KIND, OLD_KIND
from istioctl.rendering.specification.gone_settings import LEAVE_OUT, PROFILES, STATUS, TABLE, Gone, names_of
from istioctl.rendering.specification.origins import shown_path
from istioctl.rendering.specification.profiles import OLD_NAMES
from istioctl.rendering.specification.validation import null_mappings

_OLD_HUB = re.compile(r"gcr\.io/istio-(?:release|testing)\b|(?:docker\.io/)?istio\Z")
_MINOR = re.compile(r"v?1\.([0-9]+)\b")
_AUTOSCALING = "Kubernetes has metrics in the form of autoscaling/v2 alone."
#: Since when a field has but one name.
_ONLY_JSON = Gone("1.24")
#: Ports of gateways that used to be opened by root, and what they open since.
_UNPRIVILEGED = {80: 8080, 443: 8443}
_PRIVILEGED_PORTS = 1024


class Step(NamedTuple):
    """What becomes of one old setting.

    Attributes:
        verb: `moved`, `renamed`, `rewritten` or `removed`.
        path: where it was, from the document's root.
        to: where its value went; empty where it went nowhere.
        reason: since when, and what to do or what was done: a sentence or two.
        edits: the changes, in order.
    """

    verb: str
    path: Path
    to: Path
    reason: str
    edits: tuple[Edit, ...]


@dataclass(slots=True)
class Plan:
    """All that is to be done to a document.

    Attributes:
        steps: in the order in which they are done.
        undecided: what the user has to decide first; then nothing should be done. `where` is the setting's path.
        remarks: what stays as it is and deserves a look, with its place.
        data: the document as it will be.
    """

    steps: list[Step] = field(default_factory=list)
    undecided: list[tuple[Path, SpecError]] = field(default_factory=list)
    remarks: list[tuple[Path, str]] = field(default_factory=list)
    data: Values = field(default_factory=dict)


def plan_migration(document: Mapping[str, Any]) -> Plan:
    """What to do to an IstioOperator document, so that it is one of today."""
    plan = Plan(data=copy_of(dict(document)))
    left: set[Path] = set()
    while (found := next(_old_settings(plan.data, left), None)) is not None:
        if isinstance(found, Step):
            plan.steps.append(found)
            for edit in found.edits:
                do(plan.data, edit)
        else:
            left.add(found[0])
            plan.undecided.append(found)
    plan.remarks = list(_remarks(plan.data))
    return plan


_Found = Step | tuple[Path, SpecError]


def _old_settings(data: Values, left: set[Path]) -> Iterator[_Found]:
    if data.get("kind") == OLD_KIND:
        yield Step("rewritten", ("kind",), (), f"Since Istio 1.5 it is {KIND}.", (Edit("put", ("kind",), KIND),))
    version = data.get("apiVersion")
    if version != API_VERSION and str(version).startswith(GROUPS):
        reason = f"IstioOperator is of {API_VERSION}."
        yield Step("rewritten", ("apiVersion",), (), reason, (Edit("put", ("apiVersion",), API_VERSION),))
    if "status" in data:
        yield _removal(("status",), STATUS)
    spec = data.get("spec")
    if not isinstance(spec, dict):
        return
    yield from _old_profile(spec)
    for path in names_of_proto_files(data):
        to, value = (*path[:-1], camel_case(str(path[-1]))), _at(data, path)
        if path not in left and (found := _moved(data, path, to, value, _ONLY_JSON, left)) is not None:
            yield found
    for path, value, entry in _entries(spec, ("spec",)):
        if path not in left and (found := _step(data, path, value, entry, left)) is not None:
            yield found
    yield from _old_kubernetes(spec)
    for below in null_mappings(spec):
        place = ("spec", *below)
        yield Step("rewritten", place, place, "Null would unset what the manifests need.", (Edit("put", place, {}),))
    for place, value, reason in values_of_another_type(data):
        yield Step("rewritten", place, place, reason, (Edit("put", place, value),))


def _old_profile(spec: Values) -> Iterator[Step]:
    name, path = spec.get("profile"), ("spec", "profile")
    if not isinstance(name, str):
        return
    if (entry := PROFILES.get(name)) is not None:
        yield Step("rewritten", path, (), entry.advice, (Edit("put", path, entry.moved_to),))
    elif name in OLD_NAMES:
        reason = f"The profile '{name}' is called '{OLD_NAMES[name]}' now."
        yield Step("rewritten", path, (), reason, (Edit("put", path, OLD_NAMES[name]),))


def _entries(tree: Any, path: Path) -> Iterator[tuple[Path, Any, Gone]]:
    """The settings below a place that the table has, those with the longer paths first."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        below = (*path, key)
        if below[:2] == ("spec", "components") and "k8s" in below[:4]:
            continue
        yield from _entries(value, below)
        if not isinstance(key, int) and (entry := TABLE.get(".".join(names_of(below[1:])))) is not None:
            yield below, value, entry


def _step(data: Values, path: Path, value: Any, entry: Gone, left: set[Path]) -> _Found | None:
    if not entry.moved_to:
        return _removal(path, entry)
    if value is None or (value in ("", {}, []) and entry.form != "text"):
        return _removal(path, entry, f"Istio {entry.since} removed it, and it is empty.")
    to: Path = ("spec", *entry.moved_to.split("."))
    if path[1:3] == ("values", "meshConfig") and entry.moved_to.startswith("meshConfig."):
        to = ("spec", "values", *to[1:])
    if entry.form:
        return _rewritten(data, path, value, entry, FORMS[entry.form](value, to))
    return _moved(data, path, to, value, entry, left)


def _removal(path: Path, entry: Gone, reason: str = "") -> Step:
    return Step("removed", path, (), reason or _without_duty(entry), (Edit("remove", path),))


def _without_duty(entry: Gone) -> str:
    """What an entry advises, where the setting is left out already."""
    instead = entry.instead.removesuffix(LEAVE_OUT)
    return f"Istio {entry.since} removed it." + (f" {instead}." if instead else "")


def _moved(data: Values, path: Path, to: Path, value: Any, entry: Gone, left: set[Path]) -> _Found | None:
    """One move; of a mapping whose new place is taken, that of its first field which is not left to the user."""
    if path in left:
        return None
    there = _at(data, to)
    if there is None:
        if (blocked := _blocked(data, to)) is not None:
            return _conflict(path, value, *blocked)
        return _move(path, to, entry)
    if there == value:
        return _removal(path, entry, f"{shown_path(to)}, which it is since Istio {entry.since}, says the same.")
    if isinstance(there, dict) and isinstance(value, dict):
        steps = (_moved(data, (*path, key), (*to, key), inner, entry, left) for key, inner in value.items())
        return next((step for step in steps if step is not None), None)
    return _conflict(path, value, to, there)


def _move(path: Path, to: Path, entry: Gone) -> Step:
    verb = "renamed" if path[:-1] == to[:-1] else "moved"
    return Step(verb, path, to, f"Since Istio {entry.since} it is {shown_path(to)}.", (Edit("move", path, to),))


def _rewritten(data: Values, path: Path, old: Any, entry: Gone, settings: Settings) -> _Found:
    """What is written in another form at the new place; the comments go there with the first part of it."""
    wanted: Settings = []
    for to, value in settings:
        there = _at(data, to)
        if there is not None and there != value:
            return _conflict(path, value, to, there)
        if (blocked := _blocked(data, to)) is not None:
            return _conflict(path, value, *blocked)
        if there is None:
            wanted.append((to, value))
    if not wanted:
        return _removal(path, entry)
    (first, value), *others = wanted
    if not others and value == old:
        return _move(path, first, entry)
    edits = [Edit("move", path, first), Edit("put", first, value), *(Edit("put", to, item) for to, item in others)]
    places = ", ".join(shown_path(to) for to, _ in wanted)
    return Step("rewritten", path, first, f"Since Istio {entry.since} it is {places}.", tuple(edits))


def _conflict(path: Path, value: Any, to: Path, there: Any) -> tuple[Path, SpecError]:
    text = f"{shown_path(path)} is {_said(value)}, but {shown_path(to)}, which took its place, is {_said(there)}"
    hint = f"Decide which counts, and leave {shown_path(path)} out."
    return path, SpecError(text, hint=hint, id="undecided")


def _said(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "another list"
    return f"'{value}'" if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _blocked(data: Values, to: Path) -> tuple[Path, Any] | None:
    """The place on the way to a path that holds neither a mapping nor nothing, and what it holds."""
    for end in range(1, len(to)):
        there = _at(data, to[:end])
        if there is not None and not isinstance(there, dict | list):
            return to[:end], there
    return None


def _old_kubernetes(spec: Values) -> Iterator[Step]:
    components = spec.get("components")
    for key, value in components.items() if isinstance(components, dict) else ():
        parts = enumerate(value) if isinstance(value, list) else [(None, value)]
        if key in GATEWAYS and value is None:
            place: Path = ("spec", "components", key)
            yield Step("rewritten", place, place, "No gateways are an empty list.", (Edit("put", place, []),))
        for index, part in parts:
            path: Path = ("spec", "components", key) if index is None else ("spec", "components", key, index)
            yield from _old_metrics(part, (*path, "k8s", "hpaSpec", "metrics"))
            if key in GATEWAYS:
                yield from _old_ports(spec, key, part, (*path, "k8s", "service", "ports"))


def _old_metrics(part: Any, path: Path) -> Iterator[Step]:
    metrics = lookup(part, "k8s", "hpaSpec", "metrics")
    usage: Path = (*path[:-1], "targetCPUUtilizationPercentage")
    percentage = lookup(part, "k8s", "hpaSpec", str(usage[-1]))
    if percentage is not None:
        target = {"type": "Utilization", "averageUtilization": percentage}
        wanted = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
        edits = () if metrics else (Edit("put", path, wanted),)
        yield Step("rewritten", usage, path, _AUTOSCALING, (*edits, Edit("remove", usage)))
    for index, metric in enumerate(metrics if isinstance(metrics, list) else []):
        now = metric_of_today(metric) if isinstance(metric, dict) else None
        if now is None:
            continue
        changes: list[Edit] = []
        for kind, source in metric.items():
            if isinstance(source, dict):
                changes += reshaped(source, now[kind], (*path, index, kind))
        yield Step("rewritten", (*path, index), (*path, index), _AUTOSCALING, tuple(changes))


def _old_ports(spec: Values, key: str, part: Any, path: Path) -> Iterator[Step]:
    ports = lookup(part, "k8s", "service", "ports")
    if lookup(spec, "values", "gateways", GATEWAYS[key], "runAsRoot") is True or not isinstance(ports, list):
        return
    for index, port in enumerate(ports):
        number, target = lookup(port, "port"), lookup(port, "targetPort")
        opened = target or number
        is_number = isinstance(opened, int) and not isinstance(opened, bool) and isinstance(number, int)
        if is_number and number < _PRIVILEGED_PORTS and opened in _UNPRIVILEGED:
            now = _UNPRIVILEGED[opened]
            reason = f"Since Istio 1.7 gateways do not run as root: the pod opens {now} for it."
            place = (*path, index, "targetPort")
            yield Step("rewritten", place, place, reason, (Edit("put", place, now),))


def _remarks(data: Values) -> Iterator[tuple[Path, str]]:
    """Images of another release, which the manifests of this one don't fit."""
    spec = data.get("spec")
    today = int(VERSION.split(".")[1])
    for path, value in _images(spec, ("spec",)):
        found = _MINOR.match(str(value)) if path[-1] == "tag" else None
        if found and int(found[1]) != today:
            yield (
                path,
                f"{shown_path(path)} is {value}: these are the manifests of {VERSION}. Leave it out, or set {VERSION}.",
            )
        elif path[-1] == "hub" and _OLD_HUB.match(str(value)) and str(value) != HUB:
            yield path, f"{shown_path(path)} is {value}: see whether it has images of {VERSION}; {HUB} has."


def _images(tree: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        if key in ("hub", "tag") and value and isinstance(value, str | int | float):
            yield (*path, key), value
        elif key != "k8s":
            yield from _images(value, (*path, key))


def _at(data: Any, path: Path) -> Any:
    for step in path:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def do(data: Values, edit: Edit) -> None:
    """Make a change to plain data; mappings that it empties go."""
    if edit.verb == "put":
        _put(data, edit.path, copy_of(edit.value))
        return
    value = _at(data, edit.path)
    trail = [_at(data, edit.path[:end]) for end in range(len(edit.path))]
    trail[-1].pop(edit.path[-1])
    for end in range(len(edit.path) - 1, 0, -1):
        if trail[end] or isinstance(edit.path[end - 1], int):
            break
        trail[end - 1].pop(edit.path[end - 1])
    if edit.verb == "move":
        _put(data, edit.value, value)


def _put(data: Any, path: Path, value: Any) -> None:
    for place, step in enumerate(path[:-1]):
        if _at(data, (step,)) is None:
            made: Any = [] if isinstance(path[place + 1], int) else {}
            if isinstance(data, list):
                data.append(made)
            else:
                data[step] = made
        data = data[step]
    if isinstance(data, list) and path[-1] == len(data):
        data.append(value)
    else:
        data[path[-1]] = value
