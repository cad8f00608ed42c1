"""Our injection templates render the very data that Istio's render, whatever is asked for.

Istio's templates are not part of this repository; this runs where recorded ConfigMaps are at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from istioctl.yamldoc.reader import load
from tests.support.corpus import corpus_dir
from tests.support.injection_templates import (
    GATEWAY_TEMPLATES,
    POD_TEMPLATES,
    gateway_data,
    overlaid,
    own_texts,
    pod,
    render,
    render_gateway,
)

ANNOTATIONS = {
    "sidecar.istio.io/interceptionMode": ["REDIRECT", "TPROXY", "NONE"],
    "sidecar.istio.io/nativeSidecar": ["true", "false"],
    "sidecar.istio.io/proxyCPU": ["100m"],
    "sidecar.istio.io/proxyMemory": ["1Gi"],
    "sidecar.istio.io/proxyCPULimit": ["1"],
    "sidecar.istio.io/proxyMemoryLimit": ["2Gi"],
    "sidecar.istio.io/capNetBindService": ["true", "false"],
    "sidecar.istio.io/proxyImage": ["example.com/p:1", "proxyx"],
    "sidecar.istio.io/logLevel": ["debug"],
    "sidecar.istio.io/componentLogLevel": ["http:debug", ""],
    "sidecar.istio.io/agentLogLevel": ["all:debug"],
    "sidecar.istio.io/bootstrapOverride": ["boot"],
    "kubectl.kubernetes.io/default-container": ["x"],
    "kubectl.kubernetes.io/default-logs-container": [""],
    "k8s.v1.cni.cncf.io/networks": ["a", '[{"name":"x"}]', "default/istio-cni"],
    "traffic.sidecar.istio.io/includeOutboundIPRanges": ["*", "10.0.0.0/8", ""],
    "traffic.sidecar.istio.io/excludeOutboundIPRanges": ["10.0.0.0/8", ""],
    "traffic.sidecar.istio.io/includeInboundPorts": ["*", "", "80"],
    "traffic.sidecar.istio.io/excludeInboundPorts": ["80", "80, 15020", ""],
    "traffic.sidecar.istio.io/includeOutboundPorts": ["443", ""],
    "traffic.sidecar.istio.io/excludeOutboundPorts": ["443", ""],
    "traffic.sidecar.istio.io/kubevirtInterfaces": ["net0", ""],
    "istio.io/reroute-virtual-interfaces": ["net1", ""],
    "traffic.sidecar.istio.io/excludeInterfaces": ["eth1", ""],
    "status.sidecar.istio.io/port": ["15020", "8080"],
    "readiness.status.sidecar.istio.io/periodSeconds": ["7"],
    "sidecar.istio.io/userVolumeMount": ['{"a":{"mountPath":"/a"},"b":{"mountPath":"/b"}}'],
    "sidecar.istio.io/userVolume": ['{"a":{"emptyDir":{}},"b":{"secret":{"secretName":"s"}}}'],
    "apm.datadoghq.com/env": ['{"DD_ENV":"prod","N":1}'],
}
LABELS = {
    "security.istio.io/tlsMode": ["disabled"],
    "networking.istio.io/tunnel": ["none"],
    "service.istio.io/canonical-name": ["cn", "n" * 62 + "-x"],
    "app.kubernetes.io/name": ["an"],
    "app": ["ap"],
    "service.istio.io/canonical-revision": ["cr"],
    "version": ["2"],
    "service.istio.io/workload-name": ["wn"],
    "topology.istio.io/network": ["n2"],
}
VALUES = {
    "global.proxy.statusPort": [0, 15020, "0"],
    "global.proxy.image": ["proxyv2", "example.com/p:2"],
    "global.proxy_init.image": ["example.com/i:2"],
    "global.proxy.lifecycle": [{}, {"preStop": {"exec": {"command": ["sleep", "5"]}}}],
    "global.proxy.holdApplicationUntilProxyStarts": [True, False],
    "global.proxy.privileged": [True],
    "global.proxy.seccompProfile": [{"type": "RuntimeDefault"}],
    "global.proxy.startupProbe.enabled": [False],
    "global.proxy.tracer": ["datadog", "lightstep"],
    "global.proxy.outlierLogPath": ["/dev/stdout"],
    "global.proxy.resources": [{}, {"limits": {"cpu": 1}}, {"limits": {"cpu": None}}],
    "global.proxy.includeOutboundPorts": ["80"],
    "global.proxy.excludeOutboundPorts": ["80"],
    "global.logAsJson": [True],
    "global.nativeNftables": [True],
    "global.imagePullPolicy": ["Always"],
    "global.imagePullSecrets": [["a", "b"]],
    "global.pilotCertProvider": ["kubernetes"],
    "global.caAddress": ["ca.example.com:443"],
    "global.caName": ["GkeWorkloadCertificate"],
    "global.multiCluster.clusterName": ["c1"],
    "global.network": ["n1"],
    "global.meshID": ["m1"],
    "global.trustDomain": ["td"],
    "global.trustBundleName": ["bundle"],
    "global.mountMtlsCerts": [True],
    "global.sts.servicePort": [15463],
    "global.proxy_init.forceApplyIptables": [True],
    "global.platform": ["openshift"],
    "global.waypoint.affinity": [{"nodeAffinity": {}}],
    "global.waypoint.tolerations": [[{"key": "a"}]],
    "global.waypoint.resources": [{}, {"limits": None}],
    "gateways.securityContext": [{"fsGroup": 1}],
    "gateways.seccompProfile": [{"type": "Unconfined"}],
    "pilot.cni.enabled": [True, False],
    "pilot.cni.provider": ["multus"],
    "pilot.env": [{"ENABLE_CLUSTER_TRUST_BUNDLE_API": True}],
    "pilot.crlConfigMapName": ["crl"],
    "revision": ["canary"],
}
MESHES = (
    "{}",
    "trustDomain: example.org\ninboundTrafficPolicy: {mode: LOCALHOST}",
    "defaultConfig: {interceptionMode: TPROXY, proxyMetadata: {A: 'x y', ISTIO_META_ENABLE_HBONE: 'true'}}",
    "defaultConfig: {holdApplicationUntilProxyStarts: true, proxyMetadata: {IPTABLES_TRACE_LOGGING: 'true'}}",
    "defaultConfig: {tracing: {tlsSettings: {mode: SIMPLE, caCertificates: /etc/l/ca.pem}}}",
)
CONTAINERS = (
    [],
    [{"name": "app", "ports": [{"containerPort": 80}, {"name": "u", "containerPort": 53, "protocol": "UDP"}]}],
    [{"name": "istio-proxy"}, {"name": "b", "ports": [{"containerPort": 1}]}, {"name": "c"}],
)


def upstream(name: str) -> tuple[str, str]:
    """Istio's template, and the values it was recorded with."""
    folder = corpus_dir() / "inject" / "_config" / "default"
    config = load((folder / "inject.yaml").read_text(), "inject.yaml")
    return config["templates"][name], (folder / "values.json").read_text()


