"""Addresses and blocks as Go's net/netip reads them."""

from __future__ import annotations

import pytest

from istioctl.golang.netip import is_address, is_prefix


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("10.0.0.1", True), ("::", True), ("::ffff:1.2.3.4", True), ("fe80::1%eth0", True), ("", False),
        ("10.0.0", False), ("010.0.0.1", False), ("10.0.0.256", False), ("1::2::3", False), ("a", False),
        ("fe80::1%", False), ("10.0.0.1%eth0", False), ("１.2.3.4", False),
    ],
)  # fmt: skip
def test_addresses(text: str, good: bool) -> None:
    assert is_address(text) is good


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("10.0.0.0/8", True), ("10.1.2.3/8", True), ("::/0", True), ("::/128", True), ("0.0.0.0/0", True),
        ("10.0.0.0", False), ("10.0.0.0/33", False), ("::/129", False), ("10.0.0.0/08", False), ("10.0.0.0/", False),
        ("/8", False), ("fe80::1%eth0/64", False), ("10.0.0.0/8/8", False), ("10.0.0.0/+8", False), ("::/٣", False),
    ],
)  # fmt: skip
def test_blocks(text: str, good: bool) -> None:
    assert is_prefix(text) is good
