"""The texts in istiod's ConfigMaps: the mesh's configuration, the injector's, and the values they came from."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from istioctl.api import ports
from istioctl.api.trees import copy_of, lookup, merge
from istioctl.errors import SpecError
from istioctl.golang import json_text
from istioctl.rendering.components.facts import TRUST_BUNDLE, Tree, revision_suffix, wants_trust_bundle
from istioctl.rendering.text.data_files import data_names, read_data
from istioctl.rendering.text.value_text import bare, go_text
from istioctl.yamldoc.writer import dump

# An old istiod fails on this with a text that names the reason.
_VERSION_CHECK = "{{ Template_Version_And_Istio_Version_Mismatched_Check_Installation }}"
_TRACER_DEFAULTS = {"maxNumberOfAttributes": 200, "maxNumberOfAnnotations": 200, "maxNumberOfMessageEvents": 200}


def mesh_config_text(values: Tree, namespace: str) -> str:
    """The mesh configuration as the ConfigMap holds it."""
    return dump(mesh_config(values, namespace)).rstrip("\n")


def mesh_config(values: Tree, namespace: str) -> Tree:
    """The mesh configuration: what other settings say about it, under what `meshConfig` says."""
    own = values["meshConfig"] or {}
    mesh: Tree = {
        "trustDomain": "cluster.local",
        "rootNamespace": own.get("rootNamespace") or values["global"]["istioNamespace"],
        "defaultConfig": _default_config(values, namespace),
    }
    if not own.get("defaultProviders") and (providers := _default_providers(values)):
        mesh["defaultProviders"] = providers
    merge(mesh, copy_of(own))
    return mesh


def mesh_networks(values: Tree) -> str:
    """The networks of the mesh, as a text of their own."""
    return dump({"networks": values["global"]["meshNetworks"] or {}}).rstrip("\n")


def _default_config(values: Tree, namespace: str) -> Tree:
    shared = values["global"]
    config: Tree = {"discoveryAddress": _discovery_address(values, namespace)}
    if shared["meshID"]:
        config["meshId"] = go_text(shared["meshID"])
    if variant := shared["proxy"].get("variant") or shared["variant"]:
        config["image"] = {"imageType": go_text(variant)}
    if shared["proxy"]["tracer"] != "none":
        config["tracing"] = _tracing(shared) or None
    return config


def _discovery_address(values: Tree, namespace: str) -> str:
    if not values["global"]["remotePilotAddress"]:
        return f"istiod{revision_suffix(values)}.{namespace}.svc:{ports.XDS}"
    remote = values["istiodRemote"]
    service = "istiod-remote" if remote["enabled"] and remote["enabledLocalInjectorIstiod"] else "istiod"
    return f"{service}.{namespace}.svc:{ports.XDS}"


def _tracing(shared: Tree) -> Tree:
    tracer = shared["proxy"]["tracer"]
    settings = lookup(shared, "tracer", str(tracer))
    given: dict[str, Any] = settings if isinstance(settings, dict) else {}
    match tracer:
        case "lightstep":
            if settings is None:
                raise SpecError(
                    "values.global.proxy.tracer is 'lightstep', but values.global.tracer.lightstep says nothing",
                    where="values.global.tracer.lightstep",
                    hint="Set its address and accessToken, or better meshConfig.defaultConfig.tracing.lightstep.",
                    id="no-tracer",
                )
            return {tracer: {"address": given.get("address"), "accessToken": given.get("accessToken")}}
        case "zipkin":
            return {tracer: {"address": given.get("address") or f"zipkin.{shared['istioNamespace']}:9411"}}
        case "datadog":
            return {tracer: {"address": given.get("address") or "$(HOST_IP):8126"}}
        case "stackdriver":
            limits = {key: bare(given.get(key)) or default for key, default in _TRACER_DEFAULTS.items()}
            return {tracer: {"debug": bare(given.get("debug")) or False, **limits}}
    return {}


def _default_providers(values: Tree) -> Tree:
    telemetry = values["telemetry"]
    version = telemetry["v2"]
    if not (telemetry["enabled"] and version["enabled"]):
        return {}
    metrics = [name for name in ("prometheus", "stackdriver") if version[name]["enabled"]]
    providers: Tree = {"metrics": metrics} if metrics else {}
    if version["stackdriver"]["enabled"]:
        providers["accessLogging"] = ["stackdriver"]
    return providers


def injector_config(values: Tree) -> str:
    """The injector's own configuration: its policy and its templates.

    The templates are Go templates that istiod runs; they are passed on as they are.
    """
    settings = values["sidecarInjectorWebhook"]
    own: dict[str, Any] = settings["templates"] or {}
    head = {
        "defaultTemplates": settings["defaultTemplates"] or ["sidecar"],
        "policy": values["global"]["proxy"]["autoInject"],
        "alwaysInjectSelector": settings["alwaysInjectSelector"],
        "neverInjectSelector": settings["neverInjectSelector"],
        "injectedAnnotations": {key: go_text(text) for key, text in (settings["injectedAnnotations"] or {}).items()}
        or None,
        "template": _VERSION_CHECK,
    }
    lines = [dump(head, sort_keys=False), "templates:\n"]
    for name, template in built_in_templates(own):
        lines.append(f"  {name}: |\n{_indented(template, '    ')}")
    if own:
        lines.append(_indented(dump(own), "  "))
    return "".join(lines)


def injector_templates(values: Tree) -> dict[str, Any]:
    """The templates of that configuration by name, for who needs them as they are."""
    own: dict[str, Any] = values["sidecarInjectorWebhook"]["templates"] or {}
    return dict(built_in_templates(own)) | own


def built_in_templates(own: Container[str] = ()) -> Iterator[tuple[str, str]]:
    """Those that `own` do not replace, by name, each with one line end at its end."""
    for name in data_names("manifests/istiod/injection", ".yaml"):
        if name not in own:
            yield name, read_data("manifests", f"istiod/injection/{name}.yaml").strip("\n") + "\n"


def injector_values(values: Tree) -> Tree:
    """The part of the values that the injector's templates ask for.

    They compare one variable with a boolean, which fails on a text, and with it every injection.
    """
    env = values["env"]
    if TRUST_BUNDLE in (env or {}):
        env = {**env, TRUST_BUNDLE: wants_trust_bundle(env)}
    return {
        **{key: values[key] for key in ("global", "sidecarInjectorWebhook", "revision")},
        "pilot": {"cni": values["cni"], "env": env},
        "gateways": {key: values["gateways"][key] for key in ("securityContext", "seccompProfile")},
    }


def injector_values_text(values: Tree) -> str:
    """These as the ConfigMap holds them."""
    return json_text.write(injector_values(values), indent="  ")


def gateway_class_overlays(values: Tree) -> list[tuple[str, dict[str, str]]]:
    """For each GatewayClass the objects that istiod lays over what it makes for its gateways, as texts by kind."""
    classes: dict[str, Any] = values["gatewayClasses"] or {}
    return [(name, _texts(kinds if isinstance(kinds, dict) else {})) for name, kinds in sorted(classes.items())]


def _texts(overlays: dict[str, Any]) -> dict[str, str]:
    texts = {kind: dump(overlay) for kind, overlay in sorted(overlays.items())}
    if texts:  # upstream cuts the end of the document off, and with it that of the last text
        last = max(texts)
        texts[last] = texts[last].rstrip("\n")
    return texts


def _indented(text: str, pad: str) -> str:
    return "\n".join(pad + line if line else "" for line in text.split("\n"))
