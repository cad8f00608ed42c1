"""User and group ids on OpenShift, where a namespace's annotations say which ones its pods may use.

Rules: Istio's `pkg/kube/inject/openshift.go` and OpenShift's security context constraints.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from istioctl.api.names import INIT, PROXY, VALIDATION
from istioctl.patterns import lazy_pattern

UID_RANGE = "openshift.io/sa.scc.uid-range"
GROUPS = "openshift.io/sa.scc.supplemental-groups"
#: The proxy's user and group where nothing says otherwise.
PROXY_ID = 1337

_SLASH = lazy_pattern(r"\s*(\d+)/(\d+)")
_DASH = lazy_pattern(r"\s*(\d+)-(\d+)")


def proxy_ids(annotations: Mapping[str, str] | None) -> tuple[int, int]:
    """The proxy's user and group in a namespace with these annotations; None for a namespace that is not known."""
    annotations = annotations or {}
    ranges = annotations.get(UID_RANGE)
    user = _last(ranges) if ranges else None
    groups = annotations.get(GROUPS, ranges)
    all_groups = [_last(part) for part in groups.split(",")] if groups else [None]
    group = None if None in all_groups else all_groups[0]
    return PROXY_ID if user is None else user, PROXY_ID if group is None else group


def _last(block: str) -> int | None:
    """The last id of `<start>/<size>` or `<start>-<end>`."""
    if "/" in block:
        found = _SLASH.match(block)
        return (int(found[1]) + int(found[2]) - 1) % (1 << 32) if found else None
    found = _DASH.match(block)
    return int(found[2]) if found else None


def without_assigned_user(pod: dict[str, Any]) -> dict[str, Any]:
    """A pod whose own `istio-proxy` container loses the user that OpenShift gave to every container alike.

    A user that differs from the application's was chosen and stays.
    """
    spec = pod.get("spec", {})
    proxy_user = app_user = 0
    for container in (*spec.get("containers", ()), *spec.get("initContainers", ())):
        user = container.get("securityContext", {}).get("runAsUser")
        if user is None:
            continue
        if container.get("name") == PROXY:
            proxy_user = user
        elif container.get("name") not in (INIT, VALIDATION):
            app_user = user
    if proxy_user != app_user:
        return pod
    groups = {
        group: [_without_user(item) if item.get("name") == PROXY else item for item in spec[group]]
        for group in ("containers", "initContainers")
        if group in spec
    }
    return {**pod, "spec": {**spec, **groups}}


def _without_user(container: dict[str, Any]) -> dict[str, Any]:
    context = container.get("securityContext")
    if context is None:
        return container
    kept = {name: value for name, value in context.items() if name not in ("runAsUser", "runAsGroup")}
    return {**container, "securityContext": kept}