def some(choices: Mapping[str, list[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    optional = {name: st.sampled_from(options) for name, options in choices.items()}
    return st.fixed_dictionaries({}, optional=optional)


@pytest.mark.conformance
@pytest.mark.parametrize("name", POD_TEMPLATES)
def test_pods_get_the_same(name: str) -> None:
    theirs, base = upstream(name)

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        annotations=some(ANNOTATIONS),
        labels=some(LABELS),
        changes=some(VALUES),
        mesh=st.sampled_from(MESHES),
        containers=st.sampled_from(CONTAINERS),
        more=st.fixed_dictionaries(
            {
                "native": st.booleans(),
                "user": st.sampled_from([0, 1000]),
                "compliance": st.sampled_from(["", "pqc"]),
            }
        ),
    )
    def check(
        annotations: dict[str, str],
        labels: dict[str, str],
        changes: dict[str, Any],
        mesh: str,
        containers: list[Any],
        more: dict[str, Any],
    ) -> None:
        if name == "grpc-agent" and str(changes.get("global.proxy.statusPort")) == "0":
            # Istio's own template then writes the user's mounts among the variables.
            annotations.pop("sidecar.istio.io/userVolumeMount", None)
        workload = pod(annotations, labels, containers=containers)
        want = render(name, workload, changes, texts={name: theirs}, base=base, mesh=mesh, **more)
        assert render(name, workload, changes, base=base, mesh=mesh, **more) == want

    check()


@pytest.mark.conformance
@pytest.mark.parametrize("name", GATEWAY_TEMPLATES)
def test_gateways_get_the_same(name: str) -> None:
    theirs, base = upstream(name)

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        changes=some(VALUES),
        mesh=st.sampled_from(MESHES),
        fields=st.fixed_dictionaries(
            {
                "annotations": some(ANNOTATIONS),
                "labels": some(LABELS),
                "addresses": st.sampled_from([[], ["1.2.3.4"]]),
                "KubeVersion": st.sampled_from([127, 128]),
                "Revision": st.sampled_from(["", "canary"]),
                "ServiceType": st.sampled_from(["LoadBalancer", "ClusterIP"]),
                "ControllerLabel": st.sampled_from(["istio.io-mesh-controller", "istio.io-eastwest-controller"]),
                "ProxyUID": st.sampled_from([0, 1000]),
            }
        ),
    )
    def check(changes: dict[str, Any], mesh: str, fields: dict[str, Any]) -> None:
        data = gateway_data(fields, overlaid(base, changes), mesh)
        assert render_gateway(own_texts()[name], data) == render_gateway(theirs, data)

    check()
