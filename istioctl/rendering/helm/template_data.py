"""What a chart's templates see: `.Values`, `.Chart`, `.Files`, `.Capabilities` and `.Release`, with Go's types."""

from __future__ import annotations

import base64
import posixpath
from collections.abc import Mapping
from typing import Any, cast

from istioctl.golang import types
from istioctl.golang.budget import ITEM, take
from istioctl.golang.types import (
    BOOL,
    BYTES,
    MAP_ANY,
    MAP_STRING,
    SLICE_STRING,
    STRING,
    function,
    map_of,
    pointer_to,
    slice_of,
)
from istioctl.golang.values import Int, decode, make, nil
from istioctl.rendering.helm.capabilities import HELM_VERSION, Capabilities
from istioctl.rendering.helm.chart import Chart, Dependency, Values
from istioctl.rendering.helm.patterns import glob_pattern
from istioctl.yamldoc.writer import dump

VALUES = types.named("chartutil.Values", MAP_ANY)
_MAINTAINER = types.struct("chart.Maintainer", {"Name": STRING, "Email": STRING, "URL": STRING})
_DEPENDENCY = types.struct(
    "chart.Dependency",
    {
        "Name": STRING,
        "Version": STRING,
        "Repository": STRING,
        "Condition": STRING,
        "Tags": SLICE_STRING,
        "Enabled": BOOL,
        "ImportValues": types.SLICE_ANY,
        "Alias": STRING,
    },
)
_CHART = types.struct(
    "struct { chart.Metadata; IsRoot bool }",
    {
        "Name": STRING,
        "Home": STRING,
        "Sources": SLICE_STRING,
        "Version": STRING,
        "Description": STRING,
        "Keywords": SLICE_STRING,
        "Maintainers": slice_of(pointer_to(_MAINTAINER)),
        "Icon": STRING,
        "APIVersion": STRING,
        "Condition": STRING,
        "Tags": STRING,
        "AppVersion": STRING,
        "Deprecated": BOOL,
        "Annotations": MAP_STRING,
        "KubeVersion": STRING,
        "Dependencies": slice_of(pointer_to(_DEPENDENCY)),
        "Type": STRING,
        "IsRoot": BOOL,
    },
)
_FILES = types.named("engine.files", map_of(STRING, BYTES))
_VERSION_SET = types.named("chartutil.VersionSet", SLICE_STRING)
_KUBE_VERSION = types.struct("chartutil.KubeVersion", {"Version": STRING, "Major": STRING, "Minor": STRING})
_BUILD_INFO = types.struct(
    "version.BuildInfo", {"Version": STRING, "GitCommit": STRING, "GitTreeState": STRING, "GoVersion": STRING}
)
_CAPABILITIES = types.struct(
    "chartutil.Capabilities", {"KubeVersion": _KUBE_VERSION, "APIVersions": _VERSION_SET, "HelmVersion": _BUILD_INFO}
)
_JSON_NAMES = {
    "Name": "name", "Home": "home", "Sources": "sources", "Version": "version", "Description": "description",
    "Keywords": "keywords", "Maintainers": "maintainers", "Icon": "icon", "APIVersion": "apiVersion",
    "Condition": "condition", "Tags": "tags", "AppVersion": "appVersion", "Deprecated": "deprecated",
    "Annotations": "annotations", "KubeVersion": "kubeVersion", "Dependencies": "dependencies", "Type": "type",
    "IsRoot": "IsRoot", "Email": "email", "URL": "url", "Repository": "repository", "Enabled": "enabled",
    "ImportValues": "import-values", "Alias": "alias",
}  # fmt: skip
_ALWAYS = {"IsRoot": True, "Repository": True}


def _as_json(value: Any) -> object:
    from istioctl.golang.json_text import view

    return {_JSON_NAMES[name]: view(item) for name, item in value.items() if item or name in _ALWAYS}


for _struct in (_CHART, _MAINTAINER, _DEPENDENCY):
    _struct.json = pointer_to(_struct).json = _as_json

_VERSION_SET.methods["Has"] = function("Has", "string", lambda versions, version: version in versions, passes=True)
_KUBE_VERSION.methods |= {
    "String": function("String", "", lambda version: version["Version"]),
    "GitVersion": function("GitVersion", "", lambda version: version["Version"]),
}

_Files = Mapping[str, bytes]


def _glob(files: _Files, pattern: str) -> object:
    compiled = glob_pattern(pattern)
    return make(_FILES, {path: content for path, content in files.items() if compiled.match(path)})


