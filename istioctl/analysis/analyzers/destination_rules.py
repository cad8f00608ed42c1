"""DestinationRules: whom they apply to, and whether servers are checked."""

from __future__ import annotations

from istioctl.analysis.analyzers.hosts import find_host, known_hosts
from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot, text
from istioctl.api import selectors

_REGION, _ZONE = "topology.kubernetes.io/region", "topology.kubernetes.io/zone"
_SUBZONE, _HOST = "topology.istio.io/subzone", "kubernetes.io/hostname"


def analyze_certificates(snapshot: Snapshot, findings: Findings) -> None:
    """TLS towards servers whose certificates nobody checks."""
    for rule in snapshot.all("DestinationRule"):
        policy = rule.spec.get("trafficPolicy", {})
        host = rule.spec.get("host", "")
        has_selector = "workloadSelector" in rule.spec
        if _is_unchecked(policy.get("tls", {}), has_selector=has_selector):
            at = ("spec", "trafficPolicy", "tls")
            mode = policy["tls"]["mode"]
            name = "NoServerCertificateVerificationDestinationLevel"
            findings.report(name, rule, rule.full_name, rule.namespace, mode, host, path=at)
        for i, settings in enumerate(policy.get("portLevelSettings", [])):
            if _is_unchecked(settings.get("tls", {}), has_selector=has_selector):
                port, mode = settings.get("port", {}).get("number", 0), settings["tls"]["mode"]
                name, where = (
                    "NoServerCertificateVerificationPortLevel",
                    ("spec", "trafficPolicy", "portLevelSettings", i, "tls"),
                )
                findings.report(name, rule, rule.full_name, rule.namespace, mode, host, port, path=where)


def _is_unchecked(tls: dict[str, object], *, has_selector: bool) -> bool:
    if tls.get("mode") not in ("SIMPLE", "MUTUAL") or tls.get("caCertificates"):
        return False
    return not (tls.get("credentialName") and has_selector)


def analyze_subsets(snapshot: Snapshot, findings: Findings) -> None:
    """Hosts that do not exist, and subsets that select no pod."""
    hosts = known_hosts(snapshot)
    pods = [_with_places(pod, snapshot) for pod in snapshot.all("Pod")]
    for rule in snapshot.all("DestinationRule"):
        host = rule.spec.get("host", "")
        service = find_host(rule, host, hosts)
        if service is None:
            findings.report("UnknownDestinationRuleHost", rule, host, path=("spec", "host"))
            continue
        if not (service.has_pods or snapshot.knows("Pod")):
            continue
        subsets = {subset.get("name", ""): (i, subset) for i, subset in enumerate(rule.spec.get("subsets", []))}
        for name, (i, subset) in subsets.items():
            wanted = {**service.selector, **subset.get("labels", {})}
            if not any(selectors.picks(wanted, labels) for labels in pods):
                findings.report("DestinationRuleSubsetNotSelectPods", rule, name, path=("spec", "subsets", i, "labels"))


def _with_places(pod: Resource, snapshot: Snapshot) -> dict[str, str]:
    """A pod's labels with those istiod adds: where its node is, and the node itself."""
    name = text(pod.spec.get("nodeName"))
    node = snapshot.find("Node", "", name) if name else None
    labels = dict(pod.labels)
    if name:
        labels[_HOST] = name
    if node is not None and node.labels.get(_REGION):
        places = [node.labels.get(_REGION, ""), node.labels.get(_ZONE, ""), node.labels.get(_SUBZONE, "")]
        for label, place in zip((_REGION, _ZONE, _SUBZONE), places, strict=True):
            if not place:
                break
            labels[label] = place
    return labels
