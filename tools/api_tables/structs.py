"""Kubernetes' and OpenShift's types, as the Go structs of their modules have them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tools.api_tables.sources import SourceError, module_folder

#: The folders of each module whose structs are read, and the package they get in the table.
_FOLDERS = (
    ("k8s.io/api", ("core/v1", "apps/v1", "batch/v1", "autoscaling/v2", "policy/v1"), "k8s"),
    ("k8s.io/apimachinery", ("pkg/apis/meta/v1",), "k8s"),
    ("github.com/openshift/api", ("apps/v1",), "openshift"),
)
KUBERNETES_MODULES = tuple(module for module, _, _ in _FOLDERS)
#: The kinds with pods, what an IstioOperator document holds of other kinds, and those that stand beside pods in files.
_ROOTS = (
    "openshift.DeploymentConfig", "k8s.CronJob", "k8s.DaemonSet", "k8s.Deployment", "k8s.Job",
    "k8s.PersistentVolumeClaim", "k8s.Pod", "k8s.ReplicaSet", "k8s.ReplicationController", "k8s.StatefulSet",
    "k8s.HorizontalPodAutoscalerSpec", "k8s.PodDisruptionBudgetSpec", "k8s.ServiceSpec",
    "k8s.ConfigMap", "k8s.Namespace", "k8s.Secret", "k8s.Service", "k8s.ServiceAccount",
)  # fmt: skip
#: Types that write their own JSON.
_SCALARS = {
    "Quantity": "quantity", "IntOrString": "int-or-string", "Time": "time", "MicroTime": "time", "Duration": "string",
    "FieldsV1": "value", "RawExtension": "value",
}  # fmt: skip
_PLAIN = {"string": "string", "bool": "bool", "int32": "int32", "int64": "int64", "int": "int64", "byte": "bytes",
          "float64": "double"}  # fmt: skip
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_IMPORT = re.compile(r'^\s*(?:import\s+)?(\w+)?\s*"([\w./-]+)"$', re.MULTILINE)
_STRUCT = re.compile(r"^type (\w+) struct \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"^type (\w+) ([\w.\[\]*]+)$", re.MULTILINE)
_FIELD = re.compile(r'^\s*(?:(\w+)\s+)?([\w.\[\]*]+)\s+`[^`]*?json:"([^"]*)"', re.MULTILINE)


class GoField(NamedTuple):
    """One field: its names in JSON and Go, its Go type, whether an empty one is left out, the struct it comes from."""

    json: str
    name: str
    type: str
    optional: bool
    embedded: str


class _Package(NamedTuple):
    """What a folder declares: structs with the text of their fields, and types with another name for something."""

    name: str
    structs: dict[str, str]
    named: dict[str, str]
    imports: dict[str, str]


def kubernetes_table() -> str:
    """The table of all structs that the roots need.

    Raises:
        SourceError: a module can't be fetched, or has a type that the notation can't say.
    """
    return _Structs(_packages()).table()


def _packages() -> dict[str, _Package]:
    """The packages by the path under which Go's files import them."""
    found = {}
    for module, folders, name in _FOLDERS:
        for folder in folders:
            found[f"{module}/{folder}"] = _read(module_folder(module) / folder, name)
    return found


def _read(folder: Path, name: str) -> _Package:
    package = _Package(name, {}, {}, {})
    for path in sorted(folder.glob("*types*.go")):
        code = _COMMENT.sub("", path.read_text(encoding="utf-8"))
        for alias, imported in _IMPORT.findall(code):
            package.imports[alias or imported.rpartition("/")[2]] = imported
        package.structs.update(_STRUCT.findall(code))
        package.named.update(_NAMED.findall(code))
    return package


class _Structs:
    """Follows the fields of structs through the packages."""

    def __init__(self, packages: dict[str, _Package]) -> None:
        self._packages = packages
        self._waiting: list[tuple[str, str]] = []

    def table(self) -> str:
        for root in _ROOTS:
            name, _, struct = root.partition(".")
            self._waiting += [
                (path, struct)
                for path, package in self._packages.items()
                if package.name == name and struct in package.structs
            ]
        lines: dict[str, dict[str, str]] = {}
        origins: dict[tuple[str, str], str] = {}
        while self._waiting:
            path, struct = self._waiting.pop()
            package = self._packages[path].name
            if origins.setdefault((package, struct), path) != path:
                raise SourceError(f"{path} and {origins[package, struct]} both have a type {struct}")
            if struct not in lines.setdefault(package, {}):
                lines[package][struct] = ""
                words = [self._word(field, path) for field in self._fields(path, struct)]
                lines[package][struct] = " ".join((struct, *words))
        text = ""
        for package, structs in sorted(lines.items()):
            text += f"package {package} go\n" + "".join(f"{line}\n" for _, line in sorted(structs.items()))
        return text

    def _fields(self, path: str, struct: str) -> Iterator[GoField]:
        """The fields of a struct, those of embedded ones in their place."""
        is_kind = "TypeMeta" in self._packages[path].structs[struct]
        for name, type_, tag in _FIELD.findall(self._packages[path].structs[struct]):
            json, *options = tag.split(",")
            if not name and "inline" in options:
                inner_path, inner = self._resolve(path, type_)
                for field in self._fields(inner_path, inner):
                    yield field._replace(type=self._qualified(inner_path, field.type), embedded=inner)
            elif json and json != "-":
                name = name or type_.rpartition(".")[2]
                optional = "omitempty" in options or "omitzero" in options
                yield GoField(json, name, "any" if is_kind and json == "status" else type_, optional, "")

    def _qualified(self, path: str, type_: str) -> str:
        """A type as other packages can name it."""
        marks = re.match(r"(?:\*|\[\]|map\[\w+\])*", type_)
        mark = marks[0] if marks else ""
        name = type_.removeprefix(mark)
        return type_ if name in _PLAIN or "." in name else f"{mark}{path}.{name}"

    def _resolve(self, path: str, name: str) -> tuple[str, str]:
        """The package and the name of a type that a package names."""
        above, _, last = name.rpartition(".")
        if not above:
            return path, last
        return (above if above in self._packages else self._packages[path].imports.get(above, above)), last

    def _word(self, field: GoField, path: str) -> str:
        capital = field.json[0].upper() + field.json[1:]
        return "".join(
            (
                field.json,
                "" if field.optional else "!",
                f"/{field.name}" if field.name != capital else "",
                f":{self._type(field.type, path)}",
                f"@{field.embedded}" if field.embedded else "",
            )
        )

    def _type(self, type_: str, path: str) -> str:
        if type_ == "any":
            return "value"
        if type_.startswith("*"):
            return self._type(type_[1:], path) + "?"
        if type_ == "[]byte":
            return "bytes"
        if type_.startswith("[]"):
            return f"[{self._type(type_[2:], path)}]"
        if type_.startswith("map["):
            return f"{{{self._type(type_.partition(']')[2], path)}}}"
        if type_ in _PLAIN:
            return _PLAIN[type_]
        owner, name = self._resolve(path, type_)
        if name in _SCALARS:
            return _SCALARS[name]
        package = self._packages.get(owner)
        if package and name in package.named:
            return self._type(package.named[name], owner)
        if package and name in package.structs:
            self._waiting.append((owner, name))
            return f".{name}" if package.name == self._packages[path].name else f"{package.name}.{name}"
        if owner.endswith("/types"):  # names and identifiers
            return "string"
        raise SourceError(f"{path}: what is {type_}?")