def _as_config(files: _Files) -> str:
    if not files:
        return "{}"
    return dump({posixpath.basename(path): decode(files[path]) for path in sorted(files)}).removesuffix("\n")


def _as_secrets(files: _Files) -> str:
    if not files:
        return "{}"
    secrets = {posixpath.basename(path): base64.b64encode(files[path]).decode() for path in sorted(files)}
    return dump(secrets).removesuffix("\n")


def _lines(files: _Files, path: str) -> object:
    text = decode(files[path]) if path in files else None
    take(ITEM * text.count("\n") if text else 0)
    return make(SLICE_STRING, [] if text is None else text.removesuffix("\n").split("\n"))


_FILES.methods |= {
    "Get": function("Get", "string", lambda files, path: decode(files.get(path, b""))),
    "GetBytes": function("GetBytes", "string", lambda files, path: files.get(path, b""), passes=True),
    "Glob": function("Glob", "string", _glob),
    "AsConfig": function("AsConfig", "", _as_config),
    "AsSecrets": function("AsSecrets", "", _as_secrets),
    "Lines": function("Lines", "string", _lines),
}


def _strings(items: list[str]) -> object:
    return make(SLICE_STRING, items) if items else nil(SLICE_STRING)


def _dependency_value(one: Dependency) -> object:
    return make(
        pointer_to(_DEPENDENCY),
        {
            "Name": one.name,
            "Version": one.version,
            "Repository": one.repository,
            "Condition": one.condition,
            "Tags": _strings(one.tags),
            "Enabled": one.enabled,
            "ImportValues": one.import_values or nil(types.SLICE_ANY),
            "Alias": one.alias,
        },
    )


def _chart_value(chart: Chart) -> object:
    said = chart.metadata
    star = pointer_to(_MAINTAINER)
    maintainers = [
        make(star, {"Name": one["name"], "Email": one["email"], "URL": one["url"]}) for one in said["maintainers"]
    ]
    dependencies = [_dependency_value(one) for one in chart.wanted]
    fields = _CHART.fields
    return make(
        _CHART,
        {
            **{go: said[name] for go, name in _JSON_NAMES.items() if name in said and go in fields},
            "Sources": _strings(said["sources"]),
            "Keywords": _strings(said["keywords"]),
            "Maintainers": make(fields["Maintainers"], maintainers) if maintainers else nil(fields["Maintainers"]),
            "Annotations": make(MAP_STRING, said["annotations"]) if said["annotations"] else nil(MAP_STRING),
            "Dependencies": make(fields["Dependencies"], dependencies) if dependencies else nil(fields["Dependencies"]),
            "IsRoot": chart.parent is None,
        },
    )


def capabilities_value(capabilities: Capabilities) -> object:
    """`.Capabilities`."""
    version = {"Version": capabilities.kube_version, "Major": capabilities.major, "Minor": capabilities.minor}
    return make(
        pointer_to(_CAPABILITIES),
        {
            "KubeVersion": make(_KUBE_VERSION, version),
            "APIVersions": make(_VERSION_SET, list(capabilities.api_versions)),
            "HelmVersion": make(_BUILD_INFO, {"Version": HELM_VERSION, "GoVersion": "go1.26"}),
        },
    )


def release_value(name: str, namespace: str, *, revision: int = 1, upgrade: bool = False) -> dict[str, object]:
    """`.Release`."""
    return {
        "Name": name,
        "Namespace": namespace,
        "IsUpgrade": upgrade,
        "IsInstall": not upgrade,
        "Revision": Int(revision),
        "Service": "Helm",
    }


def chart_data(chart: Chart, values: Values, shared: Mapping[str, object]) -> list[tuple[Chart, dict[str, object]]]:
    """What the templates of a chart and of those below it see: each chart with its data, the given one first.

    Args:
        chart: the chart.
        values: its values; those of a sub-chart are under its name.
        shared: what all see alike (`Release`, `Capabilities`).
    """
    subs: dict[str, object] = {}
    data = {
        "Chart": _chart_value(chart),
        "Files": make(_FILES, chart.files),
        **shared,
        "Values": make(VALUES, values),
        "Subcharts": subs,
    }
    seen = cast("dict[str, object]", make(VALUES, data))
    everything = [(chart, seen)]
    for sub in chart.charts:
        below = values.get(sub.name)
        found = chart_data(sub, below if isinstance(below, dict) else {}, shared)
        subs[sub.name] = found[0][1]
        everything += found
    return everything


def template_value(path: str, base: str) -> object:
    """`.Template` of the template at `path`."""
    return make(VALUES, {"Name": path, "BasePath": base})
