"""The manifests of an Istio release instead of the built-in ones: its `manifests` folder, or a release archive.

Each component is one Helm chart of the folder, rendered as the real istioctl renders it. Source: upstream
`operator/pkg/helm/helm.go` and `operator/pkg/component/component.go`.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from istioctl.api.components import BY_NAME
from istioctl.api.trees import Values, lookup
from istioctl.errors import InputError
from istioctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from istioctl.rendering.helm.chart import Chart

_RELEASE_NAME = "istio"
#: What is rendered for where no cluster was asked: the oldest Kubernetes that Istio 1.30 supports.
_KUBE_VERSION = "v1.32.0"
_WARNING = "WARNING: "
_ARCHIVES = (".tgz", ".tar.gz", ".tar")
_MOST_BYTES = 200 * 1024 * 1024


class ReleaseCharts:
    """Renders the components of a release.

    Args:
        path: its `manifests` folder, a folder with that in it, or a release archive.

    Attributes:
        warnings: what the charts' notes warned about so far, one sentence each.

    Raises:
        InputError: there are no charts.
    """

    def __init__(self, path: Path) -> None:
        self._charts = manifests_folder(path) / "charts"
        self._loaded: dict[str, Chart] = {}
        self.warnings: list[str] = []
        if not self._charts.is_dir():
            raise InputError(
                "no Istio charts there: it has no folder 'charts'", where=f"--manifests {path}", id="no-charts"
            )

    def __call__(self, component: str, namespace: str, values: Values, kube_version: str | None = None) -> list[str]:
        """The documents of one component.

        Args:
            component: its name, such as `Pilot`.
            namespace: where it goes.
            values: the installation's merged `spec.values`, in the form the component takes them.
            kube_version: the cluster's version, such as `v1.31.2-gke.1`; None where no cluster was asked.

        Raises:
            InputError: the release has no such component, or its chart can't be read.
            TemplateError: the chart can't be rendered with these values.
        """
        from istioctl.golang.json_text import floats
        from istioctl.rendering.helm.capabilities import capabilities_of
        from istioctl.rendering.helm.engine import render_templates
        from istioctl.rendering.helm.schema import check_values
        from istioctl.rendering.helm.template_data import capabilities_value, release_value
        from istioctl.rendering.helm.values import coalesce

        chart = self._chart(component)
        given = floats(values)
        merged = coalesce(chart, given if isinstance(given, dict) else {})
        check_values(chart, merged)
        shared = {
            "Release": release_value(_RELEASE_NAME, namespace, revision=0) | {"IsInstall": False},
            "Capabilities": capabilities_value(capabilities_of(kube_version or _KUBE_VERSION, exact=True)),
        }
        rendered = render_templates(chart, merged, shared)
        texts: list[str] = []
        for path in sorted(rendered):
            if path.endswith(".txt"):
                self.warnings += _warnings(rendered[path])
            else:
                texts += _documents(rendered[path])
        if chart.name != "base" or lookup(values, "base", "enableIstioConfigCRDs") is not False:
            for _, text in sorted(chart.definitions()):
                texts += _documents(text)
        return texts

    def _chart(self, component: str) -> Chart:
        from istioctl.rendering.helm.chart import chart_of
        from istioctl.rendering.helm.files import read_folder

        if component not in self._loaded:
            folder = self._charts / BY_NAME[component].chart
            if not folder.is_dir():
                raise InputError(f"the release has no component {component}", where=str(folder), id="no-chart")
            self._loaded[component] = chart_of(read_folder(folder), str(folder))
        return self._loaded[component]


_BLOCK = lazy_pattern(r"((?:: |- )[|>][1-9]?)[+-]?[ \t]*\Z")


def _documents(text: str) -> list[str]:
    """The documents of a stream, as upstream splits it: at each line that starts with `---`.

    It trims them, so that a block of text at a document's end has no last newline; the block says so here.
    """
    parts: list[list[str]] = [[]]
    for line in text.splitlines(keepends=True):
        if line.startswith("---"):
            parts.append([])
        else:
            parts[-1].append(line)
    texts = ("".join(part).strip() for part in parts)
    return [f"{_without_last_newline(found)}\n" for found in texts if found]


def _without_last_newline(text: str) -> str:
    """A document whose last text, if it is a block, has no newline at its end."""
    lines = text.split("\n")
    least, header = len(text), None
    for number in range(len(lines) - 1, -1, -1):
        indent = len(lines[number]) - len(lines[number].lstrip(" "))
        if indent < len(lines[number]) and indent < least:
            if least < len(text) and _BLOCK.search(lines[number]):
                header = number  # the outermost one counts: others are text inside it
            least = indent
        if least == 0:
            break
    if header is not None:
        lines[header] = _BLOCK.sub(r"\1-", lines[header])
    return "\n".join(lines)


def _warnings(notes: str) -> list[str]:
    return [line.removeprefix(_WARNING) for line in notes.split("\n") if line.startswith(_WARNING)]


@cache
def manifests_folder(path: Path) -> Path:
    """The folder that holds `charts` and `profiles`.

    Args:
        path: that folder, a folder with `manifests` in it, or a release archive, which is unpacked into a temporary
            folder that lives as long as the program.

    Raises:
        InputError: the archive can't be read, or has no manifests.
    """
    if path.is_file():
        path = _unpacked(path)
    if not (path / "charts").is_dir() and (path / "manifests").is_dir():
        return path / "manifests"
    return path


#: Kept so that the folders go when the program ends.
_temporary: list[tempfile.TemporaryDirectory[str]] = []


def _unpacked(archive: Path) -> Path:
    import tarfile
    import zlib

    where = f"--manifests {archive}"
    if not archive.name.endswith(_ARCHIVES):
        raise InputError(
            "no folder and no release archive", where=where, hint=f"An archive's name ends in {', '.join(_ARCHIVES)}."
        )
    folder = tempfile.TemporaryDirectory(prefix="istioctl-manifests-")
    _temporary.append(folder)
    size = 0
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                if not member.isfile() or not _in_manifests(member.name):
                    continue
                size += member.size
                if size > _MOST_BYTES:
                    raise InputError(f"its manifests are larger than {_MOST_BYTES} bytes", where=where)
                tar.extract(member, folder.name, filter="data")
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise InputError(f"can't read the archive: {error}", where=where) from None
    found = sorted(Path(folder.name).glob("**/charts/base/Chart.yaml"))
    if not found:
        raise InputError("the archive has no Istio charts", where=where, id="no-charts")
    return found[0].parents[2]


def _in_manifests(name: str) -> bool:
    return "/charts/" in f"/{name}" or "/profiles/" in f"/{name}"
