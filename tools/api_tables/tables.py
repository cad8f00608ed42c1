"""The text of the tables, in the notation of `istioctl.api.schema.notation`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from istioctl.api.schema.casing import camel_case, snake_case
from tools.api_tables.crd_facts import CrdFacts
from tools.api_tables.descriptors import ProtoField, Protos
from tools.api_tables.sources import SourceError


def table(names: Iterable[str], protos: Protos, facts: CrdFacts) -> str:
    """Messages and enums (behind `#`), by package and name."""
    packages: dict[str, list[str]] = {}
    for name in names:
        package = protos.enums[name[1:]][0] if name[0] == "#" else protos.messages[name].package
        packages.setdefault(package, []).append(name)
    lines = []
    for package, members in sorted(packages.items()):
        lines.append(f"package {package}")
        lines += sorted(_enum(name[1:], package, protos) for name in members if name[0] == "#")
        lines += sorted(_message(name, package, protos, facts) for name in members if name[0] != "#")
    return "\n".join(lines) + "\n"


def _enum(name: str, package: str, protos: Protos) -> str:
    words, following = [], 0
    for word, number in protos.enums[name][1].items():
        words.append(word if number == following else f"{word}={number}")
        following = number + 1
    return f"#{name.removeprefix(f'{package}.')} {' '.join(words)}"


def _message(name: str, package: str, protos: Protos, facts: CrdFacts) -> str:
    words = [name.removeprefix(f"{package}.")]
    if own := facts.messages.get(name):
        words.append(f"({own})")
    words += [_field(field, name, package, facts) for field in protos.messages[name].fields]
    return " ".join(words).rstrip()


def _field(field: ProtoField, message: str, package: str, facts: CrdFacts) -> str:
    if camel_case(field.name) != field.json:
        raise SourceError(f"{message}.{field.name} is {field.json} in JSON, which the notation can't say")
    whole, inner = facts.limits.get((message, field.json), ("", ""))
    of = field.of
    if of.removeprefix("#").startswith(f"{package}."):
        of = ("#" if of[0] == "#" else "") + of.removeprefix("#").removeprefix(package)
    if field.many:
        key = f"{field.key}:" if field.many == "map" and field.key != "string" else ""
        of = f"{'[{'[field.many == 'map']}{key}{of}{_limits(inner)}{']}'[field.many == 'map']}"
    return "".join(
        (
            field.json,
            "!" if field.json in facts.required.get(message, ()) else "",
            f"/{field.name}" if snake_case(field.json) != field.name else "",
            f"|{alias}" if (alias := facts.aliases.get((message, field.json))) else "",
            f":{of}{_limits(whole)}",
            f"@{field.group}" if field.group else "",
        )
    )


def _limits(text: str) -> str:
    return f"({text})" if text else ""


def kinds(facts: CrdFacts) -> str:
    """A line for each kind."""
    return "".join(f"{' '.join(_kind(index, facts))}\n" for index in range(len(facts.kinds)))


def _kind(index: int, facts: CrdFacts) -> Iterator[str]:
    kind = facts.kinds[index]
    spec = kind.crd["spec"]
    first = spec["versions"][0]
    yield kind.name + ("!" if "spec" in first["schema"]["openAPIV3Schema"].get("required", ()) else "")
    yield spec["group"]
    yield ",".join(version["name"] + ("*" if version["storage"] else "") for version in spec["versions"])
    yield kind.message
    if names := spec["names"].get("shortNames"):
        yield f"short={','.join(names)}"
    if columns := first.get("additionalPrinterColumns"):
        yield "columns=" + ",".join(f"{column['name']}={column['jsonPath']}" for column in columns)
    if kind.rules:
        yield f"rules={','.join(kind.rules)}"


def rules(facts: CrdFacts) -> str:
    """A line for each pattern and each rule."""
    lines = [f"pattern\t{name}\t{text}" for name, text in sorted(facts.patterns.items())]
    for name, (message, expression) in sorted(facts.rules.items()):
        lines.append(f"rule\t{name}\t{message}\t{expression.replace(chr(10), chr(92) + 'n')}")
    return "\n".join(lines) + "\n"
