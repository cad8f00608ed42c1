"""Rendering an installation's objects, to print them or to write them into files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from istioctl.api.components import COMPONENTS
from istioctl.api.names import KUBERNETES_NAMESPACES, NETWORK
from istioctl.api.trees import lookup_text
from istioctl.errors import InputError, UsageError
from istioctl.rendering.addons.addons import ADDONS, addon_documents, addon_settings
from istioctl.rendering.manifests import in_order, render
from istioctl.rendering.specification.build import (
    InstalledBeside,
    Specification,
    SpecificationInputs,
    build_specification,
)
from istioctl.rendering.text.documents import RenderedDocument

if TYPE_CHECKING:
    from istioctl.cluster.patience import Report
    from istioctl.cluster.session import Client

_CRD = "CustomResourceDefinition"
# Every cluster has these.
_GIVEN_NAMESPACES = frozenset({"", "default", *KUBERNETES_NAMESPACES})


class GenerateOptions(NamedTuple):
    """What to render.

    Args:
        inputs: the specification's files and flags, with what was detected from the cluster, if one was asked.
        components: names of components; empty means all that the specification asks for.
        only_crds, skip_crds: nothing but the custom resource definitions, or none of them.
        include_namespace: also the namespaces that the objects are in.
        kube_version: the cluster's version, such as `v1.31.2-gke.1`; None where no cluster was asked.
    """

    inputs: SpecificationInputs
    components: tuple[str, ...] = ()
    only_crds: bool = False
    skip_crds: bool = False
    include_namespace: bool = False
    kube_version: str | None = None


class Manifests(NamedTuple):
    """Rendered objects.

    Attributes:
        specification: what they were rendered from.
        documents: in the order in which they can be applied one by one.
        warnings: what the user should know, one sentence each.
    """

    specification: Specification
    documents: tuple[RenderedDocument, ...]
    warnings: tuple[str, ...]

    @property
    def text(self) -> str:
        """All documents as one stream, each ending in a `---` line."""
        return "".join(f"{document.text}---\n" for document in self.documents)


def generate(options: GenerateOptions) -> Manifests:
    """Render the objects of an installation.

    Raises:
        UsageError: a component is not known, or options exclude each other.
        InputError, SpecError: the specification can't be read or rendered.
        ErrorGroup: several of these.
    """
    if options.only_crds and options.skip_crds:
        raise UsageError("--only-crds and --skip-crds exclude each other", where="--only-crds")
    names = {_component_name(name) for name in options.components}
    specification = build_specification(options.inputs)
    rendering = render(specification, kube_version=options.kube_version, force=options.inputs.force)
    documents = [
        document
        for name, made in rendering.components.items()
        if not names or name in names
        for document in made
        if not (options.skip_crds if document.kind == _CRD else options.only_crds)
    ]
    if options.inputs.addons is not None and not (names or options.only_crds):
        documents += _addons(options.inputs.addons, specification)
    if options.include_namespace and not options.only_crds:
        documents += _namespaces(documents, specification)
    return Manifests(specification, tuple(in_order(documents)), (*specification.warnings, *rendering.warnings))


def generate_for_cluster(options: GenerateOptions, client: Client, report: Report | None = None) -> Manifests:
    """As `generate`, for a cluster that is asked for its version, its platform and its network plug-in.

    Raises:
        ClusterError: the cluster can't be asked.
        InputError, SpecError, ErrorGroup: as `generate`.
    """
    from istioctl.actions.installation.install_survey import kubernetes_version
    from istioctl.actions.installation.platform import network_warnings, with_detected
    from istioctl.cluster.session import open_session

    session = open_session(client, report=report)
    version = kubernetes_version(session)
    made = generate(options._replace(inputs=with_detected(options.inputs, version), kube_version=version))
    warnings = (*made.warnings, *network_warnings(session, made.specification.spec))
    session.close()
    return made._replace(warnings=warnings)


def write_manifests(manifests: Manifests, folder: Path) -> list[Path]:
    """Write one file for each component and add-on into `folder`, which is made where it is missing.

    All is written beside the final files first, so that a full disk leaves no half of a manifest behind.

    Returns:
        The files, in the order in which they can be applied.

    Raises:
        InputError: the folder can't be written to.
    """
    drafts: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        components = (*(component.name for component in COMPONENTS), *ADDONS)
        for name in components:
            own = [document.text for document in manifests.documents if document.component == name]
            if own:
                file = folder / f"{name}.yaml"
                draft = folder / f".{name}.{os.getpid()}"
                drafts.append((draft, file))
                draft.write_text("---\n".join(own), encoding="utf-8")
        for draft, file in drafts:
            draft.replace(file)
    except OSError as error:
        for draft, _ in drafts:
            draft.unlink(missing_ok=True)
        raise InputError(f"can't write the manifests: {error.strerror}", where=str(error.filename or folder)) from None
    return [file for _, file in drafts]


def _component_name(given: str) -> str:
    known = {name.lower(): component.name for component in COMPONENTS for name in (component.name, component.key)}
    found = known.get(given.lower())
    if found is None:
        names = ", ".join(component.name for component in COMPONENTS)
        raise UsageError(f"unknown component '{given}'", where="--component", hint=f"Known components: {names}.")
    return found


def _addons(choice: InstalledBeside, specification: Specification) -> list[RenderedDocument]:
    settings = addon_settings(choice.settings)
    return addon_documents(choice.names, settings, specification.namespace, specification.root_namespace)


def _namespaces(documents: list[RenderedDocument], specification: Specification) -> list[RenderedDocument]:
    """The namespaces of `documents`; the system's says which network it is on (upstream `CreateNamespace`)."""
    network = lookup_text(specification.data, "spec", "values", "global", "network")
    owners: dict[str, str] = {}
    for document in documents:
        owners.setdefault(document.namespace, document.component)
    made = []
    for namespace, component in sorted(owners.items()):
        if namespace not in _GIVEN_NAMESPACES:
            labels = {NETWORK: network} if network and namespace == specification.namespace else None
            metadata = {"name": namespace, **({"labels": labels} if labels else {})}
            data = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
            made.append(RenderedDocument(component, data=data))
    return made
