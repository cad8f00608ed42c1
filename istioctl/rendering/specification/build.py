"""From flags and files to one merged, checked and translated IstioOperator specification.

The order, the weakest first: the default profile, the chosen profile, what was detected from the cluster, each file,
each `--set`. Source of the rules: upstream `operator/pkg/render/manifest.go`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from istioctl.api.components import GATEWAYS
from istioctl.api.names import DEFAULT_REVISION, SYSTEM_NAMESPACE
from istioctl.api.release import HUB, VERSION
from istioctl.api.schema.scalars import described
from istioctl.api.trees import Values, assign, copy_of, lookup, lookup_bool, lookup_text, merge
from istioctl.errors import InputError, SpecError
from istioctl.rendering.specification.extension_providers import with_providers
from istioctl.rendering.specification.idle_settings import warn_of_idle_values, warn_of_providers
from istioctl.rendering.specification.origins import DEFAULT, Assignment, Layer, Origin, Origins
from istioctl.rendering.specification.problems import Problems
from istioctl.rendering.specification.profiles import DEFAULT_PROFILE, current_name, read_profile, value_overlay
from istioctl.rendering.specification.set_flags import SetFlag, apply, parse, parse_value
from istioctl.rendering.specification.validation import check_overlays, validate

if TYPE_CHECKING:
    from istioctl.yamldoc.reader import Document

API_VERSION = "install.istio.io/v1alpha1"
KIND = "IstioOperator"
#: What it was called before 1.5.
OLD_KIND = "IstioControlPlane"
#: The groups that it has been of.
GROUPS = ("install.istio.io/", "operator.istio.io/")

#: Where images come from unless a specification says otherwise.
_BUILT_IN: Mapping[str, object] = MappingProxyType({"hub": HUB, "tag": VERSION})

#: Fields of `spec`, and where below `spec.values` the manifests look for them.
_TRANSLATED = {
    "hub": ("global", "hub"),
    "tag": ("global", "tag"),
    "revision": ("revision",),
    "meshConfig": ("meshConfig",),
    "compatibilityVersion": ("compatibilityVersion",),
}
#: Those whose value stays text though it may look like a number.
_TEXTS = frozenset({"tag", "compatibilityVersion"})
#: Components whose `enabled` other components' manifests must know, and where they look.
_ENABLED = {"pilot": ("pilot", "enabled"), "cni": ("pilot", "cni", "enabled")}


class InstalledBeside(Protocol):
    """What is installed beside a mesh, which tells it where telemetry goes; see `istioctl.rendering.addons`."""

    @property
    def names(self) -> tuple[str, ...]:
        """What it consists of."""

    @property
    def settings(self) -> Mapping[str, object]:
        """What is wanted otherwise than usual."""

    def extension_providers(self, namespace: str) -> Sequence[Mapping[str, object]]:
        """What the mesh's configuration has to name, given the control plane's namespace."""


class SpecificationInputs(NamedTuple):
    """What a user gives.

    Args:
        files: paths of IstioOperator files, the weakest first; `-` is stdin and only allowed last.
        profile: a profile's name given as an argument; stronger than `files`, weaker than `set_flags`.
        set_flags: the texts of the `--set` flags, the weakest first.
        namespace: what `--istioNamespace` says; weaker than `set_flags`, empty for what the profile says.
        revision: what `--revision` says; stronger than `set_flags`, `default` is as good as empty.
        manifests: a folder with `profiles/` to use instead of the built-in one (`--manifests`).
        force: whether what breaks the schema is warned about instead of refused.
        detected: settings read from the cluster, as a tree below `spec`.
        stdin: reads the whole of stdin; needed where `files` ends in `-`.
        texts: of `files`, those that are not read from the disk, with their text.
        addons: the add-ons that are installed beside it; the mesh's configuration gets what they need.
    """

    files: tuple[str, ...] = ()
    profile: str = ""
    set_flags: tuple[str, ...] = ()
    namespace: str = ""
    revision: str = ""
    manifests: Path | None = None
    force: bool = False
    detected: Mapping[str, object] = MappingProxyType({})
    stdin: Callable[[], str] | None = None
    texts: Mapping[str, str] = MappingProxyType({})
    addons: InstalledBeside | None = None


class Specification(NamedTuple):
    """A merged specification.

    Attributes:
        data: the whole document: `apiVersion`, `kind`, `metadata` and `spec`, whose `values` are ready for the
            manifests (translated settings, `unvalidatedValues` included).
        effective: the same without `unvalidatedValues` in `values`: what may be given again as a file.
        origins: who set what.
        warnings: what the user should know, one sentence each.
        profile: the profile's name.
    """

    data: Values
    effective: Values
    origins: Origins
    warnings: tuple[str, ...]
    profile: str

    @property
    def spec(self) -> Values:
        """The part under `spec`."""
        spec = self.data["spec"]
        assert isinstance(spec, dict)  # noqa: S101 - merging never lets anything else through
        return spec

    @property
    def name(self) -> str:
        """The installation's own name; most have none."""
        return lookup_text(self.data, "metadata", "name")

    @property
    def namespace(self) -> str:
        """Where the control plane goes."""
        return lookup_text(self.data, "metadata", "namespace") or SYSTEM_NAMESPACE

    @property
    def revision(self) -> str:
        """The control plane's revision; that of `default` is empty."""
        revision = lookup_text(self.spec, "values", "revision")
        return "" if revision == DEFAULT_REVISION else revision

    @property
    def root_namespace(self) -> str:
        """Where configuration of the whole mesh goes."""
        configured = lookup_text(self.data, "spec", "values", "meshConfig", "rootNamespace")
        return configured or self.namespace


