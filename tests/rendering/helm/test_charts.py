"""Rendering whole charts."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from istioctl.errors import InputError, TemplateError
from istioctl.rendering.helm.charts import load_chart
from istioctl.yamldoc.reader import load_all

Tree = dict[str, str]

CHART = "apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: 4\n"
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n"


def write(folder: Path, files: Tree) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return folder


def data_of(folder: Path, template: str, own: str = "", **render: Any) -> dict[str, Any]:
    """The `data` of a ConfigMap that a chart of one template makes."""
    write(folder, {"Chart.yaml": CHART, "values.yaml": own, "templates/config.yaml": CONFIG + template})
    (document,) = load_all(load_chart(folder).render(**render))
    data: dict[str, Any] = document["data"]
    return data


def test_what_templates_see(tmp_path: Path) -> None:
    template = """\
  release: {{ .Release.Name }}/{{ .Release.Namespace }}/{{ .Release.Revision }}/{{ .Release.IsInstall }}
  chart: {{ .Chart.Name }}-{{ .Chart.Version }} {{ .Chart.AppVersion }}
  kube: {{ .Capabilities.KubeVersion }} {{ .Capabilities.KubeVersion.Minor }}
  api: {{ .Capabilities.APIVersions.Has "apps/v1" }} {{ .Capabilities.APIVersions.Has "a.b/v1" }}
  template: {{ .Template.Name }} {{ .Template.BasePath }}
  file: {{ .Files.Get "conf/a.txt" | quote }}
"""
    write(tmp_path, {"conf/a.txt": "hello"})
    assert data_of(tmp_path, template, name="r", namespace="n", kube_version="1.31", api_versions=["a.b/v1"]) == {
        "release": "r/n/1/true",
        "chart": "web-1.2.3 4",
        "kube": "v1.31.0 31",
        "api": "true true",
        "template": "web/templates/config.yaml web/templates",
        "file": "hello",
    }


def test_values_files_then_values_over_the_charts_own(tmp_path: Path) -> None:
    first = tmp_path / "first.yaml"
    first.write_text("a: 1\nb: {x: 1}\n")
    second = tmp_path / "second.yaml"
    second.write_text("b: {w: 2}\nlist: [z]\n")
    template = "  all: {{ toJson .Values | quote }}\n"
    values = "a: 0\nb: {x: 0, w: 0, z: 0}\nlist: [p, q]\ngone: 1\nkept: null\n"
    found = data_of(
        tmp_path / "chart", template, values, value_files=[first, second], values={"gone": None, "b": {"z": 3}}
    )
    assert json.loads(found["all"]) == {"a": 1, "b": {"x": 1, "w": 2, "z": 3}, "list": ["z"], "kept": None}


def test_numbers_are_floats_as_helm_reads_them(tmp_path: Path) -> None:
    found = data_of(
        tmp_path, "  num: {{ .Values.num | quote }}\n  i: {{ .Values.num | int | quote }}\n", "num: 1000000\n"
    )
    assert found == {"num": "1e+06", "i": "1000000"}


def test_objects_come_in_install_order_and_hooks_last(tmp_path: Path) -> None:
    def made(kind: str, name: str, more: str = "") -> str:
        return f"apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\n{more}"

    hook = "  annotations:\n    helm.sh/hook: pre-install,post-delete\n"
    unknown = "  annotations:\n    helm.sh/hook: crd-install\n"
    chart = write(
        tmp_path,
        {
            "Chart.yaml": CHART,
            "templates/a.yaml": made("Zebra", "z") + "\n---\n# nothing\n\n---\n" + made("Service", "s"),
            "templates/b.yaml": made("Job", "hook", hook) + "---\n" + made("Namespace", "n"),
            "templates/c.yaml": made("Job", "unknown", unknown),
            "templates/_partial.tpl": "nothing of this: [",
            "templates/NOTES.txt": "thanks for {{ .Release.Name }}",
            "crds/d.yaml": made("CustomResourceDefinition", "d"),
        },
    )
    text = load_chart(chart).render()
    kinds = [document["kind"] for document in load_all(text) if document]
    assert kinds == ["Namespace", "Service", "Zebra", "Job"]
    assert text.index("# Source: web/templates/b.yaml") < text.index("# Source: web/templates/a.yaml")
    with_crds = load_chart(chart).render(include_crds=True)
    assert with_crds.startswith("---\n# Source: web/crds/d.yaml\n")
    assert load_chart(chart).render_release(name="x").notes == "thanks for x"


def parent_with_subcharts(folder: Path) -> Path:
    dependencies = """\
