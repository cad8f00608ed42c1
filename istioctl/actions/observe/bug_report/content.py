"""What is gathered: for each piece its name in the archive, and how it is had."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from istioctl.actions.observe.bug_report.redaction import redact_secret
from istioctl.actions.observe.bug_report.selection import Container
from istioctl.actions.revisions.version import mesh_versions
from istioctl.api import ports
from istioctl.api.release import VERSION
from istioctl.cluster.exec import run_in_pod
from istioctl.cluster.pod_http import ask_pod
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import Client, Session
from istioctl.errors import IstioctlError
from istioctl.proxies.pieces import read_dump

#: Debug pages of istiod that are worth having (upstream `tools/bug-report/pkg/common`).
ISTIOD_PAGES = (
    "adsz", "ambientz", "authorizationz", "cachez", "clusterz", "configz", "endpointShardz", "inject", "instancesz",
    "krtz", "mcsz", "mesh", "networkz", "push_status", "registryz", "resourcesz", "syncz", "telemetryz",
)  # fmt: skip
#: Pages of Envoy's admin API; of ztunnel's only the dump.
ENVOY_PAGES = (
    "certs", "clusters", "config_dump?include_eds", "listeners", "memory", "server_info", "stats/prometheus", "runtime",
)  # fmt: skip
ZTUNNEL_PAGES = ("config_dump",)
#: Kinds of Kubernetes' own: those of the cluster, and those of namespaces.
CLUSTER_KINDS = (
    ("v1", "Node"),
    ("v1", "Namespace"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
)
NAMESPACED_KINDS = (
    ("v1", "Pod"), ("v1", "Service"), ("v1", "ConfigMap"), ("v1", "Event"), ("apps/v1", "Deployment"),
    ("apps/v1", "DaemonSet"), ("apps/v1", "StatefulSet"), ("apps/v1", "ReplicaSet"), ("batch/v1", "Job"),
    ("batch/v1", "CronJob"), ("autoscaling/v2", "HorizontalPodAutoscaler"), ("networking.k8s.io/v1", "Ingress"),
    ("networking.k8s.io/v1", "NetworkPolicy"), ("discovery.k8s.io/v1", "EndpointSlice"),
)  # fmt: skip

LARGEST_LOG = 16 * 1024 * 1024
"""Bytes of one container's log; of a longer one the end is taken where no other range is asked for."""
_MOST_LINES = 50_000
LARGEST_CORE = 48 * 1024 * 1024
_MONITORING_PORT, _ZTUNNEL, _PROXY, _DISCOVERY = ports.MONITORING, "ztunnel", "istio-proxy", "discovery"
_CORES = "/var/lib/istio"


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing to gather.

    Attributes:
        name: its place in the archive.
        fetch: gets it; raises an IstioctlError where it can't be had.
        is_large: whether it may have many megabytes, so that only a few like it should be in memory at once.
        as_it_is: whether it is not searched for secrets, as a core dump can't be.
    """

    name: str
    fetch: Callable[[], bytes]
    is_large: bool = False
    as_it_is: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What is wanted of each kind of thing.

    Attributes:
        since: from when on log lines are wanted (RFC 3339); empty means all.
        until: up to when; empty means now.
        tail: how many lines of each log at most; 0 for all.
        namespaces: whose objects are wanted; none means all.
    """

    admin_port: int = ports.ENVOY_ADMIN
    since: str = ""
    until: str = ""
    tail: int = 0
    full_secrets: bool = False
    namespaces: tuple[str, ...] = ()
    proxy_debug: bool = True
    netstat: bool = True
    coredumps: bool = True


def cluster_pieces(session: Session, choice: Choice, own_kinds: Sequence[tuple[str, str]]) -> Iterator[Piece]:
    """The cluster's objects, one file a kind.

    Args:
        own_kinds: apiVersion and kind of all custom resources.
    """
    for api_version, kind in (*CLUSTER_KINDS, *NAMESPACED_KINDS, ("v1", "Secret"), *own_kinds):
        scopes = ("",) if (api_version, kind) in CLUSTER_KINDS else choice.namespaces or ("",)
        folder = "cluster/crs" if (api_version, kind) in own_kinds else "cluster"
        name = f"{folder}/{kind}.{api_version.replace('/', '_')}.json"
        fetch = partial(_objects, session, api_version, kind, scopes, choice)
        yield Piece(name, fetch, is_large=kind in ("Pod", "ConfigMap", "EndpointSlice", "ReplicaSet", "Event"))