def build_specification(inputs: SpecificationInputs) -> Specification:
    """Merge, check and translate a specification.

    Raises:
        InputError: a file can't be read, or the profile is not known.
        SpecError: a `--set` can't be applied, or the result breaks the schema (not with `force`).
        ErrorGroup: several of these.
    """
    problems = Problems(inputs.force)
    files = [_read_file(name, inputs, problems) for name in _in_order(inputs.files)]
    user: Values = {"apiVersion": API_VERSION, "kind": KIND, "metadata": {}, "spec": {}}
    for layer in files:
        merge(user, copy_of(dict(layer.data)))
    origins = Origins(list(files))
    spec = user["spec"]
    if not isinstance(spec, dict):
        where = str(origins.of(("spec",)))
        raise SpecError(f"'spec' must be a mapping, not {described(spec)}", where=where, id="wrong-type")
    origins.assignments = _apply_flags(inputs, spec, problems)
    problems.raise_errors()

    profile = current_name(lookup_text(spec, "profile"))
    origins.layers = [*_base_layers(spec, profile, origins, inputs.detected), *files]
    merged: Values = {}
    for layer in origins.layers[: len(origins.layers) - len(files)]:
        merge(merged, copy_of(dict(layer.data)))
    _name_gateways(spec, merged, origins)
    merge(merged, user)

    validate(merged, origins, problems)
    problems.raise_errors()
    warn_of_idle_values(merged, origins, problems)

    user_values = spec.get("values")  # shared with `merged`, as `translate` wants it
    translated = translate(merged)
    if isinstance(user_values, dict):
        merge(merged, {"spec": {"values": user_values}})
    origins.derived = {
        target: source
        for target, (source, value) in translated.items()
        if isinstance(value, dict) or lookup(merged, *target) == value
    }
    check_overlays(merged, origins, problems)
    problems.raise_errors()
    effective = merged
    if isinstance(unvalidated := lookup(merged, "spec", "unvalidatedValues"), dict):
        effective = copy_of(merged)
        merge(merged, {"spec": {"values": copy_of(unvalidated)}})
        origins.derived["spec", "values"] = ("spec", "unvalidatedValues")
    if inputs.addons is not None:
        _add_extension_providers(inputs.addons, merged)
    warn_of_providers(merged, origins, problems)
    return Specification(
        data=merged,
        effective=effective,
        origins=origins,
        warnings=tuple(problems.warnings),
        profile=profile,
    )


