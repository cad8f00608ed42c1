"""The few facts of a certificate, against a library that knows all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from istioctl.proxies.certificates import pem_certificates, read_certificate

KEY = ec.generate_private_key(ec.SECP256R1())
TIMES = st.datetimes(datetime(1950, 1, 1), datetime(2200, 1, 1)).map(lambda time: time.replace(microsecond=0))


def make(
    serial: int, begin: datetime, end: datetime, ca: bool | None, names: list[x509.GeneralName]
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "subject")]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "issuer")]))
        .public_key(KEY.public_key())
        .serial_number(serial)
        .not_valid_before(begin)
        .not_valid_after(end)
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(KEY, hashes.SHA256())


NAMES = st.sampled_from(
    [
        x509.DNSName("a.example"),
        x509.UniformResourceIdentifier("spiffe://cluster.local/ns/a/sa/b"),
        x509.UniformResourceIdentifier("https://a.example"),
        x509.RFC822Name("a@b.example"),
    ]
)


@given(
    st.integers(1, (1 << 159) - 1),
    TIMES,
    st.integers(1, 100_000),
    st.sampled_from([None, True, False]),
    st.lists(NAMES),
)
def test_the_facts_are_those_of_the_library(
    serial: int, begin: datetime, hours: int, ca: bool | None, names: list[x509.GeneralName]
) -> None:
    made = make(serial, begin, begin + timedelta(hours=hours), ca, names)
    found = read_certificate(made.public_bytes(serialization.Encoding.DER))
    assert found.serial == serial
    assert found.not_before == begin.replace(tzinfo=UTC) == made.not_valid_before_utc
    assert found.not_after == made.not_valid_after_utc
    assert found.is_ca == bool(ca)
    assert list(found.uris) == [name.value for name in names if isinstance(name, x509.UniformResourceIdentifier)]


SAMPLE = make(7, datetime(2026, 1, 1), datetime(2027, 1, 1), True, [x509.DNSName("a.example")])
DER = SAMPLE.public_bytes(serialization.Encoding.DER)


@given(st.integers(0, len(DER) - 1), st.binary(max_size=3))
def test_what_is_broken_is_refused_or_read(at: int, other: bytes) -> None:
    for text in (DER[:at], DER[:at] + other + DER[at + len(other) :], other + DER):
        try:
            read_certificate(text)
        except ValueError:
            continue


def test_a_chain_is_read_one_by_one() -> None:
    pem = SAMPLE.public_bytes(serialization.Encoding.PEM)
    assert [each.serial for each in pem_certificates(b"text before\n" + pem + b"\n" + pem)] == [7, 7]
    assert list(pem_certificates(b"no certificate")) == []
    broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    reader = pem_certificates(pem + broken)
    assert next(reader).serial == 7
    with pytest.raises(ValueError, match="not"):
        next(reader)