def pod_pieces(
    session: Session, containers: Sequence[Container], wanted: Callable[[Container], bool], choice: Choice
) -> Iterator[Piece]:
    """Logs and debug pages of the containers of Istio's own, and of those that are wanted."""
    for each in containers:
        folder = _folder(each)
        if not folder or (folder.startswith("proxies/") and not wanted(each)):
            continue
        yield Piece(f"{folder}/{each.name}.log", partial(_log, session, each, choice), is_large=True)
        if each.name == _DISCOVERY:
            for page in ISTIOD_PAGES:
                path = f"/debug/{page}"
                yield Piece(f"{folder}/debug/{page}", partial(_page, session, each, _MONITORING_PORT, path))
            yield Piece(f"{folder}/metrics", partial(_page, session, each, _MONITORING_PORT, "/metrics"))
        elif each.name == _PROXY:
            yield from _proxy_pieces(session, each, folder, choice)


def _proxy_pieces(session: Session, each: Container, folder: str, choice: Choice) -> Iterator[Piece]:
    if choice.proxy_debug:
        for page in ZTUNNEL_PAGES if each.labels.get("app") == _ZTUNNEL else ENVOY_PAGES:
            name = page.partition("?")[0].replace("/", "_")
            fetch = partial(_page, session, each, choice.admin_port, f"/{page}")
            yield Piece(f"{folder}/{name}", fetch, is_large=name == "config_dump")
    if choice.netstat:
        yield Piece(f"{folder}/netstat", partial(_run, session, each, ("netstat", "-natpw"), LARGEST_LOG))
    if choice.coredumps:
        yield Piece(
            f"{folder}/coredumps",
            partial(_run, session, each, ("find", _CORES, "-name", "core.*"), LARGEST_LOG),
        )


def core_pieces(session: Session, each: Container, listing: bytes) -> Iterator[Piece]:
    """The core dumps that a listing names."""
    for number, path in enumerate(filter(None, listing.decode("utf-8", "replace").splitlines())):
        fetch = partial(_run, session, each, ("cat", path), LARGEST_CORE)
        yield Piece(f"{_folder(each)}/{number}.core", fetch, is_large=True, as_it_is=True)


def _folder(each: Container) -> str:
    """Where a container's things go; empty for those that are not part of Istio."""
    place = f"{each.namespace}/{each.pod}"
    if each.name == _DISCOVERY and each.labels.get("app") == "istiod":
        return f"istio/{place}"
    if each.labels.get("k8s-app") == "istio-cni-node" or each.pod.startswith("istio-cni-node"):
        return f"cni/{place}"
    return f"proxies/{place}" if each.name == _PROXY else ""


def _objects(session: Session, api_version: str, kind: str, scopes: Sequence[str], choice: Choice) -> bytes:
    items: list[Mapping[str, Any]] = []
    for namespace in scopes:
        items += list_objects(session, api_version, kind, namespace=namespace)
    if kind == "Secret" and not choice.full_secrets:
        items = [redact_secret(dict(item)) for item in items]
    if kind == "Event":
        items.sort(key=lambda item: str(item["metadata"].get("creationTimestamp")))
    return json.dumps({"items": items}, indent=1, ensure_ascii=False).encode()


def _log(session: Session, each: Container, choice: Choice) -> bytes:
    query = {"container": each.name}
    if choice.tail:
        query["tailLines"] = str(choice.tail)
    elif not choice.since:
        query["tailLines"] = str(_MOST_LINES)
    if choice.since:
        query["sinceTime"] = choice.since
    query["limitBytes"] = str(LARGEST_LOG)
    if choice.until:
        query["timestamps"] = "true"
    body = session.request("GET", f"/api/v1/namespaces/{each.namespace}/pods/{each.pod}/log", query, accept="*/*")
    if choice.until:
        body = b"".join(_until(body, choice.until))
    return body


def _until(body: bytes, end: str) -> Iterator[bytes]:
    """The lines that begin with a time before the end, without it."""
    from datetime import datetime

    limit = datetime.fromisoformat(end)
    for line in body.splitlines(keepends=True):
        stamp, _, rest = line.partition(b" ")
        try:
            if datetime.fromisoformat(stamp.decode()) > limit:
                return
        except ValueError:
            rest = line
        yield rest


def _page(session: Session, each: Container, port: int, path: str) -> bytes:
    def get(path: str) -> bytes:
        return ask_pod(session, each.namespace, each.pod, port, path, in_parts=True)

    return read_dump(get, path) if path.startswith("/config_dump?") else get(path)


def _run(session: Session, each: Container, command: Sequence[str], largest: int) -> bytes:
    return run_in_pod(session, each.namespace, each.pod, each.name, command, largest=largest)


def versions_text(client: Client, namespace: str, server: str) -> bytes:
    """This program's version, and what the mesh says of its own."""
    lines = [f"istioctl {VERSION} (Python)", f"API server {server}"]
    try:
        found = mesh_versions(client, namespace, "", lambda line: None)
    except IstioctlError as problem:
        return ("\n".join([*lines, f"The mesh tells nothing: {problem}"]) + "\n").encode()
    lines += [f"{each.component} {each.revision} {each.version}" for each in found.control_planes]
    lines += [f"{each.kind} {each.id} {each.version}" for each in found.proxies or ()]
    return ("\n".join([*lines, *found.problems]) + "\n").encode()
