"""Where an injector's configuration comes from: files, a cluster, or what comes with the program."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from istioctl.api import ports
from istioctl.api.names import DEFAULT_REVISION, REVISION, SYSTEM_NAMESPACE
from istioctl.api.webhooks import INJECTOR
from istioctl.errors import ClusterError, InputError, IstioctlError
from istioctl.injection.injector import Injector, ObjectInjector
from istioctl.injection.settings import Settings, Templates, read_templates
from istioctl.injection.templates import TemplateRenderer
from istioctl.yamldoc.texts import read_text

if TYPE_CHECKING:
    from istioctl.cluster.session import Client, Session

_NOTHING: Mapping[str, str] = MappingProxyType({})
_WEBHOOK_SUFFIX = "sidecar-injector.istio.io"
_OFFLINE = "Pass --offline to use the built-in templates and the values of a profile."


class InjectorOptions(NamedTuple):
    """What the command line says about the configuration.

    Args:
        inject_config_file, mesh_config_file, values_file: files with what the ConfigMaps hold.
        operator_file: an IstioOperator file; its mesh configuration and values win over the files.
        mesh_config_map, inject_config_map: names of ConfigMaps in the cluster.
        webhook_config: the name of the MutatingWebhookConfiguration, for when the revision has several.
        revision: the control plane's; `default` is as good as empty.
        istio_namespace: of the control plane.
        offline: ask no cluster.
        set_flags: `--set` flags of an installation, for `offline`.
        client: the cluster, or what makes the connection once it is needed.
        kubeconfig: what `--kubeconfig` says.
    """

    inject_config_file: str = ""
    mesh_config_file: str = ""
    values_file: str = ""
    operator_file: str = ""
    mesh_config_map: str = "istio"
    inject_config_map: str = "istio-sidecar-injector"
    webhook_config: str = "istio-sidecar-injector"
    revision: str = ""
    istio_namespace: str = SYSTEM_NAMESPACE
    offline: bool = False
    set_flags: tuple[str, ...] = ()
    client: Callable[[], Client] | Client | None = None
    kubeconfig: str = ""


def load_injector(
    options: InjectorOptions, environ: Mapping[str, str] = _NOTHING, say: Callable[[str], None] = lambda line: None
) -> ObjectInjector:
    """The injector that the options describe.

    Args:
        environ: the environment, asked for `ENABLE_NATIVE_SIDECARS`, `COMPLIANCE_POLICY` and where a kubeconfig is.
        say: takes a line about what is used.

    Raises:
        InputError: a file can't be read or used.
        ClusterError: the cluster can't be reached, or lacks the configuration.
    """
    revision = "" if options.revision == "default" else options.revision
    native = environ.get("ENABLE_NATIVE_SIDECARS", "auto")
    texts = _Texts()
    if options.inject_config_file:
        texts.templates = read_templates(read_text(options.inject_config_file), options.inject_config_file)
    if options.mesh_config_file:
        texts.mesh, texts.mesh_source = read_text(options.mesh_config_file), options.mesh_config_file
    if options.values_file:
        texts.values, texts.values_source = read_text(options.values_file), options.values_file
        _check_values(texts.values, options.values_file)
    if options.operator_file:
        _use_operator_file(texts, options)
    session = None
    if not texts.complete:
        if options.offline or not _has_cluster(options, environ):
            if not options.offline:
                say("There is no kubeconfig: the built-in templates and values are used, as with --offline.")
            _use_builtin(texts, options)
        else:
            session = _session(options, say)
            webhook = _use_cluster(texts, options, session, revision, say)
            if webhook is not None:
                return webhook
    assert texts.templates is not None  # noqa: S101 - one of the sources above gave them
    settings = Settings.read(
        texts.templates,
        texts.mesh or "",
        texts.values or "",
        mesh_source=texts.mesh_source,
        values_source=texts.values_source,
        revision=revision,
        native_sidecars=native == "true" or (native == "auto" and session is not None and _nodes_are_new(session)),
        compliance_policy=environ.get("COMPLIANCE_POLICY", ""),
    )
    return Injector(settings, TemplateRenderer(settings))


class _Texts:
    """What was found so far; None is still to be found."""

    def __init__(self) -> None:
        self.templates: Templates | None = None
        self.mesh: str | Mapping[str, Any] | None = None
        self.values: str | Mapping[str, Any] | None = None
        self.mesh_source = "mesh configuration"
        self.values_source = "values"

    @property
    def complete(self) -> bool:
        return self.templates is not None and self.mesh is not None and self.values is not None


def _check_values(text: str, source: str) -> None:
    """Refuse values of wrong types, as istiod does; names it does not know may stand among them."""
    from istioctl.api.schema.decode import check
    from istioctl.yamldoc import reader

    for mismatch in check(reader.load(text, source), "istio.values.Values"):
        if mismatch.kind == "wrong-type" and (not mismatch.of or mismatch.of.startswith("istio.values.")):
            from istioctl.rendering.specification.origins import dotted

            raise InputError(f"{dotted(mismatch.path) or 'this'} {mismatch.message}", where=source)


def _has_cluster(options: InjectorOptions, environ: Mapping[str, str]) -> bool:
    """Whether anything says which cluster to ask."""
    if options.kubeconfig or environ.get("KUBERNETES_SERVICE_HOST"):
        return True
    if options.client is not None and not callable(options.client):
        return True
    if named := environ.get("KUBECONFIG"):
        return any(name != os.devnull for name in named.split(os.pathsep) if name)  # /dev/null means no cluster
    return (Path(environ.get("HOME", "~")).expanduser() / ".kube" / "config").is_file()


# What comes with the program


def _use_builtin(texts: _Texts, options: InjectorOptions) -> None:
    values, namespace = _installation(options)
    from istioctl.rendering.components import mesh_settings

    if texts.templates is None:
        texts.templates = read_templates({"templates": mesh_settings.injector_templates(values)}, "built-in templates")
    if texts.mesh is None:
        texts.mesh = mesh_settings.mesh_config(values, namespace)
    if texts.values is None:
        texts.values = mesh_settings.injector_values(values)


def _use_operator_file(texts: _Texts, options: InjectorOptions) -> None:
    """The mesh configuration and values that istiod would have, were it installed from the file."""
    values, namespace = _installation(options)
    from istioctl.rendering.components import mesh_settings

    texts.mesh, texts.mesh_source = mesh_settings.mesh_config(values, namespace), options.operator_file
    texts.values, texts.values_source = mesh_settings.injector_values(values), options.operator_file


def _installation(options: InjectorOptions) -> tuple[dict[str, Any], str]:
    """All values of istiod in the installation that the options describe, and its namespace."""
    from istioctl.rendering.components.chart_values import chart_values
    from istioctl.rendering.components.parts import part_values, parts_of
    from istioctl.rendering.specification.build import SpecificationInputs, build_specification

    inputs = SpecificationInputs(
        files=(options.operator_file,) if options.operator_file else (),
        set_flags=options.set_flags,
        revision=options.revision,
        force=bool(options.operator_file),  # its values may be those of a ConfigMap, which know more than the schema
    )
    specification = build_specification(inputs)
    part = next((part for part in parts_of(specification.data) if part.component.name == "Pilot"), None)
    if part is None:
        raise InputError(
            f"the profile '{specification.profile}' installs no istiod, so there is nothing to inject with",
            hint="Choose another profile, as in --set profile=default.",
        )
    return chart_values("istiod", part_values(part, specification.data)), part.namespace


# The cluster


def _session(options: InjectorOptions, say: Callable[[str], None]) -> Session:
    from istioctl.cluster.kubeconfig import ClientOptions
    from istioctl.cluster.session import open_session

    client = options.client() if callable(options.client) else options.client
    client = client or ClientOptions(kubeconfig=options.kubeconfig)
    try:
        return open_session(client, report=say)
    except ClusterError as error:
        raise ClusterError(error.message, where=error.where, hint=_OFFLINE, id=error.id) from None


def _use_cluster(
    texts: _Texts, options: InjectorOptions, session: Session, revision: str, say: Callable[[str], None]
) -> ObjectInjector | None:
    """Fill in what is missing from the cluster; gives the webhook where that takes the templates' place."""
    try:
        if texts.mesh is None:
            name = options.mesh_config_map
            name = f"{name}-{revision}" if revision and name == "istio" else name
            texts.mesh, texts.mesh_source = _config_map(session, options, name, "mesh"), f"ConfigMap {name}"
        if texts.templates is None:
            try:
                return _webhook(session, options.webhook_config, revision)
            except IstioctlError as error:
                say(f"The cluster's webhook can't be used ({error.message}); its ConfigMap is.")
        name = options.inject_config_map
        name = f"{name}-{revision}" if revision and name == "istio-sidecar-injector" else name
        if texts.templates is None:
            texts.templates = read_templates(_config_map(session, options, name, "config"), f"ConfigMap {name}")
        if texts.values is None:
            texts.values, texts.values_source = _config_map(session, options, name, "values"), f"ConfigMap {name}"
    except ClusterError as error:
        raise ClusterError(error.message, where=error.where, hint=_OFFLINE, id=error.id) from None
    return None


