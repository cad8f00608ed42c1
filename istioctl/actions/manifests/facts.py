"""Facts about an installation that others build upon: its CRDs, and the ports of its Services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from istioctl.rendering.components.base import custom_resource_definitions
from istioctl.rendering.manifests import render
from istioctl.rendering.specification.build import build_specification
from istioctl.yamldoc.reader import load

if TYPE_CHECKING:
    from istioctl.rendering.specification.build import SpecificationInputs


@dataclass(frozen=True, slots=True)
class Crd:
    """A custom resource definition that comes with Istio.

    Attributes:
        name: such as `virtualservices.networking.istio.io`.
        group, kind, plural: what it defines.
        versions: those that are served, in the definition's order.
        stored: the version in which the API server keeps its objects.
        namespaced: whether its objects are in namespaces.
    """

    name: str
    group: str
    kind: str
    plural: str
    versions: tuple[str, ...]
    stored: str
    namespaced: bool


def crds() -> list[Crd]:
    """The definitions that the component `base` installs, by name."""
    return sorted((_crd(load(text)) for text in custom_resource_definitions([])), key=lambda crd: crd.name)


def _crd(data: Mapping[str, Any]) -> Crd:
    spec = data["spec"]
    return Crd(
        data["metadata"]["name"],
        spec["group"],
        spec["names"]["kind"],
        spec["names"]["plural"],
        tuple(version["name"] for version in spec["versions"] if version["served"]),
        next(version["name"] for version in spec["versions"] if version["storage"]),
        spec["scope"] == "Namespaced",
    )


@dataclass(frozen=True, slots=True)
class ServicePort:
    """A port of a Service of an installation.

    Attributes:
        component: the part of the installation, see `COMPONENTS`.
        service, namespace: the Service.
        name: the port's; empty where it has none.
        port: its number.
        target: the pod's port, a number or a name.
        protocol: `TCP` or `UDP`.
    """

    component: str
    service: str
    namespace: str
    name: str
    port: int
    target: int | str
    protocol: str


def service_ports(inputs: SpecificationInputs) -> list[ServicePort]:
    """The ports of all Services of an installation, in the order of its objects.

    Args:
        inputs: the specification.

    Raises:
        InputError, SpecError: the specification is wrong.
    """
    return [
        ServicePort(
            document.component,
            document.name,
            document.data["metadata"].get("namespace", ""),
            port.get("name", ""),
            port["port"],
            port.get("targetPort", port["port"]),
            port.get("protocol", "TCP"),
        )
        for document in render(build_specification(inputs)).ordered()
        if document.kind == "Service"
        for port in document.data["spec"].get("ports") or ()
    ]
