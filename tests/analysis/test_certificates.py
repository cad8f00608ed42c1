"""Whether a certificate is valid now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from istioctl.analysis.certificates import is_valid_now


def certificate(begin: timedelta, end: timedelta) -> bytes:
    """One valid from `begin` to `end`, counted from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a.example")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    built = builder.not_valid_before(now + begin).not_valid_after(now + end).sign(key, hashes.SHA256())
    return built.public_bytes(serialization.Encoding.PEM)


def test_times() -> None:
    day = timedelta(days=1)
    assert is_valid_now(certificate(-day, day))
    assert not is_valid_now(certificate(day, 2 * day))
    assert not is_valid_now(certificate(-2 * day, -day))


def test_what_is_no_certificate() -> None:
    assert not is_valid_now(b"")
    assert not is_valid_now(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