def _config_map(session: Session, options: InjectorOptions, name: str, key: str) -> str:
    namespace = options.istio_namespace
    data = session.get(f"/api/v1/namespaces/{namespace}/configmaps/{name}").get("data") or {}
    if key not in data:
        raise ClusterError(f"the ConfigMap has no key '{key}'", where=f"ConfigMap {namespace}/{name}")
    return str(data[key])


def _webhook(session: Session, name: str, revision: str) -> ObjectInjector:
    from istioctl.cluster.queries import list_objects
    from istioctl.injection.webhook import WebhookInjector

    labels = f"{REVISION}={revision or DEFAULT_REVISION}"
    configurations = list_objects(session, *INJECTOR, labels=labels)
    named = [item for item in configurations if item["metadata"]["name"] == name]
    for configuration in (named or configurations)[:1]:
        for webhook in configuration.get("webhooks") or ():
            if str(webhook.get("name", "")).endswith(_WEBHOOK_SUFFIX):
                client = webhook.get("clientConfig") or {}
                ask = _ask_url(client) if client.get("url") else _ask_service(session, client)
                return WebhookInjector(ask, str(webhook["name"]))
    raise ClusterError(f"no sidecar injector is registered for the revision '{revision or 'default'}'")


def _ask_url(client: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    from istioctl.cluster.webhook_endpoint import WebhookEndpoint

    endpoint = WebhookEndpoint(str(client["url"]), client)
    endpoint.probe()
    return endpoint.review


def _ask_service(session: Session, client: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """Asks a webhook behind a Service, through a port-forward that stays open."""
    from istioctl.actions.pods import first_pod
    from istioctl.cluster.tunnels import PodPort, PortForward
    from istioctl.cluster.webhook_endpoint import WebhookEndpoint

    service = client.get("service") or {}
    namespace, name = str(service.get("namespace")), str(service.get("name"))
    port, path = service.get("port") or 443, str(service.get("path") or "/")
    spec = session.get(f"/api/v1/namespaces/{namespace}/services/{name}").get("spec") or {}
    labels = ",".join(f"{key}={value}" for key, value in (spec.get("selector") or {}).items())
    if not labels:
        raise ClusterError("the webhook's Service selects no pods", where=f"Service {namespace}/{name}")
    targets = [entry.get("targetPort") for entry in spec.get("ports") or () if entry.get("port") == port]
    target = targets[0] if targets and isinstance(targets[0], int) else ports.WEBHOOK

    def find() -> PodPort:
        pod = first_pod(session, labels, (namespace,))
        return PodPort(namespace, str(pod["metadata"]["name"]), target)

    forward = PortForward(session, find)
    forward.start()
    try:
        endpoint = WebhookEndpoint(
            f"https://{forward.address}:{forward.port}{path}",
            client,
            server_name=f"{name}.{namespace}.svc",
            timeout=session.timeout,
        )
        endpoint.probe()
    except ClusterError:
        forward.close()
        raise
    return endpoint.review


def _nodes_are_new(session: Session) -> bool:
    """Whether every node runs Kubernetes 1.33 or later, which has native sidecars for good."""
    from istioctl.cluster.queries import list_objects

    return all(_minor(node) >= 33 for node in list_objects(session, "v1", "Node"))


def _minor(node: Mapping[str, Any]) -> int:
    version = str((((node.get("status") or {}).get("nodeInfo")) or {}).get("kubeletVersion", ""))
    parts = version.removeprefix("v").split(".")
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
