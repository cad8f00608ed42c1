"""Making what a workload outside Kubernetes needs to join the mesh (istio `istioctl/pkg/workload/workload.go`).

Everything is read, and the token made, before the first file is written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from istioctl.actions.revisions.revisions import default_revision
from istioctl.actions.workloads.bootstrap_files import (
    Group,
    MeshFacts,
    cluster_env,
    hosts,
    istiod_host,
    mesh_yaml,
    proxy_config,
)
from istioctl.analysis.sources import Source, read_file
from istioctl.analysis.validation.decode import decode
from istioctl.analysis.validation.report import Place, Report
from istioctl.api.labels import revision_suffix
from istioctl.api.names import MESH_CONFIG_MAP, SYSTEM_NAMESPACE
from istioctl.api.schema.catalog import kinds
from istioctl.api.trees import mapping
from istioctl.api.webhooks import INJECTOR_NAME
from istioctl.cluster.errors import ApiError
from istioctl.cluster.session import Client, Session, open_session
from istioctl.errors import ClusterError, ErrorGroup, InputError, IstioctlError
from istioctl.golang.netip import is_address
from istioctl.yamldoc.reader import Node, compose_all, to_data

EAST_WEST_GATEWAY = "istio-eastwestgateway"

_KIND = "WorkloadGroup"
_ROOT_CERTIFICATE = ("istio-ca-root-cert", "root-cert.pem")
_AUDIENCE = "istio-ca"
_TOKEN_FILE = "istio-token"  # noqa: S105 - a name


@dataclass(frozen=True, slots=True)
class EntryOptions:
    """What is to be configured, and how.

    Attributes:
        client: the connection.
        folder: where the files go.
        file: a WorkloadGroup's file, `-` for stdin; empty where `name` and `namespace` name one in the cluster.
        istio_namespace, revision: of the control plane; without a revision the default one.
        cluster: the cluster's ID; None asks the control plane's ConfigMap.
        token_seconds: how long the token is good for.
        ingress_service: the gateway by which istiod is reached, `NAME[.NAMESPACE]`, unless `ingress_address` is given.
        internal_address, external_address: of the workload; at most one of them.
        auto_register, capture_dns: see `MeshFacts`.
    """

    client: Client
    folder: Path
    file: str = ""
    name: str = ""
    namespace: str = ""
    istio_namespace: str = SYSTEM_NAMESPACE
    revision: str = ""
    cluster: str | None = None
    token_seconds: int = 3600
    ingress_service: str = EAST_WEST_GATEWAY
    ingress_address: str = ""
    internal_address: str = ""
    external_address: str = ""
    auto_register: bool = False
    capture_dns: bool = True


@dataclass(frozen=True, slots=True)
class ConfiguredEntry:
    """What was written.

    Attributes:
        files: the paths of the files.
        notes: what the user should know.
    """

    files: tuple[Path, ...]
    notes: tuple[str, ...]


def configure_entry(
    options: EntryOptions, *, stdin: Callable[[], str], report: Callable[[str], None]
) -> ConfiguredEntry:
    """Write the files for one workload of a group: all of them, or none where something is missing.

    Raises:
        InputError: the group's file or the mesh configuration can't be read, or the folder can't be written.
        ClusterError: the cluster lacks something, or refuses.
    """
    _check_addresses(options)
    session = open_session(options.client, report=report)
    group, notes = _group(session, options, stdin)
    revision = options.revision or default_revision(session)
    suffix = revision_suffix(revision)
    cluster = options.cluster
    if cluster is None:
        cluster = _cluster_of(_config_map(session, options.istio_namespace, f"{INJECTOR_NAME}{suffix}"))
    mesh_config = _config_map(session, options.istio_namespace, f"{MESH_CONFIG_MAP}{suffix}")
    around = MeshFacts(
        mesh_config=mesh_config.get("mesh", ""),
        mesh_source=f"ConfigMap/{options.istio_namespace}/{MESH_CONFIG_MAP}{suffix}",
        istio_namespace=options.istio_namespace,
        revision=revision,
        cluster=cluster,
        internal_address=options.internal_address,
        external_address=options.external_address,
        auto_register=options.auto_register,
        capture_dns=options.capture_dns,
    )
    proxy = proxy_config(group, around)
    address = _ingress_address(session, options)
    if not address:
        host = istiod_host(options.istio_namespace, revision)
        notes.append(f"no address of a gateway to {host} is known, so hosts is empty; give one with --ingressIP")
    certificate = _config_map(session, group.namespace, _ROOT_CERTIFICATE[0]).get(_ROOT_CERTIFICATE[1], "")
    texts = {
        "mesh.yaml": mesh_yaml(proxy),
        "cluster.env": cluster_env(group, around, proxy),
        "root-cert.pem": certificate,
        "hosts": hosts(around, address),
        _TOKEN_FILE: _token(session, group, options.token_seconds),
    }
    files = tuple(_write(options.folder, texts))
    notes.append(
        f"a security token of service account {group.service_account} in namespace {group.namespace} is now in"
        f" {options.folder / _TOKEN_FILE}; move it to the workload by a safe way"
    )
    return ConfiguredEntry(files, tuple(notes))


def _check_addresses(options: EntryOptions) -> None:
    given = {
        "--ingressIP": options.ingress_address,
        "--internalIP": options.internal_address,
        "--externalIP": options.external_address,
    }
    for flag, address in given.items():
        if address and not is_address(address):
            raise InputError(f"{address!r} is not an IP address", where=flag, hint="Write one such as 192.0.2.7.")


def _group(session: Session, options: EntryOptions, stdin: Callable[[], str]) -> tuple[Group, list[str]]:
    """The WorkloadGroup of the file or the cluster, and what to say of it."""
    if options.file:
        source = Source("<stdin>", stdin()) if options.file == "-" else read_file(Path(options.file))
        return _read_group(source.text, source.name, options.namespace)
    path = f"/apis/networking.istio.io/v1/namespaces/{options.namespace}/workloadgroups/{options.name}"
    found = session.find(path)
    if found is None:
        raise ClusterError(
            f"there is no WorkloadGroup {options.name!r} in namespace {options.namespace!r}",
            where=session.server,
            hint="Make one with `istioctl experimental workload group create`, or give a file with --file.",
            id="no-group",
        )
    return _read_group(json.dumps(found | {"kind": _KIND}), f"{_KIND}/{options.namespace}/{options.name}", "")


def _read_group(text: str, source: str, namespace: str) -> tuple[Group, list[str]]:
    documents = [document.root for document in compose_all(text, source) if document.root is not None]
    if len(documents) != 1:
        raise InputError(f"one {_KIND} is expected, and there are {len(documents)} objects", where=source)
    root = documents[0]
    data = to_data(root, source)
    if not isinstance(data, dict) or data.get("kind") != _KIND:
        kind = data.get("kind") if isinstance(data, dict) else None
        raise InputError(f"a {_KIND} is expected, not {kind or 'this'}", where=source)
    spec = _spec(root, source)
    metadata = mapping(data.get("metadata"))
    name, namespace = str(metadata.get("name") or ""), str(metadata.get("namespace") or namespace)
    for field, value in (("name", name), ("namespace", namespace)):
        if not value:
            raise InputError(f"metadata.{field} is missing", where=source, hint="Add it to the file.")
    inner, template = mapping(spec.get("metadata")), mapping(spec.get("template"))
    own_labels: dict[str, str] = template.get("labels") or {}
    notes = []
    if own_labels:
        listed = ", ".join(f"{key}={value}" for key, value in sorted(own_labels.items()))
        notes.append(f"labels belong into spec.metadata; those of spec.template win over them: {listed}")
    group = Group(
        name=name,
        namespace=namespace,
        annotations=(mapping(metadata.get("annotations")), inner.get("annotations") or {}),
        labels={**(inner.get("labels") or {}), **own_labels},
        ports=template.get("ports") or {},
        service_account=template.get("serviceAccount") or "default",
        network=template.get("network") or "",
        probe=spec.get("probe"),
        source=source,
    )
    return group, notes


def _spec(root: Node, source: str) -> dict[str, Any]:
    """The object's spec as istiod decodes it.

    Raises:
        InputError, ErrorGroup: it holds what istiod can't use.
    """
    node = next((value for key, value in root.value if key.value == "spec"), None)
    found = Report(root)
    spec = decode(node, kinds()[_KIND].message, Place(found))
    problems: list[IstioctlError] = [
        InputError(f"{problem.path}: {problem.message}", where=f"{source}:{problem.line}", hint=problem.hint or None)
        for problem in found.errors
    ]
    if problems:
        raise problems[0] if len(problems) == 1 else ErrorGroup(problems)
    return spec


def _config_map(session: Session, namespace: str, name: str) -> Mapping[str, str]:
    found = session.find(f"/api/v1/namespaces/{namespace}/configmaps/{name}")
    if found is None:
        raise ClusterError(
            f"there is no ConfigMap {name!r} in namespace {namespace!r}",
            where=session.server,
            hint="See that Istio is installed, and that --istioNamespace and --revision name its control plane.",
            id="no-config-map",
        )
    return found.get("data") or {}


def _cluster_of(injector: Mapping[str, str]) -> str:
    """The cluster's name in the values of the control plane."""
    try:
        values: Any = json.loads(injector.get("values") or "{}")
    except ValueError as problem:
        raise ClusterError(
            f"the injector's values are not JSON: {problem}", hint="Give the cluster's ID with --clusterID."
        ) from None
    for key in ("global", "multiCluster", "clusterName"):
        values = mapping(values).get(key)
    return values if isinstance(values, str) else ""


