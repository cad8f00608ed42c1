"""From texts to objects under analysis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from istioctl.analysis.resources import CLUSTER_WIDE, FOREIGN, Resource
from istioctl.analysis.sources import Source
from istioctl.analysis.validation.api_types import misfits
from istioctl.analysis.validation.decode import decode_data, entries
from istioctl.analysis.validation.report import Place, Report, locate
from istioctl.analysis.validation.scan import expect_separators, place_in_stream, split
from istioctl.api.names import IGNORED_NAMESPACES
from istioctl.api.schema.catalog import Kind, find_kind
from istioctl.api.schema.paths import Path, path_text
from istioctl.api.trees import lookup, mapping, text, texts
from istioctl.api.unrendered import patch_or_template, rendering_hint
from istioctl.api.workloads import POD_TEMPLATES, template_path
from istioctl.errors import InputError
from istioctl.yamldoc.duplicates import duplicate_keys
from istioctl.yamldoc.json_values import NOT_READ, unread_after
from istioctl.yamldoc.lazy import LazyNode
from istioctl.yamldoc.reader import compose_all, to_data

if TYPE_CHECKING:
    from istioctl.yamldoc.reader import Node

_COMMAND = "istioctl analyze -"
#: So many documents are parsed before reading by line is worth its preparations.
_FEW = 8
_TEXTS = (("metadata", "name"), ("metadata", "namespace"))
_MAPS_OF_TEXT = (
    ("metadata", "labels"),
    ("metadata", "annotations"),
    ("spec", "template", "metadata", "labels"),
    ("spec", "template", "metadata", "annotations"),
)


class Loader:
    """Reads documents into objects.

    Args:
        default_namespace: of objects that name none.
        names_it: whether messages about these name it.

    Attributes:
        errors: why some document could not be read.
        warnings: unknown fields of Istio objects, with their places.
        installations: the IstioOperators, which no analyzer reads.
        refused: values that the API server would refuse for their type: of which object, where, and what is wrong.
    """

    def __init__(self, default_namespace: str, *, names_it: bool = True) -> None:
        self._default_namespace = default_namespace
        self._names_it = names_it
        self._documents = 0
        self.errors: list[InputError] = []
        self.warnings: list[str] = []
        self.refused: list[tuple[Resource, Path, str]] = []
        self.installations: list[Resource] = []

    def read(self, source: Source) -> Iterator[Resource]:
        """The objects of a text, pods made from templates after their workload."""
        try:
            for chunk, offset in split(source.text, source.name):
                yield from self._document(chunk, offset, source.name)
        except InputError as error:
            self.errors.append(error)

    def _document(self, text: str, offset: int, name: str) -> Iterator[Resource]:
        try:
            expect_separators(text, name)
            self._documents += 1
            read = _quickly(text) if self._documents > _FEW else None
            if read is not None and not _is_list(read[0]):  # the items of a list need their lines at once
                data, line = read
                self._warn_of_template(text, f"{name}:{line + 1 + offset}", name)
                yield from self._one(LazyNode(text, name), line, data, name, offset)
                return
            document = next(compose_all(text, name), None)
            if document is not None and document.root is not None:
                if (unread := unread_after(text, document)) is not None:
                    self.warnings.append(f"{name}:{unread + 1 + offset}: {NOT_READ}")
                self._warn_of_duplicates(document.root, offset, name)
                self._warn_of_template(text, f"{name}:{document.root.line + 1 + offset}", name)
                node = LazyNode.of(document.root) if self._documents <= _FEW else LazyNode(text, name)
                yield from self._objects(document.root, node, name, offset)
        except InputError as error:
            self._keep(error, rendering_hint("", text, _COMMAND, is_yaml=False), name, offset)

    def _keep(self, error: InputError, advice: str, name: str, offset: int) -> None:
        where = place_in_stream(error, name, offset)
        self.errors.append(InputError(error.message, where=where, hint=error.hint or advice or None, id=error.id))

    def _warn_of_template(self, text: str, where: str, name: str) -> None:
        if hint := rendering_hint(name, text, _COMMAND, is_yaml=True):
            self.warnings.append(f"{where}: {hint}")

    def _warn_of_duplicates(self, root: Node, offset: int, name: str) -> None:
        for again in duplicate_keys(root):
            where = f"{name}:{again.line + 1 + offset}:{again.column + 1}"
            self.warnings.append(f"{where}: {again.key} is set in line {again.first_line + 1 + offset} as well.")

    def _objects(self, root: Node, lazy: LazyNode, name: str, offset: int) -> Iterator[Resource]:
        """The objects of a document.

        Args:
            lazy: what stays of `root`: the nodes of thousands take more memory than all else.
        """
        data = to_data(root, name)
        if data is None:
            return
        if not isinstance(data, dict):
            raise InputError(
                "an object is expected here, which is a mapping", where=f"{name}:{root.line + 1}", id="bad-yaml"
            )
        if _is_list(data):
            for node, item in zip(dict(entries(root))["items"].value, data["items"], strict=True):
                if not isinstance(item, dict):
                    continue
                try:
                    yield from self._one(LazyNode.of(node), node.line, item, name, offset)
                except InputError as error:  # the others are read all the same
                    self._keep(error, "", name, offset)
        else:
            yield from self._one(lazy, root.line, data, name, offset)

    def _one(self, root: LazyNode, line: int, data: dict[str, Any], name: str, offset: int) -> Iterator[Resource]:
        """The objects that an object's data say.

        Args:
            line: where it starts in its document, counted from 0.
            name: that of the stream.
            offset: the lines of the stream before the document.
        """
        for field in ("apiVersion", "kind"):
            if not isinstance(data.get(field) or "", str):
                raise InputError(f"{field} must be text", where=f"{name}:{line + 1}", id="no-kind")
        api_version, kind = text(data.get("apiVersion")), text(data.get("kind"))
        if not api_version and not kind:
            raise InputError(
                "the document has neither apiVersion nor kind",
                where=f"{name}:{line + 1}",
                hint="Helm values are for `helm template -f`.",
                id="no-kind",
            )
        group, _, version = api_version.rpartition("/")
        found = find_kind(group, version, kind)
        makes_pods = not found and template_path(data) is not None
        if found or (group, kind) in FOREIGN or makes_pods:
            _expect_texts(data, kind, root, name, offset)
        if found:
            yield from self._istio_object(root, line, data, found, name, offset)
            return
        known_as, spec = FOREIGN.get((group, kind), kind), mapping(data.get("spec"))
        resource = self._resource(known_as, spec, data, name, line + 1 + offset, offset, root)
        if resource.namespace in IGNORED_NAMESPACES or (
            resource.kind == "Namespace" and resource.name in IGNORED_NAMESPACES
        ):
            return
        if kind == "IstioOperator":
            self.installations.append(replace(resource, namespace=""))  # it is of no mesh's namespace
        for misfit in misfits(data):
            hint = f" {misfit.hint}" if misfit.hint else ""
            self.refused.append((resource, misfit.path, f"{misfit.message}.{hint}" if hint else misfit.message))
        if (group, kind) in FOREIGN:
            yield resource
        if makes_pods:
            yield from self._workload(resource, group, kind)

    def _workload(self, workload: Resource, group: str, kind: str) -> Iterator[Resource]:
        """A workload, where analyzers do not have it already, and its pod."""
        path = template_path(workload.data) or ()
        if reason := patch_or_template(workload.data, lookup(workload.data, *path, "spec")):
            self.warnings.append(f"{workload.source}:{workload.line}: {kind} {workload.name}: {reason}")
        if (group, kind) not in FOREIGN:
            # a kind that nobody declared goes by its group, too: Knative's Service is no Service
            yield workload if kind in POD_TEMPLATES else replace(workload, kind=f"{kind}.{group}")
        yield derived_pod(workload)

    def _istio_object(
        self, root: LazyNode, line: int, data: dict[str, Any], kind: Kind, name: str, offset: int
    ) -> Iterator[Resource]:
        report = Report()
        spec = decode_data(data.get("spec"), kind.message, Place(report))
        if report.problems:  # once more, with the places of all problems
            report = Report(root.node, offset)
            spec = decode_data(data.get("spec"), kind.message, Place(report))
        broken = next((p for p in report.errors if not p.message.startswith("unknown field")), None)
        if broken:
            where = f"{name}:{broken.line}:{broken.column}"
            raise InputError(
                f"{kind.name}: {broken.path}: {broken.message}", where=where, hint=broken.hint or None, id="placed"
            )
        resource = self._resource(kind.name, spec, data, name, line + 1 + offset, offset, root)
        if resource.namespace not in IGNORED_NAMESPACES:
            for unknown in report.errors:
                hint = f" {unknown.hint}" if unknown.hint else ""
                self.warnings.append(
                    f"{name}:{unknown.line}:{unknown.column}: {unknown.path}: {unknown.message}.{hint}"
                )
            yield resource

    def _resource(
        self, kind: str, spec: dict[str, Any], data: dict[str, Any], name: str, line: int, offset: int, root: LazyNode
    ) -> Resource:
        metadata = mapping(data.get("metadata"))
        own = text(metadata.get("namespace"))
        namespace = "" if kind in CLUSTER_WIDE else own or self._default_namespace
        return Resource(
            kind,
            text(metadata.get("name")),
            namespace,
            spec,
            data,
            texts(metadata.get("labels")),
            texts(metadata.get("annotations")),
            source=name,
            line=line,
            offset=offset,
            root=root,
            is_implied=bool(namespace) and not own and not self._names_it,
        )


def _quickly(text: str) -> tuple[dict[str, Any], int] | None:
    """A document's data and the line it starts on, counted from 0; None where it has to be parsed."""
    from istioctl.yamldoc.by_line import read_by_line

    return read_by_line(text)


