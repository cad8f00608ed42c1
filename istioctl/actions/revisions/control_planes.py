"""Finding a cluster's control planes, and asking them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from istioctl.actions.pods import scraped_port
from istioctl.api import ports
from istioctl.api.labels import VERSION, labels_of
from istioctl.api.names import REVISION
from istioctl.api.pods import image_tag
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.pod_http import ask_pod
from istioctl.cluster.queries import list_objects
from istioctl.cluster.readiness import is_ready
from istioctl.cluster.session import Session
from istioctl.errors import ClusterError, InputError
from istioctl.proxies.json_parts import read_whole

DUMP_PAGE = "config_dump"
"""istiod's debug page with a proxy's configuration. It is read part by part, so it may weigh more than others."""
_NO_VERSION = (None, "", "65536.65536.65536")
"""What istiod says of clients that only ask over XDS, as istioctl does: they name no version."""

Pod = dict[str, Any]


def control_plane_pods(session: Session, namespace: str, revision: str = "", selector: str = "") -> list[Pod]:
    """The istiod pods that run and are ready, those of one revision if one is given.

    Args:
        selector: the labels by which they are found; `app=istiod` if left out.

    Raises:
        ClusterError: the server can't be reached or refuses.
    """
    labels = (selector or "app=istiod") + (f",istio.io/rev={revision}" if revision else "")
    pods = list_objects(session, "v1", "Pod", namespace=namespace, labels=labels, fields="status.phase=Running")
    return [pod for pod in pods if is_ready(pod)]


def ask_istiod(session: Session, pod: Pod, path: str) -> bytes:
    """What an istiod answers on its monitoring port.

    Raises:
        ApiError, Unreachable: it does not.
    """
    namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
    port = scraped_port(pod, ports.MONITORING)
    return ask_pod(session, namespace, name, port, path, in_parts=path.startswith(f"/debug/{DUMP_PAGE}"))


def connected_proxies(session: Session, pods: Sequence[Pod]) -> list[dict[str, Any]]:
    """The proxies connected to these istiods, as their `/debug/syncz` tells.

    Raises:
        ClusterError: an istiod does not answer, or not with what is expected.
        ErrorGroup: several do not.
    """
    answers = in_parallel([partial(ask_istiod, session, pod, "/debug/syncz") for pod in pods])
    proxies: list[dict[str, Any]] = []
    for answer in answers:
        try:
            found = read_whole(answer, "istiod")
        except InputError:
            found = None
        if not isinstance(found, list):
            raise ClusterError(
                "istiod's list of proxies is unreadable", hint="Compare the versions of istiod and istioctl."
            )
        proxies += [e for e in found if isinstance(e, dict) and e.get("istio_version") not in _NO_VERSION]
    return proxies


def installed_versions(session: Session, namespace: str) -> dict[str, str]:
    """The version of each revision in a namespace.

    Raises:
        ClusterError: the server can't be reached or refuses.
    """
    found = list_objects(session, "apps/v1", "Deployment", namespace=namespace, labels="app=istiod")
    return {labels_of(item).get(REVISION, "default"): istiod_version(item) for item in found}


def istiod_version(deployment: Mapping[str, Any]) -> str:
    """The version of a Deployment of istiod, as it is labelled, or else its image."""
    return labels_of(deployment).get(VERSION) or image_version(deployment["spec"]["template"])


def image_version(pod: Pod) -> str:
    """The tag of a pod's first image; `unknown` where it has none."""
    images = [str(container.get("image", "")) for container in pod["spec"]["containers"]]
    return image_tag("".join(images[:1])) or "unknown"
