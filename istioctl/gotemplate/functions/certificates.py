"""Keys and certificates for sprig's crypto functions, by the package `cryptography`."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from istioctl.golang.fmt import show
from istioctl.golang.types import CallError
from istioctl.golang.values import encode

_RSA_BITS = {"certificate": 2048, "key": 4096}


def new_private_key(kind: str) -> str:
    """A new private key of a kind that sprig knows, in PEM."""
    if kind == "rsa":
        return private_pem(rsa.generate_private_key(65537, _RSA_BITS["key"]))
    if kind == "ecdsa":
        return private_pem(ec.generate_private_key(ec.SECP256R1()))
    if kind == "ed25519":
        return private_pem(ed25519.Ed25519PrivateKey.generate())
    return private_pem(dsa.generate_private_key(2048))


def private_pem(key: Any) -> str:
    """A key in PEM, in the form of its kind; what has none is PKCS#8."""
    own_form = isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey, dsa.DSAPrivateKey))
    form = PrivateFormat.TraditionalOpenSSL if own_form else PrivateFormat.PKCS8
    return str(key.private_bytes(Encoding.PEM, form, NoEncryption()), "ascii")


def read_private_key(text: str, doing: str) -> Any:
    """The key of a PEM text.

    Args:
        text: the PEM.
        doing: what the error message says in front.

    Raises:
        CallError: there is no key.
    """
    if "-----BEGIN " not in text:
        raise CallError(f"{doing}: no PEM data in input")
    kind = text.split("-----BEGIN ", 1)[1].split("-----", 1)[0]
    if not kind.endswith("PRIVATE KEY"):
        raise CallError(f"{doing}: no private key data in PEM block of type {kind}")
    try:
        return serialization.load_pem_private_key(encode(text), None)
    except (ValueError, TypeError) as error:
        raise CallError(f"{doing}: {error}") from None


def read_certificate(text: str, name: str) -> x509.Certificate:
    """The certificate of a PEM text; `name` stands for it in error messages.

    Raises:
        CallError: there is no certificate.
    """
    if "-----BEGIN " not in text:
        raise CallError("unable to decode certificate")
    try:
        return x509.load_pem_x509_certificate(encode(text))
    except ValueError as error:
        raise CallError(f"error parsing certificate: {name}.Bytes: {error}") from None


def issue(
    name: str,
    ips: Sequence[object],
    names: Sequence[object],
    days: int,
    *,
    key: Any = None,
    signer: tuple[x509.Certificate, Any] | None = None,
    authority: bool = False,
) -> tuple[str, str]:
    """A new certificate and its key, in PEM.

    Args:
        name: the subject's common name.
        ips, names: its other names.
        days: how long it is good for.
        key: its key; a new one if None.
        signer: the certificate and key that sign it; itself if None.
        authority: whether it may sign others.

    Raises:
        CallError: a name is not a name.
    """
    others: list[x509.GeneralName] = [x509.DNSName(_text(dns, "processing alternate dns name")) for dns in names]
    others += [x509.IPAddress(_address(ip)) for ip in ips]
    key = key or rsa.generate_private_key(65537, _RSA_BITS["certificate"])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else [])
    issuer, signing_key = (signer[0].subject, signer[1]) if signer else (subject, key)
    start = datetime.now(UTC).replace(microsecond=0)
    try:
        end = start + timedelta(days=int(days))
        builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), start, end)
    except (ValueError, OverflowError) as error:
        raise CallError(f"error creating certificate: {error}") from None
    usage = x509.KeyUsage(True, False, True, False, False, authority, False, False, False)
    builder = builder.add_extension(usage, critical=True)
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(authority, None), critical=True)
    if authority:
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    if signer:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    if others:
        builder = builder.add_extension(x509.SubjectAlternativeName(others), critical=False)
    digest = None if isinstance(signing_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(signing_key, digest).public_bytes(Encoding.PEM).decode("ascii"), private_pem(key)


def _text(value: object, doing: str) -> str:
    if type(value) is not str:
        raise CallError(f"error {doing}: {show(value)} is not a string")
    try:
        value.encode("ascii")
    except UnicodeEncodeError:
        raise CallError(f"error creating certificate: x509: {value!r} cannot be encoded as an IA5String") from None
    return value


def _address(value: object) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    text = _text(value, "parsing ip")
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise CallError(f"error parsing ip: {text}") from None
