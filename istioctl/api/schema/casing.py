"""The names of fields in `.proto` files and in JSON."""

from __future__ import annotations

from istioctl.patterns import lazy_pattern

_CAPITAL = lazy_pattern(r"[A-Z]")


def camel_case(name: str) -> str:
    """A `.proto` file's name as protobuf writes it in JSON: `connect_timeout` is `connectTimeout`."""
    if "_" not in name:
        return name
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def snake_case(name: str) -> str:
    """A JSON name as most `.proto` files have it: `connectTimeout` is `connect_timeout`."""
    return _CAPITAL.sub(lambda found: "_" + found[0].lower(), name)
