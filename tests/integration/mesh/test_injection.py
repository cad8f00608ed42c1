"""istiod's webhook and `kube-inject` make the same of a pod, from the ConfigMaps that our installation made."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.admission import RefusedError, inject
from tests.support.corpus import corpus_dir
from tests.support.mesh import NAMESPACE, Mesh
from tests.support.run import run_cli

pytestmark = pytest.mark.mesh

NATIVE = {"ENABLE_NATIVE_SIDECARS": "true"}  # what istiod finds by looking at the nodes
UNEQUAL = {
    "proxyconfig-lots": "as the original, only the command honours an annotation's statusPort for prometheus.io/port",
    "stream-numbers": "istiod's JSON has no integers beyond 2**53",
    "stream-quantities": "the command leaves the user's quantities as they are written; Go writes them its own way",
    "stream-yaml11-values": "text that JSON can't carry from one YAML library to another",
    "yaml-case-insensitive-keys": "the command takes keys as the API server does, and leaves what it does not know",
}
CONTAINER = {"name": "app", "image": "app:1", "ports": [{"containerPort": 8080}]}
PROBE = {"httpGet": {"path": "/live", "port": 8080}, "periodSeconds": 5}
ANNOTATIONS: dict[str, dict[str, str]] = {
    "plain": {},
    "ports left out": {
        "traffic.sidecar.istio.io/excludeInboundPorts": "9000,9001",
        "traffic.sidecar.istio.io/excludeOutboundPorts": "5432",
        "traffic.sidecar.istio.io/includeOutboundIPRanges": "10.0.0.0/8",
        "traffic.sidecar.istio.io/excludeOutboundIPRanges": "10.1.0.0/16",
    },
    "resources": {
        "sidecar.istio.io/proxyCPU": "150m",
        "sidecar.istio.io/proxyCPULimit": "1",
        "sidecar.istio.io/proxyMemory": "80Mi",
        "sidecar.istio.io/proxyMemoryLimit": "1Gi",
    },
    "proxy configuration": {"proxy.istio.io/config": "concurrency: 3\nholdApplicationUntilProxyStarts: true\n"},
    "levels of logs": {"sidecar.istio.io/logLevel": "debug", "sidecar.istio.io/componentLogLevel": "rbac:trace"},
    "no rewritten probes": {"sidecar.istio.io/rewriteAppHTTPProbers": "false"},
    "no native sidecar": {"sidecar.istio.io/nativeSidecar": "false"},
    "an image": {"sidecar.istio.io/proxyImage": "example.com/proxy:2", "sidecar.istio.io/proxyImageType": "debug"},
    "no capture": {"sidecar.istio.io/interceptionMode": "NONE"},
    "volumes": {
        "sidecar.istio.io/userVolume": '{"extra": {"emptyDir": {}}}',
        "sidecar.istio.io/userVolumeMount": '{"extra": {"mountPath": "/extra"}}',
    },
    "off": {"sidecar.istio.io/inject": "false"},
    "templates": {"inject.istio.io/templates": "gateway"},
    "metrics": {"prometheus.io/scrape": "true", "prometheus.io/port": "9102", "prometheus.io/path": "/m"},
    "a bad port": {"traffic.sidecar.istio.io/excludeInboundPorts": "many"},
    "an unknown template": {"inject.istio.io/templates": "none-such"},
}
SPECS: dict[str, dict[str, Any]] = {
    "probes": {"containers": [{**CONTAINER, "livenessProbe": PROBE, "readinessProbe": PROBE, "startupProbe": PROBE}]},
    "TCP and gRPC probes": {
        "containers": [
            {**CONTAINER, "livenessProbe": {"tcpSocket": {"port": 8080}}, "readinessProbe": {"grpc": {"port": 9090}}}
        ]
    },
    "a shutdown hook": {
        "containers": [{**CONTAINER, "lifecycle": {"preStop": {"httpGet": {"path": "/bye", "port": 8080}}}}]
    },
    "an init container": {"initContainers": [{"name": "first", "image": "first:1"}], "containers": [CONTAINER]},
    "several containers": {"containers": [CONTAINER, {"name": "second", "image": "second:1"}]},
    "a user": {"containers": [CONTAINER], "securityContext": {"runAsUser": 1000, "fsGroup": 2000}},
    "the host's network": {"containers": [CONTAINER], "hostNetwork": True},
    "its own proxy container": {
        "containers": [CONTAINER, {"name": "istio-proxy", "image": "auto", "resources": {"limits": {"cpu": "2"}}}]
    },
    "secrets for images": {"containers": [CONTAINER], "imagePullSecrets": [{"name": "registry"}]},
}


def pods() -> Iterator[Any]:
    for name, chosen in ANNOTATIONS.items():
        spec = {"containers": [{**CONTAINER, "readinessProbe": PROBE}]}
        yield pytest.param({"metadata": {"labels": {"app": "web"}, "annotations": chosen}, "spec": spec}, id=name)
    for name, spec in SPECS.items():
        yield pytest.param({"metadata": {"labels": {"app": "web"}}, "spec": spec}, id=name)
    for label, value in (("sidecar.istio.io/inject", "false"), ("sidecar.istio.io/inject", "true")):
        labels = {"app": "web", label: value}
        yield pytest.param({"metadata": {"labels": labels}, "spec": {"containers": [CONTAINER]}}, id=f"label {value}")


@pytest.fixture(scope="module")
def configuration(mesh: Mesh, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Flags that give `kube-inject` what the ConfigMaps hold: it then injects by itself, and asks no webhook."""
    folder = tmp_path_factory.mktemp("configuration")
    flags = ["--kubeconfig", str(mesh.kubeconfig)]
    for flag, name, key in (
        ("--meshConfigFile", "istio", "mesh"),
        ("--injectConfigFile", "istio-sidecar-injector", "config"),
        ("--valuesFile", "istio-sidecar-injector", "values"),
    ):
        (folder / key).write_text(mesh.get("v1", "ConfigMap", name)["data"][key])
        flags += [flag, str(folder / key)]
    return flags


