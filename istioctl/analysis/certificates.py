"""What a TLS certificate is worth: whether it is valid now, its chain holds, and its key fits.

No message holds more of a key than whether it fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_BEGIN = b"-----BEGIN"


def is_valid_now(pem: bytes) -> bool:
    """Whether the first certificate of a PEM text can be read, has begun and has not ended."""
    try:
        certificate = _read(pem)[0]
    except (ValueError, IndexError):
        return False
    return certificate.not_valid_before_utc <= datetime.now(UTC) <= certificate.not_valid_after_utc


def certificate_problems(pem: bytes) -> Iterator[str]:
    """What is wrong with the certificates of a PEM text, the one that is presented first: a phrase each.

    A text that is not PEM at all, such as a place to be filled in, is not judged.
    """
    if _BEGIN not in pem:
        return
    try:
        chain = _read(pem)
    except ValueError:
        yield "holds a certificate that can't be read"
        return
    now = datetime.now(UTC)
    for number, certificate in enumerate(chain, 1):
        if certificate.not_valid_after_utc < now:
            yield f"holds one that ended on {certificate.not_valid_after_utc:%Y-%m-%d}: {_named(chain, number)}"
        elif certificate.not_valid_before_utc > now:
            yield f"holds one that begins on {certificate.not_valid_before_utc:%Y-%m-%d} only: {_named(chain, number)}"
    for number in range(1, len(chain)):
        if not _issued(chain[number], chain[number - 1]):
            yield f"is a broken chain: {_named(chain, number + 1)} did not issue {_named(chain, number)}"


def key_problem(pem: bytes, key: bytes) -> str:
    """What is wrong with the private key for the first certificate of a PEM text, a phrase; empty where nothing is."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if _BEGIN not in pem or _BEGIN not in key:
        return ""
    try:
        chain = _read(pem)
    except ValueError:
        return ""  # which is said of the certificate
    try:
        owned = _spelled(load_pem_private_key(key, None).public_key())
    except TypeError:
        return "is encrypted, and a proxy has no password for it"
    except UnsupportedAlgorithm:
        return ""
    except ValueError:
        return "holds no private key that can be read"
    fits = [_spelled(certificate.public_key()) == owned for certificate in chain]
    if not fits or fits[0]:
        return ""
    if True in fits:
        return (
            f"belongs to {_named(chain, fits.index(True) + 1)}: the certificate that is presented has to be the first"
        )
    return "does not fit the certificate"


def _read(pem: bytes) -> list[Certificate]:
    """The certificates of a PEM text.

    Raises:
        ValueError: one can't be read, or there is none.
    """
    import warnings

    from cryptography import x509

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what other tools would refuse; Envoy does not
        return x509.load_pem_x509_certificates(pem)


def _spelled(key: object) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    spelled: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return spelled


def _issued(issuer: Certificate, certificate: Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, InvalidSignature):
        return False
    except TypeError:
        return True  # by a kind of key that can't be asked
    return True


def _named(chain: list[Certificate], number: int) -> str:
    subject = chain[number - 1].subject.rfc4514_string()
    return f"certificate {number} ({subject})" if subject else f"certificate {number}"
