"""Whether Istio can be installed or upgraded safely: the server, the rights, what is there already.

Most checks are those of `istioctl/pkg/precheck` upstream. Unlike there, the rights are asked for every kind of object
that would really be applied, and a user who may not read something learns that, too, instead of nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from istioctl.actions.installation.install_survey import MINIMUM_MINOR, kubernetes_version, kubernetes_warning
from istioctl.actions.revisions.webhook_conflicts import conflicts
from istioctl.analysis.findings import Finding
from istioctl.analysis.loading import object_of
from istioctl.analysis.messages import MESSAGES, Level, Message
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api.identity import ObjectKey
from istioctl.api.labels import VERSION, labels_of
from istioctl.api.names import DEFAULT_REVISION, REVISION, SYSTEM_NAMESPACE, TAG
from istioctl.api.webhooks import INJECTOR
from istioctl.cluster.errors import ApiError
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.patience import Report
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import Client, Session, open_session
from istioctl.errors import InputError

if TYPE_CHECKING:
    from istioctl.rendering.specification.build import SpecificationInputs

_DEFINITION = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")
_GATEWAY_GROUP = "gateway.networking.k8s.io"
_STABLE_KINDS = frozenset({"Gateway", "GatewayClass", "HTTPRoute", "GRPCRoute"})
_BETA_KINDS = frozenset({"Gateway", "GatewayClass", "HTTPRoute", "ReferenceGrant"})
_VERBS = ("create", "patch")
_ANNOTATED = (("v1", "Namespace"), ("v1", "Service"), ("v1", "Pod"), ("apps/v1", "Deployment"))
_MAY_NOT_LIST = Message(
    "InsufficientPermissions",
    MESSAGES["InsufficientPermissions"].code,
    Level.ERROR,
    "no permission to list {0}, so that they can't be checked",
    "Ask for the permission.",
)
_CHANGED_DEFAULT = Message(
    "ChangedDefault",
    MESSAGES["UpdateIncompatibility"].code,
    Level.INFO,
    "{0} has another default since {1}",
    "Install with compatibilityVersion={1} to keep the old one for now.",
)


@dataclass(frozen=True, slots=True)
class PrecheckOptions:
    """What to check.

    Args:
        inputs: what would be installed; its objects are those for which rights are asked.
        namespace: only what is in it is looked at for alpha features; empty means all.
        istio_namespace: of the control plane.
        from_version: such as `1.28`: tell what changed since; empty means not to.
        control_plane: whether the server, the rights and what is installed are checked.
    """

    client: Client
    inputs: SpecificationInputs
    namespace: str = ""
    istio_namespace: str = SYSTEM_NAMESPACE
    from_version: str = ""
    control_plane: bool = True


@dataclass(frozen=True, slots=True)
class InstalledControlPlane:
    """A control plane that is there already."""

    revision: str
    version: str
    namespace: str


@dataclass(frozen=True, slots=True)
class Prechecked:
    """The result: what was found, worst first, and which control planes there are."""

    findings: tuple[Finding, ...]
    installed: tuple[InstalledControlPlane, ...]


def precheck(options: PrecheckOptions, report: Report | None = None) -> Prechecked:
    """Checks the cluster; changes nothing.

    Raises:
        InputError: the version is unreadable, or the specification or kubeconfig is wrong.
        ClusterError: the cluster can't be reached.
    """
    changed = list(_changed_defaults(options.from_version))
    session = open_session(options.client, report=report)
    reader = _Reader(session)
    found: list[Finding] = []
    installed: list[InstalledControlPlane] = []
    version = kubernetes_version(session)
    if options.control_plane:
        found += _server(version)
        found += _rights(session, options, version)
        found += _gateway_api(reader.read(*_DEFINITION))
        hooks = reader.read(*INJECTOR)
        services = reader.read("v1", "Service")
        found += _webhooks(hooks, services)
        deployments = reader.read("apps/v1", "Deployment", labels="app=istiod")
        installed = [
            InstalledControlPlane(
                labels_of(item).get(REVISION, DEFAULT_REVISION),
                labels_of(item).get(VERSION, "?"),
                item["metadata"]["namespace"],
            )
            for item in deployments
        ]
        found += _alpha_features(reader, options.namespace)
    if options.from_version:
        found += changed
        found += _old_tracing(options, reader)
    found += reader.refused
    unique = {(finding.message.code, finding.origin, finding.text): finding for finding in found}
    ordered = sorted(unique.values(), key=lambda finding: (finding.message.level, finding.message.code, finding.text))
    return Prechecked(tuple(ordered), tuple(installed))


class _Reader:
    """Reads lists; what the user may not read becomes a finding, so that the other checks go on."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.refused: list[Finding] = []

    def read(self, api_version: str, kind: str, **selection: Any) -> list[dict[str, Any]]:
        try:
            return list_objects(self.session, api_version, kind, **selection)
        except ApiError as problem:
            if problem.status != 403:
                raise
            plural = self.session.discovery.resource(api_version, kind).plural
            self.refused.append(Finding(_MAY_NOT_LIST, None, _MAY_NOT_LIST.text.format(plural)))
            return []


def _finding(name: str, *parameters: object, resource: Resource | None = None) -> Finding:
    message = MESSAGES[name]
    return Finding(message, resource, message.text.format(*parameters))


def _resource(obj: dict[str, Any]) -> Resource:
    return object_of(obj["kind"], obj)


def _server(version: str) -> list[Finding]:
    if kubernetes_warning(version) is None:
        return []
    return [_finding("UnsupportedKubernetesVersion", version, f"1.{MINIMUM_MINOR}")]


