"""What a specification's values mean together."""

from __future__ import annotations

import pytest

from istioctl.errors import ErrorGroup, IstioctlError
from istioctl.rendering.specification.build import SpecificationInputs, build_specification

HEAD = "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\n"


def refusals(text: str = "", *flags: str) -> list[IstioctlError]:
    files = ("-",) if text else ()
    try:
        build_specification(SpecificationInputs(files=files, set_flags=flags, stdin=lambda: f"{HEAD}spec: {text}\n"))
    except ErrorGroup as group:
        return group.errors
    except IstioctlError as error:
        return [error]
    return []


def warnings(text: str) -> tuple[str, ...]:
    return build_specification(SpecificationInputs(files=("-",), stdin=lambda: f"{HEAD}spec: {text}\n")).warnings


@pytest.mark.parametrize("hub", ["", "a", "localhost/x", "gcr.io/my-project/istio", "gcr.io:5000/a", "[::1]:5000/x"])
def test_hubs(hub: str) -> None:
    assert refusals("", f"hub={hub}") == []


@pytest.mark.parametrize("hub", ["A", "gcr.io:x/a", "user@gcr.io/a", "gcr.io/a:b", "http://a b/"])
def test_hubs_that_make_no_image_name(hub: str) -> None:
    (error,) = refusals("", f"hub={hub}")
    assert f"hub '{hub}' is not an image repository" in error.message


@pytest.mark.parametrize(
    ("tag", "fits"), [("1.30", True), ("A_b-.9", True), ("", False), ("a/b", False), ("a:b", False)]
)
def test_tags(tag: str, fits: bool) -> None:
    assert (refusals("", f"tag={tag}") == []) is fits


@pytest.mark.parametrize(
    ("revision", "fits"),
    [
        ("1-30-3", True),
        ("Canary", True),
        ("a" * 63, True),
        ("a" * 64, False),
        ("1.30", False),
        ("-a", False),
        ("a_b", False),
    ],
)
def test_revisions(revision: str, fits: bool) -> None:
    assert (refusals("", f"revision={revision}") == []) is fits


@pytest.mark.parametrize("text", ["{tag: [a]}", "{tag: {}}", '{hub: "5"}', "{meshConfig: null}"])
def test_what_makes_no_sense_as_an_image_or_a_mapping(text: str) -> None:
    assert len(refusals(text)) == 1


def test_a_revision_that_reads_as_a_number_is_refused_in_a_file_too() -> None:
    (error,) = refusals('{revision: "12"}')
    assert "would be read as a number" in error.message


@pytest.mark.parametrize(
    ("ports", "refused"),
    [
        ("[{port: 80}]", 1),
        ("[{port: 1024}]", 1),
        ("[{port: 1025}]", 0),
        ("[{port: 80, targetPort: 8080}]", 0),
        ("[{port: 80, targetPort: http}]", 0),
        ("[{port: 8080, targetPort: 443}, {port: 81, targetPort: 90}]", 2),
    ],
)
@pytest.mark.parametrize("kind", ["ingress", "egress"])
def test_ports_that_only_root_may_open(kind: str, ports: str, refused: int) -> None:
    gateways = f"components: {{{kind}Gateways: [{{name: g, k8s: {{service: {{ports: {ports}}}}}}}]}}"
    assert len(refusals(f"{{{gateways}}}")) == refused
    as_root = f"values: {{gateways: {{istio-{kind}gateway: {{runAsRoot: true}}}}}}"
    assert refusals(f"{{{gateways}, {as_root}}}") == []


def test_ingress_ports_of_the_values() -> None:
    text = "{{values: {{gateways: {{istio-ingressgateway: {{ingressPorts: [{{port: {}}}]}}}}}}}}"
    assert len(refusals(text.format(80))) == 1
    assert refusals(text.format("8443, targetPort: http")) == []
    assert refusals(text.format(8443)) == []


@pytest.mark.parametrize(("name", "fits"), [("a.b-c", True), ("Bad_Name", False), ("a" * 255, False)])
def test_names_of_gateways(name: str, fits: bool) -> None:
    assert (refusals(f"{{components: {{egressGateways: [{{name: {name}}}]}}}}") == []) is fits


