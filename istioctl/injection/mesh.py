"""Istio's mesh configuration: reading it from YAML, its defaults, and laying one proxy configuration over another.

Messages are plain data in protobuf's JSON form: camelCase names, durations such as `45s`, enums by name. A field that
holds its type's zero is left out.

Rules: `pkg/config/mesh` and `pkg/util/protomarshal` of Istio, which read with the older `jsonpb`: unknown fields are
passed over, a given field replaces the one before as a whole.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from istioctl.errors import InputError
from istioctl.golang import json_text
from istioctl.golang.durations import nanoseconds
from istioctl.injection import mesh_checks
from istioctl.injection.mesh_types import ENUMS, MESSAGES
from istioctl.yamldoc import reader
from istioctl.yamldoc.scalars import json_number

Message = dict[str, Any]

PROXY_DEFAULTS: Message = {
    "configPath": "./etc/istio/proxy",
    "serviceCluster": "istio-proxy",
    "drainDuration": "45s",
    "terminationDrainDuration": "5s",
    "proxyAdminPort": 15000,
    "controlPlaneAuthPolicy": "MUTUAL_TLS",
    "discoveryAddress": "istiod.istio-system.svc:15012",
    "binaryPath": "/usr/local/bin/envoy",
    "statNameLength": 189,
    "statusPort": 15020,
}
MESH_DEFAULTS: Message = {
    "enableTracing": True,
    "protocolDetectionTimeout": "0s",
    "ingressService": "istio-ingressgateway",
    "ingressControllerMode": "STRICT",
    "ingressClass": "istio",
    "trustDomain": "cluster.local",
    "enableAutoMtls": True,
    "outboundTrafficPolicy": {"mode": "ALLOW_ANY"},
    "inboundTrafficPolicy": {},
    "localityLbSetting": {"enabled": True},
    "rootNamespace": "istio-system",
    "proxyListenPort": 15001,
    "proxyInboundListenPort": 15006,
    "connectTimeout": "10s",
    "defaultServiceExportTo": ["*"],
    "defaultVirtualServiceExportTo": ["*"],
    "defaultDestinationRuleExportTo": ["*"],
    "dnsRefreshRate": "60s",
    "enablePrometheusMerge": True,
    "defaultProviders": {},
    "extensionProviders": [
        {"name": "prometheus", "prometheus": {}},
        {"name": "stackdriver", "stackdriver": {}},
        {"name": "envoy", "envoyFileAccessLog": {"path": "/dev/stdout"}},
    ],
    "defaultConfig": PROXY_DEFAULTS,
}
#: Names in the `.proto` files that their JSON names don't tell.
_PROTO_NAMES = {"meshMTLS": "mesh_mTLS", "enable64bitTraceId": "enable_64bit_trace_id"}
_INT_BITS = {"int32": (-(1 << 31), (1 << 31) - 1), "uint32": (0, (1 << 32) - 1), "int64": (-(1 << 63), (1 << 63) - 1)}


class MessageField(NamedTuple):
    """One field of a message.

    Attributes:
        name: its JSON name.
        oneof: the group of which at most one field is set, or empty.
        many: `[]` repeated, `{}` a map, or empty.
        nullable: a wrapped scalar, whose zero is not the same as being absent.
        of: a scalar, `duration`, `#Enum`, `any` or a message of `mesh_types.MESSAGES`.
    """

    name: str
    oneof: str
    many: str
    nullable: bool
    of: str


@cache
def fields_of(message: str) -> Mapping[str, MessageField]:
    """The fields of a message by JSON name, in the order of its `.proto` file."""
    fields = {}
    for word in MESSAGES[message].split():
        names, _, of = word.partition(":")
        name, _, oneof = names.partition("@")
        many = of[:2] if of.startswith(("[]", "{}")) else ""
        of = of.removeprefix(many)
        fields[name] = MessageField(name, oneof, many, of.startswith("*"), of.removeprefix("*"))
    return fields


@cache
def _by_any_name(message: str) -> Mapping[str, MessageField]:
    """The fields by JSON name and by the `.proto` file's own."""
    fields = fields_of(message)
    return {**{_PROTO_NAMES.get(name, _snake(name)): field for name, field in fields.items()}, **fields}


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda found: "_" + found[1].lower(), name)


