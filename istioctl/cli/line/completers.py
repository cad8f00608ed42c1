"""Live values for completion: profiles, contexts, and names from the cluster.

Each function takes the global flags of the line being completed and says which values there are. Those that ask the
cluster do it by `live_names`: what can't be asked within a moment is left out, and nothing may be printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from istioctl.api.names import REVISION, TAG
from istioctl.cli.line.declare import GlobalOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from istioctl.cluster.session import Session

#: The settings with which most paths begin.
_PATHS = ("components.", "compatibilityVersion=", "hub=", "meshConfig.", "namespace=", "tag=", "values.")


def profiles(_: GlobalOptions) -> list[str]:
    """The names of profiles."""
    from istioctl.rendering.text.data_files import data_names

    return data_names("profiles", ".yaml")


def settings(options: GlobalOptions) -> list[str]:
    """What `--set` may begin with; profiles are spelled out."""
    return [*_PATHS, *(f"profile={name}" for name in profiles(options))]


def contexts(options: GlobalOptions) -> list[str]:
    """The contexts of the kubeconfig."""
    from istioctl.cluster.kubeconfig import ClientOptions, context_names

    return context_names(ClientOptions(kubeconfig=options.kubeconfig))


def namespaces(options: GlobalOptions) -> list[str]:
    """The cluster's namespaces."""
    return _live(options, "namespaces", lambda given: _names(_session(given), "v1", "Namespace"))


def nodes(options: GlobalOptions) -> list[str]:
    """The cluster's nodes."""
    return _live(options, "nodes", lambda given: _names(_session(given), "v1", "Node"))


def pods(options: GlobalOptions) -> list[str]:
    """The pods of the namespace that the flags or the kubeconfig name, and its Deployments as `deploy/NAME`."""

    def ask(given: GlobalOptions) -> list[str]:
        session = _session(given)
        namespace = given.namespace or session.namespace
        deployments = _names(session, "apps/v1", "Deployment", namespace)
        return [*_names(session, "v1", "Pod", namespace), *(f"deploy/{name}" for name in deployments)]

    return _live(options, "pods", ask)


def proxies(options: GlobalOptions) -> list[str]:
    """The pods of the namespace that the flags or the kubeconfig name, as `NAME.NAMESPACE`."""

    def ask(given: GlobalOptions) -> list[str]:
        session = _session(given)
        namespace = given.namespace or session.namespace
        return [f"{name}.{namespace}" for name in _names(session, "v1", "Pod", namespace)]

    return _live(options, "proxies", ask)


def services(options: GlobalOptions) -> list[str]:
    """The services of the namespace that the flags or the kubeconfig name."""

    def ask(given: GlobalOptions) -> list[str]:
        session = _session(given)
        return _names(session, "v1", "Service", given.namespace or session.namespace)

    return _live(options, "services", ask)


def waypoints(options: GlobalOptions) -> list[str]:
    """The waypoints of the namespace that the flags or the kubeconfig name."""

    def ask(given: GlobalOptions) -> list[str]:
        from istioctl.actions.waypoints.waypoints import list_waypoints

        session = _session(given)
        return [waypoint.name for waypoint in list_waypoints(session, given.namespace or session.namespace)]

    return _live(options, "waypoints", ask)


def tags(options: GlobalOptions) -> list[str]:
    """The revision tags of the cluster."""
    return _live(options, "tags", lambda given: _injectors_labels(given, TAG))


def revisions(options: GlobalOptions) -> list[str]:
    """The control plane revisions of the cluster, and its tags, which stand for revisions."""
    return _live(options, "revisions", lambda given: _injectors_labels(given, TAG, REVISION))


def _live(options: GlobalOptions, what: str, ask: Callable[[GlobalOptions], list[str]]) -> list[str]:
    from istioctl.cli.line.live_names import live

    return live(options, what, ask)


def _session(options: GlobalOptions) -> Session:
    from istioctl.cli.line.client import client_of
    from istioctl.cli.line.live_names import PATIENCE
    from istioctl.cluster.session import open_session

    return open_session(client_of(options, at_most=PATIENCE))


def _names(session: Session, api_version: str, kind: str, namespace: str = "") -> list[str]:
    return [item["metadata"]["name"] for item in _objects(session, api_version, kind, namespace)]


def _injectors_labels(options: GlobalOptions, *labels: str) -> list[str]:
    """What the injectors' webhook configurations have in these labels, such as `istio.io/rev`."""
    from istioctl.api.labels import labels_of
    from istioctl.api.webhooks import INJECTOR

    found = [labels_of(item) for item in _objects(_session(options), *INJECTOR)]
    return sorted({str(each[label]) for each in found for label in labels if each.get(label)})


def _objects(session: Session, api_version: str, kind: str, namespace: str = "") -> list[dict[str, Any]]:
    from istioctl.cluster.queries import list_objects

    return list_objects(session, api_version, kind, namespace=namespace, metadata_only=True)


#: The completers of the global flags, which are declared below this module.
OF_GLOBAL_FLAGS = {"context": contexts, "namespace": namespaces, "istio_namespace": namespaces}
