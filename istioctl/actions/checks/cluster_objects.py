"""The objects of clusters that analyzers look at: listed in pages, and only the kinds that are needed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from istioctl.analysis.loading import object_of
from istioctl.analysis.resources import FOREIGN, Resource
from istioctl.analysis.validation.decode import decode
from istioctl.analysis.validation.report import Place, Report
from istioctl.api.names import IGNORED_NAMESPACES, REVISION
from istioctl.api.schema import catalog
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import Client, open_session
from istioctl.yamldoc.reader import compose_all

_NOT_IGNORED = ",".join(f"metadata.namespace!={name}" for name in sorted(IGNORED_NAMESPACES))
#: What is left out of a list by the server.
_FIELDS = {
    "Secret": "type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token",
    "Namespace": ",".join(f"metadata.name!={name}" for name in sorted(IGNORED_NAMESPACES)),
    **dict.fromkeys(("Service", "Pod", "Deployment"), _NOT_IGNORED),
}
_VERSIONS = {
    "": "v1",
    "apps": "apps/v1",
    "admissionregistration.k8s.io": "admissionregistration.k8s.io/v1",
    "apiextensions.k8s.io": "apiextensions.k8s.io/v1",
    "gateway.networking.k8s.io": "gateway.networking.k8s.io/v1",
}


def objects_of_clusters(
    clusters: tuple[Client, ...], kinds: tuple[str, ...], *, istio_namespace: str, revision: str
) -> Iterator[Resource]:
    """The objects of some kinds in one or more clusters; of other clusters than the first, Services only.

    Args:
        kinds: keys of a snapshot.
        istio_namespace: the only namespace whose ConfigMaps are read.
        revision: Istio objects labelled for another one are left out.

    Raises:
        InputError: a kubeconfig can't be used.
        ClusterError: a cluster can't be reached, or refuses.
    """
    for index, client in enumerate(clusters):
        session = open_session(client)
        name = session.connection.context or session.server
        wanted = kinds if index == 0 else tuple(kind for kind in kinds if kind == "Service")
        try:
            read = partial(_list, session, istio_namespace)
            for found in in_parallel([partial(read, kind) for kind in wanted]):
                for resource in found:
                    if (
                        resource.labels.get(REVISION, revision) in (revision, "")
                        or resource.kind not in catalog.kinds()
                    ):
                        yield replace(resource, cluster=name) if index else resource
        finally:
            session.close()


def _list(session: Any, istio_namespace: str, kind: str) -> list[Resource]:
    api_version, name = api_of(kind)
    namespace = istio_namespace if kind == "ConfigMap" else ""
    items = list_objects(session, api_version, name, namespace=namespace, fields=_FIELDS.get(kind, ""))
    return [_resource(kind, item) for item in items]


def api_of(kind: str) -> tuple[str, str]:
    """The apiVersion and kind of a snapshot's key."""
    if kind in catalog.kinds():
        found = catalog.kinds()[kind]
        return f"{found.group}/{found.versions[0]}", kind
    group, name = next(key for key, value in FOREIGN.items() if value == kind)
    return _VERSIONS[group], name


def _resource(kind: str, item: dict[str, Any]) -> Resource:
    if kind not in catalog.kinds():
        return object_of(kind, item)
    document = next(compose_all(json.dumps(item.get("spec")), "the object"), None)
    spec = decode(document.root if document else None, catalog.kinds()[kind].message, Place(Report()))
    return object_of(kind, item, spec)
