"""What the make of a cluster means."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.actions.installation.platform import network_warnings, with_detected
from istioctl.cluster.errors import ApiError
from istioctl.rendering.specification.build import SpecificationInputs

CILIUM = "/api/v1/namespaces/kube-system/configmaps/cilium-config"
CALICO = "/apis/projectcalico.org/v3/felixconfigurations/default"
CALICO_CRD = "/apis/crd.projectcalico.org/v1/felixconfigurations/default"
AMBIENT = {"components": {"cni": {"enabled": True}, "ztunnel": {"enabled": True}}}


class Objects:
    """A cluster of a few objects; others may not be read."""

    def __init__(self, objects: dict[str, dict[str, Any]]) -> None:
        self.objects = objects

    def find(self, path: str) -> dict[str, Any] | None:
        if path not in self.objects:
            raise ApiError(403, "Forbidden", "not for you", where=path)
        return self.objects[path]


def warnings(path: str, part: str, settings: dict[str, Any], spec: dict[str, Any] | None = None) -> list[str]:
    return network_warnings(Objects({path: {part: settings}}), {} if spec is None else spec)


def test_a_cluster_of_another_make_says_nothing() -> None:
    assert network_warnings(Objects({}), AMBIENT) == []
    assert warnings(CILIUM, "data", {"kube-proxy-replacement": "true", "bpf-lb-sock": "false"}, AMBIENT) == []
    assert warnings(CALICO, "spec", {"bpfConnectTimeLoadBalancing": "Disabled"}) == []


@pytest.mark.parametrize("path", [CALICO, CALICO_CRD])
def test_calico(path: str) -> None:
    assert warnings(path, "spec", {"bpfConnectTimeLoadBalancing": "TCP"}) == [
        "detected Calico CNI with 'bpfConnectTimeLoadBalancing=TCP'; "
        "Istio needs 'bpfConnectTimeLoadBalancing=Disabled' in the Calico configuration"
    ]
    assert len(warnings(path, "spec", {"bpfConnectTimeLoadBalancingEnabled": True})) == 1


@pytest.mark.parametrize(
    ("settings", "spec", "found"),
    [
        ({"cni-exclusive": "true"}, AMBIENT, ["cni-exclusive=true"]),
        ({"cni-exclusive": "true"}, {}, []),
        ({"enable-bpf-masquerade": "true"}, AMBIENT, ["enable-bpf-masquerade=true"]),
        ({"enable-bpf-masquerade": "true"}, {"components": {"cni": {"enabled": True}}}, []),
        ({"bpf-lb-sock": "true"}, {}, ["bpf-lb-sock=true"]),
        ({"kube-proxy-replacement": "strict"}, {}, ["kube-proxy-replacement=strict"]),
        ({"bpf-lb-sock": "true", "kube-proxy-replacement": "strict", "bpf-lb-sock-hostns-only": "true"}, {}, []),
    ],
)
def test_cilium(settings: dict[str, str], spec: dict[str, Any], found: list[str]) -> None:
    assert [line.split("'")[1] for line in warnings(CILIUM, "data", settings, spec)] == found


def test_gke_is_known_by_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = SpecificationInputs()
    detected = with_detected(inputs, "v1.31.2-gke.1").detected
    assert detected["values"] == {"global": {"platform": "gke"}, "cni": {"resourceQuotas": {"enabled": False}}}
    assert with_detected(inputs, "v1.31.2") is inputs

    monkeypatch.setenv("AUTO_GKE_DETECTION", "false")
    assert with_detected(inputs, "v1.31.2-gke.1") is inputs