def _name_gateways(spec: Values, base: Values, origins: Origins) -> None:
    """Lay a user's gateways that have no name over those at the same place of the profile's list, in place.

    A list replaces the profile's as a whole; but an entry without a name, which `--set components.ingressGateways[0].…`
    makes, can only mean the one that is there.
    """
    for key in GATEWAYS:
        given, known = lookup(spec, "components", key), lookup(base, "spec", "components", key)
        if not isinstance(given, list) or not isinstance(known, list):
            continue
        taken = [entry.get("name") for entry in given if isinstance(entry, dict)]
        for index, entry in enumerate(given):
            if isinstance(entry, dict) and not entry.get("name"):
                place = _asked_for(key, index, origins)
                own = known[place] if place < len(known) else {}
                if own.get("name") and own["name"] not in taken:
                    given[index] = copy_of(own)
                    merge(given[index], entry)


def _asked_for(key: str, index: int, origins: Origins) -> int:
    """The index by which flags name an element: behind the end of a list, `[2]` means the place after the last one."""
    for assignment in origins.assignments:
        if assignment.path[:4] == ("spec", "components", key, index):
            named = re.search(rf"components\.{key}\[(\d+)\]", assignment.origin.text)
            return int(named[1]) if named else index
    return index


def translate(merged: Values) -> dict[tuple[str, ...], tuple[tuple[str, ...], object]]:
    """Write what the specification says outside `values` into `values`, where the manifests look, in place.

    It overrides what a user put under `values` where the same mapping is used on the way (`values.pilot.enabled`, say):
    upstream merges the user's values over it again, but by then its change shows in those, too. Source of the rules:
    upstream `operator/pkg/render/manifest.go` and `operator/pkg/values/map.go`.

    Args:
        merged: the merged document.

    Returns:
        From each path that was written to where its value came from, and the value.
    """
    spec = merged.get("spec")
    written: dict[tuple[str, ...], tuple[tuple[str, ...], object]] = {}
    for name, below in _TRANSLATED.items():
        value = lookup(spec, name)
        if value is None:
            value = _BUILT_IN.get(name)
        if value is None or isinstance(value, dict) is not (name == "meshConfig"):
            continue  # a wrong type was let through by force
        target = ("spec", "values", *below)
        if isinstance(value, dict):
            merge(merged, {"spec": {"values": {"meshConfig": copy_of(value)}}})
        else:
            text = _text(value)
            value = text if name in _TEXTS else parse_value(text)
            assign(merged, value, *target)
        written[target] = (("spec", name), value)
    for component, below in _ENABLED.items():
        source, target = ("spec", "components", component, "enabled"), ("spec", "values", *below)
        enabled = lookup_bool(merged, *source)
        assign(merged, enabled, *target)
        written[target] = (source, enabled)
    namespace = ("spec", "values", "global", "istioNamespace")
    if found := lookup_text(merged, *namespace):
        assign(merged, found, "metadata", "namespace")
        written["metadata", "namespace"] = (namespace, found)
    return written


def _add_extension_providers(addons: InstalledBeside, merged: Values) -> None:
    """Add the extension providers that add-ons need to those the manifests find in a merged document, in place."""
    namespace = lookup_text(merged, "metadata", "namespace") or SYSTEM_NAMESPACE
    wanted = addons.extension_providers(namespace)
    if wanted:
        values, path = lookup(merged, "spec", "values"), ("meshConfig", "extensionProviders")
        given = lookup(values, *path)
        if given is None and isinstance(values, dict):
            given = lookup(value_overlay(values), *path)  # a list of the profile's own would be hidden by this one
        assign(merged, with_providers(given, wanted), "spec", "values", *path)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    from istioctl.rendering.text.value_text import go_text

    return go_text(value)


def _in_order(files: tuple[str, ...]) -> tuple[str, ...]:
    if "-" in files[:-1]:
        raise InputError(
            "stdin ('-') is only allowed as the last file",
            where="-f -",
            hint="Put -f - after the others.",
            id="stdin-not-last",
        )
    return files


