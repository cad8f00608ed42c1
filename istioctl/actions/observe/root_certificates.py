"""Whether two proxies trust a common root certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from istioctl.actions.observe.proxy_config import ask_page
from istioctl.actions.observe.targets import ADMIN_PORT, Proxy, Targets, each_proxy, find_proxies
from istioctl.cluster.clients import takes_client
from istioctl.cluster.session import Session
from istioctl.errors import ClusterError
from istioctl.proxies.certificates import CertificateFacts
from istioctl.proxies.config_dump import ConfigDump
from istioctl.proxies.secrets import root_certificates
from istioctl.proxies.views import SECRETS


@dataclass(frozen=True, slots=True)
class RootComparison:
    """What two proxies trust.

    Attributes:
        common: the serial numbers, in hexadecimal digits, of the root certificates that both trust.
    """

    first: Proxy
    second: Proxy
    common: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        return {"proxies": [str(self.first), str(self.second)], "match": bool(self.common), "common": [*self.common]}


@takes_client
def compare_roots(
    session: Session, first: str, second: str, namespace: str = "", *, port: int = ADMIN_PORT
) -> RootComparison:
    """Compare the root certificates of two proxies.

    Args:
        first, second: `[TYPE/]NAME[.NAMESPACE]` each; of a workload, one of its pods.
        namespace: where they are unless they say; empty means the kubeconfig's.

    Raises:
        InputError: a name can't be read.
        ClusterError: there is no such pod, a proxy can't be asked, or it has no root certificate.
        ErrorGroup: both can't be asked.
    """
    proxies = [find_proxies(session, Targets((each,), namespace=namespace))[0] for each in (first, second)]

    def roots(proxy: Proxy) -> list[CertificateFacts]:
        dump = ConfigDump(ask_page(session, proxy, SECRETS, port=port), f"pod {proxy.key}")
        found = root_certificates(dump)
        if not found:
            raise ClusterError(
                "the proxy has no readable root certificate (ROOTCA)",
                where=f"pod {proxy.key}",
                hint="See what it has: istioctl proxy-config secret POD",
                id="no-root",
            )
        return found

    answers = each_proxy(session, list(dict.fromkeys(proxies)), roots)
    if answers.failure:
        raise answers.failure
    mine, theirs = (answers.found[proxy] for proxy in proxies)
    common = dict.fromkeys(f"{each.serial:032x}" for each in mine if each in theirs)
    return RootComparison(proxies[0], proxies[1], tuple(common))
