"""Tracing a request through a proxy of a cluster, or through a saved dump; with the places of objects in files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from istioctl.actions.observe.proxy_config import ask_page
from istioctl.actions.observe.targets import ADMIN_PORT, Targets, find_proxies
from istioctl.analysis.loading import Loader
from istioctl.analysis.sources import files_below, read_file
from istioctl.cluster.clients import takes_client
from istioctl.cluster.session import Session
from istioctl.proxies.trace.dump import Dump, Origin, read_dump


@takes_client
def dump_of_pod(session: Session, reference: str, namespace: str, port: int = ADMIN_PORT) -> Dump:
    """What a proxy does with requests, asked of itself.

    Raises:
        InputError: the reference means no pod, or the answer can't be read.
        ClusterError: there is no such pod, or it does not answer.
    """
    proxy = find_proxies(session, Targets(references=(reference,), namespace=namespace))[0]
    return read_dump(ask_page(session, proxy, "/config_dump?include_eds", port=port), str(proxy))


def places_of(names: Iterable[str]) -> dict[Origin, str]:
    """Where objects stand: `FILE:LINE` of each in these files and folders.

    Raises:
        InputError: a file can't be read.
    """
    loader = Loader("default")
    found: dict[Origin, str] = {}
    for name in names:
        path = Path(name)
        for file in files_below(path) if path.is_dir() else [path]:
            for resource in loader.read(read_file(file)):
                if not resource.derived:
                    kind = resource.kind.removeprefix("Kubernetes")
                    found[Origin(kind, resource.namespace, resource.name)] = f"{resource.source}:{resource.line}"
    return found
