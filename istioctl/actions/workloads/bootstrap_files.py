"""The files by which a workload outside Kubernetes joins the mesh, as texts.

`mesh.yaml` and `cluster.env` configure the proxy and its iptables rules, `hosts` tells where istiod is. The token and
the root certificate come from the cluster and are put beside them by `entry`.

Source: istio `istioctl/pkg/workload/workload.go`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from istioctl.analysis.validation.kubernetes import NAME_LABELS, REVISION_LABELS
from istioctl.api import ports
from istioctl.api.labels import revision_suffix
from istioctl.api.mesh import PROXY_MESSAGE
from istioctl.api.names import PROXY_CONFIG, SYSTEM_NAMESPACE
from istioctl.api.schema.catalog import message
from istioctl.api.schema.decode import Data
from istioctl.api.schema.encode import to_json
from istioctl.injection import mesh

_XDS_PORT = ports.XDS
_AGENT_PORTS = (ports.ENVOY_METRICS, ports.AGENT_HEALTH)
_DEFAULT_STATUS_PORT = ports.AGENT_METRICS


@dataclass(frozen=True, slots=True)
class Group:
    """A WorkloadGroup, as far as the files tell of it.

    Attributes:
        annotations: its own, and then those that its workloads get; both may hold a proxy configuration.
        labels: of its workloads; those of the template win over those of the metadata.
        probe: the readiness probe in protobuf's JSON form, or None.
        source: where it comes from, for errors.
    """

    name: str
    namespace: str
    annotations: tuple[Mapping[str, str], Mapping[str, str]]
    labels: Mapping[str, str]
    ports: Mapping[str, int]
    service_account: str
    network: str
    probe: dict[str, Any] | None
    source: str


@dataclass(frozen=True, slots=True)
class MeshFacts:
    """What the workload's mesh looks like.

    Attributes:
        mesh_config: the `mesh` key of the control plane's ConfigMap.
        mesh_source: where that comes from, for errors.
        istio_namespace, revision: of the control plane.
        cluster: the ID of the cluster whose services the workload uses.
        internal_address, external_address: of the workload, where they are known.
        auto_register: whether istiod makes the WorkloadEntry once the workload connects.
        capture_dns: whether the workload's DNS queries go through its proxy.
    """

    mesh_config: str
    mesh_source: str
    istio_namespace: str = SYSTEM_NAMESPACE
    revision: str = ""
    cluster: str = ""
    internal_address: str = ""
    external_address: str = ""
    auto_register: bool = False
    capture_dns: bool = True


def istiod_host(istio_namespace: str, revision: str) -> str:
    """The name by which istiod is found."""
    return f"istiod{revision_suffix(revision)}.{istio_namespace}.svc"


def proxy_config(group: Group, around: MeshFacts) -> Data:
    """The configuration of the workload's proxy, as decoded data.

    Raises:
        InputError: the mesh configuration or an annotation can't be read.
    """
    config = mesh.mesh_as_given(around.mesh_config, around.mesh_source)
    proxy: Data = config.get("defaultConfig", {})
    if revision_suffix(around.revision) and not proxy.get("discoveryAddress"):
        proxy = {**proxy, "discoveryAddress": _istiod_address(around)}
    for layer in group.annotations:
        if (text := layer.get(PROXY_CONFIG)) is not None:
            proxy = mesh.over_text(proxy, text, f"{group.source}: {PROXY_CONFIG}")
    name = next((group.labels[label] for label in NAME_LABELS if label in group.labels), group.name)
    version = next((group.labels[label] for label in REVISION_LABELS if label in group.labels), "latest")
    labels = {**group.labels, NAME_LABELS[0]: name, REVISION_LABELS[0]: version}
    metadata = {
        **proxy.get("proxyMetadata", {}),
        "CANONICAL_SERVICE": name,
        "CANONICAL_REVISION": version,
        "POD_NAMESPACE": group.namespace,
        "SERVICE_ACCOUNT": group.service_account,
        "TRUST_DOMAIN": config.get("trustDomain", ""),
        "ISTIO_META_CLUSTER_ID": around.cluster,
        "ISTIO_META_MESH_ID": proxy.get("meshId", ""),
        "ISTIO_META_NETWORK": group.network,
        "ISTIO_META_WORKLOAD_NAME": group.name,
        "ISTIO_METAJSON_LABELS": json.dumps(labels, sort_keys=True, separators=(",", ":"), ensure_ascii=False),
    }
    if group.ports:
        ports = [{"name": name, "containerPort": port, "protocol": ""} for name, port in sorted(group.ports.items())]
        metadata["ISTIO_META_POD_PORTS"] = json.dumps(ports, separators=(",", ":"), ensure_ascii=False)
    if around.capture_dns:
        metadata["ISTIO_META_DNS_CAPTURE"] = "true"
    if around.auto_register:
        metadata["ISTIO_META_AUTO_REGISTER_GROUP"] = group.name
    proxy = {key: value for key, value in proxy.items() if key != "readinessProbe"}
    if group.probe is not None:
        proxy["readinessProbe"] = mesh.read(
            group.probe, message(PROXY_MESSAGE).fields["readinessProbe"].of, f"{group.source}: spec.probe"
        )
    return {**proxy, "proxyMetadata": metadata}


def mesh_yaml(proxy: Data) -> str:
    """The text of `mesh.yaml`."""
    from istioctl.yamldoc.writer import dump

    return dump({"defaultConfig": json.loads(to_json(proxy, PROXY_MESSAGE))})


def cluster_env(group: Group, around: MeshFacts, proxy: Data) -> str:
    """The text of `cluster.env`: one `NAME='VALUE'` a line, as a shell reads it."""
    status_port = proxy.get("statusPort", 0) or _DEFAULT_STATUS_PORT
    excluded = [22, *_AGENT_PORTS, *([] if status_port in _AGENT_PORTS else [status_port])]
    settings = {
        **proxy["proxyMetadata"],
        "ISTIO_INBOUND_PORTS": ",".join(str(port) for _, port in sorted(group.ports.items())) or "*",
        "ISTIO_NAMESPACE": group.namespace,
        "ISTIO_SERVICE": f"{group.name}.{group.namespace}",
        "ISTIO_SERVICE_CIDR": "*",
        "ISTIO_LOCAL_EXCLUDE_PORTS": ",".join(map(str, excluded)),  # SSH, Prometheus, the agent
        "SERVICE_ACCOUNT": group.service_account,
    }
    if revision_suffix(around.revision):
        settings["CA_ADDR"] = _istiod_address(around)
    if around.internal_address:
        settings["ISTIO_SVC_IP"] = around.internal_address
    elif around.external_address:
        settings["ISTIO_SVC_IP"] = around.external_address
        settings["REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION"] = "true"
    return "".join(sorted(f"{name}={_quoted(value)}\n" for name, value in settings.items()))


def hosts(around: MeshFacts, ingress_address: str) -> str:
    """The text of `hosts`; empty where no address is known."""
    return f"{ingress_address} {istiod_host(around.istio_namespace, around.revision)}\n" if ingress_address else ""


def _istiod_address(around: MeshFacts) -> str:
    return f"{istiod_host(around.istio_namespace, around.revision)}:{_XDS_PORT}"


def _quoted(value: str) -> str:
    """The value as one word of a shell, whatever it holds."""
    return "'" + value.replace("'", "'\"'\"'") + "'"
