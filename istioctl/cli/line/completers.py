"""Live values for completion: profiles, contexts, and names from the cluster.

Each function takes the global flags of the line being completed and says which values there are. What can't be asked
within a moment is left out: nobody waits for a completion, and nothing may be printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from istioctl.cli.line.declare import GlobalOptions

if TYPE_CHECKING:
    from istioctl.cluster.session import Session

#: Seconds that the cluster may take.
_MOMENT = 2.0
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
    return _names(_session(options), "Namespace")


def pods(options: GlobalOptions) -> list[str]:
    """The pods of the namespace that the flags or the kubeconfig name."""
    session = _session(options)
    return _names(session, "Pod", options.namespace or session.connection.namespace or "default")


def services(options: GlobalOptions) -> list[str]:
    """The services of the namespace that the flags or the kubeconfig name."""
    session = _session(options)
    return _names(session, "Service", options.namespace or session.connection.namespace or "default")


def _session(options: GlobalOptions) -> Session:
    from istioctl.cli.line.client import client_of
    from istioctl.cluster.session import open_session

    return open_session(client_of(options, at_most=_MOMENT))


def _names(session: Session, kind: str, namespace: str = "") -> list[str]:
    from istioctl.cluster.discovery import Discovery
    from istioctl.cluster.queries import list_objects

    found = list_objects(session, Discovery(session), "v1", kind, namespace=namespace, metadata_only=True)
    return [item["metadata"]["name"] for item in found]


#: The completers of the global flags, which are declared below this module.
OF_GLOBAL_FLAGS = {"context": contexts, "namespace": namespaces, "istio_namespace": namespaces}
