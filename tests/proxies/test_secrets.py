"""Certificates as rows and trees; never a private key."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from istioctl.proxies import secrets
from istioctl.proxies.config_dump import ConfigDump
from tests.support import envoy_dumps as made

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SECRET = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"  # noqa: S105 - a type
IDENTITY = "spiffe://cluster.local/ns/shop/sa/web"


@cache
def pem(serial: int, *, days: float = 10, ca: bool = False, uri: str = "") -> bytes:
    """A certificate that is good from a week before `NOW` until `days` after it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(NOW - timedelta(days=7))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if uri:
        names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)])
        builder = builder.add_extension(names, critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def inline(content: bytes) -> dict[str, str]:
    return {"inline_bytes": base64.b64encode(content).decode()}


def entry(name: str, **secret: Any) -> dict[str, Any]:
    return {"name": name, "secret": {"@type": SECRET, "name": name, **secret}}


def given(*active: dict[str, Any], warming: tuple[dict[str, Any], ...] = ()) -> ConfigDump:
    return made.dump(made.section("Secrets", dynamic_active_secrets=active, dynamic_warming_secrets=warming))


def chain(*found: bytes, key: bytes = b"PLANTED") -> dict[str, Any]:
    return {"certificate_chain": inline(b"".join(found)), "private_key": inline(key)}


LEAF = entry("default", tls_certificate=chain(pem(0xABC, uri=IDENTITY), pem(1, ca=True)))
ROOT = entry("ROOTCA", validation_context={"trusted_ca": inline(pem(1, ca=True, days=3650))})


def test_rows() -> None:
    table = secrets.table(secrets.certificates(given(LEAF, ROOT, warming=(entry("late"),))), NOW)
    assert table.header == secrets.HEADER
    assert table.rows == [
        ["late", "", "WARMING", "false", "", "", ""],
        ["default", "Cert Chain", "ACTIVE", "true", f"{0xABC:032x}", "2026-06-11T00:00:00Z", "2026-05-25T00:00:00Z"],
        ["ROOTCA", "CA", "ACTIVE", "true", f"{1:032x}", "2036-05-29T00:00:00Z", "2026-05-25T00:00:00Z"],
    ]


def test_expiry_and_identity() -> None:
    gone = entry("gone", tls_certificate=chain(pem(7, days=-2)))
    table = secrets.table(secrets.certificates(given(LEAF, gone)), NOW, more=True)
    assert [row[-2:] for row in table.rows] == [["10d", IDENTITY], ["2d ago", ""]]
    assert [row[3] for row in table.rows] == ["true", "false"]


def test_trust_domains_are_told_where_all_have_one() -> None:
    def bundle(name: str) -> dict[str, Any]:
        return {"name": name, "trust_bundle": inline(pem(9, ca=True))}

    validator = {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig",
        "trust_domains": [bundle("east"), bundle("west")],
    }
    spire = entry("ROOTCA", validation_context={"custom_validator_config": {"typed_config": validator}})
    table = secrets.table(secrets.certificates(given(LEAF, spire)), NOW)
    assert table.header[-1] == "TRUST DOMAIN"
    assert [row[-1] for row in table.rows] == ["cluster.local", "east", "west"]


@pytest.mark.parametrize(("hours", "expiring"), [(24 * 10, True), (24 * 10 - 1, False), (0, False), (24 * 365, True)])
def test_what_expires_by_then(hours: int, expiring: bool) -> None:
    (leaf,) = secrets.certificates(given(LEAF))
    assert leaf.expires_within(timedelta(hours=hours), NOW) is expiring
    assert leaf.days_left(NOW) == 10
    assert secrets.Certificate("none", "ACTIVE").expires_within(timedelta(days=9999), NOW) is False


def test_no_private_key_is_shown() -> None:
    dump = given(LEAF)
    tree = secrets.tree(dump)
    (shown,) = tree["dynamicActiveSecrets"]
    assert shown["secret"]["tlsCertificate"]["privateKey"] == {"inlineBytes": "W3JlZGFjdGVkXQ=="}
    assert shown["secret"]["tlsCertificate"]["certificateChain"]["inlineBytes"].startswith("LS0t")
    whole = json.dumps(dump.reader.value(dump.shareable()))
    for text in (json.dumps(tree), whole, str([each.as_data(NOW) for each in secrets.certificates(dump)])):
        assert base64.b64encode(b"PLANTED").decode() not in text


@pytest.mark.parametrize(
    "content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
)
def test_what_is_no_certificate(content: bytes) -> None:
    (found,) = secrets.certificates(given(entry("odd", tls_certificate=chain(content))))
    assert (found.kind, found.is_valid(NOW), found.days_left(NOW)) == ("", False, None)


def test_the_roots_of_a_proxy() -> None:
    both = entry("ROOTCA", validation_context={"trusted_ca": inline(pem(1, ca=True) + pem(2, ca=True))})
    assert [each.serial for each in secrets.root_certificates(given(LEAF, both))] == [1, 2]
    assert secrets.root_certificates(given(LEAF)) == []
