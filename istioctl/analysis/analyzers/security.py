"""AuthorizationPolicies and RequestAuthentications: whether they apply to anything, and what istiod may fetch."""

from __future__ import annotations

from istioctl.analysis.analyzers import pods
from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api import selectors
from istioctl.api.names import IGNORED_NAMESPACES
from istioctl.api.pods import containers
from istioctl.api.trees import mapping, mappings, text

_BLOCKED = "BLOCKED_CIDRS_IN_JWKS_URIS"
_LISTED = 5


def analyze_authorization(snapshot: Snapshot, findings: Findings) -> None:
    """Policies that select no workload, and namespaces they name that do not exist."""
    members: dict[str, list[dict[str, str]]] = {}
    for pod in snapshot.all("Pod"):
        if pods.pod_in_mesh(pod, snapshot) or pods.pod_is_ambient(pod):
            members.setdefault(pod.namespace, []).append(pod.labels)
    for policy in snapshot.all("AuthorizationPolicy"):
        is_mesh_wide = policy.namespace == snapshot.mesh.get("rootNamespace")
        if snapshot.knows("Pod", None if is_mesh_wide else policy.namespace):
            _selects_something(policy, is_mesh_wide, members, findings)
        if snapshot.knows("Namespace"):
            _namespaces_exist(policy, snapshot, findings)


def _selects_something(
    policy: Resource, is_mesh_wide: bool, members: dict[str, list[dict[str, str]]], findings: Findings
) -> None:
    own = members.get(policy.namespace, [])
    if "selector" not in policy.spec:
        if not is_mesh_wide and not own:
            findings.report("NoMatchingWorkloadsFound", policy, "")
        return
    wanted = policy.spec["selector"].get("matchLabels", {})
    candidates = [labels for group in members.values() for labels in group] if is_mesh_wide else own
    if not any(selectors.picks(wanted, labels) for labels in candidates):
        findings.report("NoMatchingWorkloadsFound", policy, selectors.format_equal(wanted), path=("spec", "selector"))


def _namespaces_exist(policy: Resource, snapshot: Snapshot, findings: Findings) -> None:
    known = [namespace.name for namespace in snapshot.all("Namespace")]
    if not snapshot.is_whole:  # no file makes these
        known += [text(snapshot.mesh.get("rootNamespace")), "default", *IGNORED_NAMESPACES]
    for i, rule in enumerate(policy.spec.get("rules", [])):
        for j, origin in enumerate(rule.get("from", [])):
            for field in ("namespaces", "notNamespaces"):
                for k, wanted in enumerate(origin.get("source", {}).get(field, [])):
                    if not any(_means(wanted, name) for name in known):
                        at = ("spec", "rules", i, "from", j, "source", field, k)
                        findings.report("ReferencedResourceNotFound", policy, "namespace", wanted, path=at)


def _means(wanted: str, name: str) -> bool:
    """Whether a name of a namespace, which may start or end with `*`, means a namespace."""
    if wanted.startswith("*"):
        return name.endswith(wanted[1:])
    return name.startswith(wanted[:-1]) if wanted.endswith("*") else name.lower() == wanted.lower()


def analyze_key_fetching(snapshot: Snapshot, findings: Findings) -> None:
    """An istiod that fetches keys for RequestAuthentications from wherever they say."""
    requesters = [resource.full_name for resource in snapshot.all("RequestAuthentication")]
    if not requesters:
        return
    shown = ", ".join(requesters[:_LISTED])
    if len(requesters) > _LISTED:
        shown += f", and {len(requesters) - _LISTED} more"
    for deployment in snapshot.all("Deployment"):
        if deployment.labels.get("app") == "istiod" and not _is_restricted(deployment):
            findings.report("JwksUriFetchUnrestricted", deployment, len(requesters), shown)


def _is_restricted(istiod: Resource) -> bool:
    found = containers(mapping(pods.template(istiod).get("spec")))
    variables = (variable for container in found for variable in mappings(container.get("env")))
    return any(variable.get("name") == _BLOCKED and text(variable.get("value")) for variable in variables)