def mesh_config(text: str, source: str) -> Message:
    """A mesh configuration over Istio's defaults.

    Args:
        text: YAML or JSON, as in the `mesh` key of the `istio` ConfigMap; may be empty.
        source: where it comes from, for errors.

    Raises:
        InputError: it is no YAML, a field has a wrong type, or a value is out of range.
    """
    given = _mapping(text, source)
    mesh = read(given, "MeshConfig", source, keep_zeros=True)
    fields = fields_of("MeshConfig")
    result = {name: value for name, value in (MESH_DEFAULTS | mesh).items() if not is_zero(value, fields[name])}
    if isinstance(own := given.get("defaultConfig"), dict):
        result["defaultConfig"] = over(PROXY_DEFAULTS, own, source)
    else:
        result["defaultConfig"] = PROXY_DEFAULTS
    result["defaultProviders"] = mesh.get("defaultProviders", {}) if "defaultProviders" in given else {}
    providers = {provider.get("name", ""): provider for provider in MESH_DEFAULTS["extensionProviders"]}
    providers.update((provider.get("name", ""), provider) for provider in mesh.get("extensionProviders", ()))
    result["extensionProviders"] = list(providers.values())
    if aliases := result.get("trustDomainAliases"):
        result["trustDomainAliases"] = sorted(set(aliases))
    mesh_checks.check_mesh(result, source)
    return result


def mesh_as_given(text: str, source: str) -> Message:
    """A mesh configuration as it is written, without Istio's defaults; arguments and errors as for `mesh_config`."""
    return read(_mapping(text, source), "MeshConfig", source)


def over_text(base: Message, text: str, source: str) -> Message:
    """`base` with the proxy configuration in `text` (YAML or JSON, as in `proxy.istio.io/config`) laid over it.

    Raises:
        InputError: as for `mesh_config`.
    """
    return over(base, _mapping(text, source), source)


def over(base: Message, given: Message, source: str) -> Message:
    """`base` with the proxy configuration `given` laid over it.

    Fields replace, but for `proxyMetadata` and the known parts of `proxyHeaders`, which merge.

    Raises:
        InputError: a field has a wrong type.
    """
    patch = read(given, "ProxyConfig", source, keep_zeros=True)
    fields = fields_of("ProxyConfig")
    for name in patch:
        if group := fields[name].oneof:
            base = {key: value for key, value in base.items() if fields[key].oneof != group}
    result = {**base, **patch}
    if base.get("proxyMetadata") and patch.get("proxyMetadata") is not None:
        result["proxyMetadata"] = {**base["proxyMetadata"], **patch["proxyMetadata"]}
    if base.get("proxyHeaders") and patch.get("proxyHeaders"):
        kept = ("forwardedClientCert", "requestId", "attemptCount", "server", "envoyDebugHeaders")
        inherited = {key: value for key, value in base["proxyHeaders"].items() if key in kept}
        result["proxyHeaders"] = {**inherited, **patch["proxyHeaders"]}
    return {name: value for name, value in result.items() if not is_zero(value, fields[name])}


def check_proxy(text: str, source: str) -> None:
    """Check a proxy configuration that stands in an annotation, by itself over Istio's defaults.

    Raises:
        InputError: it is no YAML, a field has a wrong type, or a value is out of range.
    """
    mesh_checks.check_proxy(over_text(PROXY_DEFAULTS, text, source), source)


def _mapping(text: str, source: str) -> Message:
    data = reader.load(text, source)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise InputError("a mapping of settings is expected", where=source)
    return data


def read(data: Any, message: str, source: str, *, keep_zeros: bool = False) -> Message:
    """Plain data as a message, in the one form.

    Args:
        data: what a YAML or JSON text holds.
        message: a name of `mesh_types.MESSAGES`.
        source: where it comes from, for errors.
        keep_zeros: keep top-level fields that are given but zero.

    Raises:
        InputError: a field has a wrong type.
    """
    return _read_message(data, message, f"{source}: ", keep_zeros)


def _read_message(data: Any, message: str, where: str, keep_zeros: bool = False) -> Message:
    if not isinstance(data, dict):
        raise _wrong(where, "a mapping", data)
    known = _by_any_name(message)
    result: Message = {}
    for name, value in data.items():
        field = known.get(name)
        if field is None or (value is None and field.of != "any") or (name != field.name and field.name in data):
            continue
        value = _read_field(value, field, f"{where}{field.name}")
        if keep_zeros or not is_zero(value, field):
            result[field.name] = value
    chosen = {field.oneof: name for name, field in fields_of(message).items() if name in result}
    return {name: value for name, value in result.items() if chosen[known[name].oneof] == name or not known[name].oneof}


def is_zero(value: Any, field: MessageField) -> bool:
    """Whether protobuf does not tell the value from no value."""
    if field.many:
        return not value
    if field.nullable or field.oneof or field.of in MESSAGES or field.of in ("duration", "any"):
        return False
    return not (enum_values(field.of[1:])[value] if field.of.startswith("#") else value)


