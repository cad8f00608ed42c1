"""Checking a merged specification: its fields and types, then what they mean together.

Source of the rules: upstream `operator/pkg/apis/validation/validation.go`. A field of the mesh configuration that is
not known is refused in a flag, and only warned about in a file, which may be written for a newer Istio.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from istioctl.api.components import COMPONENTS, GATEWAYS, INGRESS_GATEWAY
from istioctl.api.schema.catalog import message
from istioctl.api.schema.decode import Mismatch, check
from istioctl.api.trees import Values, lookup, lookup_text
from istioctl.errors import SpecError
from istioctl.golang.netip import is_prefix
from istioctl.rendering.specification.gone_settings import STATUS, gone
from istioctl.rendering.specification.origins import Origins, Path, dotted, shown_path
from istioctl.rendering.specification.problems import Problems
from istioctl.rendering.specification.profiles import check_overlay, overlay_choices
from istioctl.rendering.specification.set_flags import parse_value
from istioctl.rendering.specification.suggestions import closest

#: The message that an IstioOperator document is.
DOCUMENT = "istio.operator.IstioOperator"
_SPEC = "istio.operator.IstioOperatorSpec"
_DNS_LABEL = r"[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?"
_OBJECT_NAME = r"[a-z0-9.-]{1,254}"
_REPOSITORY = r"[a-z0-9_./-]{2,255}"
_REGISTRY = r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=-]*)(?::[0-9]*)?"
_TAG = r"[A-Za-z0-9_.-]{1,128}"
_PORT = r"[+-]?0*[0-9]{1,9}"
#: How far a port goes that only root may open.
_PRIVILEGED_PORTS = 1024
#: Mappings under `values` whose settings the manifests of a component can't do without; null takes them all away.
_NEEDED_MAPPINGS = {
    "pilot": (
        "base",
        "experimental",
        "gateways",
        "global",
        "meshConfig",
        "global.defaultPodDisruptionBudget",
        "global.istiod",
        "global.logging",
        "global.multiCluster",
        "global.proxy",
        "global.sds",
        "global.sds.token",
        "istiodRemote",
        "pilot.env",
        "pilot.istiodRemote",
        "pilot.memory",
        "pilot.taint",
        "sidecarInjectorWebhook",
        "sidecarInjectorWebhook.templates",
        "telemetry",
        "telemetry.v2",
        "telemetry.v2.prometheus",
        "telemetry.v2.stackdriver",
    ),
    "cni": (
        "cni.ambient",
        "cni.logging",
        "cni.repair",
        "cni.resourceQuotas",
    ),
    "ingressGateways": (
        "gateways.istio-ingressgateway",
        "gateways.istio-ingressgateway.env",
        "gateways.istio-ingressgateway.serviceAccount",
        "global.sts",
    ),
    "egressGateways": (
        "gateways.istio-egressgateway",
        "gateways.istio-egressgateway.env",
        "gateways.istio-egressgateway.serviceAccount",
        "global.sts",
    ),
}
_COMPONENT_KEYS = frozenset(component.key for component in COMPONENTS)
#: Mappings and lists without which a specification can't even be put together.
_NEEDED_BY_MERGING = frozenset(
    ("spec", *path.split("."))
    for path in (
        "components.egressGateways",
        "components.ingressGateways",
        "meshConfig",
        "values",
        "values.global",
        "values.meshConfig",
        "values.pilot",
        "values.pilot.cni",
    )
)
_NULL_HINT = "leave the line out, or write {}"
#: More names than these are not listed.
_MOST_LISTED = 12


def validate(merged: Values, origins: Origins, problems: Problems) -> None:
    """Check a merged document before it is translated.

    Args:
        merged: the whole document.
        origins: who set what, for the places in messages.
        problems: where errors and warnings go.
    """
    for mismatch in check(merged, DOCUMENT):
        _report(mismatch, origins, problems)
    rules = _Rules(merged, origins, problems)
    rules.check_nulls()
    rules.check_images()
    rules.check_revision()
    rules.check_gateways()
    rules.check_proxy_lists()
    rules.check_replicas()
    for path in (("spec", "meshConfig"), ("spec", "values", "meshConfig")):
        if not isinstance(mesh := lookup(merged, *path), dict):
            continue
        from istioctl.api.mesh import mesh_over_defaults, passed_over
        from istioctl.api.mesh_rules import broken_mesh_rules

        for finding in broken_mesh_rules(mesh_over_defaults(mesh, passed_over, lists_as_given=True)):
            where = str(origins.of((*path, *finding.path)))
            text = f"{shown_path((*path, *finding.path))} {finding.message}"
            if finding.only_warn:
                problems.warn(text, where)
            else:
                problems.refuse(SpecError(text, where=where, hint=finding.hint, id="bad-mesh-config"))


def check_overlays(merged: Values, origins: Origins, problems: Problems) -> None:
    """Check that the overlays a translated document asks for exist (`values.profile`, platform, version)."""
    values = lookup(merged, "spec", "values")
    if isinstance(values, dict):
        for choice in overlay_choices(values):
            if error := check_overlay(choice, str(origins.of(("spec", "values", *choice.path)))):
                problems.refuse(error)


def _report(mismatch: Mismatch, origins: Origins, problems: Problems) -> None:
    path = mismatch.path
    origin = origins.of(path)
    if mismatch.kind == "wrong-type":
        error = SpecError(f"{shown_path(path)} {mismatch.message}", where=str(origin), id=mismatch.kind)
        problems.refuse(error, always=_is_read(path))
        return
    if mismatch.kind == "only-one":
        problems.warn(f"{shown_path(path)} {mismatch.message}", str(origin))
        return
    above = shown_path(path[:-1])
    text = f"{mismatch.message} in {above}" if above else mismatch.message
    if origin.kind == "file" and not mismatch.of.startswith(("istio.operator.", "istio.values.", "k8s.")):
        problems.warn(text, str(origin))
    else:
        problems.refuse(SpecError(text, where=str(origin), hint=_suggestion(mismatch) or None, id=mismatch.kind))


def _is_read(path: Path) -> bool:
    """Whether what is there must have its type, `force` or not."""
    if path[:2] == ("spec", "components") and len(path) > 3:
        return path[2] in _COMPONENT_KEYS
    return path in _NEEDED_BY_MERGING


def _suggestion(mismatch: Mismatch) -> str:
    """What an unknown field may have been meant to be."""
    name = str(mismatch.path[-1])
    if mismatch.path == ("status",):
        return STATUS.advice
    if mismatch.path[:1] == ("spec",) and (known_once := gone(mismatch.path[1:])):
        return known_once.advice
    if close := closest(name, mismatch.known):
        return f"Did you mean '{close}'?"
    if len(mismatch.path) == 2 and mismatch.of == _SPEC:
        below = _fields_below_spec()
        if close := closest(name, below):
            return f"Did you mean '{below[close]}'?"
    if not mismatch.known:
        return "Nothing can be set there."
    if len(mismatch.known) > _MOST_LISTED:
        return ""
    return f"Known there: {', '.join(sorted(mismatch.known))}."


def _fields_below_spec() -> dict[str, str]:
    """The fields one level below those of `spec`, each with its path; of two that share a name the chart value."""
    found: dict[str, str] = {}
    for prefix in ("meshConfig", "components", "values"):
        of = message(_SPEC).fields[prefix].of
        found |= {field: f"{prefix}.{field}" for field in message(of).fields}
    return found


def null_mappings(spec: object) -> Iterator[Path]:
    """Where a specification has null for a mapping that the manifests of what it installs read from."""
    for component, mappings in _NEEDED_MAPPINGS.items():
        if not _is_installed(spec, component):
            continue
        for mapping in mappings:
            *parents, key = path = ("values", *mapping.split("."))
            above = lookup(spec, *parents)
            if isinstance(above, dict) and above.get(key, above) is None:
                yield path
    if isinstance(spec, dict) and spec.get("meshConfig", {}) is None:
        yield ("meshConfig",)


def _is_installed(spec: object, component: str) -> bool:
    found = lookup(spec, "components", component)
    if found is None:
        return component in ("pilot", "ingressGateways")
    return any(lookup(one, "enabled") is not False for one in (found if isinstance(found, list) else [found]))


class _Rules:
    """The rules that need more than one value, or the form of one. Values of a wrong type are left to the schema."""

    def __init__(self, merged: Values, origins: Origins, problems: Problems) -> None:
        self._spec = lookup(merged, "spec")
        self._origins = origins
        self._problems = problems

    def _refuse(self, path: Path, text: str, hint: str | None = None) -> None:
        where = str(self._origins.of(("spec", *path)))
        self._problems.refuse(SpecError(f"{dotted(path)} {text}", where=where, hint=hint, id="bad-value"))

    def _refuse_element(self, path: Path, what: str, hint: str) -> None:
        """Refuses an element of a list, whose index may be another one in the flag that made it."""
        where = str(self._origins.of(("spec", *path)))
        self._problems.refuse(SpecError(f"{dotted(path[:-1])} has {what}", where=where, hint=hint, id="bad-value"))

    def check_nulls(self) -> None:
        """A null may unset a value, but not a whole mapping that manifests read from."""
        for path in null_mappings(self._spec):
            text = "is null, which unsets what the manifests need" if path[0] == "values" else "is null"
            self._refuse(path, text, _NULL_HINT)

    def check_images(self) -> None:
        """`hub` and `tag` must make an image's name."""
        hub = lookup_text(self._spec, "hub")
        if hub and not _is_hub(hub):
            self._refuse(("hub",), f"'{hub}' is not an image repository", "Write it as registry.example.com/istio.")
        elif hub and not isinstance(parse_value(hub), str):
            self._refuse(("hub",), f"'{hub}' would be read as a number or a boolean", "Name a registry, too.")
        tag = lookup(self._spec, "tag")
        text = tag if isinstance(tag, str) else _number_text(tag)
        if tag is not None and (text is None or not re.fullmatch(_TAG, text)):
            hint = "A tag has up to 128 letters, digits, '_', '-' and '.'."
            self._refuse(("tag",), f"'{tag if text is None else text}' is not an image tag", hint)

    def check_revision(self) -> None:
        """A revision becomes part of labels and names."""
        revision = lookup_text(self._spec, "revision")
        if not revision:
            return
        hint = "A revision has up to 63 letters, digits and '-', such as 1-30-3."
        if not re.fullmatch(_DNS_LABEL, revision):
            self._refuse(("revision",), f"'{revision}' is not a revision name", hint)
        elif not isinstance(parse_value(revision), str):
            self._refuse(
                ("revision",), f"'{revision}' would be read as a number or a boolean", "Put a letter before it."
            )

    def check_gateways(self) -> None:
        """Names of gateways, and ports that only root may open."""
        for field, chart in GATEWAYS.items():
            as_root = lookup(self._spec, "values", "gateways", chart, "runAsRoot") is True
            for index, gateway in enumerate(_items(lookup(self._spec, "components", field))):
                path: Path = ("components", field, index)
                if gateway is None:
                    self._refuse(path, "is empty", "Give the gateway a name, or leave the line out.")
                name = lookup_text(gateway, "name")
                if not name and isinstance(gateway, dict) and gateway.get("enabled") is not False:
                    hint = "Name it, as in name: edge; the profile has no gateway at this place that it could mean."
                    self._refuse_element(path, "a gateway without a name", hint)
                if name and not re.fullmatch(_OBJECT_NAME, name):
                    self._refuse((*path, "name"), f"'{name}' is not an object name", "Use a-z, 0-9, '-' and '.'.")
                if not as_root:
                    self._check_ports((*path, "k8s", "service", "ports"), gateway, chart, name)
        self._check_ingress_ports()

    def _check_ports(self, path: Path, gateway: object, chart: str, name: str) -> None:
        for index, port in enumerate(_items(lookup(gateway, "k8s", "service", "ports"))):
            number, target = lookup(port, "port"), lookup(port, "targetPort")
            if number is None:
                hint = "Give the whole list, each port with its name, port and targetPort: it replaces the default one."
                self._refuse_element((*path, index), "a port without a number", hint)
                continue
            if isinstance(target, str):
                continue  # a container port's name
            if _needs_root(_whole(number), _whole(target)):
                text = (
                    f"opens port {number} of gateway '{name}' on a port below {_PRIVILEGED_PORTS}, which only root may"
                )
                self._refuse((*path, index), text, _root_hint(chart))

    def _check_ingress_ports(self) -> None:
        path: Path = ("values", "gateways", INGRESS_GATEWAY, "ingressPorts")
        for index, port in enumerate(_items(lookup(self._spec, *map(str, path)))):
            number, target = lookup(port, "port"), lookup(port, "targetPort")
            if not _is_number(number) or not (target is None or _is_number(target)):
                continue
            if _needs_root(_whole(number), _whole(target)):
                text = f"opens port {_number_text(number)} on a port below {_PRIVILEGED_PORTS}, which only root may"
                self._refuse((*path, index), text, _root_hint(INGRESS_GATEWAY))

    def check_proxy_lists(self) -> None:
        """The texts that list address ranges and ports."""
        proxy = lookup(self._spec, "values", "global", "proxy")
        for field in ("includeIPRanges", "excludeIPRanges"):
            text = lookup_text(proxy, field)
            if text not in ("", "*"):
                for part in text.split(","):
                    if not is_prefix(part):
                        self._refuse(
                            ("values", "global", "proxy", field),
                            f"holds '{part}', which is not an address range such as 10.0.0.0/8",
                        )
        for field in ("includeInboundPorts", "excludeInboundPorts"):
            for part in lookup_text(proxy, field).split(","):
                if part not in ("", "*") and not (re.fullmatch(_PORT, part) and 0 <= int(part) <= 65535):
                    self._refuse(
                        ("values", "global", "proxy", field), f"holds '{part}', which is not a port from 0 to 65535"
                    )

    def check_replicas(self) -> None:
        """A fixed number of replicas is overruled by autoscaling."""
        values, components = lookup(self._spec, "values"), lookup(self._spec, "components")
        fixed = ("components", "pilot", "k8s", "replicaCount")
        if lookup(values, "pilot", "autoscaleEnabled") is True and _whole(lookup(self._spec, *fixed)) > 1:
            self._warn_replicas(fixed, "values.pilot.autoscaleEnabled")
        for field, chart in GATEWAYS.items():
            if lookup(values, "gateways", chart, "autoscaleEnabled") is not True:
                continue
            for index, gateway in enumerate(_items(lookup(components, field))):
                if _whole(lookup(gateway, "k8s", "replicaCount")):
                    path: Path = ("components", field, index, "k8s", "replicaCount")
                    self._warn_replicas(path, f"values.gateways.{chart}.autoscaleEnabled")

    def _warn_replicas(self, path: Path, switch: str) -> None:
        self._problems.warn(
            f"{dotted(path)} should not be set while {switch} is true", str(self._origins.of(("spec", *path)))
        )


def _items(found: object) -> Iterator[object]:
    if isinstance(found, list):
        yield from found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number_text(value: object) -> str | None:
    """A number or boolean as it is written into an image's name; None for anything else."""
    if not isinstance(value, int | float):
        return None
    from istioctl.rendering.text.value_text import go_text

    return go_text(value)


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _needs_root(port: int, target: int) -> bool:
    """Whether a gateway's pod would open a privileged port; without a target it opens the port itself."""
    if target == 0 and port > _PRIVILEGED_PORTS:
        return False
    return target < _PRIVILEGED_PORTS


def _root_hint(chart: str) -> str:
    return f"set targetPort to {_PRIVILEGED_PORTS} or more, or values.gateways.{chart}.runAsRoot to true"


def _is_hub(hub: str) -> bool:
    """Whether `HUB/image` names an image, as go-containerregistry reads it."""
    registry, _, repository = f"{hub}/pilot".partition("/")
    if registry != "localhost" and not any(char in registry for char in ".:"):
        registry, repository = "", f"{hub}/pilot"
    return bool(re.fullmatch(_REGISTRY, registry) and re.fullmatch(_REPOSITORY, repository))
