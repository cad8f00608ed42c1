"""analyze: what is wrong with the mesh's configuration, in files, in a cluster, or in both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from istioctl.analysis.analyzers.registry import Analyzer, chosen
from istioctl.analysis.findings import Finding, Findings, Suppression, selected
from istioctl.analysis.loading import Loader
from istioctl.analysis.mesh_settings import default_gateway, from_config_map, read_mesh_config
from istioctl.analysis.messages import Level
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.analysis.sources import EXTENSIONS, Source, open_input, read_file
from istioctl.api.names import MESH_CONFIG_MAP, SYSTEM_NAMESPACE
from istioctl.errors import InputError

if TYPE_CHECKING:
    from istioctl.cluster.session import Client

#: Gets the objects of the given kinds from a cluster.
Fetch = Callable[[tuple[str, ...]], Iterator[Resource]]


@dataclass(frozen=True, slots=True)
class AnalyzeOptions:
    """What to analyze, and what to report.

    Args:
        inputs: files, folders, URLs, or `-` for stdin.
        namespace: the namespace of objects that name none (`default` where empty), and the only one reported about.
        all_namespaces: report about all; so does an empty `namespace`.
        strict_files: take the inputs for the whole mesh, so that what they do not hold is missing.
        istio_namespace: the control plane's.
        analyzers: names of the analyzers to run; empty for all.
        mesh_config_file: a mesh configuration to use.
    """

    inputs: tuple[str, ...] = ()
    namespace: str = "default"
    istio_namespace: str = SYSTEM_NAMESPACE
    analyzers: tuple[str, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    mesh_config_file: str = ""
    all_namespaces: bool = False
    strict_files: bool = False

    @property
    def reported(self) -> str:
        """The only namespace to report about; empty for all."""
        return "" if self.all_namespaces else self.namespace


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found.

    Attributes:
        findings: the worst first.
        errors: why some input could not be read.
        warnings: what the schema does not know, with its place.
        skipped: files left out for their name.
        analyzers: those that ran.
        objects: how many objects were looked at.
    """

    findings: list[Finding]
    errors: list[InputError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    analyzers: tuple[Analyzer, ...] = ()
    objects: int = 0

    def reaches(self, level: Level) -> bool:
        """Whether some finding is at least as bad."""
        return any(finding.message.level <= level for finding in self.findings)


def analyze(
    options: AnalyzeOptions,
    *,
    stdin: Callable[[], str],
    download: Callable[[str], str],
    fetch: Fetch | None = None,
    client: Client | None = None,
) -> Analysis:
    """Run the analyzers on all inputs together.

    Args:
        stdin: reads the whole of stdin.
        download: gets what a URL names.
        fetch: gets objects of a cluster, as `objects_of_clusters` does.
        client: a cluster to get them from where `fetch` is left out; without either it is about files only.

    Raises:
        InputError: an input, or the mesh configuration, can't be read.
        ClusterError: the cluster can't be reached.
    """
    if fetch is None and client is not None:
        from istioctl.actions.checks.cluster_objects import objects_of_clusters

        fetch = partial(objects_of_clusters, (client,), istio_namespace=options.istio_namespace, revision="")
    analyzers = chosen(options.analyzers)
    sources, skipped = _sources(options, stdin, download)
    snapshot = Snapshot(
        read_mesh_config("", ""),
        {},
        is_live=fetch is not None,
        is_whole=options.strict_files,
        istio_namespace=options.istio_namespace,
    )
    if fetch is not None:
        kinds = {kind for analyzer in analyzers for kind in analyzer.inputs} | {"ConfigMap"}
        for resource in fetch(tuple(sorted(kinds))):
            snapshot.add(resource)
    loader = Loader(options.namespace or "default", names_it=bool(options.reported))
    for source in sources:
        for resource in loader.read(source):
            snapshot.add(resource)
    try:
        _set_mesh(snapshot, options)
    except InputError as error:
        if error.id != "bad-mesh-config":
            raise
        loader.warnings.append(f"{error}; istiod would refuse this, so Istio's defaults are taken")
    if not snapshot.is_live and snapshot.mesh.get("ingressControllerMode") != "OFF":
        for resource in default_gateway(options.istio_namespace, str(snapshot.mesh["ingressService"])):
            snapshot.add(resource)
    findings = Findings()
    for analyzer in analyzers:
        analyzer.run(snapshot, findings)
    if not options.analyzers:
        for resource, path, problem in loader.refused:
            findings.report("SchemaValidationError", resource, problem, path=path)
        for installation in loader.installations:
            _check_installation(installation, findings)
    kept = selected(findings.items, options.reported, options.suppressions)
    return Analysis(kept, loader.errors, loader.warnings, skipped, analyzers, len(snapshot))


def _check_installation(resource: Resource, findings: Findings) -> None:
    """Say what an IstioOperator would be refused or warned of for; none of it is a fault of the mesh yet."""
    from istioctl.actions.checks.installations import check_installation

    if resource.root is None:
        return
    for problem in check_installation(resource.data, resource.root.node).problems:
        hint = f". {problem.hint}" if problem.hint else ""
        words = f"{problem.path}: {problem.message}{hint}"
        findings.report("IneffectiveInstallSetting", resource, words, path=problem.steps)


def _sources(
    options: AnalyzeOptions, stdin: Callable[[], str], download: Callable[[str], str]
) -> tuple[list[Source], list[str]]:
    """The texts of all inputs, and the files left out because they are not YAML or JSON by their name."""
    sources: list[Source] = []
    skipped: list[str] = []
    for name in dict.fromkeys(options.inputs):
        path = Path(name)
        if name != "-" and path.is_file() and path.suffix not in EXTENSIONS:
            skipped.append(name)
        else:
            sources += [read() for read in open_input(name, stdin, download)]
    return sources, skipped


def _set_mesh(snapshot: Snapshot, options: AnalyzeOptions) -> None:
    """Take the mesh configuration from the file given, or from the control plane's ConfigMap among the objects."""
    config_map = snapshot.find("ConfigMap", options.istio_namespace, MESH_CONFIG_MAP)
    if config_map is not None:
        snapshot.mesh, snapshot.mesh_networks = from_config_map(config_map)
        snapshot.mesh_source = config_map
    if options.mesh_config_file:
        source = read_file(Path(options.mesh_config_file))
        snapshot.mesh = read_mesh_config(source.text, source.name)
        snapshot.mesh_source = Resource("MeshConfig", "meshconfig", options.istio_namespace, {}, {}, source=source.name)
