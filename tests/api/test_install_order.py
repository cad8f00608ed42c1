from __future__ import annotations

from istioctl.api.install_order import CLUSTER_REMOVALS, NAMESPACED_REMOVALS, PURGE_REMOVALS, Wave, wave_of
from istioctl.api.kinds import known_resource


def test_what_pods_need_comes_before_them() -> None:
    order = sorted(("Deployment", "ConfigMap", "CustomResourceDefinition", "ServiceAccount"), key=wave_of)
    assert order[0] == "CustomResourceDefinition"
    assert order[-1] == "Deployment"
    assert wave_of("SomethingOfAUser") is Wave.CONFIGURATION


def test_workloads_are_removed_before_what_they_need() -> None:
    kinds = [kind for _, kind in NAMESPACED_REMOVALS]
    assert kinds.index("Deployment") < kinds.index("ServiceAccount") < kinds.index("Role")


def test_removals_need_no_discovery() -> None:
    unknown = [
        kind for kind in (*NAMESPACED_REMOVALS, *CLUSTER_REMOVALS, *PURGE_REMOVALS) if known_resource(*kind) is None
    ]
    assert [kind for _, kind in unknown] == ["NetworkAttachmentDefinition"]