dependencies:
- {name: db, version: ">=1", condition: db.enabled, tags: [data], import-values: [{child: out, parent: taken}]}
- {name: db, version: "1.x", alias: cache, condition: cache.enabled}
- {name: lib, version: "*"}
"""
    shown = CONFIG.replace("{{ .Release.Name }}", "{{ .Chart.Name }}")
    return write(
        folder,
        {
            "Chart.yaml": CHART + dependencies,
            "values.yaml": "global: {zone: a}\ndb: {size: 2}\n",
            "templates/config.yaml": shown + "  taken: {{ toJson .Values.taken | quote }}\n"
            '  subs: {{ keys .Subcharts | sortAlpha | join "," }}\n',
            "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
            "charts/db/values.yaml": "size: 1\nout: {port: 5432}\nglobal: {zone: z, own: 1}\n",
            "charts/db/templates/config.yaml": shown + "  size: {{ .Values.size | quote }}\n"
            "  global: {{ toJson .Values.global | quote }}\n  where: {{ .Template.Name }}\n",
            "charts/lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 0.1.0\ntype: library\n",
            "charts/lib/templates/never.yaml": '{{ fail "a library makes no objects" }}',
            "charts/lib/templates/_help.tpl": '{{ define "lib.x" }}x{{ end }}',
        },
    )


def configs(text: str) -> dict[str, dict[str, Any]]:
    return {document["metadata"]["name"]: document["data"] for document in load_all(text) if document}


def test_subcharts_have_their_values_aliases_and_globals(tmp_path: Path) -> None:
    found = configs(load_chart(parent_with_subcharts(tmp_path)).render(values={"cache": {"size": 9}}))
    assert found["web"] == {"taken": '{"port":5432}', "subs": "cache,db,lib"}
    assert found["db"]["size"] == "2"
    assert json.loads(found["db"]["global"]) == {"zone": "a", "own": 1}
    assert found["cache"]["size"] == "9"
    assert found["cache"]["where"] == "web/charts/cache/templates/config.yaml"


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"db": {"enabled": False}}, {"web", "cache"}),
        ({"tags": {"data": False}}, {"web", "cache"}),
        ({"tags": {"data": False}, "db": {"enabled": True}}, {"web", "cache", "db"}),
        ({"cache": {"enabled": False}}, {"web", "db"}),
    ],
)
def test_conditions_and_tags_switch_subcharts(tmp_path: Path, values: dict[str, Any], names: set[str]) -> None:
    chart = load_chart(parent_with_subcharts(tmp_path))
    assert configs(chart.render(values=values)).keys() == names
    assert configs(chart.render()).keys() == {"web", "cache", "db"}  # rendering does not change the chart


def test_an_archive_is_as_good_as_a_folder(tmp_path: Path) -> None:
    folder = parent_with_subcharts(tmp_path / "web")
    with tarfile.open(tmp_path / "web.tgz", "w:gz") as tar:
        tar.add(folder, "web")
    assert load_chart(tmp_path / "web.tgz").render() == load_chart(folder).render()


def test_helmignore_leaves_files_out(tmp_path: Path) -> None:
    write(tmp_path, {".helmignore": "# no\n*.bak\n/secret/\nsub/*.txt\n", "templates/x.yaml.bak": "[", "secret/a": "s"})
    write(tmp_path, {"sub/b.txt": "b", "sub/c.md": "c", "templates/.hidden.yaml": "["})
    template = '  files: {{ range $p, $c := .Files.Glob "**" }}{{ $p }} {{ end }}\n'
    assert data_of(tmp_path, template) == {"files": ".helmignore sub/c.md"}


def test_a_schema_is_checked(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"num": {"type": "integer", "minimum": 1}}, "required": ["num"]}
    write(tmp_path, {"values.schema.json": json.dumps(schema)})
    assert data_of(tmp_path, "  a: b\n", "num: 3\n") == {"a": "b"}
    with pytest.raises(InputError, match=r"(?s)web:.*- at '/num': 0"):
        load_chart(tmp_path).render(values={"num": 0})


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{ .Values.x.y }}", "nil pointer evaluating interface {}.y"),
        (
            '{{ required "x is needed" .Values.x }}',
            r"execution error at \(web/templates/config.yaml:6:3\): x is needed",
        ),
        ("{{ nofunc }}", r'parse error at \(web/templates/config.yaml:6\): function "nofunc" not defined'),
        ("  a: [", r"YAML parse error on web/templates/config.yaml"),
    ],
)
def test_failing_templates_are_one_error(tmp_path: Path, template: str, problem: str) -> None:
    with pytest.raises(TemplateError, match=problem):
        data_of(tmp_path, template)


@pytest.mark.parametrize(
    ("chart", "problem"),
    [
        ("name: web\n", "chart.metadata.version is required"),
        ("name: web\nversion: latest\n", "version 'latest' is invalid"),
        ("name: a/b\nversion: 1.0.0\n", "name 'a/b' is invalid"),
        ("name: web\nversion: 1.0.0\ntype: other\n", "type must be application or library"),
        ("- a\n", "a mapping was expected"),
        ("name: [a]\nversion: 1.0.0\n", "name must be text"),
        (CHART + "dependencies: 5\n", "dependencies must be a list"),
        (CHART + "dependencies: [x]\n", "a dependency must be a mapping"),
        (CHART + "keywords: x\n", "keywords must be a list"),
        ("name: [\n", "bad YAML"),
        (CHART + "type: library\n", "library charts are not installable"),
        (CHART + "kubeVersion: '>=1.40'\n", "requires kubeVersion: >=1.40"),
        (CHART + "dependencies: [{name: db, version: '1'}]\n", "missing in charts/ directory: db"),
    ],
)
def test_charts_that_are_none(tmp_path: Path, chart: str, problem: str) -> None:
    write(tmp_path, {"Chart.yaml": chart})
    with pytest.raises(InputError, match=problem):
        load_chart(tmp_path).render(kube_version="1.30.0")


def archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"kind: Pod", "not a gzipped chart archive"),
        (b"\x1f\x8b\x08 damaged", "the archive is damaged"),
        (archive({"../../etc/passwd": b""}), "not a path inside a chart's folder"),
        (archive({"web/../../x": b""}), "not a path inside a chart's folder"),
        (archive({}), "no files in the chart archive"),
        (archive({"web/README.md": b""}), "Chart.yaml file is missing"),
    ],
    ids=["text", "damaged", "outside", "above", "empty", "no-chart"],  # an archive holds the time it was made
)
def test_archives_that_are_none(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "web.tgz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem):
        load_chart(path)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't read the chart") as caught:
        load_chart(tmp_path / "none")
    assert caught.value.where == str(tmp_path / "none")
    write(tmp_path, {"Chart.yaml": CHART})
    with pytest.raises(InputError, match="can't read the values file"):
        load_chart(tmp_path).render(value_files=[tmp_path / "none.yaml"])
    with pytest.raises(InputError, match="is not a release name"):
        load_chart(tmp_path).render(name="No_Name")
    with pytest.raises(InputError, match="invalid Kubernetes version"):
        load_chart(tmp_path).render(kube_version="new")
