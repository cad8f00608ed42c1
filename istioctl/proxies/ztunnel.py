"""A ztunnel's dump, as `GET /config_dump` of its admin port answers it.

Source: istio `istioctl/pkg/writer/ztunnel/configdump/configdump.go`.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple, NoReturn

from istioctl.errors import InputError
from istioctl.proxies.json_parts import LARGE, read_whole
from istioctl.proxies.ztunnel_types import WrongTypeError, reader
from istioctl.yamldoc.json_weight import MOST_ENTRIES

_HINT = "Give what the ztunnel's admin port answers to GET /config_dump."
#: The parts of a dump: the key, and the type of what it lists.
_PARTS = {
    "services": "Service",
    "workloads": "Workload",
    "certificates": "Certificates",
    "policies": "Policy",
    "workloadState": "WorkloadState",
}


class ZtunnelDump(NamedTuple):
    """What a ztunnel knows; each part is a list of mappings as `ztunnel_types` describes them, in the dump's order.

    Attributes:
        raw: the dump as it came, decoded.
        states: the workloads on the ztunnel's node, each with its connections.
    """

    raw: dict[str, Any]
    workloads: list[dict[str, Any]]
    services: list[dict[str, Any]]
    policies: list[dict[str, Any]]
    certificates: list[dict[str, Any]]
    states: list[dict[str, Any]]


def read_ztunnel_dump(text: bytes | str, source: str) -> ZtunnelDump:
    """Read a dump.

    Args:
        text: it, as JSON.
        source: where it comes from, for errors.

    Raises:
        InputError: it is not JSON, or a value has another type than its field.
    """
    raw = _decode(text, source)
    by_key = {key.lower(): value for key, value in raw.items()}
    parts = {key: _part(by_key.get(key.lower()), key, source) for key in _PARTS}
    return ZtunnelDump(
        raw,
        parts["workloads"],
        parts["services"],
        parts["policies"],
        parts["certificates"],
        parts["workloadState"],
    )


def _part(data: Any, key: str, source: str) -> list[dict[str, Any]]:
    """The entries of one part, which older ztunnels list, and newer ones key by address or UID."""
    if data is None:
        return []
    if isinstance(data, list | dict) and len(data) > MOST_ENTRIES:
        problem = f"there are {len(data):,} {key}; {MOST_ENTRIES:,} are the limit"
        raise InputError(problem, where=source, id="too-large")
    try:
        if isinstance(data, list) and key != "workloadState":
            listed: list[dict[str, Any]] = reader(f"[]{_PARTS[key]}")(data)
            return listed
        return list(reader("{}" + _PARTS[key])(data).values())
    except WrongTypeError as error:
        raise InputError(error.message, where=f"{source}: {key}{error.where or ''}", hint=_HINT) from None


def _decode(text: bytes | str, source: str) -> dict[str, Any]:
    data: Any
    if isinstance(text, bytes) and len(text) >= LARGE:
        data = read_whole(text, source)
        return _object(data, source)
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = f"{source}:{error.lineno}:{error.colno}"
        raise InputError(f"this is not JSON: {error.msg}", where=place, hint=_HINT) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is not JSON: {error}", where=source, hint=_HINT) from None
    return _object(data, source)


def _object(data: Any, source: str) -> dict[str, Any]:
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise InputError("this is not a ztunnel's dump, but a list or a value", where=source, hint=_HINT)
    return data


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")
