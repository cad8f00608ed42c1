"""The notation of the schema files."""

from __future__ import annotations

import pytest

from istioctl.analysis.schema.catalog import find_kind, plural, schema
from istioctl.analysis.schema.language import SCALARS, Schema, Type, read


def parse(text: str) -> Schema:
    result = Schema()
    read(text, result)
    return result


def test_a_kind_says_its_versions_and_columns() -> None:
    kind = parse("kind Door!: rooms.example.io v1 v2*\n  short dr\n  columns Open=.spec.open Age\n").kinds["Door"]
    assert (kind.group, kind.versions, kind.stored, kind.spec_required) == (
        "rooms.example.io",
        ["v1", "v2"],
        "v2",
        True,
    )
    assert kind.columns == [("Open", ".spec.open"), ("Age", ".metadata.creationTimestamp")]


def test_limits_inside_brackets_are_the_items() -> None:
    field = parse("message M:\n  hosts! [string maxLength=9] maxItems=2\n").messages["M"].fields["hosts"]
    assert field.required
    assert field.type == Type("list", Type("string", limits={"maxLength": 9}), limits={"maxItems": 2})


def test_a_map_may_name_its_key_type() -> None:
    fields = parse("message M:\n  a {uint32: N}\n  b {bool?}\n").messages["M"].fields
    assert fields["a"].type == Type("map", Type("N"), "uint32")
    assert fields["b"].type == Type("map", Type("bool", nullable=True))


def test_enum_numbers_count_on_from_the_last_one() -> None:
    assert parse("enum E: A B=4 C\n").enums["E"].values == {"A": 0, "B": 4, "C": 5}


def test_a_rule_takes_two_lines() -> None:
    rule = parse("rule small: must be small\n  self <\\n 3\n").rules["small"]
    assert (rule.message, rule.expression) == ("must be small", "self <\n 3")


@pytest.mark.parametrize(
    "text", ["what is this\n", "  nothing open\n", "message M: colour=red\n", "message M:\n  a b ]\n"]
)
def test_what_breaks_the_notation_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)


def test_every_name_used_is_declared() -> None:
    known = schema()
    named = set(known.messages) | set(known.enums) | SCALARS | {"list", "map"}

    def check(type_: Type) -> None:
        assert type_.name in named
        assert set(type_.rules) <= set(known.rules)
        assert type_.limits.get("pattern", "sha256") in known.patterns
        if type_.item:
            check(type_.item)

    for message in known.messages.values():
        assert set(message.rules) <= set(known.rules)
        assert all(set(group) <= set(message.fields) for group in message.oneofs)
        for field in message.fields.values():
            check(field.type)


def test_names_of_messages_and_enums_are_not_shared() -> None:
    assert not set(schema().messages) & set(schema().enums)


def test_kinds_are_found_by_group_and_version() -> None:
    assert find_kind("networking.istio.io", "v1beta1", "Gateway")
    assert find_kind("gateway.networking.k8s.io", "v1beta1", "Gateway") is None
    assert find_kind("networking.istio.io", "v9", "Gateway") is None


@pytest.mark.parametrize(
    ("kind", "name"), [("Gateway", "gateways"), ("Telemetry", "telemetries"), ("Sidecar", "sidecars")]
)
def test_plurals(kind: str, name: str) -> None:
    assert plural(kind) == name
