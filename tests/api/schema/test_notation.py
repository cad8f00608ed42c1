"""The notation of the tables of fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.api.schema import catalog
from istioctl.api.schema.casing import camel_case, snake_case
from istioctl.api.schema.catalog import enum_values, find_kind, kinds, message, patterns, plural, rules
from istioctl.api.schema.notation import Field, proto_name, read_enum, read_message
from istioctl.api.schema.scalars import RANGES

TABLES = tuple(path.stem for path in catalog._TABLES.iterdir() if path.stem not in ("kinds", "rules"))
SCALARS = frozenset(
    (
        *RANGES, "string", "bool", "bytes", "double", "float", "duration", "time", "struct", "value", "list", "any",
        "quantity", "int-or-string",
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("port:uint32", Field("port", "uint32", "scalar")),
        ("host!:string", Field("host", "string", "scalar", required=True)),
        ("enabled:bool?", Field("enabled", "bool", "scalar", nullable=True)),
        ("tls:.Server.TLS", Field("tls", "p.v1.Server.TLS", "message")),
        ("at:other.v2.Place", Field("at", "other.v2.Place", "message")),
        ("mode:#.Mode", Field("mode", "p.v1.Mode", "enum")),
        ("names:[string]", Field("names", "string", "scalar", "list")),
        ("labels:{string}", Field("labels", "string", "scalar", "map")),
        ("weights:{uint32:.W}", Field("weights", "p.v1.W", "message", "map", "uint32")),
        ("a/b_c|d:time@group", Field("a", "time", "scalar", other="b_c", group="group", alias="d")),
        (
            "hosts:[string(maxLength=9,rule=x)](maxItems=-2,rule=y,rule=z)",
            Field(
                "hosts", "string", "scalar", "list",
                limits={"maxItems": -2, "rule": ("y", "z")}, item_limits={"maxLength": 9, "rule": ("x",)},
            ),
        ),
        ("s:string(pattern=p)@g", Field("s", "string", "scalar", group="g", limits={"pattern": "p"})),
    ],
)  # fmt: skip
def test_a_field(word: str, expected: Field) -> None:
    found = read_message("p.v1.M", "p.v1", f"first:int32 {word}")
    assert list(found.fields.values()) == [Field("first", "int32", "scalar"), expected]
    assert not found.limits


def test_a_message_has_limits_and_groups() -> None:
    found = read_message("p.M", "p", "(open,rule=r) a:string@one b:string@one c:string")
    assert found.limits == {"open": "", "rule": ("r",)}
    assert found.groups == {"one": ["a", "b"]}
    assert not found.is_go


def test_packages_may_be_of_go() -> None:
    assert read_message("p.M", "p go", "a:.B").fields["a"].of == "p.B"
    assert read_message("p.M", "p go", "a:string").is_go
    assert read_message("p.M", "p as-written", "a:string").as_written


def test_enum_numbers_count_on_from_the_last_one() -> None:
    assert read_enum("A B=4 C") == {"A": 0, "B": 4, "C": 5}


@pytest.mark.parametrize("table", TABLES)
def test_every_name_used_is_declared(table: str) -> None:
    for name in catalog._lines(table):
        if name[0] == "#":
            assert enum_values(name[1:])
            continue
        found = message(name)
        for field in found.fields.values():
            assert field.sort != "scalar" or field.of in SCALARS, (name, field)
            assert field.sort != "message" or catalog.is_message(field.of), (name, field)
            assert field.sort != "enum" or enum_values(field.of), (name, field)
            for limits in (field.limits, field.item_limits, found.limits):
                assert set(limits.get("rule", ())) <= set(rules())
                assert limits.get("pattern", "sha256") in patterns()


@pytest.mark.parametrize("table", TABLES)
def test_every_word_of_a_table_is_read(table: str) -> None:
    for name, (_, text) in catalog._lines(table).items():
        if name[0] != "#":
            words = [word for word in text.split() if not word.startswith("(")]
            assert len(message(name).fields) == len(words), name


def test_names_of_proto_files() -> None:
    fields = message("istio.networking.v1alpha3.OutlierDetection").fields
    assert proto_name(fields["consecutive5xxErrors"]) == "consecutive_5xx_errors"
    assert proto_name(fields["baseEjectionTime"]) == "base_ejection_time"
    assert proto_name(message("istio.mesh.v1alpha1.MeshConfig").fields["meshMTLS"]) == "mesh_mTLS"


@given(st.from_regex(r"[a-z]+(_[a-z]+)*", fullmatch=True))
def test_names_go_to_json_and_back(name: str) -> None:
    assert snake_case(camel_case(name)) == name


def test_kinds_are_found_by_group_and_version() -> None:
    assert find_kind("networking.istio.io", "v1beta1", "Gateway")
    assert find_kind("gateway.networking.k8s.io", "v1beta1", "Gateway") is None
    assert find_kind("networking.istio.io", "v9", "Gateway") is None


def test_a_kind_says_its_versions_and_columns() -> None:
    kind = kinds()["WorkloadEntry"]
    assert (kind.versions, kind.stored, kind.short_names) == (("v1", "v1alpha3", "v1beta1"), "v1", ("we",))
    assert kind.spec_required
    assert kind.columns == (("Age", ".metadata.creationTimestamp"), ("Address", ".spec.address"))
    assert kinds()["Telemetry"].stored == "v1alpha1"


@pytest.mark.parametrize(
    ("kind", "name"), [("Gateway", "gateways"), ("Telemetry", "telemetries"), ("Sidecar", "sidecars")]
)
def test_plurals(kind: str, name: str) -> None:
    assert plural(kind) == name