def _is_list(data: dict[str, Any]) -> bool:
    return text(data.get("kind")).endswith("List") and isinstance(data.get("items"), list)


def _expect_texts(data: dict[str, Any], kind: str, root: LazyNode, name: str, offset: int) -> None:
    """Refuse an object whose name, labels or the like are not texts, as the API server does.

    Raises:
        InputError: there is such a value; a number as a label is the usual one.
    """
    if _are_plainly_texts(data):
        return
    maps = (*_MAPS_OF_TEXT, ("spec", "selector")) if kind == "Service" else _MAPS_OF_TEXT
    mappings_at = [(path, lookup(data, *path)) for path in (("metadata",), *maps)]
    texts_at = [(path, lookup(data, *path)) for path in _TEXTS]
    texts_at += [((*path, key), value) for path, found in mappings_at[1:] for key, value in mapping(found).items()]
    for wanted, type_, places in (("a mapping", dict, mappings_at), ("text", str, texts_at)):
        for path, value in places:
            if value is not None and not isinstance(value, type_):
                place = locate(root.node, path)
                where = f"{name}:{place.line + 1 + offset}:{place.column + 1}"
                hint = "Quote it." if isinstance(value, (bool, int, float)) else None
                raise InputError(f"{path_text(path)} must be {wanted}", where=where, hint=hint, id="placed")


