"""What istiod and Envoy disagree about, of one proxy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from istioctl.actions.observe.proxy_config import ask_page
from istioctl.actions.observe.targets import Proxy
from istioctl.actions.pods import find_pod, split_reference
from istioctl.api.labels import labels_of
from istioctl.proxies.compare import KindDifference, compare, read_view

if TYPE_CHECKING:
    from istioctl.actions.observe.istiods import Istiods

_COMPARED = ("CDS", "LDS", "RDS")


@dataclass(frozen=True, slots=True)
class ProxyDifference:
    """What istiod and one proxy disagree about; `None` where there is nothing to compare, as of a ztunnel."""

    proxy: str
    kinds: Sequence[KindDifference] | None

    @property
    def matches(self) -> bool:
        """Whether they agree."""
        return all(kind.matches for kind in self.kinds or ())


def proxy_difference(
    istiods: Istiods, reference: str, namespace: str, *, admin_port: int, dump: bytes | None = None
) -> ProxyDifference:
    """Compare istiod's view of a proxy with its own.

    Args:
        reference: `[TYPE/]NAME[.NAMESPACE]`.
        namespace: where it is unless the reference says.
        dump: the proxy's configuration dump, if it is at hand; otherwise the proxy is asked. With it, and istiods that
            are reached over XDS, no cluster is needed for a pod that is named by its own name.

    Raises:
        InputError: the reference or the dump can't be read.
        ClusterError: there is no such pod, or the proxy or its istiod does not answer.
    """
    kind, name, namespace_of_it = split_reference(reference, namespace)
    if istiods.has_cluster or dump is None or kind != "pod":
        pod = find_pod(istiods.session, reference, namespace)
        name, namespace_of_it = pod["metadata"]["name"], pod["metadata"]["namespace"]
        if labels_of(pod).get("app") == "ztunnel":
            return ProxyDifference(f"{name}.{namespace_of_it}", None)
    proxy = f"{name}.{namespace_of_it}"
    if dump is None:
        dump = ask_page(istiods.session, Proxy(namespace_of_it, name), "/config_dump", port=admin_port)
    own = read_view(dump, "Envoy")
    return ProxyDifference(proxy, compare(read_view(istiods.config_of(proxy, _COMPARED).body, "Istiod"), own))
