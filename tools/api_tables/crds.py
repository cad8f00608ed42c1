"""The CustomResourceDefinitions as YAML text, out of the tables and our own descriptions.

The text goes out as it is when manifests are rendered. Versions of a kind share one schema: it is written once, under
an anchor.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from textwrap import wrap
from typing import TypeAlias

from istioctl.api.schema.catalog import Kind, enum_values, message, patterns, plural, rules
from istioctl.api.schema.notation import Field, Limits, Message

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json]"

#: A chart's labels and annotation, which the real tool's CRDs carry.
_METADATA: dict[str, Json] = {
    "labels": {
        "app.kubernetes.io/instance": "istio",
        "app.kubernetes.io/managed-by": "Helm",
        "app.kubernetes.io/part-of": "istio",
        "app.kubernetes.io/version": "1.0.0",
        "helm.sh/chart": "base-1.0.0",
    },
    "annotations": {"helm.sh/resource-policy": "keep"},
}
_SCALARS: dict[str, dict[str, Json]] = {
    "string": {"type": "string"},
    "bool": {"type": "boolean"},
    "bytes": {"type": "string", "format": "byte"},
    "int32": {"type": "integer", "format": "int32"},
    "int64": {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": True},
    "uint32": {"type": "integer", "minimum": 0, "maximum": 4294967295},
    "uint64": {"type": "integer", "minimum": 0},
    "double": {"type": "number", "format": "double"},
    "duration": {"type": "string"},
    "time": {"type": "string", "format": "date-time"},
    "struct": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
}
_WIDTH = 116
_PLAIN = re.compile(r"[A-Za-z_.$/][\w.$/-]*\Z")
_NOT_TEXT = re.compile(r"(?:y|n|yes|no|on|off|true|false|null|\.nan|[-+.]?\.inf)\Z", re.IGNORECASE)


def definition(kind: Kind, descriptions: Mapping[str, str]) -> str:
    """The CRD of one kind, as YAML text that ends with a newline.

    Args:
        descriptions: a sentence on each message, by full name.
    """
    name = plural(kind.name)
    shared = "schema: &schema"
    first, *others = kind.versions
    lines = ["apiVersion: apiextensions.k8s.io/v1", "kind: CustomResourceDefinition"]
    lines += _block({"metadata": {"name": f"{name}.{kind.group}", **_METADATA}}, 0)
    names: dict[str, Json] = {"kind": kind.name, "listKind": f"{kind.name}List", "singular": kind.name.lower()}
    names["plural"] = name
    if kind.short_names:
        names["shortNames"] = list(kind.short_names)
    names["categories"] = ["istio-io", f"{kind.group.split('.')[0]}-istio-io"]
    lines += _block({"spec": {"group": kind.group, "scope": "Namespaced", "names": names}}, 0)
    lines.append("  versions:")
    lines += _version(kind, first)
    lines += [
        f"    {shared if others else 'schema:'}",
        *_block({"openAPIV3Schema": _Schemas(descriptions).root(kind)}, 6),
    ]
    for version in others:
        lines += [*_version(kind, version), "    schema: *schema"]
    return "\n".join(lines) + "\n"


def _version(kind: Kind, version: str) -> list[str]:
    fields: dict[str, Json] = {"name": version, "served": True, "storage": version == kind.stored}
    fields["subresources"] = {"status": {}}
    if kind.columns:
        fields["additionalPrinterColumns"] = [
            {"name": title, "type": "date" if title == "Age" else "string", "jsonPath": path}
            for title, path in kind.columns
        ]
    head, *rest = _block(fields, 4)
    return [f"  - {head.lstrip()}", *rest]


class _Schemas:
    """Makes OpenAPI schemas of messages."""

    def __init__(self, descriptions: Mapping[str, str]) -> None:
        self._descriptions = descriptions

    def root(self, kind: Kind) -> dict[str, Json]:
        """The schema of a whole object."""
        root: dict[str, Json] = {"type": "object"}
        if kind.spec_required:
            root["required"] = ["spec"]
        spec = self._message(message(kind.message), kind.rules)
        root["properties"] = {"spec": spec, "status": self._message(message("istio.meta.v1alpha1.IstioStatus"))}
        return root

    def _message(self, of: Message, more_rules: tuple[str, ...] = ()) -> dict[str, Json]:
        result: dict[str, Json] = {"type": "object"}
        if text := self._descriptions.get(of.name):
            result["description"] = text
        if "open" in of.limits:
            result["x-kubernetes-preserve-unknown-fields"] = True
        required: list[Json] = [field.name for field in of.fields.values() if field.required]
        if required:
            result["required"] = required
        groups: list[Json] = [_at_most_one(group) for group in of.groups.values()]
        if len(groups) == 1:
            result["oneOf"] = groups[0]
        elif groups:
            result["allOf"] = [{"oneOf": group} for group in groups]
        if names := (*more_rules, *_rule_names(of.limits)):
            result["x-kubernetes-validations"] = _rules(names)
        properties: dict[str, Json] = {}
        for field in of.fields.values():
            properties[field.name] = self._field(field)
            if field.alias:
                properties[field.alias] = self._field(field)
        result["properties"] = properties
        return result

    def _field(self, field: Field) -> dict[str, Json]:
        if not field.many:
            return self._value(field, field.limits)
        inner = self._value(field, field.item_limits)
        if field.many == "list":
            return _limited({"type": "array", "items": inner}, field.limits)
        return _limited({"type": "object", "additionalProperties": inner}, field.limits)

    def _value(self, field: Field, limits: Limits) -> dict[str, Json]:
        if field.sort == "message":
            own = {key: value for key, value in limits.items() if key != "rule"}
            return _limited(self._message(message(field.of), _rule_names(limits)), own)
        if field.sort == "enum":
            result: dict[str, Json] = {"type": "string", "enum": list(enum_values(field.of))}
        else:
            result = dict(_SCALARS[field.of])
        if field.nullable:
            result["nullable"] = True
        return _limited(result, limits)


def _rule_names(limits: Limits) -> tuple[str, ...]:
    names = limits.get("rule", ())
    assert isinstance(names, tuple)  # noqa: S101 - the notation reads rules as a tuple
    return names


def _limited(schema: dict[str, Json], limits: Limits) -> dict[str, Json]:
    for keyword, value in limits.items():
        if keyword == "mapKey":
            schema["x-kubernetes-list-type"] = "map"
            schema["x-kubernetes-list-map-keys"] = [str(value)]
        elif keyword == "pattern":
            schema[keyword] = patterns()[str(value)]
        elif not isinstance(value, tuple):
            schema[keyword] = value
    if names := _rule_names(limits):
        schema["x-kubernetes-validations"] = _rules(names)
    return schema


def _at_most_one(group: list[str]) -> list[Json]:
    each: list[Json] = [{"required": [name]} for name in group]
    return [{"not": {"anyOf": each}}, *each]


def _rules(names: tuple[str, ...]) -> list[Json]:
    return [{"rule": rules()[name].expression, "message": rules()[name].message} for name in names]


def _block(mapping: dict[str, Json], indent: int) -> list[str]:
    """The lines of a mapping in block style, where what fits on one line is in flow style."""
    lines = []
    margin = " " * indent
    for key, value in mapping.items():
        head = f"{margin}{_scalar(key)}:"
        flow = _flow(value)
        fits = len(head) + len(flow) < _WIDTH and not (isinstance(value, dict) and "properties" in value)
        if fits or not isinstance(value, (dict, list)):
            lines.append(f"{head} {flow}")
        elif isinstance(value, dict):
            lines += [head, *_block(value, indent + 2)]
        elif not any(isinstance(item, (dict, list)) for item in value):
            lines += wrap(
                f"{head} {flow}",
                _WIDTH,
                subsequent_indent=f"{margin}  ",
                break_on_hyphens=False,
                break_long_words=False,
            )
        else:
            lines.append(head)
            lines += [f"{margin}- {_flow(item)}" for item in value]
    return lines


def _flow(value: Json) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _scalar(value)


def _scalar(value: str | int) -> str:
    if isinstance(value, str):
        plain = _PLAIN.match(value) and not _NOT_TEXT.match(value)
        return value if plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
