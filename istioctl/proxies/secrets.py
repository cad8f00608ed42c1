"""The certificates that an Envoy holds: rows and tree; never a private key."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from istioctl.proxies.certificates import CertificateFacts, pem_certificates
from istioctl.proxies.config_dump import SECRETS, ConfigDump, Section, resource
from istioctl.proxies.tables import Table

HEADER = ("RESOURCE NAME", "TYPE", "STATUS", "VALID CERT", "SERIAL NUMBER", "NOT AFTER", "NOT BEFORE")
TRUST_DOMAIN = "TRUST DOMAIN"
MORE = ("EXPIRES IN", "IDENTITY")

_SPIFFE = "spiffe://"
_SPIFFE_VALIDATOR = "envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig"


class Certificate(NamedTuple):
    """What one secret of a proxy holds.

    Attributes:
        name: of the secret, such as `default` or `ROOTCA`.
        kind: `CA` or `Cert Chain`; empty where there is no certificate, or none that can be read.
        state: `ACTIVE` or `WARMING`.
        serial: in hexadecimal digits.
        identity: its SPIFFE URI; empty where it has none.
        trust_domain: that of its identity, or the one it stands for.
    """

    name: str
    state: str
    kind: str = ""
    serial: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    identity: str = ""
    trust_domain: str = ""

    def is_valid(self, now: datetime) -> bool:
        """Whether it counts now."""
        return bool(self.not_before and self.not_after and self.not_before < now < self.not_after)

    def expires_within(self, span: timedelta, now: datetime) -> bool:
        """Whether it is over by then, or is over already."""
        return self.not_after is not None and self.not_after - now <= span

    def days_left(self, now: datetime) -> int | None:
        """Whole days until it is over, negative afterwards; None where there is no certificate."""
        return None if self.not_after is None else (self.not_after - now) // timedelta(days=1)

    def as_data(self, now: datetime) -> dict[str, Any]:
        """For `-o json`."""
        return {
            "name": self.name,
            "type": self.kind,
            "state": self.state,
            "valid": self.is_valid(now),
            "serialNumber": self.serial,
            "notAfter": _time(self.not_after),
            "notBefore": _time(self.not_before),
            "expiresInDays": self.days_left(now),
            "identity": self.identity,
            "trustDomain": self.trust_domain,
        }


def certificates(dump: ConfigDump) -> list[Certificate]:
    """The certificates that came by SDS, those that are not yet in use first.

    Raises:
        InputError: the dump has no secrets.
    """
    section = dump.section(SECRETS)
    warming, active = (
        _of_list(section, name, state)
        for name, state in (("dynamic_warming_secrets", "WARMING"), ("dynamic_active_secrets", "ACTIVE"))
    )
    return [*warming, *active]


def table(found: Iterable[Certificate], now: datetime, *, typed: bool = False, more: bool = False) -> Table:
    """A row a certificate.

    Args:
        typed: with names marked `secret/`.
        more: also when each is over, in days, and whose it is.
    """
    all_found = list(found)
    trust = bool(all_found) and all(each.trust_domain for each in all_found)
    rows = []
    for each in all_found:
        row = [
            f"secret/{each.name}" if typed else each.name,
            each.kind,
            each.state,
            "true" if each.is_valid(now) else "false",
            each.serial,
            _time(each.not_after),
            _time(each.not_before),
        ]
        row += [each.trust_domain] if trust and not more else []
        rows.append([*row, _left(each.days_left(now)), each.identity] if more else row)
    columns = (*HEADER, *(MORE if more else (TRUST_DOMAIN,) if trust else ()))
    return Table(columns, rows, empty="No active or warming secrets found.")


def tree(dump: ConfigDump) -> dict[str, Any]:
    """The secrets in protobuf's JSON; private keys read `[redacted]`.

    Raises:
        InputError: the dump has no secrets.
    """
    from istioctl.proxies.protobuf_json import camel_case

    section = dump.section(SECRETS)
    found: dict[str, Any] = camel_case(section.whole(), section.message)
    return found


def root_certificates(dump: ConfigDump) -> list[CertificateFacts]:
    """The certificates that a proxy trusts, those of its secret `ROOTCA`; none where it has no such secret.

    Raises:
        InputError: the dump has no secrets.
    """
    for entry in dump.section(SECRETS).entries("dynamic_active_secrets", "DynamicSecret"):
        if entry.get("name") == "ROOTCA":
            context = (resource(entry, "secret") or {}).get("validation_context") or {}
            try:
                return list(pem_certificates(_bytes(context.get("trusted_ca"))))
            except ValueError:
                return []
    return []


def _of_list(section: Section, name: str, state: str) -> Iterator[Certificate]:
    for entry in section.entries(name, "DynamicSecret"):
        own, secret = str(entry.get("name") or ""), resource(entry, "secret") or {}
        empty = Certificate(own, state)
        context = secret.get("validation_context") or {}
        text = _bytes((secret.get("tls_certificate") or {}).get("certificate_chain")) or _bytes(
            context.get("trusted_ca")
        )
        validator = (context.get("custom_validator_config") or {}).get("typed_config") or {}
        if not text and str(validator.get("@type")).endswith(f"/{_SPIFFE_VALIDATOR}"):
            for domain in validator.get("trust_domains") or []:
                named = empty._replace(name=str(secret.get("name") or ""), trust_domain=str(domain.get("name") or ""))
                yield _described(named, _bytes(domain.get("trust_bundle")))
        else:
            yield _described(empty, text)


def _described(empty: Certificate, text: bytes) -> Certificate:
    """With what the first certificate of a PEM text says; where none can be read, not even the trust domain counts."""
    try:
        first = next(pem_certificates(text), None)
    except ValueError:
        first = None
    if first is None:
        return empty._replace(trust_domain="")
    identity = next((uri for uri in reversed(first.uris) if uri.startswith(_SPIFFE)), "")
    return empty._replace(
        kind="CA" if first.is_ca else "Cert Chain",
        serial=f"{first.serial:032x}",
        not_before=first.not_before,
        not_after=first.not_after,
        identity=identity,
        trust_domain=empty.trust_domain or identity.removeprefix(_SPIFFE).partition("/")[0],
    )


def _bytes(source: dict[str, Any] | None) -> bytes:
    """What a data source holds inline; nothing where it names a file."""
    try:
        return base64.b64decode(str((source or {}).get("inline_bytes") or ""))
    except (binascii.Error, ValueError):
        return b""


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _left(days: int | None) -> str:
    if days is None:
        return ""
    return f"{days}d" if days >= 0 else f"{-days}d ago"
