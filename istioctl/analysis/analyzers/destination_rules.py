"""DestinationRules: whom they apply to, and whether servers are checked."""

from __future__ import annotations

from istioctl.analysis.analyzers import pods
from istioctl.analysis.analyzers.hosts import (
    find_host,
    is_known_missing,
    is_wildcard_of,
    known_hosts,
    namespace_of_service,
)
from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api import selectors
from istioctl.api.names import LOCALITY
from istioctl.api.trees import text

#: How a reference to a ConfigMap begins, which every proxy may have.
_CONFIG_MAP = "configmap://"
_HOST = "kubernetes.io/hostname"


def analyze_certificates(snapshot: Snapshot, findings: Findings) -> None:
    """TLS towards servers whose certificates nobody checks.

    Where a rule names no CA, istiod has the system's certificates used, and `insecureSkipVerify` says itself what it
    does (upstream `pilot/pkg/networking/core/cluster_tls.go`). What remains is a `credentialName` that no proxy
    fetches: sidecars do so only for rules with a workloadSelector, and send plain text otherwise.
    """
    for rule in snapshot.all("DestinationRule"):
        if "workloadSelector" in rule.spec or not _is_for_sidecars_only(rule, snapshot):
            continue
        policy, host = rule.spec.get("trafficPolicy", {}), rule.spec.get("host", "")
        if _is_unchecked(policy.get("tls", {})):
            at = ("spec", "trafficPolicy", "tls")
            mode = policy["tls"]["mode"]
            name = "NoServerCertificateVerificationDestinationLevel"
            findings.report(name, rule, rule.full_name, rule.namespace, mode, host, path=at)
        for i, settings in enumerate(policy.get("portLevelSettings", [])):
            if _is_unchecked(settings.get("tls", {})):
                port, mode = settings.get("port", {}).get("number", 0), settings["tls"]["mode"]
                name, where = (
                    "NoServerCertificateVerificationPortLevel",
                    ("spec", "trafficPolicy", "portLevelSettings", i, "tls"),
                )
                findings.report(name, rule, rule.full_name, rule.namespace, mode, host, port, path=where)


def _is_unchecked(tls: dict[str, object]) -> bool:
    credential = text(tls.get("credentialName"))
    return tls.get("mode") in ("SIMPLE", "MUTUAL") and bool(credential) and not credential.startswith(_CONFIG_MAP)


def _is_for_sidecars_only(rule: Resource, snapshot: Snapshot) -> bool:
    """Whether the proxies that a rule reaches are known, and none of them is a gateway."""
    if rule.spec.get("exportTo") not in (["."], [rule.namespace]):
        return False
    own = [pod for pod in snapshot.all("Pod") if pod.namespace == rule.namespace and pods.pod_in_mesh(pod, snapshot)]
    return bool(own) and not any(pods.is_gateway(pod) for pod in own)


def analyze_subsets(snapshot: Snapshot, findings: Findings) -> None:
    """Hosts that do not exist, and subsets that select no pod."""
    hosts = known_hosts(snapshot)
    labelled = [_with_places(pod, snapshot) for pod in snapshot.all("Pod")]
    for rule in snapshot.all("DestinationRule"):
        host = rule.spec.get("host", "")
        service = find_host(rule, host, hosts)
        if service is None:
            if not is_known_missing(rule, host, snapshot) or is_wildcard_of(host, hosts):
                continue
            findings.report("UnknownDestinationRuleHost", rule, host, path=("spec", "host"))
            continue
        if not snapshot.knows("Pod", namespace_of_service(rule.namespace, host) or rule.namespace):
            continue
        subsets = {subset.get("name", ""): (i, subset) for i, subset in enumerate(rule.spec.get("subsets", []))}
        for name, (i, subset) in subsets.items():
            wanted = {**service.selector, **subset.get("labels", {})}
            if not any(selectors.picks(wanted, labels) for labels in labelled):
                findings.report("DestinationRuleSubsetNotSelectPods", rule, name, path=("spec", "subsets", i, "labels"))


def _with_places(pod: Resource, snapshot: Snapshot) -> dict[str, str]:
    """A pod's labels with those istiod adds: where its node is, and the node itself."""
    name = text(pod.spec.get("nodeName"))
    node = snapshot.find("Node", "", name) if name else None
    labels = dict(pod.labels)
    if name:
        labels[_HOST] = name
    places = node.labels if node is not None else {}
    for label in LOCALITY:
        if not places.get(label):
            break
        labels[label] = places[label]
    return labels
