"""The add-ons: their objects, their settings, and what they know of each other."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from istioctl.errors import SpecError
from istioctl.rendering.addons.addons import (
    ADDONS,
    addon_documents,
    addon_images,
    addon_mesh_config,
    addon_settings,
    in_order,
)
from istioctl.yamldoc.reader import load


def objects(*names: str, namespace: str = "istio-system", **given: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """The objects of some add-ons by kind and name; no two may be the same."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for document in addon_documents(names, addon_settings(given), namespace):
        key = (document.kind, document.name)
        assert key not in found
        found[key] = document.data
    return found


def pod(objects: dict[tuple[str, str], dict[str, Any]], name: str) -> dict[str, Any]:
    spec: dict[str, Any] = objects["Deployment", name]["spec"]["template"]["spec"]
    return spec


def config(objects: dict[tuple[str, str], dict[str, Any]], name: str, key: str = "config.yaml") -> Any:
    return load(objects["ConfigMap", name]["data"][key], key)


class TestObjects:
    def test_all_together_are_distinct(self) -> None:
        assert {name for kind, name in objects(*ADDONS) if kind == "Deployment"} == set(ADDONS)

    @pytest.mark.parametrize("name", ADDONS)
    def test_a_deployment_and_its_services_select_its_pods(self, name: str) -> None:
        found = objects(name)
        labels = found["Deployment", name]["spec"]["template"]["metadata"]["labels"]
        selectors = [found["Deployment", name]["spec"]["selector"]["matchLabels"]]
        selectors += [data["spec"]["selector"] for (kind, _), data in found.items() if kind == "Service"]
        assert len(selectors) > 1
        assert all(selector.items() <= labels.items() for selector in selectors)

    @pytest.mark.parametrize("name", ADDONS)
    def test_named_ports_exist(self, name: str) -> None:
        found = objects(name)
        ports = [port for container in pod(found, name)["containers"] for port in container.get("ports", [])]
        known = {port["name"] for port in ports}
        for (kind, _), data in found.items():
            if kind == "Service":
                wanted = {port["targetPort"] for port in data["spec"]["ports"] if isinstance(port["targetPort"], str)}
                assert wanted <= known
        for container in pod(found, name)["containers"]:
            for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
                if probe in container:
                    assert container[probe]["httpGet"]["port"] in known

    @pytest.mark.parametrize("name", ADDONS)
    def test_mounts_have_volumes(self, name: str) -> None:
        spec = pod(objects(name), name)
        volumes = {volume["name"] for volume in spec.get("volumes", [])}
        for container in spec["containers"]:
            assert {mount["name"] for mount in container.get("volumeMounts", [])} <= volumes

    @pytest.mark.parametrize("name", ADDONS)
    def test_every_object_says_whose_it_is(self, name: str) -> None:
        for data in objects(name, namespace="tools").values():
            assert data["metadata"]["labels"]["app.kubernetes.io/part-of"] == "istio-addons"
            assert data["metadata"]["labels"]["app.kubernetes.io/name"] == name
            assert data["metadata"].get("namespace", "tools") == "tools"

    @pytest.mark.parametrize("name", ADDONS)
    def test_pods_stay_outside_the_mesh_and_confined(self, name: str) -> None:
        found = objects(name)
        assert found["Deployment", name]["spec"]["template"]["metadata"]["labels"]["sidecar.istio.io/inject"] == "false"
        for container in pod(found, name)["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}

    @pytest.mark.parametrize(
        ("name", "change"),
        [("kiali", {"viewOnly": True}), ("loki", {"retention": "24h"}), ("grafana", {"anonymousRole": ""})],
    )
    def test_another_configuration_replaces_the_pods(self, name: str, change: dict[str, Any]) -> None:
        templates = [
            found["Deployment", name]["spec"]["template"] for found in (objects(name), objects(name, **{name: change}))
        ]
        before, after = (template["metadata"]["annotations"]["checksum/config"] for template in templates)
        assert before != after

    def test_order_is_that_of_installation(self) -> None:
        assert in_order(["kiali", "prometheus", "kiali"]) == ("prometheus", "kiali")

    def test_an_unknown_addon_suggests_a_known_one(self) -> None:
        with pytest.raises(SpecError, match="no add-on 'promethus'") as caught:
            objects("promethus")
        assert caught.value.hint == "Did you mean 'prometheus'?"


class TestSettings:
    def test_versions_and_images(self) -> None:
        settings = addon_settings({"grafana": {"image": "example.com:5000/my/grafana", "version": "1.2"}})
        assert addon_images("grafana", settings) == ["example.com:5000/my/grafana:1.2"]
        assert [image.rpartition("/")[2] for image in addon_images("prometheus", settings)] == [
            "prometheus:v3.10.0",
            "prometheus-config-reloader:v0.89.0",
        ]

    def test_a_registry_stands_in_for_all(self) -> None:
        found = objects(*ADDONS, common={"registry": "mirror.example.com/istio/"})
        images = [container["image"] for name in ADDONS for container in pod(found, name)["containers"]]
        assert len(images) == 7
        assert all(image.startswith("mirror.example.com/istio/") and "docker.io" not in image for image in images)

    def test_pulling(self) -> None:
        spec = pod(objects("zipkin", common={"imagePullSecrets": ["s"], "imagePullPolicy": "Always"}), "zipkin")
        assert spec["imagePullSecrets"] == [{"name": "s"}]
        assert spec["containers"][0]["imagePullPolicy"] == "Always"

    def test_placing(self) -> None:
        toleration = {"key": "infra", "operator": "Exists"}
        spec = pod(objects("loki", common={"nodeSelector": {"a": "b"}, "tolerations": [toleration]}), "loki")
        assert spec["nodeSelector"] == {"kubernetes.io/os": "linux", "a": "b"}
        assert spec["tolerations"] == [toleration]

    @pytest.mark.parametrize("name", ["prometheus", "grafana", "jaeger", "loki"])
    @pytest.mark.parametrize("enabled", [True, False])
    def test_persistence(self, name: str, enabled: bool) -> None:
        persistence = {"enabled": enabled, "size": "3Gi", "storageClass": "fast"}
        found = objects(name, **{name: {"persistence": persistence}})
        volume = next(volume for volume in pod(found, name)["volumes"] if volume["name"] == "storage")
        if enabled:
            claim = found["PersistentVolumeClaim", name]["spec"]
            assert (claim["storageClassName"], claim["resources"]["requests"]["storage"]) == ("fast", "3Gi")
            assert volume["persistentVolumeClaim"] == {"claimName": name}
            assert found["Deployment", name]["spec"]["strategy"] == {"type": "Recreate"}
        else:
            assert ("PersistentVolumeClaim", name) not in found
            assert volume["emptyDir"] == {}

    def test_the_platform_may_choose_users(self) -> None:
        assert "runAsUser" in pod(objects("loki"), "loki")["securityContext"]
        assert "runAsUser" not in pod(objects("loki", common={"fixedUsers": False}), "loki")["securityContext"]

    @pytest.mark.parametrize("name", ADDONS)
    def test_resources(self, name: str) -> None:
        wanted = {"requests": {"cpu": "20m", "memory": "99Mi"}, "limits": {"memory": "1Gi"}}
        assert pod(objects(name, **{name: {"resources": wanted}}), name)["containers"][0]["resources"] == wanted

    @pytest.mark.parametrize(
        ("given", "message", "hint"),
        [
            ({"promethues": {}}, "no setting 'addons.promethues'", "Did you mean 'prometheus'?"),
            ({"loki": {"persistence": {"sise": "1Gi"}}}, "addons.loki.persistence.sise", "Did you mean 'size'?"),
            ({"loki": {"persistence": True}}, "must be a mapping", None),
            ({"loki": {"persistence": {"enabled": "yes"}}}, "must be true or false", None),
            ({"common": {"tolerations": {}}}, "must be a list", None),
            ({"jaeger": {"tracing": {"sampling": "all"}}}, "must be a number", None),
            ({"prometheus": {"reloader": {"version": ""}}}, "addons.prometheus.reloader.version must be given", None),
            ({"kiali": {"auth": "openid"}}, "must be anonymous or token", None),
            ({"kiali": {"auth": "token"}}, "signingKey must have 16, 24 or 32", None),
        ],
    )
    def test_what_is_refused(self, given: dict[str, Any], message: str, hint: str | None) -> None:
        with pytest.raises(SpecError, match=message) as caught:
            addon_settings(given)
        if hint:
            assert caught.value.hint == hint

    def test_given_settings_are_left_alone(self) -> None:
        given: dict[str, Any] = {"loki": {"resources": {"limits": {"cpu": 1}}}}
        addon_settings(given)["loki"]["resources"]["limits"]["cpu"] = 2
        assert given == {"loki": {"resources": {"limits": {"cpu": 1}}}}


class TestTogether:
    def test_grafana_reads_from_what_is_there(self) -> None:
        def sources(*names: str) -> list[str]:
            return [source["name"] for source in config(objects(*names), "grafana", "datasources.yaml")["datasources"]]

        assert sources("grafana") == ["Prometheus"]
        assert sources(*ADDONS) == ["Prometheus", "Loki", "Jaeger", "Zipkin"]

    def test_kiali_reads_from_what_is_there(self) -> None:
        alone = config(objects("kiali"), "kiali")["external_services"]
        assert (alone["grafana"]["enabled"], alone["tracing"]["enabled"]) == (False, False)
        services = config(objects("kiali", "grafana", "jaeger", namespace="tools"), "kiali")["external_services"]
        assert services["grafana"]["internal_url"] == "http://grafana.tools:3000"
        assert services["tracing"]["internal_url"] == "http://tracing.tools:16685"
        assert services["prometheus"]["url"] == "http://prometheus.tools:9090"

    def test_kiali_that_only_looks_may_only_look(self) -> None:
        rules = objects("kiali", kiali={"viewOnly": True})["ClusterRole", "kiali-istio-system"]["rules"]
        verbs = {verb for rule in rules for verb in rule["verbs"]}
        assert verbs == {"get", "list", "watch", "create"}
        created = {resource for rule in rules if "create" in rule["verbs"] for resource in rule["resources"]}
        assert created == {"pods/portforward", "tokenreviews"}

    def test_jaeger_stands_for_zipkin_where_there_is_none(self) -> None:
        assert objects("jaeger")["Service", "zipkin"]["spec"]["selector"]["app.kubernetes.io/name"] == "jaeger"
        both = objects("jaeger", "zipkin")
        assert both["Service", "zipkin"]["spec"]["selector"]["app.kubernetes.io/name"] == "zipkin"
        assert both["Service", "tracing"]["spec"]["selector"]["app.kubernetes.io/name"] == "jaeger"

    def test_tracing_on_request(self) -> None:
        given = {"tracing": {"enabled": True, "provider": "traces", "sampling": 2.5}}
        settings = addon_settings({"jaeger": given})
        documents = addon_documents(["jaeger"], settings, "tools", "mesh")
        (telemetry,) = (document.data for document in documents if document.kind == "Telemetry")
        assert telemetry["metadata"]["namespace"] == "mesh"
        (rule,) = telemetry["spec"]["tracing"]
        (provider,) = addon_mesh_config(["jaeger"], settings, "tools")["extensionProviders"]
        assert rule == {"providers": [{"name": "traces"}], "randomSamplingPercentage": 2.5}
        assert provider["name"] == "traces"
        assert provider["opentelemetry"] == {"service": "jaeger-collector.tools.svc.cluster.local", "port": 4317}

    def test_no_tracing_unasked(self) -> None:
        assert not [kind for kind, _ in objects(*ADDONS) if kind == "Telemetry"]
        assert addon_mesh_config(ADDONS, addon_settings(), "istio-system") == {}


class TestListening:
    """Programs listen where Services, probes and other add-ons send to."""

    def test_jaeger_uses_what_it_defines(self) -> None:
        main = config(objects("jaeger"), "jaeger")
        (traces,) = main["service"]["pipelines"].values()
        for part in ("receivers", "processors", "exporters"):
            assert set(traces[part]) == set(main[part])
        assert set(main["service"]["extensions"]) == set(main["extensions"])
        backends = main["extensions"]["jaeger_storage"]["backends"]
        assert main["exporters"]["jaeger_storage_exporter"]["trace_storage"] in backends
        assert main["extensions"]["jaeger_query"]["storage"]["traces"] in backends
        (mount,) = (
            mount
            for mount in pod(objects("jaeger"), "jaeger")["containers"][0]["volumeMounts"]
            if mount["name"] == "storage"
        )
        for folder in backends["disk"]["badger"]["directories"].values():
            assert folder.startswith(f"{mount['mountPath']}/")

    def test_jaeger(self) -> None:
        found = objects("jaeger")
        main = config(found, "jaeger")
        receivers = main["receivers"]
        ends = [
            *receivers["otlp"]["protocols"].values(),
            *receivers["jaeger"]["protocols"].values(),
            receivers["zipkin"],
        ]
        listening = {int(end["endpoint"].rpartition(":")[2]) for end in ends}
        assert {port["targetPort"] for port in found["Service", "jaeger-collector"]["spec"]["ports"]} == listening
        ports = {port["name"]: port["containerPort"] for port in pod(found, "jaeger")["containers"][0]["ports"]}
        assert main["extensions"]["healthcheckv2"]["http"]["endpoint"] == f"0.0.0.0:{ports['health']}"
        annotations = found["Deployment", "jaeger"]["spec"]["template"]["metadata"]["annotations"]
        (reader,) = main["service"]["telemetry"]["metrics"]["readers"]
        assert annotations["prometheus.io/port"] == str(reader["pull"]["exporter"]["prometheus"]["port"])

    def test_loki(self) -> None:
        found = objects("loki")
        server = config(found, "loki")["server"]
        assert pod(found, "loki")["containers"][0]["ports"][0]["containerPort"] == server["http_listen_port"]
        ports = {port["name"]: port["port"] for port in found["Service", "loki"]["spec"]["ports"]}
        assert ports == {"http-metrics": server["http_listen_port"], "grpc": server["grpc_listen_port"]}

    def test_kiali(self) -> None:
        found = objects("kiali", "grafana", "jaeger", "prometheus")
        main = config(found, "kiali")
        ports = {port["name"]: port["containerPort"] for port in pod(found, "kiali")["containers"][0]["ports"]}
        assert ports == {"http": main["server"]["port"], "metrics": main["server"]["observability"]["metrics"]["port"]}
        external = main["external_services"]
        for part, key in (("prometheus", "url"), ("grafana", "internal_url"), ("tracing", "internal_url")):
            service, _, port = external[part][key].removeprefix("http://").partition(".istio-system:")
            assert int(port) in {entry["port"] for entry in found["Service", service]["spec"]["ports"]}


class TestPrometheus:
    def test_the_configuration_is_valid(self, tmp_path: Path) -> None:
        promtool = shutil.which("promtool")
        if promtool is None:
            pytest.skip("there is no promtool; Debian's package `prometheus` has it")
        from istioctl.yamldoc.writer import dump

        data = objects("prometheus")["ConfigMap", "prometheus"]["data"]
        main = load(data["prometheus.yml"], "prometheus.yml")
        for job in main["scrape_configs"]:
            # Debian's build knows no Kubernetes; everything else of a job is checked as it is.
            if job.pop("kubernetes_sd_configs", None):
                job["static_configs"] = [{"targets": ["localhost:1"]}]
        (tmp_path / "prometheus.yml").write_text(dump(main))
        (tmp_path / "rules.yml").write_text(data["rules.yml"])
        for command in (["config", "--syntax-only", "prometheus.yml"], ["rules", "rules.yml"]):
            done = subprocess.run(
                [promtool, "check", *command], cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr

    def test_jobs_have_names_of_their_own_and_roles(self) -> None:
        jobs = config(objects("prometheus"), "prometheus", "prometheus.yml")["scrape_configs"]
        names = [job["job_name"] for job in jobs]
        assert len(set(names)) == len(names)
        roles = {entry["role"] for job in jobs for entry in job.get("kubernetes_sd_configs", [])}
        assert roles == {"pod", "endpointslice", "node"}

    def test_settings(self) -> None:
        found = objects(
            "prometheus",
            prometheus={"alerts": False, "clusterMetrics": False, "scrapeInterval": "5s", "retention": "1d"},
        )
        assert "rules.yml" not in found["ConfigMap", "prometheus"]["data"]
        main = config(found, "prometheus", "prometheus.yml")
        assert "rule_files" not in main
        assert main["global"]["scrape_interval"] == "5s"
        assert "kubernetes" not in [job["job_name"] for job in main["scrape_configs"]]
        assert "--storage.tsdb.retention.time=1d" in pod(found, "prometheus")["containers"][0]["args"]
