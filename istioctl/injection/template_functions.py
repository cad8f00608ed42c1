"""The functions that Istio's injection templates call on top of sprig's.

Behaviour: `InjectionFuncmap` in Istio's `pkg/kube/inject/template.go`.
"""

from __future__ import annotations

import json
import marshal
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from istioctl.api.mesh import MESH_MESSAGE, PROXY_MESSAGE, without_defaults
from istioctl.api.names import PROXY
from istioctl.api.schema import encode
from istioctl.api.schema.catalog import enum_values
from istioctl.golang import fmt, json_text, types, values
from istioctl.golang.budget import check_size
from istioctl.golang.durations import SECOND, duration_text
from istioctl.gotemplate.functions.table import FunctionTable
from istioctl.injection import go_values
from istioctl.yamldoc.writer import dump

TABLE = FunctionTable()
_MESSAGES: dict[int, tuple[object, str]] = {}  # by identity: most pods have the mesh's own proxy configuration
_STRINGS = values.class_of(types.MAP_STRING)
_SMALL = 1 << 16  # characters that need no look at the limit
_SHORT = 4096  # bytes of marshalled data that are worth a place in the cache
_EXACT = 2  # the last of marshal's formats in which equal data are equal bytes, whoever holds them as well
go_values.kube_type("ObjectMeta")
go_values.kube_type("[]Container")
go_values.message_type(MESH_MESSAGE)


def injection_functions() -> FunctionTable:
    """All of them, by name."""
    return TABLE


def _strings(entries: Mapping[str, str]) -> object:
    return _STRINGS(entries)


@TABLE.function("formatDuration", "*durationpb.Duration")
def format_duration(duration: Any) -> str:
    """A duration as Go prints it, such as `1m30s`."""
    if values.is_nil(duration):
        return "0s"
    return duration_text(duration["Seconds"] * SECOND + duration["Nanos"])


@TABLE.function("isset", "map[string]string, string", passes=True)
def isset(entries: Mapping[str, str], key: str) -> bool:
    """Whether a map has a key, be its value empty."""
    return key in entries


@TABLE.function("annotation", "v1.ObjectMeta, string, any")
def annotation(metadata: Mapping[str, Any], name: str, default: object) -> str:
    """An annotation's value; the default, printed, where there is none."""
    found = metadata["Annotations"].get(name)
    if found is None:
        return fmt.show(default)
    return str(found)


@TABLE.function("valueOrDefault", "any, any", passes=True)
def value_or_default(value: object, default: object) -> object:
    """The value, or the default where it is nil or an empty text."""
    return default if value is None or (isinstance(value, str) and value == "") else value


@TABLE.function("excludeInboundPort", "any, string")
def exclude_inbound_port(port: object, ports: str) -> str:
    """A list of ports with one more, unless that is 0, empty or there."""
    text = fmt.sprint(port).strip()
    listed = ports.split(",")
    if text in ("", "0") or text in listed:
        return ports
    return ",".join([*(item.strip() for item in listed if item.strip()), text])


@TABLE.function("includeInboundPorts", "[]v1.Container")
def include_inbound_ports(containers: list[Mapping[str, Any]]) -> str:
    """The TCP ports of all containers, by comma."""
    return ",".join(
        str(int(port["ContainerPort"]))
        for container in containers
        for port in container["Ports"]
        if port["Protocol"] not in ("UDP", "SCTP")
    )


@TABLE.function("applicationPorts", "[]v1.Container")
def application_ports(containers: list[Mapping[str, Any]]) -> str:
    """The TCP ports of the application's containers, by comma."""
    return include_inbound_ports([container for container in containers if container["Name"] != PROXY])


@TABLE.function("kubevirtInterfaces", "string", passes=True)
@TABLE.function("excludeInterfaces", "string", passes=True)
def as_it_is(text: str) -> str:
    """The text."""
    return text


@TABLE.function("toJSON", "map[string]string")
def to_json(entries: Mapping[str, str]) -> str:
    """A map of texts as JSON."""
    return "{}" if values.is_nil(entries) else json_text.write(entries)


@TABLE.function("fromJSON", "string")
def from_json(text: str) -> object:
    """What JSON says; the text `{}` where it is none."""
    try:
        return json_text.read(text)
    except json_text.JSONError:
        return "{}"


@TABLE.function("structToJSON", "any")
def struct_to_json(value: object) -> str:
    """Anything as JSON."""
    if value is None:
        return "{}"
    try:
        return json_text.write(value)
    except json_text.JSONError:
        return "{}"


@TABLE.function("protoToJSON", go_values.MESSAGE.name)
def proto_to_json(message: Any) -> str:
    """A message as protobuf's JSON; of a proxy configuration only what is not Istio's default."""
    known = _MESSAGES.get(id(message))
    if known is not None:
        return known[1]
    name = None if values.is_nil(message) else go_values.message_name(message)
    if name is None:
        return "{}"
    data = go_values.message_data(message, name)
    text = encode.to_json(without_defaults(data) if name == PROXY_MESSAGE else data, name)
    if len(_MESSAGES) >= 100:
        _MESSAGES.clear()
    _MESSAGES[id(message)] = message, text
    return text


@TABLE.function("toYaml", "any")
def to_yaml(value: object) -> str:
    """Anything as YAML, with the line break at its end."""
    try:
        data = json_text.view(value)
    except json_text.JSONError:
        return ""
    try:
        key = marshal.dumps(data, _EXACT)  # type: ignore[arg-type] # a view is plain data
    except ValueError:  # nested too deep for it
        return dump(data)
    return _yaml(key) if len(key) < _SHORT else dump(data)