def _read_file(name: str, inputs: SpecificationInputs, problems: Problems) -> Layer:
    from istioctl.yamldoc.duplicates import duplicate_keys
    from istioctl.yamldoc.reader import compose_all
    from istioctl.yamldoc.texts import read_text

    name = name.strip()
    if not name:
        raise InputError("a file's name is empty", where="-f", hint="Write -f FILE.", id="unreadable-file")
    if (text := inputs.texts.get(name)) is None:
        text = _read_stdin(inputs) if name == "-" else read_text(name)
    source = "<stdin>" if name == "-" else name
    documents = [document for document in compose_all(text, source) if document.root is not None]
    if error := several_documents(documents, source):
        raise error
    for document in documents:
        assert document.root is not None  # noqa: S101 - the empty ones are left out above
        for again in duplicate_keys(document.root):
            message = f"{again.key} is set in line {again.first_line + 1} as well; the last counts"
            problems.warn(message, f"{source}:{again.line + 1}")
    data = documents[0].data if documents else None
    if data is None:
        return Layer(Origin("file", source), {}, text)
    if not isinstance(data, dict):
        where = f"{source}:{documents[0].line + 1}"
        raise InputError("an IstioOperator document must be a mapping", where=where, id="not-an-operator")
    if data.get("spec", {}) is None:
        del data["spec"]
    layer = Layer(Origin("file", source), data, text)
    _check_kind(layer, problems)
    return layer


def several_documents(documents: Sequence[Document], source: str) -> InputError | None:
    """What is wrong with a file that holds several documents; None with one that does not.

    Args:
        documents: of the file, those that are not empty.
        source: names it.
    """
    if len(documents) < 2:
        return None
    return InputError(
        f"the file holds several documents, but one file is one {KIND}",
        where=f"{source}:{documents[1].line + 1}",
        hint="Put each in a file of its own and give them in order, each with -f.",
        id="several-documents",
    )


def _check_kind(layer: Layer, problems: Problems) -> None:
    hint = "Only IstioOperator documents can be given with -f."
    if "kind" not in layer.data:
        text = f"the document has no kind; write 'kind: {KIND}'"
        problems.refuse(InputError(text, where=str(layer.origin_at(())), hint=hint, id="not-an-operator"))
    for key, wanted in (("apiVersion", API_VERSION), ("kind", KIND)):
        if (found := layer.data.get(key, wanted)) != wanted:
            text, where = f"{key} is '{found}', not '{wanted}'", str(layer.origin_at((key,)))
            is_of_istio = key == "apiVersion" and str(found).startswith(GROUPS)
            instead = f"Write apiVersion: {API_VERSION}." if is_of_istio else hint
            problems.refuse(InputError(text, where=where, hint=instead, id="not-an-operator"))


def _read_stdin(inputs: SpecificationInputs) -> str:
    if inputs.stdin is None:
        raise InputError("there is no stdin to read", where="-f -")
    return inputs.stdin()


def _apply_flags(inputs: SpecificationInputs, spec: Values, problems: Problems) -> list[Assignment]:
    flags = [SetFlag(("profile",), inputs.profile, f"argument {inputs.profile}")] if inputs.profile else []
    if inputs.namespace:
        path = ("values", "global", "istioNamespace")
        flags.append(SetFlag(path, inputs.namespace, f"--istioNamespace {inputs.namespace}"))
    flags += [parse(flag, refuse=problems.refuse) for flag in inputs.set_flags]
    if inputs.manifests is not None:
        folder = str(inputs.manifests)
        flags.append(SetFlag(("installPackagePath",), folder, f"--manifests {folder}"))
    if inputs.revision and inputs.revision != DEFAULT_REVISION:
        flags.append(SetFlag(("revision",), parse_value(inputs.revision), f"--revision {inputs.revision}"))
    return [Assignment(Origin("flag", flag.text), ("spec", *apply(flag, spec))) for flag in flags]


def _base_layers(spec: Values, profile: str, origins: Origins, detected: Mapping[str, object]) -> list[Layer]:
    """What the user's own layers are laid over."""
    package = lookup_text(spec, "installPackagePath")
    manifests = Path(package) if package else None
    where = str(origins.of(("spec", "installPackagePath"))) if package else None
    layers = [Layer(DEFAULT, read_profile(DEFAULT_PROFILE, manifests, where))]
    if profile != DEFAULT_PROFILE:
        asked_by = str(origins.of(("spec", "profile")))
        layers.append(Layer(Origin("profile", f"profile {profile}"), read_profile(profile, manifests, asked_by)))
    if detected:
        layers.append(Layer(Origin("detected", "detected"), {"spec": dict(detected)}))
    return [*layers, Layer(DEFAULT, {"spec": dict(_BUILT_IN)})]