@pytest.mark.parametrize("template", list(pods()))
def test_table(mesh: Mesh, configuration: list[str], template: dict[str, Any]) -> None:
    pod = pod_of(template, "web")
    webhook = by_webhook(mesh, pod)
    assert by_command(pod, configuration) == webhook
    assert by_command(pod, ["--kubeconfig", str(mesh.kubeconfig)]) == webhook


def test_recorded_workloads(mesh: Mesh, configuration: list[str]) -> None:
    corpus = corpus_dir()
    files = [*corpus.glob("inject/*/input.yaml"), *corpus.glob("inject-upstream/data/*.yaml")]
    inputs = sorted(file for file in files if ".injected" not in file.name and ".iop" not in file.name)
    injected: dict[str, tuple[dict[str, Any], Any]] = {}
    for file in inputs:
        for number, (name, template) in enumerate(templates(file)):
            pod = pod_of(template, name)
            webhook = by_webhook(mesh, pod)
            if webhook == "refused":
                assert by_command(pod, configuration) == "refused", file
            elif webhook != "unreadable" and str(file.parent.name) not in UNEQUAL:
                injected[f"{file.relative_to(corpus)} #{number}"] = pod, webhook
    stream = "---\n".join(json.dumps(pod) + "\n" for pod, _ in injected.values())
    done = run_cli("kube-inject", "-q", "-f", "-", *configuration, stdin=stream, environ=NATIVE)
    assert done.status == 0, done.stderr
    commands = [tidy(document) for document in yaml.safe_load_all(done.stdout)]
    different = [
        f"{place}: {first_difference(webhook, command)}"
        for (place, (_, webhook)), command in zip(injected.items(), commands, strict=True)
        if webhook != command
    ]
    assert not different, "\n".join(different)
    assert len(injected) > 200


def templates(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The names and pod templates of the workloads in a file; none where it is not YAML."""
    try:
        documents = list(yaml.safe_load_all(file.read_text()))
    except (yaml.YAMLError, UnicodeDecodeError):
        return
    for document in documents:
        items = document.get("items") if isinstance(document, dict) and document.get("kind") == "List" else [document]
        for item in items or []:
            template = template_of(item)
            spec = template.get("spec") if isinstance(template, dict) else None
            if isinstance(spec, dict) and spec.get("containers"):  # no API server takes a pod without any
                yield str((item.get("metadata") or {}).get("name") or "unnamed"), template


def template_of(item: Any) -> Any:
    if not isinstance(item, dict):
        return None
    spec = item.get("spec")
    if item.get("kind") == "Pod":
        return item
    if not isinstance(spec, dict):
        return None
    if item.get("kind") == "CronJob":
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    return spec.get("template")


def pod_of(template: dict[str, Any], name: str) -> dict[str, Any]:
    """A template as the pod that the API server shows a webhook."""
    pod = json.loads(json.dumps({"metadata": template.get("metadata") or {}, "spec": template["spec"]}, default=str))
    pod |= {"apiVersion": "v1", "kind": "Pod"}
    pod["metadata"].pop("creationTimestamp", None)
    pod["metadata"] |= {"name": pod["metadata"].get("name", name), "namespace": NAMESPACE}
    for kind in ("containers", "initContainers"):
        containers = pod["spec"].get(kind)
        for container in containers if isinstance(containers, list) else []:
            if isinstance(container, dict):
                container.setdefault("resources", {})
    return pod


def by_webhook(mesh: Mesh, pod: dict[str, Any]) -> Any:
    """What the webhook makes of a pod; "refused", or "unreadable" where an API server would not have let it pass."""
    try:
        return tidy(inject(mesh.address(mesh.istiod(), 15017), pod))
    except RefusedError as problem:
        return "unreadable" if "json" in str(problem) else "refused"


def by_command(pod: dict[str, Any], flags: list[str]) -> Any:
    """What `kube-inject` makes of a pod; "refused" where it fails and says why."""
    done = run_cli("kube-inject", "-f", "-", *flags, stdin=json.dumps(pod), environ=NATIVE)
    assert (done.status == 0) != (done.stdout == "")
    assert done.status == 0 or done.stderr
    return "refused" if done.status else tidy(yaml.safe_load(done.stdout))


def tidy(value: Any) -> Any:
    """Without what says nothing, and without what kube-uninject finds the way back by; JSON in text as data."""
    if isinstance(value, dict):
        made = {key: tidy(item) for key, item in value.items() if key not in ("creationTimestamp", "uninject")}
        return {key: item for key, item in made.items() if item not in (None, {}, [])}
    if isinstance(value, list):
        return [tidy(item) for item in value]
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return tidy(json.loads(value))
        except ValueError:
            return value
    return copy.copy(value)


def first_difference(one: Any, other: Any, place: str = "") -> str:
    """Where two values differ first."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one | other:
            if one.get(key) != other.get(key):
                return first_difference(one.get(key), other.get(key), f"{place}.{key}")
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            if left != right:
                return first_difference(left, right, f"{place}[{index}]")
    return f"{place}: webhook {str(one)[:200]!r}, kube-inject {str(other)[:200]!r}"