@lru_cache
def _yaml(marshalled: bytes) -> str:
    """Data as YAML, once for all pods that have the same, such as what their proxies may use."""
    return dump(marshal.loads(marshalled))  # noqa: S302 - what was marshalled here


@TABLE.function("indent", "int, string")
def indent(spaces: int, text: str) -> str:
    """A text whose lines but the first stand `spaces` deeper."""
    if spaces > 0 and len(text) * spaces > _SMALL:
        check_size(len(text) + spaces * text.count("\n"))
    return text.replace("\n", "\n" + " " * spaces)


@TABLE.function("directory", "string")
def directory(path: str) -> str:
    """A path up to its last slash."""
    return path[: path.rfind("/") + 1]


@TABLE.function("contains", "string, string", passes=True)
def contains(part: str, text: str) -> bool:
    """Whether a text holds another."""
    return part in text


@TABLE.function("toLower", "string")
def to_lower(text: str) -> str:
    """A text in small letters."""
    return text.lower()


@TABLE.function("env", "string, string")
def env(name: str, default: str) -> str:
    """An environment variable, or the default where it is unset or empty."""
    return os.environ.get(name) or default


@TABLE.function("omit", "map[string]string, ...string")
def omit(entries: Mapping[str, str], *keys: str) -> object:
    """A map without some keys."""
    return _strings({key: value for key, value in entries.items() if key not in keys})


@TABLE.function("strdict", "...string")
def strdict(*words: str) -> object:
    """A map of texts from keys and values in turn."""
    return _strings(dict(zip(words[::2], [*words[1::2], ""], strict=False)))


@TABLE.function("mergeMaps", "...map[string]string")
def merge_maps(*maps: Mapping[str, str]) -> object:
    """Several maps of texts as one, in which later ones win."""
    if not maps:
        return values.nil(types.MAP_STRING)
    return _strings({key: value for entries in maps for key, value in entries.items()})


@TABLE.function("toJsonMap", "...map[string]string")
def to_json_map(*maps: Mapping[str, str]) -> str:
    """Several maps of texts as one, as JSON."""
    return json_text.write(merge_maps(*maps))


@TABLE.function("omitNil", "any")
def omit_nil(value: object) -> object:
    """A value without nils at any depth; what becomes empty by that is nil itself."""
    if type(value) is dict:
        kept = {key: omit_nil(item) for key, item in value.items()}
        if all(kept[key] is value[key] for key in kept) and None not in kept.values():
            return value
        return {key: item for key, item in kept.items() if item is not None} or None
    if type(value) is list:
        items = [omit_nil(item) for item in value]
        if all(new is old for new, old in zip(items, value, strict=True)) and None not in items:
            return value
        return [item for item in items if item is not None] or None
    return value


@TABLE.function("appendMultusNetwork", "string, string")
def append_multus_network(known: str, network: str) -> str:
    """The networks of a pod, as a list by comma or as JSON, with one more unless that is there."""
    if not known:
        return network
    end = known.rfind("]")
    if end < 0:
        return known if network in [item.strip() for item in known.split(",")] else f"{known}, {network}"
    try:
        listed = json.loads(known)
    except ValueError:
        return known
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        return known
    namespace, _, name = network.rpartition("/")
    if any(item.get("name") == name and (item.get("namespace") or "") == namespace for item in listed):
        return known
    entry = f'{{"name": "{name}", "namespace": "{namespace}"}}' if namespace else f'{{"name": "{name}"}}'
    return f"{known[:end]}, {entry}{known[end:]}"


@TABLE.function(
    "otelResourceAttributes",
    "*v1alpha1.MeshConfig, map[string]string, map[string]string, string, []v1.Container",
)
def otel_resource_attributes(
    mesh_config: Any,
    annotations: Mapping[str, str],
    labels: Mapping[str, str],
    namespace: str,
    containers: list[Mapping[str, Any]],
) -> str:
    """OpenTelemetry's attributes of the service, by comma; empty where no tracing provider asks for them."""
    if values.is_nil(mesh_config) or not any(map(_wants_semantics, mesh_config["ExtensionProviders"])):
        return ""
    said = {key: annotations.get(f"resource.opentelemetry.io/{key}", "") for key in _SERVICE}
    version = said["service.version"] or labels.get("app.kubernetes.io/version", "")
    if not version and len(containers) == 1:
        version = _image_version(containers[0]["Image"])
    instance = said["service.instance.id"]
    if not instance and containers:
        instance = f"{namespace}.$(POD_NAME).{containers[0]['Name']}"
    attributes = zip(_SERVICE, (said["service.namespace"] or namespace, version, instance), strict=True)
    return ",".join(f"{key}={value}" for key, value in attributes if value)


_SERVICE = ("service.namespace", "service.version", "service.instance.id")


def _wants_semantics(provider: Mapping[str, Any]) -> bool:
    opentelemetry = provider.get("Opentelemetry")
    if opentelemetry is None or values.is_nil(opentelemetry):
        return False
    wanted = enum_values(f"{MESH_MESSAGE}.ExtensionProvider.ServiceAttributeEnrichment")["OTEL_SEMANTIC_CONVENTIONS"]
    return bool(opentelemetry["ServiceAttributeEnrichment"] == wanted)


def _image_version(image: str) -> str:
    """The tag and digest of an image, as far as it has them."""
    name, _, digest = image.partition("@")
    last = name.rpartition("/")[2]
    tag = last.rpartition(":")[2] if ":" in last else ""
    return f"{tag}@{digest}" if tag and digest else tag or digest
