"""IP addresses and blocks of them, as Go's net/netip reads them."""

from __future__ import annotations

from istioctl.patterns import lazy_pattern

_BITS = lazy_pattern(r"0|[1-9][0-9]{0,2}")


def is_address(text: str) -> bool:
    """Whether `text` is an IPv4 or IPv6 address, with a zone or without (netip.ParseAddr)."""
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_prefix(text: str) -> bool:
    """Whether `text` is a CIDR block such as `10.0.0.0/8` (netip.ParsePrefix); it has no zone."""
    address, slash, bits = text.rpartition("/")
    if not slash or "%" in address or not _BITS.fullmatch(bits) or not is_address(address):
        return False
    return int(bits) <= (128 if ":" in address else 32)