def _read_field(value: Any, field: MessageField, where: str) -> Any:
    if field.many == "[]":
        if not isinstance(value, list):
            raise _wrong(where, "a list", value)
        return [_read_value(item, field.of, f"{where}[{index}]") for index, item in enumerate(value)]
    if field.many == "{}":
        if not isinstance(value, dict):
            raise _wrong(where, "a mapping", value)
        return {name: _read_value(item, field.of, f"{where}.{name}") for name, item in value.items()}
    return _read_value(value, field.of, where)


def _read_value(value: Any, of: str, where: str) -> Any:
    if of == "any":
        return value
    if value is None and (of in MESSAGES or of == "string"):  # in a list or a map
        value = {} if of in MESSAGES else ""
    if of in MESSAGES:
        return _read_message(value, of, f"{where}.")
    if of == "string":
        if not isinstance(value, str):
            raise _wrong(where, "text", value)
        return value
    if of == "bool":
        if not isinstance(value, bool):
            raise _wrong(where, "true or false", value)
        return value
    if of == "duration":
        return _read_duration(value, where)
    if of.startswith("#"):
        return _read_enum(value, of[1:], where)
    return _read_number(value, of, where)


def _read_duration(value: Any, where: str) -> str:
    try:
        if isinstance(value, str):
            return duration_text(nanoseconds(value))
    except ValueError:
        pass
    raise _wrong(where, "a duration such as 45s or 1m30s", value)


def duration_text(nanoseconds: int) -> str:
    """A duration as protobuf's JSON has it: seconds with no decimals, or three, six or nine."""
    sign = "-" if nanoseconds < 0 else ""
    whole, part = divmod(abs(nanoseconds), 1_000_000_000)
    decimals = f"{part:09d}".rstrip("0")
    return f"{sign}{whole}.{decimals.ljust(-(-len(decimals) // 3) * 3, '0')}s" if decimals else f"{sign}{whole}s"


@cache
def enum_values(name: str) -> Mapping[str, int]:
    """The values of an enum by name."""
    return {word.partition("=")[0]: int(word.partition("=")[2]) for word in ENUMS[name].split(",")}


def _read_enum(value: Any, name: str, where: str) -> str:
    values = enum_values(name)
    if isinstance(value, str) and value in values:
        return value
    for word, number in values.items():
        if number == value and not isinstance(value, bool):
            return word
    raise _wrong(where, "one of " + ", ".join(values), value)


def _read_number(value: Any, of: str, where: str) -> int | float:
    if isinstance(value, str):
        try:
            value = float(value) if of == "double" else int(value)
        except ValueError:
            raise _wrong(where, "a number", value) from None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _wrong(where, "a number", value)
    if of == "double":
        if not math.isfinite(value):
            raise _wrong(where, "a finite number", value)
        return json_number(float(value))
    low, high = _INT_BITS.get(of, _INT_BITS["int64"])
    if value != int(value) or not low <= value <= high:
        raise _wrong(where, f"a whole number from {low} to {high}", value)
    return int(value)


def _wrong(where: str, wanted: str, value: Any) -> InputError:
    shown = "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else f"'{value}'"
    return InputError(f"{wanted} is expected here, not {shown}", where=where.removesuffix(".").removesuffix(": "))


def to_json(data: Message, message: str) -> str:
    """A message as `jsonpb` prints it: fields in `.proto` order, no blanks, 64-bit integers as texts."""
    fields = ((name, field) for name, field in fields_of(message).items() if name in data)
    return "{" + ",".join(f'"{name}":{_field_json(data[name], field)}' for name, field in fields) + "}"


def _field_json(value: Any, field: MessageField) -> str:
    if field.many == "[]":
        return "[" + ",".join(_value_json(item, field.of) for item in value) + "]"
    if field.many == "{}":
        entries = (f"{json_text.write(key)}:{_value_json(value[key], field.of)}" for key in sorted(value))
        return "{" + ",".join(entries) + "}"
    return _value_json(value, field.of)


def _value_json(value: Any, of: str) -> str:
    if of in MESSAGES:
        return to_json(value, of)
    return f'"{value}"' if of == "int64" else json_text.write(value)


def without_defaults(proxy: Message) -> Message:
    """A proxy configuration without what equals Istio's defaults, as it is handed to the proxy (`protoToJSON`)."""
    cleared = (*PROXY_DEFAULTS, "envoyMetricsService", "envoyAccessLogService", "tracing", "concurrency")
    return {
        name: value
        for name, value in proxy.items()
        if not (name in cleared and value == PROXY_DEFAULTS.get(name)) and not (name == "proxyMetadata" and not value)
    }
