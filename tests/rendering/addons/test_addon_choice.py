"""Which add-ons flags ask for, and what a specification gets because of them."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.api.trees import lookup
from istioctl.errors import SpecError, UsageError
from istioctl.rendering.addons.addon_choice import AddonChoice, choose_addons
from istioctl.rendering.addons.addons import ADDONS
from istioctl.rendering.specification.build import Specification, SpecificationInputs, build_specification
from istioctl.rendering.specification.extension_providers import with_providers

TRACING = AddonChoice(("jaeger",), {"jaeger": {"tracing": {"enabled": True}}})


class TestFlags:
    def test_names_by_comma_and_by_flag_come_in_the_order_of_installation(self) -> None:
        choice, others = choose_addons(["kiali, grafana", "prometheus", "kiali"], ["profile=demo"])
        assert choice == AddonChoice(("prometheus", "grafana", "kiali"))
        assert others == ("profile=demo",)

    def test_all(self) -> None:
        choice, _ = choose_addons(["all"], [])
        assert choice is not None
        assert choice.names == ADDONS

    def test_settings_are_told_from_the_specification(self) -> None:
        flags = ["tag=9", "addons.kiali.version=1.10", "spec.addons.kiali.viewOnly=true", "meshConfig.addons.x=1"]
        choice, others = choose_addons(["kiali"], flags)
        assert choice == AddonChoice(("kiali",), {"kiali": {"version": "1.10", "viewOnly": True}})
        assert others == ("tag=9", "meshConfig.addons.x=1")

    @pytest.mark.parametrize("names", [[], [""], [","]])
    def test_none(self, names: list[str]) -> None:
        assert choose_addons(names, ["tag=9"]) == (None, ("tag=9",))

    @pytest.mark.parametrize(("path", "hint"), [("loki.version", "Add --addons loki."), ("common.registry", "all")])
    def test_settings_of_nothing(self, path: str, hint: str) -> None:
        with pytest.raises(UsageError, match="none is asked for") as caught:
            choose_addons([], [f"addons.{path}=x"])
        assert hint in str(caught.value.hint)

    @pytest.mark.parametrize(
        ("names", "flag"),
        [(["kialy"], "tag=1"), (["all,kialy"], "tag=1"), (["kiali"], "addons.kiali.viewOnly=perhaps")],
    )
    def test_what_is_wrong_is_said_at_once(self, names: list[str], flag: str) -> None:
        with pytest.raises(SpecError, match=r"kialy|viewOnly must be"):
            choose_addons(names, [flag])


def test_a_provider_takes_its_namesakes_place() -> None:
    given = [{"name": "jaeger", "zipkin": {}}, {"name": "other"}, "no mapping"]
    assert with_providers(given, [{"name": "jaeger", "opentelemetry": {}}]) == [
        {"name": "other"},
        "no mapping",
        {"name": "jaeger", "opentelemetry": {}},
    ]
    assert with_providers(None, []) == []


class TestSpecification:
    def providers(self, *flags: str, addons: AddonChoice | None = TRACING) -> Any:
        return lookup(self.built(*flags, addons=addons).data, "spec", "values", "meshConfig", "extensionProviders")

    def built(self, *flags: str, addons: AddonChoice | None = None) -> Specification:
        return build_specification(SpecificationInputs(set_flags=flags, addons=addons))

    def test_traces_need_a_provider_in_the_control_planes_namespace(self) -> None:
        (provider,) = self.providers("values.global.istioNamespace=mesh")
        assert provider["name"] == "jaeger"
        assert provider["opentelemetry"] == {"service": "jaeger-collector.mesh.svc.cluster.local", "port": 4317}

    @pytest.mark.parametrize("place", ["meshConfig", "values.meshConfig", "unvalidatedValues.meshConfig"])
    def test_other_providers_stay(self, place: str) -> None:
        found = self.providers(
            f"{place}.extensionProviders[0].name=mine", f"{place}.extensionProviders[0].envoyFileAccessLog.path=/x"
        )
        assert [provider["name"] for provider in found] == ["mine", "jaeger"]

    def test_those_of_the_profile_stay(self) -> None:
        assert [provider["name"] for provider in self.providers("profile=demo")] == [
            "otel",
            "skywalking",
            "otel-tracing",
            "jaeger",
        ]

    @pytest.mark.parametrize("addons", [None, AddonChoice(("jaeger",)), AddonChoice(("kiali",), TRACING.settings)])
    def test_without_traces_nothing_is_added(self, addons: AddonChoice | None) -> None:
        assert self.providers("profile=demo", addons=addons) is None

    def test_the_root_namespace(self) -> None:
        assert self.built("values.global.istioNamespace=mesh").root_namespace == "mesh"
        assert self.built("meshConfig.rootNamespace=root").root_namespace == "root"
