"""Whether a certificate is one, and valid now."""

from __future__ import annotations

from datetime import UTC, datetime


def is_valid_now(pem: bytes) -> bool:
    """Whether the first certificate of a PEM text can be read, has begun and has not ended."""
    import warnings

    from cryptography import x509

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what other tools would refuse; Envoy does not
            certificate = x509.load_pem_x509_certificate(pem)
        return certificate.not_valid_before_utc <= datetime.now(UTC) <= certificate.not_valid_after_utc
    except ValueError:
        return False
