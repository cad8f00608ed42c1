"""The parts of a ztunnel's dump that istioctl knows, and reading JSON as these types.

One line a type, one word a field: its JSON name and type. A type is a scalar, another name of the table, or one of
these behind `[]` (a list) or `{}` (a mapping with text keys); `?` behind it says that the field is left out of what is
printed where it is empty. Every other field is printed always, with Go's zero where the dump lacks it.

Sources: istio `istioctl/pkg/writer/ztunnel/configdump/api.go` for the fields, Go's encoding/json for the reading: the
case of names does not count, unknown fields are dropped, null stands for what is not there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple

from istioctl.api.schema.scalars import RANGES
from istioctl.errors import InputError

TYPES: Final[dict[str, str]] = {
    "Workload": (
        "uid:string workloadIps:[]string waypoint:GatewayAddress? networkGateway:GatewayAddress? protocol:string "
        "name:string namespace:string serviceAccount:string workloadName:string workloadType:string "
        "canonicalName:string canonicalRevision:string clusterId:string trustDomain:string? locality:Locality "
        "node:string network:string? status:string hostname:string capacity:uint32 "
        "applicationTunnel:ApplicationTunnel authorizationPolicies:[]string?"
    ),
    "GatewayAddress": "destination:string",
    "Locality": "region:string? zone:string? subzone:string?",
    "ApplicationTunnel": "protocol:string port:uint16?",
    "Service": (
        "name:string namespace:string hostname:string vips:[]string cidrVips:[]cidr? ports:{}int "
        "loadBalancer:LoadBalancer? waypoint:GatewayAddress? endpoints:{}Endpoint subjectAltNames:[]string? "
        "ipFamilies:string canonical:bool?"
    ),
    "LoadBalancer": "mode:string routingPreferences:[]string healthPolicy:string",
    "Endpoint": "workloadUid:string service:string address:string? port:{}uint16",
    "Policy": "name:string namespace:string scope:string action:string rules:[][][]Match",
    "Match": (
        "namespaces:[]StringMatch? notNamespaces:[]StringMatch? principals:[]StringMatch? "
        "notPrincipals:[]StringMatch? sourceIps:[]string? notSourceIps:[]string? destinationIps:[]string? "
        "notDestinationIps:[]string? destinationPorts:[]uint16? notDestinationPorts:[]uint16? "
        "serviceAccounts:[]AccountMatch? notServiceAccounts:[]AccountMatch?"
    ),
    "StringMatch": "Exact:string? Suffix:string? Prefix:string? Presence:any?",
    "AccountMatch": "namespace:string serviceAccount:string",
    "Certificates": "identity:string state:string certChain:[]Certificate rootCerts:[]Certificate",
    "Certificate": "pem:string serialNumber:string validFrom:string expirationTime:string",
    "WorkloadState": "state:string? connections:Connections info:WorkloadInfo",
    "Connections": "inbound:[]Connection outbound:[]Connection",
    "Connection": "src:string originalDst:string actualDst:string protocol:string",
    "WorkloadInfo": "name:string namespace:string trustDomain:string serviceAccount:string",
}
_BITS = {"uint16": (0, (1 << 16) - 1), "uint32": RANGES["uint32"], "int": RANGES["int64"]}
_ZEROS = {"string": "", "bool": False, "cidr": "/", **dict.fromkeys(_BITS, 0)}
#: What lists and mappings hold as it is, not by a pointer.
_BY_VALUE = frozenset({"WorkloadState", "Connection", "StringMatch", "AccountMatch"})

Read = Callable[[Any], Any]


class WrongTypeError(InputError):
    """A value is of another type than its field; `where` is filled in from the inside out, as in `[0].ports.80`."""

    def inside(self, step: str | int) -> WrongTypeError:
        """The same error, seen from the collection that holds the value at `step`."""
        self.where = (f"[{step}]" if isinstance(step, int) else f".{step}") + (self.where or "")
        return self


class _Field(NamedTuple):
    """One field: `optional` ones are left out where they are not there, and where they are `empty_too`."""

    name: str
    read: Read
    zero: Any
    optional: bool
    empty_too: bool


def reader(of: str) -> Read:
    """What turns JSON data into data of a type, complete and in the order of its fields.

    The reader raises WrongTypeError where a value has another type.
    """
    if of.startswith("[]"):
        return _list_of(_lazy(of[2:]), _zero_of_item(of[2:]))
    if of.startswith("{}"):
        return _mapping_of(_lazy(of[2:]), _zero_of_item(of[2:]))
    return _struct(of) if of in TYPES else _SCALARS[of]


def _lazy(of: str) -> Read:
    return reader(of) if of not in TYPES else lambda data: _struct(of)(data)


@cache
def _struct(of: str) -> Read:
    fields = []
    for word in TYPES[of].split():
        name, _, kind = word.partition(":")
        bare = kind.rstrip("?")
        is_pointer = bare in TYPES or bare in ("uint16", "any")  # where optional, these are pointers in Go
        fields.append(_Field(name, _lazy(bare), _zero(bare), bare != kind, not is_pointer))
    names = {field.name for field in fields}

    def read(data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise _wrong("a mapping", data)
        if not data.keys() <= names:
            spelled = {name.lower(): name for name in names}
            data = {spelled.get(name.lower(), name): value for name, value in data.items()}
        result = {}
        for name, convert, zero, optional, empty_too in fields:
            value = data.get(name)
            if value is None:
                if not optional:
                    result[name] = zero() if callable(zero) else zero
                continue
            try:
                value = convert(value)
            except WrongTypeError as error:
                raise error.inside(name) from None
            if value or not (optional and empty_too):
                result[name] = value
        return result

    return read


def _zero(of: str) -> Any:
    """Go's zero of a type as JSON shows it; what makes one where it can't be shared."""
    if of in TYPES:
        return lambda: _struct(of)({})
    return _ZEROS.get(of)


def _zero_of_item(of: str) -> Any:
    """What null stands for in a list or mapping; None where it can't be there, since Go keeps pointers."""
    return _struct(of)({}) if of in _BY_VALUE else _ZEROS.get(of)


