"""Reading a ztunnel's dump."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.errors import InputError
from istioctl.proxies import ztunnel_tables as tables
from istioctl.proxies.ztunnel import ZtunnelDump, read_ztunnel_dump
from istioctl.proxies.ztunnel_tables import Selection
from istioctl.proxies.ztunnel_types import TYPES, reader

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def _read(**parts: Any) -> ZtunnelDump:
    return read_ztunnel_dump(json.dumps(parts), "dump.json")


def _workload(name: str, namespace: str = "shop", **rest: Any) -> dict[str, Any]:
    return {"uid": f"c//Pod/{namespace}/{name}", "name": name, "namespace": namespace, **rest}


def _service(name: str, namespace: str = "shop", **rest: Any) -> dict[str, Any]:
    return {"name": name, "namespace": namespace, "hostname": f"{name}.{namespace}.svc", **rest}


def test_parts_may_be_lists_or_keyed() -> None:
    entries = [_workload("a"), _workload("b")]
    listed, keyed = _read(workloads=entries), _read(workloads={"n/1": entries[0], "n/2": entries[1]})
    assert listed.workloads == keyed.workloads
    assert [each["name"] for each in listed.workloads] == ["a", "b"]


def test_what_is_missing_gets_zeros_and_what_is_unknown_goes() -> None:
    dump = _read(
        workloads=[{"name": "a", "nativeTunnel": True, "waypoint": {"destination": "/1.2.3.4", "port": 15008}}],
        services=[{"Name": "s", "cidrVips": ["n/10.0.0.0/8", {"cidr": "10.0.0.0/8"}], "canonical": False}],
        policies=[{"name": "p"}],
    )
    assert dump.workloads[0] == {
        "uid": "", "workloadIps": None, "waypoint": {"destination": "/1.2.3.4"}, "protocol": "", "name": "a",
        "namespace": "", "serviceAccount": "", "workloadName": "", "workloadType": "", "canonicalName": "",
        "canonicalRevision": "", "clusterId": "", "locality": {}, "node": "", "status": "", "hostname": "",
        "capacity": 0, "applicationTunnel": {"protocol": ""},
    }  # fmt: skip
    assert dump.services[0]["name"] == "s"
    assert dump.services[0]["cidrVips"] == ["n/10.0.0.0/8", "/10.0.0.0/8"]
    assert "canonical" not in dump.services[0]
    assert dump.policies[0] == {"name": "p", "namespace": "", "scope": "", "action": "", "rules": None}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": NaN}', "no", "[" * 100_000, '"text"', b"\xff\xfe"])
def test_what_is_not_a_dump(text: str | bytes) -> None:
    with pytest.raises(InputError, match=r"dump\.json"):
        read_ztunnel_dump(text, "dump.json")


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"workloads": [{}, {"uid": 1}]}, "workloads[1].uid: text is expected here, not 1"),
        ({"workloads": [None]}, "workloads[0]: a mapping is expected here, not nothing"),
        ({"workloads": {"a": {"capacity": -1}}}, "workloads.a.capacity: a whole number from 0 to 4294967295"),
        ({"workloads": [{"workloadIps": ["a", 3]}]}, "workloads[0].workloadIps[1]: text"),
        ({"services": [{"ports": {"80": "x"}}]}, "services[0].ports.80: a whole number"),
        ({"services": [{"cidrVips": ["x"]}]}, "services[0].cidrVips[0]: NETWORK/RANGE"),
        ({"services": [{"canonical": "yes"}]}, "services[0].canonical: true or false"),
        ({"services": 3}, "services: a mapping is expected here, not 3"),
        ({"policies": [{"rules": [[{}]]}]}, "policies[0].rules[0][0]: a list"),
        ({"workloadState": []}, "workloadState: a mapping is expected here, not a list"),
    ],
)
def test_values_of_another_type_are_placed(parts: dict[str, Any], place: str) -> None:
    with pytest.raises(InputError) as caught:
        _read(**parts)
    assert f"dump.json: {place}" in str(caught.value)


def test_workloads_are_sorted_selected_and_have_waypoints() -> None:
    dump = _read(
        workloads=[
            _workload("b", node="n2", workloadIps=["10.0.0.2", "fd00::2"], waypoint={"destination": "/10.9.9.9"}),
            _workload("a", "zoo", hostname="db.example", waypoint={"destination": "shop/wp.shop.svc"}),
            _workload("b", node="n1", protocol="HBONE", waypoint={"destination": "gone"}),
        ],
        services=[_service("wp", vips=["/10.9.9.9"])],
    )
    rows = tables.workload_rows(dump)
    assert rows == [
        ("shop", "b", "", "n1", "NA", "HBONE"),
        ("shop", "b", "10.0.0.2,fd00::2", "n2", "wp", ""),
        ("zoo", "a", "db.example", "", "wp", ""),
    ]
    assert tables.workload_rows(dump, Selection(namespace="ZOO")) == rows[2:]
    assert tables.workload_rows(dump, Selection(address="FD00::2")) == rows[1:2]
    assert tables.workload_rows(dump, Selection(name="b", node="n1")) == rows[:1]
    assert tables.workloads(dump, Selection(node="none")) == []


def test_services_count_their_healthy_endpoints() -> None:
    dump = _read(
        workloads=[_workload("a", status="Healthy"), _workload("b", status="Unhealthy")],
        services=[
            _service("web", vips=["n/10.0.0.1", "n/fd00::1"], endpoints={
                "1": {"workloadUid": "c//Pod/shop/a"}, "2": {"workloadUid": "c//Pod/shop/b"}, "3": {"workloadUid": "x"},
            }),
            _service("api", waypoint={"destination": "shop/web.shop.svc"}),
        ],
    )  # fmt: skip
    assert tables.service_rows(dump) == [
        ("shop", "api", "", "web", "0/0"), ("shop", "web", "10.0.0.1,fd00::1", "None", "1/3"),
    ]  # fmt: skip
    assert tables.service_rows(dump, Selection(namespace="zoo")) == []


def test_policies() -> None:
    dump = _read(policies=[
        {"name": "b", "namespace": "x", "scope": "Global", "action": "Deny"}, {"name": "a", "namespace": "x"},
    ])  # fmt: skip
    assert tables.policy_rows(dump) == [("x", "a", "", ""), ("x", "b", "Deny", "Global")]


def _certificate(number: str, start: str = "2026-01-01T00:00:00Z", end: str = "2027-01-01T00:00:00Z") -> dict[str, str]:
    return {"pem": "", "serialNumber": number, "validFrom": start, "expirationTime": end}


@pytest.mark.parametrize(
    ("certificates", "rows"),
    [
        ({"state": "Unavailable: no"}, [("NA", "Unavailable", "false", "NA", "NA", "NA")]),
        (
            {"state": "Available", "certChain": [_certificate("255"), _certificate("-16")]},
            [
                ("Leaf", "Available", "true", "ff", "2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
                ("Root", "Available", "true", "-10", "2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
            ],
        ),
        (
            {"certChain": [_certificate("1"), _certificate("2")], "rootCerts": [_certificate("3", end="soon")]},
            [
                ("Leaf", "", "true", "1", "2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
                ("Intermediate", "", "true", "2", "2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
                ("Root", "", "false", "3", "soon", "2026-01-01T00:00:00Z"),
            ],
        ),
        (
            {"certChain": [_certificate("x", "", ""), _certificate("1", end="2026-05-01T00:00:00+02:00")]},
            [
                ("Leaf", "", "false", "NA", "NA", "NA"),
                ("Root", "", "false", "1", "2026-05-01T00:00:00+02:00", "2026-01-01T00:00:00Z"),
            ],
        ),
    ],
)
def test_certificates(certificates: dict[str, Any], rows: list[tuple[str, ...]]) -> None:
    dump = _read(certificates=[{"identity": "spiffe://td/ns/a/sa/b", **certificates}])
    assert [row[1:-1] for row in tables.certificate_rows(dump, NOW)] == rows


def test_certificates_by_how_long_they_are_good() -> None:
    chains = [("a", "2026-06-02T12:00:00Z"), ("b", "2026-05-31T00:00:00Z"), ("c", "2027-01-01T00:00:00Z"), ("d", "")]
    dump = _read(
        certificates=[
            *({"identity": name, "certChain": [_certificate("1", end=end)]} for name, end in chains),
            {"identity": "e", "state": "Initializing"},
        ]
    )
    assert [(row[0], row[-1]) for row in tables.certificate_rows(dump, NOW)] == [
        ("a", "1d"), ("b", "-1d"), ("c", "214d"), ("d", "NA"), ("e", "NA"),
    ]  # fmt: skip
    span = timedelta(hours=36)
    assert [row[0] for row in tables.certificate_rows(dump, NOW, within=span)] == ["a", "b"]
    assert [each["identity"] for each in tables.certificates(dump, NOW, within=span)] == ["a", "b"]


def test_connections_are_named_by_services_before_workloads() -> None:
    inbound = {"src": "10.0.0.9:1234", "originalDst": None, "actualDst": "10.0.0.1:80", "protocol": "HBONE"}
    outbound = {"src": "10.0.0.1:999", "originalDst": "10.1.0.1:80", "actualDst": "[fd00::1]:15008", "protocol": "TCP"}
    state = {"info": {"name": "a", "namespace": "shop"}, "connections": {"inbound": [inbound], "outbound": [outbound]}}
    dump = _read(
        workloads=[_workload("a", workloadIps=["10.0.0.1"]), _workload("v6", workloadIps=["fd00::1"])],
        services=[_service("web", vips=["net/10.1.0.1"]), _service("none")],
        workloadState={"2": state, "1": {"info": {"name": "z", "namespace": "other"}}},
    )
    inbound_row = ("a.shop", "Inbound", "a.shop:80", "10.0.0.9:1234", "", "HBONE")
    outbound_row = ("a.shop", "Outbound", "a.shop:999", "v6.shop:15008", "web.shop.svc:80", "TCP")
    assert tables.connection_rows(dump, Selection()) == [inbound_row, outbound_row]
    assert tables.connection_rows(dump, Selection(direction="inbound")) == [inbound_row]
    assert tables.connection_rows(dump, Selection(direction="outbound")) == [outbound_row]
    assert tables.connection_rows(dump, Selection(namespace="other")) == []
    assert tables.connection_rows(dump, Selection(name="A"), raw=True)[1][3] == "[fd00::1]:15008"
    assert [each["info"]["name"] for each in tables.states(dump)] == ["z", "a"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 70000) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "vips", "rules", "ports"]), inner)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["workloads", "services", "policies", "certificates", "workloadState"]), _JSON))
def test_any_json_is_read_or_refused(parts: dict[str, Any]) -> None:
    try:
        dump = _read(**parts)
    except InputError:
        return
    for rows in (tables.workload_rows(dump), tables.service_rows(dump), tables.policy_rows(dump)):
        assert all(isinstance(cell, str) for row in rows for cell in row)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_what_was_read_reads_the_same_again(name: str) -> None:
    empty = reader(name)({})
    if all(value is not None for value in empty.values()):
        assert reader(name)(empty) == empty
    assert reader(name)({key.upper(): value for key, value in empty.items()}) == empty