def _are_plainly_texts(data: dict[str, Any]) -> bool:
    """Whether an object is as `_expect_texts` wants it, told in a quarter of the time; False where that takes more."""
    metadata, spec = data.get("metadata"), mapping(data.get("spec"))
    if not isinstance(metadata, dict) or "selector" in spec or "template" in spec:
        return False
    values = [metadata.get("name"), metadata.get("namespace")]
    for group in ("labels", "annotations"):
        found = metadata.get(group)
        if isinstance(found, dict):
            values += found.values()
        elif found is not None:
            return False
    return all(value is None or type(value) is str for value in values)


def object_of(kind: str, data: dict[str, Any], spec: dict[str, Any] | None = None) -> Resource:
    """An object from its data, without a place in a file; `spec` is decoded, if it is of one of Istio's kinds."""
    metadata = mapping(data.get("metadata"))
    if spec is None:
        spec = mapping(data.get("spec"))
    name, namespace = text(metadata.get("name")), text(metadata.get("namespace"))
    return Resource(
        kind, name, namespace, spec, data, texts(metadata.get("labels")), texts(metadata.get("annotations"))
    )


def derived_pod(workload: Resource) -> Resource:
    """The pod that a workload's template makes, under the workload's name."""
    template = lookup(workload.data, *(template_path(workload.data) or ()))
    pod = object_of("Pod", mapping(template))
    return replace(
        pod,
        name=workload.name,
        namespace=workload.namespace,
        source=workload.source,
        line=workload.line,
        derived=True,
        is_implied=workload.is_implied,
    )
