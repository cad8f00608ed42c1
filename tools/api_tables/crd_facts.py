"""What Istio's CRDs say beyond the protos: kinds, limits, rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from istioctl.api.schema.casing import camel_case
from istioctl.yamldoc.reader import load_all
from tools.api_tables.descriptors import ProtoField, Protos
from tools.api_tables.sources import SourceError

Schema = dict[str, Any]

#: What a scalar says of itself in a CRD, so that it is not a limit.
_OWN: dict[str, Schema] = {"uint32": {"minimum": 0, "maximum": 4294967295}, "uint64": {"minimum": 0}}
_PLAIN = (
    "maximum", "minimum", "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties",
)  # fmt: skip
_RULES = "x-kubernetes-validations"
_OPEN = "x-kubernetes-preserve-unknown-fields"


class KindFacts(NamedTuple):
    """A kind, its message, the rules for its whole `spec`, and the CRD without descriptions."""

    name: str
    message: str
    rules: tuple[str, ...]
    crd: Schema


@dataclass
class CrdFacts:
    """What the CRDs add.

    Attributes:
        kinds: the kinds, in the order of their names.
        limits: for message and JSON name the limits as the notation writes them: of the field and of each value in it.
        messages: for each message its own limits.
        required: the fields that must be there, by message.
        aliases: second names of fields, by message and JSON name.
        rules: for each rule's name what it says and its expression.
        patterns: for each pattern's name the expression.
    """

    kinds: list[KindFacts] = field(default_factory=list)
    limits: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    required: dict[str, list[str]] = field(default_factory=dict)
    aliases: dict[tuple[str, str], str] = field(default_factory=dict)
    rules: dict[str, tuple[str, str]] = field(default_factory=dict)
    patterns: dict[str, str] = field(default_factory=dict)


def read_crds(path: Path, protos: Protos) -> CrdFacts:
    """What a file of CRDs says.

    Raises:
        SourceError: a CRD says what the notation has no words for.
    """
    facts = CrdFacts()
    documents = [without_descriptions(crd) for crd in load_all(path.read_text(encoding="utf-8"), path.name)]
    crds = sorted(documents, key=lambda crd: str(crd["metadata"]["name"]))
    seen: dict[str, set[tuple[str, ...]]] = {}
    for crd in crds:
        _Reader(facts, protos, seen).kind(crd)  # which rules a message has wherever it is used
    common = {name: set.intersection(*map(set, every)) for name, every in seen.items()}
    facts = CrdFacts(rules=facts.rules, patterns=facts.patterns)
    for crd in crds:
        _Reader(facts, protos, {}, common).kind(crd)
    return facts


class _Reader:
    """Walks along the schema of one CRD and its message.

    Args:
        seen: gets the rules of each place where a message is used.
        common: for each message the rules of all places where it is used; others are noted for the place.
    """

    def __init__(
        self, facts: CrdFacts, protos: Protos, seen: dict[str, set[tuple[str, ...]]],
        common: dict[str, set[str]] | None = None,
    ) -> None:  # fmt: skip
        self._facts = facts
        self._protos = protos
        self._seen = seen
        self._common = common

    def kind(self, crd: Schema) -> None:
        name, group = crd["spec"]["names"]["kind"], crd["spec"]["group"]
        family = group.split(".")[0]
        found = [full for full in self._protos.messages if re.fullmatch(rf"istio\.{family}\.\w+\.{name}", full)]
        if len(found) != 1:
            raise SourceError(f"{group} {name}: its message should be one of {found or 'none'}")
        schemas = [version["schema"]["openAPIV3Schema"] for version in crd["spec"]["versions"]]
        if any(schema != schemas[0] for schema in schemas):
            raise SourceError(f"{group} {name}: its versions have different schemas")
        properties = schemas[0]["properties"]
        rules = self._message(properties["spec"], found[0])
        if "status" in properties:
            self._message(properties["status"], "istio.meta.v1alpha1.IstioStatus")
        self._facts.kinds.append(KindFacts(name, found[0], rules, crd))

    def _message(self, schema: Schema, name: str) -> tuple[str, ...]:
        """Note what a schema says about a message; the rules that hold in this place only."""
        rules = self._rules(schema)
        self._seen.setdefault(name, set()).add(rules)
        common = self._common[name] if self._common else set()
        limits = [f"rule={rule}" for rule in rules if rule in common]
        if schema.get(_OPEN):
            limits.insert(0, "open")
        self._note(self._facts.messages, name, ",".join(limits))
        self._note(self._facts.required, name, list(schema.get("required", [])))
        fields = {field.json: field for field in self._protos.messages[name].fields}
        for key, inner in schema.get("properties", {}).items():
            if key in fields:
                self._field(inner, name, fields[key])
            elif camel_case(key) in fields:
                self._facts.aliases[name, camel_case(key)] = key
            else:
                raise SourceError(f"{name}: the CRD has a field {key}, which the proto has not")
        if missing := fields.keys() - schema.get("properties", {}).keys():
            raise SourceError(f"{name}: the CRD lacks {', '.join(sorted(missing))}")
        return tuple(rule for rule in rules if rule not in common)

    def _field(self, schema: Schema, message: str, field: ProtoField) -> None:
        inner = schema
        if field.many:
            inner = schema["items" if field.many == "list" else "additionalProperties"]
        limits = [self._limits(schema, "" if field.many else field.of, field.json)] if field.many else []
        limits.append(self._limits(inner, field.of, field.json))
        if field.of in self._protos.messages and (here := self._message(inner, field.of)):
            limits[-1] = ",".join(filter(None, (limits[-1], *(f"rule={rule}" for rule in here))))
        self._note(self._facts.limits, (message, field.json), (limits[0], limits[1] if field.many else ""))

    def _limits(self, schema: Schema, of: str, name: str) -> str:
        own = _OWN.get(of.rstrip("?"), {})
        words = [f"{key}={schema[key]}" for key in _PLAIN if key in schema and own.get(key) != schema[key]]
        if key := schema.get("x-kubernetes-list-map-keys"):
            words.append(f"mapKey={key[0]}")
        if pattern := schema.get("pattern"):
            words.append(f"pattern={self._named(self._facts.patterns, pattern, name)}")
        if of not in self._protos.messages:
            words += [f"rule={rule}" for rule in self._rules(schema)]
        return ",".join(words)

    def _rules(self, schema: Schema) -> tuple[str, ...]:
        return tuple(
            self._named(self._facts.rules, (rule["message"], rule["rule"]), _slug(rule["message"]))
            for rule in schema.get(_RULES, [])
        )

    def _named(self, known: dict[str, Any], value: object, name: str) -> str:
        """The name under which a value is known, which it gets if it is new."""
        for candidate in (name, *(f"{name}-{number}" for number in range(2, 100))):
            if known.setdefault(candidate, value) == value:
                return candidate
        raise SourceError(f"there are too many '{name}'")

    def _note(self, known: dict[Any, Any], key: object, value: object) -> None:
        if known.setdefault(key, value) != value and self._common is not None:
            raise SourceError(f"the CRDs disagree about {key}: {known[key]} and {value}")


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower())[:6])


def without_descriptions(schema: Any) -> Any:
    """A schema without its descriptions."""
    if isinstance(schema, list):
        return [without_descriptions(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: without_descriptions(value)
        for key, value in schema.items()
        if key != "description" or not isinstance(value, str)
    }
