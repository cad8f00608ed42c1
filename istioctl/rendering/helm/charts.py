"""Rendering a Helm chart, as `helm template` does.

>>> load_chart("charts/web").render(name="web", namespace="shop", values={"replicas": 2})
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from istioctl.errors import InputError

if TYPE_CHECKING:
    from istioctl.rendering.helm.chart import Chart
    from istioctl.rendering.helm.manifests import Manifest

_LONGEST_NAME = 53
_NOTES = "NOTES.txt"


@dataclass(frozen=True, slots=True)
class RenderedChart:
    """What came out of a chart.

    Attributes:
        definitions: the files under `crds/`, path and text.
        manifests: its objects, in install order.
        hooks: the objects that run at a moment of a release's life, in install order.
        notes: the text of the chart's own NOTES.txt.
    """

    definitions: list[tuple[str, str]]
    manifests: list[Manifest]
    hooks: list[Manifest]
    notes: str

    def text(self, *, definitions: bool = False, hooks: bool = True) -> str:
        """The stream of documents that `helm template` prints.

        Args:
            definitions: with the files under `crds/` in front (`--include-crds`).
            hooks: with the hooks at the end.
        """
        found = [f"---\n# Source: {path}\n{text}\n" for path, text in self.definitions] if definitions else []
        stream = "".join([*found, *map(str, self.manifests)]).strip() + "\n"
        return stream + "".join(map(str, self.hooks)) if hooks else stream


class LoadedChart:
    """A chart that can be rendered any number of times.

    Args:
        chart: the chart, with its sub-charts.
    """

    def __init__(self, chart: Chart) -> None:
        self._chart = chart

    def render(
        self,
        *,
        name: str = "release-name",
        namespace: str = "default",
        value_files: Iterable[str | Path] = (),
        values: Mapping[str, Any] | None = None,
        kube_version: str | None = None,
        api_versions: Sequence[str] = (),
        include_crds: bool = False,
    ) -> str:
        """The chart's objects as one stream of YAML documents, hooks at the end.

        Args:
            name, namespace: the release's.
            value_files: values files, later ones over earlier ones.
            values: values over those of the files; a None takes a default away.
            kube_version: the Kubernetes version to render for, such as `1.30.0`; the newest known if None.
            api_versions: API versions of the cluster beside the built-in ones, such as `monitoring.coreos.com/v1`.
            include_crds: with the files under `crds/` in front.

        Raises:
            InputError: a values file can't be read, values don't fit, or the chart does not want this Kubernetes.
            TemplateError: a template can't be parsed or fails, or its output is not YAML.
        """
        rendered = self.render_release(
            name=name,
            namespace=namespace,
            value_files=value_files,
            values=values,
            kube_version=kube_version,
            api_versions=api_versions,
        )
        return rendered.text(definitions=include_crds)

    def render_release(
        self,
        *,
        name: str = "release-name",
        namespace: str = "default",
        value_files: Iterable[str | Path] = (),
        values: Mapping[str, Any] | None = None,
        kube_version: str | None = None,
        api_versions: Sequence[str] = (),
    ) -> RenderedChart:
        """As `render`, but the parts one by one."""
        from istioctl.rendering.helm.capabilities import capabilities_of
        from istioctl.rendering.helm.chart import version_allowed
        from istioctl.rendering.helm.dependencies import resolve_dependencies
        from istioctl.rendering.helm.engine import render_templates
        from istioctl.rendering.helm.manifests import sort_manifests
        from istioctl.rendering.helm.schema import check_values
        from istioctl.rendering.helm.template_data import capabilities_value, release_value
        from istioctl.rendering.helm.values import coalesce

        _check_name(name)
        if self._chart.is_library:
            raise InputError("library charts are not installable", where=f"chart {self._chart.name}")
        _check_dependencies(self._chart)
        user = _user_values(value_files, values)
        chart = self._chart.copy()
        resolve_dependencies(chart, user)
        capabilities = capabilities_of(kube_version, tuple(api_versions))
        merged = coalesce(chart, user)
        check_values(chart, merged)
        wanted = chart.metadata["kubeVersion"]
        if wanted and not version_allowed(wanted, capabilities.kube_version):
            raise InputError(
                f"chart requires kubeVersion: {wanted} which is incompatible with Kubernetes "
                f"{capabilities.kube_version}",
                where=f"chart {chart.name}",
                id="kube-version",
            )
        shared = {"Release": release_value(name, namespace), "Capabilities": capabilities_value(capabilities)}
        rendered = render_templates(chart, merged, shared)
        notes = rendered.get(f"{chart.name}/templates/{_NOTES}", "")
        objects = {path: text for path, text in rendered.items() if not path.endswith(_NOTES)}
        manifests, hooks = sort_manifests(objects)
        return RenderedChart(list(chart.definitions()), manifests, hooks, notes)


def load_chart(path: str | Path) -> LoadedChart:
    """Loads the chart at `path`, a folder or a `.tgz` archive, with its sub-charts.

    Raises:
        InputError: it is not a chart, or a file of it can't be read.
    """
    from istioctl.rendering.helm.chart import read_chart

    return LoadedChart(read_chart(Path(path)))


def _check_dependencies(chart: Chart) -> None:
    present = {sub.name for sub in chart.charts}
    missing = [one.name for one in chart.wanted if one.name not in present]
    if missing:
        raise InputError(
            f"found in Chart.yaml, but missing in charts/ directory: {', '.join(missing)}",
            where=f"chart {chart.name}",
            hint="Fetch them with `helm dependency build`.",
            id="missing-dependencies",
        )


def _check_name(name: str) -> None:
    import re

    pattern = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
    if len(name) > _LONGEST_NAME or not re.fullmatch(pattern, name):
        raise InputError(
            f"{name!r} is not a release name",
            hint=f"Use at most {_LONGEST_NAME} small letters, digits, dashes and dots; a letter or digit at both ends.",
        )


def _user_values(value_files: Iterable[str | Path], values: Mapping[str, Any] | None) -> dict[str, Any]:
    from istioctl.golang.json_text import floats
    from istioctl.rendering.helm.chart import read_values
    from istioctl.rendering.helm.values import merge_user_values

    merged: dict[str, Any] = {}
    for file in value_files:
        try:
            content = Path(file).read_bytes()
        except OSError as error:
            raise InputError(f"can't read the values file: {error.strerror or error}", where=str(file)) from None
        merged = merge_user_values(merged, read_values(content, str(file)))
    given = floats(dict(values or {}))
    return merge_user_values(merged, given) if isinstance(given, dict) else merged
