"""What analyzers ask of the mesh configuration."""

from __future__ import annotations

from typing import Any

from istioctl.analysis.resources import Resource
from istioctl.api.mesh_rules import checked_mesh
from istioctl.api.trees import mapping, text, texts
from istioctl.yamldoc.reader import load


def read_mesh_config(content: str, source: str) -> dict[str, Any]:
    """A mesh configuration over Istio's defaults, as decoded data.

    Raises:
        InputError: it is not YAML, or istiod would refuse it.
    """
    return checked_mesh(load(content, source), source)


def from_config_map(config_map: Resource) -> tuple[dict[str, Any], dict[str, Any]]:
    """The mesh configuration and networks of istiod's ConfigMap.

    Raises:
        InputError: one of them is not YAML, or istiod would refuse it.
    """
    data = texts(config_map.data.get("data"))
    mesh = read_mesh_config(data.get("mesh", ""), config_map.friendly_name)
    return mesh, mapping(load(data.get("meshNetworks", ""), config_map.friendly_name))


def default_gateway(namespace: str, service: str) -> list[Resource]:
    """The ingress gateway that files do not hold and most meshes have: its Service, and a pod behind it."""
    labels = {"istio": "ingressgateway"}
    ports = [{"port": port, "targetPort": port, "protocol": "TCP"} for port in (80, 443, 31400, 15443)]
    pod = Resource("Pod", f"{service}-dummypod", namespace, {}, {}, labels, derived=True)
    return [pod, Resource("Service", service, namespace, {"selector": labels, "ports": ports}, {}, labels)]


def proxy_metadata(mesh: dict[str, Any]) -> dict[str, str]:
    """The environment of all proxies."""
    return texts(mapping(mesh.get("defaultConfig")).get("proxyMetadata"))


def image_type(config: object) -> str:
    """The flavour of the proxy image that a proxy configuration asks for."""
    return text(mapping(mapping(config).get("image")).get("imageType"))
