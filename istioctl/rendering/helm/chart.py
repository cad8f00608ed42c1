"""A loaded chart: what its Chart.yaml says, its values, templates and sub-charts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from istioctl.errors import InputError
from istioctl.golang.json_text import floats
from istioctl.gotemplate.functions.semver import VersionError, parse_constraint, parse_version
from istioctl.patterns import lazy_pattern
from istioctl.rendering.helm.files import Files, read_chart_files, unpack
from istioctl.yamldoc.reader import load
from istioctl.yamldoc.scalars import single_float_text

Values = dict[str, Any]

_TEXTS = (
    "name", "home", "version", "description", "icon", "apiVersion", "condition", "tags", "appVersion", "kubeVersion",
    "type",
)  # fmt: skip
_SPACE = lazy_pattern(r"\s")


@dataclass(slots=True)
class Dependency:
    """A sub-chart as Chart.yaml asks for it.

    Attributes:
        name: the sub-chart's name; its alias once the alias is applied.
        version: a constraint on its version.
        condition: paths of values that switch it, separated by commas.
        tags: names under `tags` that switch it.
        import_values: what of its values the parent takes over.
        alias: another name for it.
        repository: where it comes from.
        enabled: whether it takes part.
    """

    name: str
    version: str = ""
    condition: str = ""
    tags: list[str] = field(default_factory=list)
    import_values: list[Any] = field(default_factory=list)
    alias: str = ""
    repository: str = ""
    enabled: bool = False


@dataclass(slots=True)
class Chart:
    """One chart.

    Attributes:
        metadata: Chart.yaml's fields, texts as texts.
        values: the chart's own values.
        templates: texts by path, such as `templates/service.yaml`.
        files: everything that is not a template, by path.
        schema: the text of `values.schema.json`, or None.
        wanted: the dependencies Chart.yaml names.
        charts: the sub-charts.
        parent: the chart it is part of.
    """

    metadata: dict[str, Any]
    values: Values
    templates: dict[str, str]
    files: Files
    schema: bytes | None
    wanted: list[Dependency]
    charts: list[Chart]
    parent: Chart | None = None

    @property
    def name(self) -> str:
        """The chart's name, or its alias."""
        name: str = self.metadata["name"]
        return name

    @property
    def version(self) -> str:
        """The chart's version."""
        version: str = self.metadata["version"]
        return version

    @property
    def is_library(self) -> bool:
        """Whether only its partials count."""
        return str(self.metadata.get("type", "")).lower() == "library"

    @property
    def full_path(self) -> str:
        """The path its templates are named by: `parent/charts/name`."""
        return self.name if self.parent is None else f"{self.parent.full_path}/charts/{self.name}"

    def copy(self, name: str | None = None) -> Chart:
        """A copy that may get another name, with copies of its sub-charts; texts and values are shared."""
        metadata = {**self.metadata, "name": name or self.name}
        wanted = [
            Dependency(one.name, one.version, one.condition, one.tags, one.import_values, one.alias, one.repository)
            for one in self.wanted
        ]
        made = Chart(metadata, self.values, self.templates, self.files, self.schema, wanted, [])
        made.adopt([chart.copy() for chart in self.charts])
        return made

    def adopt(self, charts: list[Chart]) -> None:
        """Sets the sub-charts."""
        self.charts = charts
        for chart in charts:
            chart.parent = self

    def definitions(self) -> Iterator[tuple[str, str]]:
        """The files under `crds/` of this chart and its sub-charts: path (`name/crds/x.yaml`) and text."""
        for path in self.files:
            if path.startswith("crds/") and path.endswith((".yaml", ".yml", ".json")):
                yield f"{self.full_path}/{path}", self.files[path].decode("utf-8", "replace")
        for chart in self.charts:
            yield from chart.definitions()


def read_chart(path: Path) -> Chart:
    """Loads the chart at `path`, a folder or an archive, with its sub-charts.

    Raises:
        InputError: it is not a chart, or a file of it can't be read.
    """
    return chart_of(read_chart_files(path), str(path))


