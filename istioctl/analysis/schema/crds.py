"""Writes the CustomResourceDefinitions of the schema as YAML text.

    python -m istioctl.analysis.schema.crds manifests/base/crds

writes one file a kind. The text goes out as it is when manifests are rendered, so a test checks that what is committed
is what this module makes. Versions of a kind share one schema: it is written once, under an anchor.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from textwrap import wrap
from typing import TypeAlias

from istioctl.analysis.schema.catalog import plural, schema
from istioctl.analysis.schema.language import Kind, Message, Type

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
    "any-duration": {"type": "string"},
    "time": {"type": "string", "format": "date-time"},
    "struct": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
}
_WIDTH = 116
_PLAIN = re.compile(r"[A-Za-z_.$/][\w.$/-]*\Z")
_NOT_TEXT = re.compile(r"(?:y|n|yes|no|on|off|true|false|null|\.nan|[-+.]?\.inf)\Z", re.IGNORECASE)


def definition(kind: Kind) -> str:
    """The CRD of one kind, as YAML text that ends with a newline."""
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
    lines += [f"    {shared if others else 'schema:'}", *_block({"openAPIV3Schema": _root(kind)}, 6)]
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


def _root(kind: Kind) -> dict[str, Json]:
    spec = _message(schema().messages[kind.name])
    root: dict[str, Json] = {"type": "object"}
    if kind.spec_required:
        root["required"] = ["spec"]
    root["properties"] = {"spec": spec, "status": _message(schema().messages["IstioStatus"])}
    return root


def _message(message: Message) -> dict[str, Json]:
    result: dict[str, Json] = {"type": "object"}
    if message.description:
        result["description"] = message.description
    if message.open:
        result["x-kubernetes-preserve-unknown-fields"] = True
    required: list[Json] = [field.name for field in message.fields.values() if field.required]
    if required:
        result["required"] = required
    groups: list[Json] = [_at_most_one(group) for group in message.oneofs]
    if len(groups) == 1:
        result["oneOf"] = groups[0]
    elif groups:
        result["allOf"] = [{"oneOf": group} for group in groups]
    if message.rules:
        result["x-kubernetes-validations"] = _rules(message.rules)
    properties: dict[str, Json] = {}
    for field in message.fields.values():
        properties[field.name] = _type(field.type)
        if field.alias:
            properties[field.alias] = _type(field.type)
    result["properties"] = properties
    return result


def _at_most_one(group: list[str]) -> list[Json]:
    each: list[Json] = [{"required": [name]} for name in group]
    return [{"not": {"anyOf": each}}, *each]


def _rules(names: list[str]) -> list[Json]:
    rules = schema().rules
    return [{"rule": rules[name].expression, "message": rules[name].message} for name in names]


def _type(type_: Type) -> dict[str, Json]:
    known = schema()
    rules = list(type_.rules)
    if type_.name == "list":
        assert type_.item is not None  # noqa: S101 - the parser gives every list an item
        result: dict[str, Json] = {"type": "array", "items": _type(type_.item)}
    elif type_.name == "map":
        assert type_.item is not None  # noqa: S101 - the parser gives every map an item
        result = {"type": "object", "additionalProperties": _type(type_.item)}
    elif type_.name == "duration":
        result = {"type": "string"}
        rules.insert(0, "duration")
    elif type_.name in known.enums:
        result = {"type": "string", "enum": list(known.enums[type_.name].values)}
    elif type_.name in known.messages:
        result = _message(known.messages[type_.name])
    else:
        result = dict(_SCALARS[type_.name])
    if type_.nullable:
        result["nullable"] = True
    for keyword, value in type_.limits.items():
        if keyword == "mapKey":
            result["x-kubernetes-list-type"] = "map"
            result["x-kubernetes-list-map-keys"] = [value]
        else:
            result[keyword] = known.patterns[str(value)] if keyword == "pattern" else value
    if rules:
        result["x-kubernetes-validations"] = _rules(rules)
    return result


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


def write_all(folder: Path) -> list[Path]:
    """Write the CRD of every kind into `folder` as `<plural>.<group>.yaml`, and name the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in schema().kinds.values():
        path = folder / f"{plural(kind.name)}.{kind.group}.yaml"
        path.write_text(definition(kind), encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