def _rights(session: Session, options: PrecheckOptions, version: str) -> list[Finding]:
    """A finding for each kind of object that would be applied and that the user may not create and change."""
    from istioctl.rendering.manifests import render
    from istioctl.rendering.specification.build import build_specification

    documents = render(build_specification(options.inputs), kube_version=version, force=True).ordered()
    places = {("", "v1", "namespaces", "")}
    for document in documents:
        key = ObjectKey.of(document.data)
        resource = session.discovery.resource(key.api_version, key.kind)
        places.add((key.group, key.version, resource.plural, key.namespace if resource.namespaced else ""))

    def ask(place: tuple[str, str, str, str], verb: str) -> str | None:
        group, api, plural, namespace = place
        attributes = {"namespace": namespace, "verb": verb, "group": group, "version": api, "resource": plural}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {key: value for key, value in attributes.items() if value}},
        }
        answer = session.send("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
        status = answer.get("status") or {}
        return None if status.get("allowed") else str(status.get("reason") or "permission denied")

    questions = [(place, verb) for place in sorted(places) for verb in _VERBS]
    answers = in_parallel([partial(ask, place, verb) for place, verb in questions])
    refused: dict[str, str] = {}
    for (place, _), answer in zip(questions, answers, strict=True):
        if answer is not None:
            refused.setdefault(place[2], answer)
    return [_finding("InsufficientPermissions", plural, reason) for plural, reason in sorted(refused.items())]


def _gateway_api(definitions: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    for item in definitions:
        spec = item["spec"]
        if spec["group"] != _GATEWAY_GROUP:
            continue
        served = sorted(entry["name"] for entry in spec["versions"] if entry.get("served"))
        has, kind = ",".join(served) or "none", spec["names"]["kind"]
        if kind in _BETA_KINDS and "v1beta1" not in served:
            yield _finding("UnsupportedGatewayAPIVersion", has, "v1beta1", resource=_resource(item))
        if kind in _STABLE_KINDS and "v1" not in served:
            yield _finding("FutureUnsupportedGatewayAPIVersion", has, "v1", resource=_resource(item))


def _webhooks(hooks: Sequence[dict[str, Any]], services: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    """Webhooks that inject twice, that lead nowhere, or that make it ambiguous what `default` means."""
    named = {(item["metadata"]["namespace"], item["metadata"]["name"]) for item in services}
    for index, config in enumerate(hooks):
        for text in conflicts(config, hooks[index + 1 :]):
            yield _finding("InvalidWebhook", text, resource=_resource(config))
        if REVISION not in labels_of(config):
            continue
        for hook in config.get("webhooks") or []:
            target = (hook.get("clientConfig") or {}).get("service")
            if target and named and (target["namespace"], target["name"]) not in named:
                place = f"{target['namespace']}/{target['name']}"
                text = f"Injector refers to a control plane service that does not exist: {place}"
                yield _finding("InvalidWebhook", text, resource=_resource(config))
    defaults = [item for item in hooks if labels_of(item).get(TAG) == DEFAULT_REVISION]
    if len({labels_of(item).get(REVISION) for item in defaults}) > 1:
        names = ", ".join(item["metadata"]["name"] for item in defaults)
        yield _finding("InvalidWebhook", f"It is ambiguous which revision is the default: {names}")


def _alpha_features(reader: _Reader, namespace: str) -> list[Finding]:
    from istioctl.analysis.analyzers.annotations import analyze_alpha
    from istioctl.analysis.findings import Findings, selected

    snapshot = Snapshot({}, {}, is_live=True)
    for api_version, kind in _ANNOTATED:
        for item in reader.read(api_version, kind, namespace="" if kind == "Namespace" else namespace):
            snapshot.add(_resource(item))
    found = Findings()
    analyze_alpha(snapshot, found)
    return selected(found.items, namespace, ())


def _changed_defaults(from_version: str) -> Iterator[Finding]:
    if not from_version:
        return
    major, _, minor = from_version.removeprefix("v").partition(".")
    minor = minor.partition(".")[0]
    if major != "1" or not minor.isdecimal():
        raise InputError(
            f"{from_version!r} is not a version of Istio", where="--from-version", hint="Write it as in 1.28."
        )
    from istioctl.rendering.specification.origins import dotted, leaves
    from istioctl.rendering.text.data_files import data_names, read_data
    from istioctl.yamldoc.reader import load

    prefix = "compatibility-version-1."
    names = [name for name in data_names("profiles/values", ".yaml") if name.startswith(prefix)]
    known = sorted(int(name.removeprefix(prefix)) for name in names)
    if not known or int(minor) > known[-1]:
        return
    version = f"1.{max(int(minor), known[0])}"
    name = f"values/compatibility-version-{version}.yaml"
    for path, _ in leaves(load(read_data("profiles", name), name)):
        yield Finding(_CHANGED_DEFAULT, None, _CHANGED_DEFAULT.text.format(f"values.{dotted(path)}", version))


def _old_tracing(options: PrecheckOptions, reader: _Reader) -> list[Finding]:
    """Up to 1.21 traces went to a Service `zipkin` next to the control plane without being told to."""
    minor = options.from_version.removeprefix("v").split(".")[1]
    if int(minor) > 21:
        return []
    services = reader.read("v1", "Service", namespace=options.istio_namespace, fields="metadata.name=zipkin")
    text = "traces are no longer sent to zipkin.istio-system unless a Telemetry or meshConfig says so"
    field = "meshConfig.defaultConfig.tracer"
    return [
        _finding("UpdateIncompatibility", field, "1.22", text, "1.21", resource=_resource(item)) for item in services
    ]
