"""Probes and metrics of the application, handed over to the proxy's agent."""

from __future__ import annotations

import json

import pytest

from istioctl.injection import metrics, probes


def pod(container, annotations=None):
    containers = [{"name": "app", **container}, {"name": "istio-proxy"}]
    return {"metadata": {"annotations": annotations or {}}, "spec": {"containers": containers}}


def rewritten(container, annotations=None, *, by_default=True):
    made = pod(container, annotations)
    proxy = made["spec"]["containers"][1]
    got = probes.rewrite(made, proxy, by_default, 15020)
    told = json.loads(proxy["env"][0]["value"]) if "env" in proxy else None
    return got["spec"]["containers"][0], told


@pytest.mark.parametrize(
    ("probe", "told"),
    [
        ({"httpGet": {"path": "/x", "port": 80}, "timeoutSeconds": 2},
         {"httpGet": {"path": "/x", "port": 80}, "timeoutSeconds": 2}),
        ({"tcpSocket": {"port": "web"}}, {"tcpSocket": {"port": 8080}}),
        ({"grpc": {"port": 9}}, {"grpc": {"port": 9, "service": None}}),
    ],
)  # fmt: skip
def test_probes_go_to_the_agent_which_knows_what_to_ask(probe, told):
    container, known = rewritten({"readinessProbe": probe, "ports": [{"name": "web", "containerPort": 8080}]})
    assert container["readinessProbe"]["httpGet"] == {"path": "/app-health/app/readyz", "port": 15020}
    assert not {"tcpSocket", "grpc"} & set(container["readinessProbe"])
    assert known == {"/app-health/app/readyz": told}


def test_what_cannot_be_asked_for_is_left_out():
    container, known = rewritten({"livenessProbe": {"exec": {"command": ["x"]}}})
    assert (container["livenessProbe"], known) == ({"exec": {"command": ["x"]}}, None)
    _, known = rewritten({"livenessProbe": {"httpGet": {"port": "nobody"}}})
    assert known is None
    _, known = rewritten({"livenessProbe": {"httpGet": {"port": 15020}}})
    assert known is None


def test_https_becomes_http_and_annotations_decide():
    probe = {"httpGet": {"path": "/x", "port": 80, "scheme": "HTTPS"}}
    container, _ = rewritten({"startupProbe": probe}, {"status.sidecar.istio.io/port": "16000"})
    assert container["startupProbe"]["httpGet"] == {"path": "/app-health/app/startupz", "port": 16000, "scheme": "HTTP"}
    off = {"sidecar.istio.io/rewriteAppHTTPProbers": "false"}
    assert rewritten({"startupProbe": probe}, off)[0]["startupProbe"] == probe
    assert rewritten({"startupProbe": probe}, by_default=False)[0]["startupProbe"] == probe


@pytest.mark.parametrize(
    ("annotations", "env"),
    [
        ({}, None),
        ({"prometheus.io/port": "80"}, {"scrape": "", "path": "", "port": "80"}),
        ({"prometheus-io/scrape": "true", "prometheus.io.path": "/m"}, {"scrape": "true", "path": "/m", "port": ""}),
    ],
)
def test_scraping_goes_to_the_agent(annotations, env):
    proxy = {}
    got = metrics.merge({**annotations, "other": "x"}, proxy, True, 15020)
    assert got == {
        "other": "x",
        "prometheus.io/port": "15020",
        "prometheus.io/path": "/stats/prometheus",
        "prometheus.io/scrape": "true",
    }
    assert (json.loads(proxy["env"][0]["value"]) if proxy else None) == env


@pytest.mark.parametrize(
    "annotations",
    [
        {"prometheus.io/scrape": "false"},
        {"prometheus.io/port": "15020"},
        {"prometheus.istio.io/merge-metrics": "false"},
    ],
)
def test_scraping_that_is_left_alone(annotations):
    assert metrics.merge(dict(annotations), {}, True, 15020) == annotations