def test_a_gateway_that_is_nothing() -> None:
    (error,) = refusals("{components: {ingressGateways: [null]}}")
    assert error.message == "components.ingressGateways[0] is empty"


@pytest.mark.parametrize(
    ("ranges", "refused"),
    [
        ("*", 0),
        ("10.0.0.1/8,::/0", 0),
        ("10.0.0.0/8\\, 11.0.0.0/8", 1),
        ("1.1.0.256/16,3.3.0.0/33", 2),
        ("10.0.0.0", 1),
        ("10.0.0.0/255.0.0.0", 1),
        ("10.0.0.0/08", 1),
    ],
)
def test_address_ranges(ranges: str, refused: int) -> None:
    for field in ("includeIPRanges", "excludeIPRanges"):
        assert len(refusals("", f"values.global.proxy.{field}={ranges}")) == refused


@pytest.mark.parametrize(
    ("ports", "refused"), [("*", 0), ("80,,443", 0), ("-1,70000,22x", 3), (" 80,1", 0), ("80, 1", 1)]
)
def test_lists_of_ports(ports: str, refused: int) -> None:
    for field in ("includeInboundPorts", "excludeInboundPorts"):
        assert len(refusals("", f"values.global.proxy.{field}={ports}")) == refused


def test_replicas_against_autoscaling_are_warned_about() -> None:
    text = (
        "{components: {pilot: {k8s: {replicaCount: %d}}, ingressGateways: [{name: g, k8s: {replicaCount: 1}}]},"
        " values: {pilot: {autoscaleEnabled: true}, gateways: {istio-ingressgateway: {autoscaleEnabled: %s}}}}"
    )
    assert len(warnings(text % (2, "true"))) == 2
    assert warnings(text % (1, "false")) == ()


def test_a_null_may_not_take_away_what_manifests_read() -> None:
    (error,) = refusals("{values: {global: {logging: null, hub: null}}}")
    assert error.message.startswith("values.global.logging is null")
    assert refusals("{profile: empty, values: {global: {logging: null}}}") == []


def test_an_unknown_field_of_the_mesh_configuration_is_refused_in_a_flag_only() -> None:
    (error,) = refusals("", "meshConfig.enableTracin=true")
    assert error.hint == "Did you mean 'enableTracing'?"
    assert len(refusals("", "values.meshConfig.enableTracin=true")) == 1
    assert warnings("{meshConfig: {newerField: 1}}") == ('<stdin>:3: unknown field "newerField" in meshConfig',)
    assert refusals("{meshConfig: {newerField: 1}}") == []


@pytest.mark.parametrize(
    ("flag", "hint"),
    [
        ("profiles=demo", "Did you mean 'profile'?"),
        ("global.hub=x", "Did you mean 'values.global'?"),
        ("egressGateways[0].name=x", "Did you mean 'components.egressGateways'?"),
        ("trustDomain=x", "Did you mean 'meshConfig.trustDomain'?"),
        ("values.pilot.autoScaleMin=2", "Did you mean 'autoscaleMin'?"),
        ("components.telemetrie.enabled=true", "Known there: base, cni, egressGateways"),
    ],
)
def test_an_unknown_field_gets_a_suggestion(flag: str, hint: str) -> None:
    (error,) = refusals("", flag)
    assert error.where == f"--set {flag}"
    assert str(error.hint).startswith(hint)


def test_mesh_rules_hold_for_both_places() -> None:
    assert [
        error.message for error in refusals("{meshConfig: {trustDomain: a_b}, values: {meshConfig: {trustDomain: ''}}}")
    ] == [
        'meshConfig.trustDomain is wrong: "a_b" is not a trust domain',
        'values.meshConfig.trustDomain is wrong: "" is not a trust domain',
    ]


@pytest.mark.parametrize(
    "flag",
    ["values.profile=nope", "values.global.platform=mars", "compatibilityVersion=1.2", "values.compatibilityVersion=9"],
)
def test_overlays_that_are_not_there(flag: str) -> None:
    (error,) = refusals("", flag)
    assert error.where == f"--set {flag}"
    assert error.id == "unknown-overlay"