def _ingress_address(session: Session, options: EntryOptions) -> str:
    """The address by which the workload reaches istiod; empty where none is known."""
    if options.ingress_address:
        return options.ingress_address
    name, _, namespace = options.ingress_service.partition(".")
    service = session.find(f"/api/v1/namespaces/{namespace or options.istio_namespace}/services/{name}") or {}
    balancers = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    external = (service.get("spec") or {}).get("externalIPs") or []
    address = str(balancers[0].get("ip") or "") if balancers else str(external[0]) if external else ""
    return address if is_address(address) else ""


def _token(session: Session, group: Group, seconds: int) -> str:
    path = f"/api/v1/namespaces/{group.namespace}/serviceaccounts/{group.service_account}/token"
    wanted = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"audiences": [_AUDIENCE], "expirationSeconds": seconds},
    }
    try:
        answer = session.send("POST", path, wanted)
    except ApiError as problem:
        if problem.status == 404:
            problem.hint = "Create the service account, or name another one in spec.template.serviceAccount."
        raise
    return str(mapping(answer.get("status")).get("token") or "")


def _write(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Put each file in its place whole; the token is never readable by others.

    Raises:
        InputError: one can't be written.
    """
    from tempfile import mkstemp

    drafts: dict[Path, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            handle, draft = mkstemp(prefix=f".{name}.", dir=folder)  # readable by its owner alone
            drafts[folder / name] = Path(draft)
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as sink:
                sink.write(text)
            if name != _TOKEN_FILE:
                Path(draft).chmod(0o644)
        for target, written in drafts.items():
            written.replace(target)
    except OSError as error:
        raise InputError(
            f"the files can't be written: {error.strerror}", where=str(error.filename or folder), hint="See --output."
        ) from None
    finally:
        for written in drafts.values():
            written.unlink(missing_ok=True)
    return list(drafts)
