"""Which parts a specification asks for, and with what values."""

from __future__ import annotations

from typing import Any

from istioctl.api.trees import lookup
from istioctl.rendering.components.parts import Part, part_values, parts_of


def document(components: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {"metadata": {"namespace": "mesh"}, "spec": {"components": components, "values": values}}


def named(found: list[Part]) -> list[tuple[str, str, str]]:
    return [(part.component.name, part.name, part.namespace) for part in found]


def test_without_a_word_the_base_istiod_and_an_ingress_gateway() -> None:
    assert named(parts_of({})) == [
        ("Base", "", "istio-system"),
        ("Pilot", "", "istio-system"),
        ("IngressGateways", "", "istio-system"),
    ]


def test_lists_keep_their_order_and_names() -> None:
    gateways = [{"name": "b"}, {"name": "off", "enabled": False}, {"name": "a", "namespace": "n", "enabled": True}]
    found = parts_of(document({"base": {"enabled": False}, "pilot": {"enabled": False}, "ingressGateways": gateways}))
    assert named(found) == [("IngressGateways", "b", "mesh"), ("IngressGateways", "a", "n")]
    assert found[1].path == "spec.components.ingressGateways[2]"


def test_values_may_enable_gateways() -> None:
    components = {"base": {"enabled": False}, "pilot": {"enabled": False}, "ingressGateways": []}
    egress = [{"name": "e", "enabled": False}]
    values = {"gateways": {"istio-egressgateway": {"enabled": True}}}
    assert named(parts_of(document({**components, "egressGateways": egress}, **values))) == [
        ("EgressGateways", "e", "mesh")
    ]


def values_of(component: str, entry: dict[str, Any], **values: Any) -> dict[str, Any]:
    content = [entry] if component.endswith("Gateways") else entry
    whole = document({component: content}, **values)
    (part,) = (part for part in parts_of(whole) if part.component.key == component)
    return part_values(part, whole)


def test_a_gateway_s_name_labels_and_ports_are_values() -> None:
    ports = [{"name": "http", "port": 80}, {"port": 443, "targetPort": "tls"}]
    entry = {"name": "g", "label": {"app": "x"}, "tag": "v1", "k8s": {"service": {"ports": ports}}}
    values = values_of(
        "ingressGateways", entry, gateways={"istio-ingressgateway": {"labels": {"old": "y"}, "type": "T"}}
    )
    assert lookup(values, "gateways", "istio-ingressgateway") == {
        "name": "g",
        "labels": {"app": "x"},
        "tag": "v1",
        "ports": [{"name": "http", "port": 80, "targetPort": 0}, {"port": 443, "targetPort": "tls"}],
        "type": "T",
    }


def test_hub_and_tag_of_a_component_are_its_values() -> None:
    assert values_of("pilot", {"hub": "h", "tag": 2}, pilot={"env": {}})["pilot"] == {"env": {}, "hub": "h", "tag": 2}
    assert values_of("base", {"tag": "t"}, **{"global": {"hub": "g"}})["global"] == {"hub": "g", "tag": "t"}
    assert values_of("cni", {"tag": "7"})["cni"]["tag"] == 7
    assert values_of("cni", {"tag": "1.30"})["cni"]["tag"] == "1.30"
    assert values_of("cni", {"tag": "NaN"})["cni"]["tag"] == "NaN"


def test_ztunnel_sees_its_values_at_the_top() -> None:
    values = values_of(
        "ztunnel",
        {"enabled": True},
        revision="r",
        cni={"x": 1},
        ztunnel={"revision": "own"},
        **{"global": {"hub": "g"}},
    )
    assert values == {"global": {"hub": "g"}, "revision": "own"}


def test_the_specification_is_not_changed() -> None:
    whole = document({"pilot": {"hub": "h"}}, pilot={"env": {}})
    for part in parts_of(whole):
        part_values(part, whole)
    assert whole == document({"pilot": {"hub": "h"}}, pilot={"env": {}})