def chart_of(files: Files, source: str) -> Chart:
    """A chart of its files.

    Args:
        files: the files by their path in the chart.
        source: where they come from, for errors.

    Raises:
        InputError: they make no chart.
    """
    if "Chart.yaml" not in files:
        raise InputError("Chart.yaml file is missing", where=source)
    data = _mapping(files["Chart.yaml"], f"{source}/Chart.yaml")
    data.setdefault("apiVersion", "v1")
    if "requirements.yaml" in files:
        data |= _mapping(files["requirements.yaml"], f"{source}/requirements.yaml")
    values = _mapping(files["values.yaml"], f"{source}/values.yaml") if "values.yaml" in files else {}
    templates: dict[str, str] = {}
    others: Files = {}
    nested: dict[str, Files] = {}
    for path, content in files.items():
        folder, slash, below = path.partition("/")
        if path in _OWN or (path in _OLD and data["apiVersion"] != "v1"):
            continue
        if slash and folder == "templates":
            templates[path] = content.decode("utf-8", "surrogateescape")
        elif slash and folder == "charts" and not path.endswith(".prov"):
            name, _, rest = below.partition("/")
            nested.setdefault(name, {})[rest] = content
        else:
            others[path] = content
    chart = Chart(_metadata(data, source), _floats(values), templates, others, files.get("values.schema.json"), [], [])
    wanted = data.get("dependencies") or []
    if not isinstance(wanted, list):
        raise InputError("dependencies must be a list", where=f"{source}/Chart.yaml")
    chart.wanted = [_dependency(entry, source) for entry in wanted]
    chart.adopt([
        sub for name in sorted(nested) if (sub := _nested_chart(name, nested[name], f"{source}/charts/{name}"))
    ])  # fmt: skip
    return chart


_OWN = frozenset(("Chart.yaml", "Chart.lock", "values.yaml", "values.schema.json"))
_OLD = frozenset(("requirements.yaml", "requirements.lock"))


def _nested_chart(name: str, files: Files, source: str) -> Chart | None:
    if name.startswith(("_", ".")):
        return None
    if "" not in files:
        return chart_of(files, source)
    return chart_of(unpack(files[""], source), source) if name.endswith(".tgz") else None


def _mapping(content: bytes, source: str) -> Values:
    data = load(content, source)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise InputError("a mapping was expected", where=source)
    return data


def _floats(values: Values) -> Values:
    result = floats(values)
    assert isinstance(result, dict)  # noqa: S101 - a mapping stays one
    return result


def read_values(content: bytes, source: str) -> Values:
    """The values of a values file; numbers are floats, as Helm reads them.

    Raises:
        InputError: it is not YAML, or no mapping.
    """
    return _floats(_mapping(content, source))


def _text(value: Any, what: str, source: str) -> str:
    """A value where Chart.yaml wants text, as sigs.k8s.io/yaml turns it into one."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return single_float_text(value)
    raise InputError(f"{what} must be text", where=f"{source}/Chart.yaml")


def _texts(value: Any, what: str, source: str) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError(f"{what} must be a list", where=f"{source}/Chart.yaml")
    return [_text(item, what, source) for item in value]


def _metadata(data: Mapping[str, Any], source: str) -> dict[str, Any]:
    texts: dict[str, Any] = {name: _sanitized(_text(data.get(name), name, source)) for name in _TEXTS}
    for required in ("name", "version"):
        if not texts[required]:
            raise InputError(f"chart.metadata.{required} is required", where=f"{source}/Chart.yaml")
    if texts["name"] in (".", "..") or "/" in texts["name"]:
        raise InputError(f"chart.metadata.name {texts['name']!r} is invalid", where=f"{source}/Chart.yaml")
    try:
        parse_version(texts["version"])
    except VersionError:
        message = f"chart.metadata.version {texts['version']!r} is invalid"
        raise InputError(message, where=f"{source}/Chart.yaml") from None
    if texts["type"] not in ("", "application", "library"):
        raise InputError("chart.metadata.type must be application or library", where=f"{source}/Chart.yaml")
    annotations = data.get("annotations") or {}
    maintainers = data.get("maintainers") or []
    if not isinstance(annotations, dict) or not isinstance(maintainers, list):
        raise InputError("annotations must be a mapping and maintainers a list", where=f"{source}/Chart.yaml")
    return texts | {
        "sources": _texts(data.get("sources"), "sources", source),
        "keywords": _texts(data.get("keywords"), "keywords", source),
        "annotations": {name: _text(value, name, source) for name, value in annotations.items()},
        "deprecated": data.get("deprecated") is True,
        "maintainers": [
            {name: _text(entry.get(name), name, source) for name in ("name", "email", "url")}
            for entry in maintainers
            if isinstance(entry, dict)
        ],
    }


def _sanitized(text: str) -> str:
    return "".join(char for char in _SPACE.sub(" ", text) if char.isprintable())


def _dependency(entry: Any, source: str) -> Dependency:
    if not isinstance(entry, dict):
        raise InputError("a dependency must be a mapping", where=f"{source}/Chart.yaml")
    name, version, condition, alias, repository = (
        _text(entry.get(key), key, source) for key in ("name", "version", "condition", "alias", "repository")
    )
    imports = entry.get("import-values") or []
    return Dependency(
        name,
        version,
        condition,
        _texts(entry.get("tags"), "tags", source),
        imports if isinstance(imports, list) else [imports],
        alias,
        repository,
    )


def version_allowed(constraint: str, version: str) -> bool:
    """Whether a version meets a constraint; what can't be understood meets none."""
    try:
        return parse_constraint(constraint).allows(parse_version(version))
    except VersionError:
        return False
