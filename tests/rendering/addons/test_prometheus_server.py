"""A real Prometheus with the rendered configuration: it loads, finds what is annotated, and answers the dashboards."""

from __future__ import annotations

import http.server
import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from istioctl.rendering.addons.addons import addon_documents, addon_settings, grafana_dashboards
from istioctl.rendering.addons.dashboards import queries
from istioctl.yamldoc.reader import load
from istioctl.yamldoc.writer import dump

pytestmark = pytest.mark.xdist_group("prometheus")  # one server for all

POD = "__meta_kubernetes_pod_"
MARK = f"{POD}annotation_prometheus_io_"
ENDS = {
    f"{end}_{what}": f"{end}-{what}"
    for end in ("source", "destination")
    for what in ("workload", "workload_namespace", "service_name", "service_namespace")
}


class Proxy(http.server.BaseHTTPRequestHandler):
    """A pod's metrics page, its counters higher each time."""

    seen = 0

    def do_GET(self) -> None:
        if self.path.partition("?")[0] not in ("/metrics", "/stats/prometheus"):
            self.send_error(404)
            return
        type(self).seen += 10
        body = "".join(self.lines()).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def lines(self) -> Iterator[str]:
        for reporter in ("source", "destination", "waypoint"):
            for code in ("200", "503"):
                labels = {"reporter": reporter, "response_code": code, "destination_service": "web.shop", **ENDS}
                said = ",".join(f'{name}="{value}"' for name, value in labels.items())
                yield f"istio_requests_total{{{said}}} {self.seen}\n"
                for bucket in ("10", "+Inf"):
                    yield f'istio_request_duration_milliseconds_bucket{{{said},le="{bucket}"}} {self.seen}\n'

    def log_message(self, *_: object) -> None:
        pass


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def pod(name: str, port: int, **annotations: str) -> dict[str, Any]:
    """What Prometheus learns from Kubernetes about a pod; the address is that of a port nobody annotated."""
    found = {
        "namespace": "shop",
        "pod_ip": "127.0.0.1",
        "pod_name": name,
        "pod_label_app": "web",
        "pod_phase": "Running",
    }
    labels = {f"__meta_kubernetes_{key}": value for key, value in found.items()}
    marks = {f"{MARK}{key}": value for key, value in {"port": str(port), **annotations}.items()}
    return {"targets": ["127.0.0.1:1"], "labels": {**labels, **marks}}


class Prometheus:
    """A running server."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"

    def get(self, path: str, **parameters: str) -> Any:
        with urllib.request.urlopen(f"{self.base}{path}?{urllib.parse.urlencode(parameters)}", timeout=10) as answer:
            return json.loads(answer.read())["data"]

    def targets(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The scraped pods by job and name."""
        found = self.get("/api/v1/targets", state="active")["activeTargets"]
        return {(target["labels"]["job"], target["labels"].get("pod", "")): target for target in found}

    def wait(self, what: Any) -> None:
        deadline = time.monotonic() + 40
        while True:
            try:
                if what():
                    return
            except OSError:
                pass
            assert time.monotonic() < deadline, "Prometheus is not that far in time"
            time.sleep(0.1)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Prometheus as the add-on configures it, but for what finds its targets: Debian's build knows no Kubernetes."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("there is no prometheus; Debian's package `prometheus` has it")
    folder = tmp_path_factory.mktemp("prometheus")
    documents = addon_documents(
        ["prometheus"],
        addon_settings({"prometheus": {"scrapeInterval": "1s", "clusterMetrics": False}}),
        "istio-system",
    )
    data = next(document.data["data"] for document in documents if document.kind == "ConfigMap")
    main = load(data["prometheus.yml"], "prometheus.yml")
    port = free_port()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as pages:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        page = pages.server_port
        found = {
            "pods": [
                pod("proxy", page, scrape="true", path="/stats/prometheus", param_filter="x"),
                pod("unmarked", page),
                pod("slow", page, scrape="true", scrape_slow="true"),
                pod("done", page, scrape="true"),
            ],
            "pods-slow": [pod("slow", page, scrape_slow="true")],
            "prometheus": [{"targets": [f"127.0.0.1:{port}"]}],
        }
        found["pods"][3]["labels"][f"{POD}phase"] = "Succeeded"
        for job in main["scrape_configs"]:
            job.pop("kubernetes_sd_configs", None)
            job["static_configs"] = found.get(job["job_name"], [])
        (folder / "prometheus.yml").write_text(dump(main))
        (folder / "rules.yml").write_text(data["rules.yml"])
        flags = [
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        with (folder / "log").open("w") as log, subprocess.Popen([program, *flags], stderr=log) as process:
            server = Prometheus(port)
            try:
                server.wait(
                    lambda: server.get("/api/v1/query", query='count_over_time(up{pod="proxy"}[1m]) > 2')["result"]
                )
                yield server
            except AssertionError:
                raise AssertionError((folder / "log").read_text()) from None
            finally:
                process.terminate()
        pages.shutdown()


def test_what_is_annotated_is_scraped_as_annotated(prometheus: Prometheus) -> None:
    targets = prometheus.targets()
    assert set(targets) == {("pods", "proxy"), ("pods-slow", "slow"), ("prometheus", "")}
    proxy = targets["pods", "proxy"]
    assert proxy["health"] == "up", proxy["lastError"]
    url = urllib.parse.urlsplit(proxy["scrapeUrl"])
    assert (url.path, url.query) == ("/stats/prometheus", "filter=x")
    labels = {key: value for key, value in proxy["labels"].items() if key != "instance"}
    assert labels == {"job": "pods", "namespace": "shop", "pod": "proxy", "app": "web"}
    assert targets["pods-slow", "slow"]["scrapeInterval"] == "5m"


def test_rules_are_loaded_and_evaluated(prometheus: Prometheus) -> None:
    rules = [rule for group in prometheus.get("/api/v1/rules")["groups"] for rule in group["rules"]]
    assert len(rules) >= 5
    assert {rule["health"] for rule in rules} <= {"ok", "unknown"}


@pytest.mark.parametrize("name", sorted(grafana_dashboards()))
def test_queries_of_a_dashboard_are_answered(prometheus: Prometheus, name: str) -> None:
    model = json.loads(grafana_dashboards()[name])
    values = {variable["name"]: ".*" for variable in model["templating"]["list"]}
    values |= {"__rate_interval": "1m", "service": "web.shop"}
    asked = list(queries(model))
    answered = 0
    for expression in asked:
        for variable in sorted(values, key=len, reverse=True):
            expression = expression.replace(f"${variable}", values[variable])
        answered += bool(prometheus.get("/api/v1/query", query=expression)["result"])
    if name in ("mesh.json", "service.json"):
        assert answered > len(asked) / 3
