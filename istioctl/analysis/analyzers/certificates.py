"""Secrets with TLS certificates: they are valid, and each with its key and chain."""

from __future__ import annotations

import base64
import binascii

from istioctl.analysis.certificates import certificate_problems, is_valid_now, key_problem
from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api.trees import texts

#: The keys of a Secret under which istiod finds the certificates that a gateway presents, and their private key.
_CERTIFICATE_KEYS = (("cert", "key"), ("tls.crt", "tls.key"))
#: Those of the Secret `cacerts`, by which istiod signs.
_AUTHORITY_KEYS = ("ca-cert.pem", "ca-key.pem")
#: Further certificates, each list by itself: what clients are checked by need not be a chain.
_CHAINS = ("cert-chain.pem",)


def analyze_certificates(snapshot: Snapshot, findings: Findings) -> None:
    """Certificates that have ended, chains that are broken, keys that do not fit."""
    for secret in snapshot.all("Secret"):
        data = secret_data(secret)
        for certificate, key in (*_CERTIFICATE_KEYS, _AUTHORITY_KEYS):
            if certificate not in data or key not in data:
                continue
            for problem in certificate_problems(data[certificate]):
                _report(secret, certificate, problem, findings)
            if problem := key_problem(data[certificate], data[key]):
                _report(secret, key, problem, findings)
        for name in _CHAINS if _AUTHORITY_KEYS[0] in data else ():
            for problem in certificate_problems(data.get(name, b"")):
                _report(secret, name, problem, findings)


def _report(secret: Resource, name: str, problem: str, findings: Findings) -> None:
    group = "stringData" if name in texts(secret.data.get("stringData")) else "data"
    findings.report("BrokenCertificate", secret, f"{name} {problem}", path=(group, name))


def secret_data(secret: Resource) -> dict[str, bytes]:
    """What a Secret holds, decoded; what can't be decoded is empty."""
    data = {key: _decoded(value) for key, value in texts(secret.data.get("data")).items()}
    return data | {key: value.encode() for key, value in texts(secret.data.get("stringData")).items()}


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value)
    except (binascii.Error, ValueError):
        return b""


def holds_certificate(secret: Resource) -> bool:
    """Whether a Secret holds a certificate that is valid now, and its key."""
    data = secret_data(secret)
    for certificate, key in _CERTIFICATE_KEYS:
        if data.get(certificate) and data.get(key):
            return is_valid_now(data[certificate])
    return False