def _list_of(item: Read, zero: Any) -> Read:
    def read(data: Any) -> list[Any]:
        if not isinstance(data, list):
            raise _wrong("a list", data)
        result: list[Any] = []
        for entry in data:
            try:
                result.append(zero if entry is None and zero is not None else item(entry))
            except WrongTypeError as error:
                raise error.inside(len(result)) from None
        return result

    return read


def _mapping_of(item: Read, zero: Any) -> Read:
    def read(data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise _wrong("a mapping", data)
        result = {}
        for name, entry in data.items():
            try:
                result[name] = zero if entry is None and zero is not None else item(entry)
            except WrongTypeError as error:
                raise error.inside(name) from None
        return result

    return read


def _string(data: Any) -> str:
    if isinstance(data, str):
        return data
    raise _wrong("text", data)


def _bool(data: Any) -> bool:
    if isinstance(data, bool):
        return data
    raise _wrong("true or false", data)


def _whole(of: str) -> Read:
    low, high = _BITS[of]

    def read(data: Any) -> int:
        if isinstance(data, int) and not isinstance(data, bool) and low <= data <= high:
            return data
        raise _wrong(f"a whole number from {low} to {high}", data)

    return read


def _cidr(data: Any) -> str:
    """A range of addresses in a network; older ztunnels write it as one text, newer ones as a mapping."""
    if isinstance(data, str) and "/" in data:
        return data
    if isinstance(data, dict):
        return f"{_string(data.get('network') or '')}/{_string(data.get('cidr') or '')}"
    raise _wrong("NETWORK/RANGE", data)


def _wrong(expected: str, data: Any) -> WrongTypeError:
    if isinstance(data, (dict, list)):
        found = "a mapping" if isinstance(data, dict) else "a list"
    elif isinstance(data, str):
        found = f'the text "{data:.40}"'
    else:
        found = "nothing" if data is None else str(data).lower()
    return WrongTypeError(f"{expected} is expected here, not {found}")


_SCALARS: Final[dict[str, Read]] = {
    "string": _string,
    "bool": _bool,
    "cidr": _cidr,
    "any": lambda data: data,
    **{of: _whole(of) for of in _BITS},
}
