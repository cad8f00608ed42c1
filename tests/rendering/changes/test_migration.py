"""What becomes of the settings of earlier releases."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.api.schema.decode import check
from istioctl.api.trees import assign, lookup
from istioctl.rendering.changes.migration import Plan, plan_migration
from istioctl.rendering.changes.old_forms import FORMS, metric_of_today
from istioctl.rendering.specification.gone_settings import PROFILES, TABLE, gone

GATEWAY = "components.ingressGateways"


def document(**spec: Any) -> dict[str, Any]:
    """An IstioOperator document; of each keyword, `__` parts the path."""
    found: dict[str, Any] = {"apiVersion": "install.istio.io/v1alpha1", "kind": "IstioOperator", "spec": {}}
    for path, value in spec.items():
        assign(found, value, "spec", *path.split("__"))
    return found


def with_setting(path: str, value: Any) -> dict[str, Any]:
    found = document()
    assign(found, value, "spec", *path.split("."))
    return found


def migrated(given: dict[str, Any]) -> Any:
    plan = plan_migration(given)
    assert not plan.undecided
    return plan.data.get("spec", {})


def at(spec: Any, path: str) -> Any:
    return lookup(spec, *path.split("."))


@pytest.mark.parametrize("path", TABLE)
def test_nothing_of_the_table_is_left(path: str) -> None:
    plan = plan_migration(with_setting(path, {"enabled": False}))
    assert at(plan.data.get("spec"), path) is None
    assert plan.steps[0].path == ("spec", *path.split("."))
    assert f"Istio {TABLE[path].since}" in plan.steps[0].reason
    assert plan_migration(plan.data).steps == []


def test_every_form_of_the_table_is_there() -> None:
    assert {entry.form for entry in TABLE.values() if entry.form} == FORMS.keys()


@pytest.mark.parametrize("path", [path for path, entry in TABLE.items() if entry.moved_to and not entry.form])
def test_what_moved_without_another_form_is_there_as_it_was(path: str) -> None:
    value = {"x": [1]}
    assert at(migrated(with_setting(path, value)), TABLE[path].moved_to) == value


@pytest.mark.parametrize(
    ("path", "value", "where", "now"),
    [
        ("values.global.proxy.accessLogFile", "", "meshConfig.accessLogFile", ""),
        ("values.global.mtls", {"auto": True, "enabled": True}, "meshConfig", {"enableAutoMtls": True}),
        ("values.meshConfig.defaultConfig.connectTimeout", "3s", "values.meshConfig", {"connectTimeout": "3s"}),
        (
            "values.global.proxy.envoyStatsd",
            {"enabled": True, "host": "statsd", "port": 9125},
            "meshConfig.defaultConfig",
            {"statsdUdpAddress": "statsd:9125"},
        ),
        (
            "values.global.proxy.envoyAccessLogService",
            {"enabled": True, "host": "als", "port": 1, "tlsSettings": {"mode": "SIMPLE"}, "tcpKeepalive": {}},
            "meshConfig",
            {
                "enableEnvoyAccessLogService": True,
                "defaultConfig": {"envoyAccessLogService": {"address": "als:1", "tlsSettings": {"mode": "SIMPLE"}}},
            },
        ),
        ("values.pilot.enableProtocolSniffingForInbound", False, "values.pilot.env",
         {"PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_INBOUND": "false"}),
        ("values.istio_cni", {"enabled": True, "chained": False}, "values.pilot.cni",
         {"enabled": True, "chained": False}),
        ("values.pilot.ingress", {"ingressService": "gw", "ingressControllerMode": "STRICT"}, "meshConfig",
         {"ingressService": "gw", "ingressControllerMode": "STRICT"}),
        (
            "values.pilot.podAntiAffinityLabelSelector",
            [{"key": "app", "operator": "In", "values": "a,b", "topologyKey": "zone"}],
            "values.pilot.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution",
            [{"labelSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["a", "b"]}]},
              "topologyKey": "zone"}],
        ),
        ("components.proxy", {"enabled": True, "k8s": {"resources": {"limits": {"cpu": "1"}}}},
         "values.global.proxy.resources", {"limits": {"cpu": "1"}}),
        ("trafficManagement", {"enabled": True, "components": {"pilot": {"k8s": {"replicaCount": 2}}}},
         "components.pilot", {"enabled": True, "k8s": {"replicaCount": 2}}),
        ("gateways", {"enabled": True, "components": {"egressGateway": {"enabled": False}}}, "components",
         {"ingressGateways": [{"name": "istio-ingressgateway", "enabled": True}],
          "egressGateways": [{"name": "istio-egressgateway", "enabled": False}]}),
        ("base", {"enabled": True, "components": {"base": {"enabled": False}}}, "components.base", {"enabled": False}),
        ("values.pilot.meshNetworks", {"networks": {"net": {"gateways": []}}}, "values.global.meshNetworks",
         {"net": {"gateways": []}}),
        ("values.pilot.meshNetworks", {"net": {}}, "values.global.meshNetworks", {"net": {}}),
        ("defaultRevision", "canary", "values.defaultRevision", "canary"),
        ("profile", "separate", "profile", "default"),
        ("profile", "external", "profile", "remote"),
    ],
)  # fmt: skip
def test_values_are_put_in_the_form_of_today(path: str, value: Any, where: str, now: Any) -> None:
    spec = migrated(with_setting(path, value))
    assert at(spec, where) == now
    assert check({"spec": spec}, "istio.operator.IstioOperator") == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("values.global.proxy.envoyStatsd", {"enabled": False, "host": "x", "port": 1}),
        ("values.global.trustDomain", ""),
        ("values.pilot.enableProtocolSniffingForInbound", True),
        ("values.global.useMCP", True),
        ("values.global.certificates", None),
        ("defaultRevision", True),
        ("components.pilot.spec", {}),
        ("values.pilot.meshNetworks", {"networks": {}}),
    ],
)
def test_what_says_nothing_any_more_goes(path: str, value: Any) -> None:
    assert migrated(with_setting(path, value)) == {}


def conflict(plan: Plan) -> tuple[tuple[Any, ...], str]:
    (found,) = plan.undecided
    assert plan.steps == []
    assert found[1].id == "undecided"
    return found[0], str(found[1])


def test_two_values_for_one_thing_are_the_users_choice() -> None:
    given = with_setting("values.global.proxy.accessLogFile", "/a")
    given["spec"]["meshConfig"] = {"accessLogFile": "/b"}
    path, text = conflict(plan_migration(given))
    assert path == ("spec", "values", "global", "proxy", "accessLogFile")
    assert (
        text == "values.global.proxy.accessLogFile is '/a', but meshConfig.accessLogFile, which took its place, is '/b'"
    )
    given["spec"]["meshConfig"]["accessLogFile"] = "/a"
    assert migrated(given) == {"meshConfig": {"accessLogFile": "/a"}}


def test_mappings_are_laid_together_and_only_their_clashes_are_told() -> None:
    given = with_setting("values.istio_cni", {"enabled": True, "chained": True})
    given["spec"]["values"]["pilot"] = {"cni": {"enabled": True, "provider": "multus"}}
    cni = {"enabled": True, "chained": True, "provider": "multus"}
    assert migrated(given) == {"values": {"pilot": {"cni": cni}}}
    given["spec"]["values"]["pilot"]["cni"]["chained"] = False
    assert "values.istio_cni.chained is true" in conflict_of(given)


def conflict_of(given: dict[str, Any]) -> str:
    ((_, error),) = plan_migration(given).undecided
    return str(error)


def test_a_place_that_can_hold_nothing_is_told() -> None:
    given = with_setting("values.global.proxy.accessLogFile", "/a")
    given["spec"]["meshConfig"] = "text"
    assert "but meshConfig, which took its place, is 'text'" in conflict_of(given)


@pytest.mark.parametrize(
    ("old", "now"),
    [
        ({"type": "Resource", "resource": {"name": "cpu", "targetAverageUtilization": 8}},
         {"type": "Resource",
          "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 8}}}),
        ({"type": "Resource", "resource": {"name": "memory", "targetAverageValue": "1Gi"}},
         {"type": "Resource",
          "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "1Gi"}}}),
        ({"type": "Pods",
          "pods": {"metricName": "m", "targetAverageValue": "5", "selector": {"matchLabels": {"a": "b"}}}},
         {"type": "Pods", "pods": {"metric": {"name": "m", "selector": {"matchLabels": {"a": "b"}}},
                                   "target": {"type": "AverageValue", "averageValue": "5"}}}),
        ({"type": "Object",
          "object": {"metricName": "m", "targetValue": "5", "target": {"kind": "Service", "name": "x"}}},
         {"type": "Object", "object": {"metric": {"name": "m"}, "describedObject": {"kind": "Service", "name": "x"},
                                       "target": {"type": "Value", "value": "5"}}}),
        ({"type": "External", "external": {"metricName": "m", "targetValue": "5"}},
         {"type": "External", "external": {"metric": {"name": "m"}, "target": {"type": "Value", "value": "5"}}}),
    ],
)  # fmt: skip
def test_metrics_are_those_of_autoscaling_v2(old: dict[str, Any], now: dict[str, Any]) -> None:
    assert metric_of_today(old) == now
    assert metric_of_today(now) is None
    spec = migrated(document(components__pilot={"k8s": {"hpaSpec": {"metrics": [old]}}}))
    assert spec["components"]["pilot"]["k8s"]["hpaSpec"]["metrics"] == [now]
    assert check({"spec": spec}, "istio.operator.IstioOperator") == []


def test_a_percentage_becomes_a_metric() -> None:
    hpa = {"maxReplicas": 3, "targetCPUUtilizationPercentage": 60}
    spec = migrated(document(components__pilot={"k8s": {"hpaSpec": hpa}}))
    target = {"type": "Utilization", "averageUtilization": 60}
    assert spec["components"]["pilot"]["k8s"]["hpaSpec"] == {
        "maxReplicas": 3,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
    }


@pytest.mark.parametrize(
    ("field", "part"), [("pods.metricName", "metric: {name"), ("resource.targetAverageValue", "averageValue: 500m")]
)
def test_hints_know_the_old_metrics(field: str, part: str) -> None:
    found = gone(["components", "ingressGateways", 0, "k8s", "hpaSpec", "metrics", 0, *field.split(".")])
    assert found is not None
    assert part in found.advice


def test_gateways_open_ports_that_need_no_root() -> None:
    def ports(*given: dict[str, Any], **spec: Any) -> Any:
        found = document(
            **spec, components__ingressGateways=[{"name": "g", "k8s": {"service": {"ports": list(given)}}}]
        )
        return migrated(found)["components"]["ingressGateways"][0]["k8s"]["service"]["ports"]

    assert ports({"port": 80}, {"port": 443, "targetPort": 443}, {"port": 15443, "targetPort": 15443}) == [
        {"port": 80, "targetPort": 8080},
        {"port": 443, "targetPort": 8443},
        {"port": 15443, "targetPort": 15443},
    ]
    assert ports({"port": 80, "targetPort": "http"}, {"port": 80, "targetPort": 9080}) == [
        {"port": 80, "targetPort": "http"},
        {"port": 80, "targetPort": 9080},
    ]
    as_root = {"values__gateways": {"istio-ingressgateway": {"runAsRoot": True}}}
    assert ports({"port": 80}, **as_root) == [{"port": 80}]


def test_what_the_operator_wrote_is_left_out() -> None:
    plan = plan_migration(document() | {"status": {"status": "HEALTHY"}})
    assert "status" not in plan.data
    (step,) = plan.steps
    assert (step.verb, step.path) == ("removed", ("status",))
    assert "1.24" in step.reason


@pytest.mark.parametrize("found", ["operator.istio.io/v1alpha1", "install.istio.io/v1", "install.istio.io/v1alpha2"])
def test_the_api_version_is_put_right(found: str) -> None:
    assert plan_migration(document() | {"apiVersion": found}).data["apiVersion"] == "install.istio.io/v1alpha1"


@pytest.mark.parametrize("key", ["ingressGateways", "egressGateways"])
def test_a_list_of_gateways_is_never_null(key: str) -> None:
    assert migrated(with_setting(f"components.{key}", None)) == {"components": {key: []}}


@pytest.mark.parametrize("path", ["values.global", "values.pilot.env", "meshConfig", "values.meshConfig"])
def test_a_null_that_unsets_what_is_needed_is_an_empty_mapping(path: str) -> None:
    assert at(migrated(with_setting(path, None)), path) == {}


def test_other_nulls_stay() -> None:
    spec = {"values": {"pilot": None, "cni": {"repair": None}}, "hub": None}
    assert plan_migration(document() | {"spec": spec}).steps == []


def test_the_kind_before_1_5_is_put_right() -> None:
    given = document() | {"apiVersion": "install.istio.io/v1alpha2", "kind": "IstioControlPlane"}
    assert plan_migration(given).data == document()


@pytest.mark.parametrize(
    ("path", "now"),
    [
        ("mesh_config.enableTracing", "meshConfig.enableTracing"),
        ("components.ingress_gateways", "components.ingressGateways"),
        ("components.pilot.k8s.hpa_spec.maxReplicas", "components.pilot.k8s.hpaSpec.maxReplicas"),
        ("unvalidated_values.x_y", "unvalidatedValues.x_y"),
        ("default_namespace", "namespace"),
        ("components.sidecar_injector", ""),
        ("components.istiod_remote.enabled", ""),
        ("addon_components.kiali", ""),
        ("mesh_config.mixer_check_server", ""),
        ("values.global.meshid_", "values.global.meshid_"),
    ],
)
def test_fields_have_one_name(path: str, now: str) -> None:
    wanted = with_setting(now, "x")["spec"] if now else {}
    assert migrated(with_setting(path, "x")) == wanted


def test_two_names_of_one_field_are_laid_together() -> None:
    spec = {"mesh_config": {"a": 1}, "meshConfig": {"b": 2}}
    assert migrated(document() | {"spec": spec}) == {"meshConfig": {"a": 1, "b": 2}}


@pytest.mark.parametrize(
    ("path", "value", "now"),
    [
        ("components.pilot.k8s.securityContext.runAsUser", "65534", 65534),
        ("components.pilot.k8s.replicaCount", "2", 2),
        ("components.pilot.enabled", "false", False),
        ("values.pilot.autoscaleEnabled", "true", True),
        ("values.global.proxy.resources.requests.cpu", 1, "1"),
        ("meshConfig.defaultConfig.proxyMetadata.VARIABLE", True, "true"),
        ("meshConfig.defaultConfig.proxyMetadata.VARIABLE", 5, "5"),
    ],
)
def test_scalars_get_the_type_of_their_field(path: str, value: Any, now: Any) -> None:
    plan = plan_migration(with_setting(path, value))
    assert at(plan.data["spec"], path) == now
    (step,) = plan.steps
    assert (step.verb, step.path) == ("rewritten", ("spec", *path.split(".")))
    assert plan_migration(plan.data).steps == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("components.pilot.enabled", "maybe"),
        ("components.pilot.k8s.replicaCount", "-1"),
        ("components.pilot.k8s.hpaSpec.maxReplicas", "9999999999"),
        ("values.global.proxy.resources.requests.cpu", 1.1),
        ("values.pilot.autoscaleMin", "2"),
        ("hub", []),
    ],
)
def test_what_no_other_type_makes_right_or_is_right_stays(path: str, value: Any) -> None:
    given = with_setting(path, value)
    plan = plan_migration(given)
    assert plan.steps == []
    assert plan.data == given


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"tag": "1.6.8"}, "tag"),
        ({"hub": "gcr.io/istio-release"}, "hub"),
        ({"values": {"pilot": {"tag": "1.9-alpha"}}}, "values.pilot.tag"),
        ({"components": {"cni": {"tag": "v1.12.0"}}}, "components.cni.tag"),
    ],
)
def test_images_of_an_old_release_are_remarked_on_and_stay(spec: dict[str, Any], path: str) -> None:
    plan = plan_migration(document() | {"spec": spec})
    assert plan.data["spec"] == spec
    ((where, text),) = plan.remarks
    assert ".".join(map(str, where)) == f"spec.{path}"
    assert text.startswith(path)


@pytest.mark.parametrize("spec", [None, [], "text", {"components": [1], "values": 2, "profile": 3.5}])
def test_odd_documents_are_left_to_the_checks(spec: Any) -> None:
    assert plan_migration(document() | {"spec": spec}).steps == []


_VALUES = st.sampled_from([True, False, "", "x", 5, None, {}, [], {"enabled": True}, {"host": "h", "port": 1}])


@given(st.dictionaries(st.sampled_from([*TABLE, "meshConfig.accessLogFile", "profile"]), _VALUES, max_size=12))
def test_what_was_migrated_has_nothing_to_migrate(settings: dict[str, Any]) -> None:
    given = document()
    for path, value in sorted(settings.items(), key=lambda item: len(item[0])):
        *above, last = path.split(".")
        here = given["spec"]
        for step in above:
            here = here.setdefault(step, {}) if isinstance(here, dict) else None
        if isinstance(here, dict):
            here[last] = deepcopy(value)  # what Hypothesis draws from is shared
    plan = plan_migration(given)
    again = plan_migration(plan.data)
    assert again.steps == []
    assert again.data == plan.data


def test_profiles_lead_to_those_of_today() -> None:
    assert {entry.moved_to for entry in PROFILES.values()} == {"default"}
