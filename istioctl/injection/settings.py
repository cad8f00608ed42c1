"""What an injector needs to know besides the pod: templates, mesh configuration and values.

The same three texts that istiod reads: the `config` and `values` keys of the `istio-sidecar-injector` ConfigMap, and
the `mesh` key of the `istio` ConfigMap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from istioctl.api.schema.decode import Data
from istioctl.errors import InputError
from istioctl.injection import mesh
from istioctl.injection.policy import Policy
from istioctl.yamldoc import reader

_NONE: Mapping[str, Any] = MappingProxyType({})
#: The template of a pod that names none.
SIDECAR = "sidecar"


class Templates(NamedTuple):
    """The templates of an injector's configuration.

    Attributes:
        texts: each template's text by name.
        aliases: names that stand for several templates.
        default: the templates of a pod that names none.
        policy: who is injected.
        annotations: what every injected pod gets on top.
    """

    texts: Mapping[str, str]
    aliases: Mapping[str, Sequence[str]] = _NONE
    default: Sequence[str] = (SIDECAR,)
    policy: Policy = Policy()
    annotations: Mapping[str, str] = _NONE


class Settings(NamedTuple):
    """Everything that steers injection.

    Attributes:
        templates: the injection templates.
        mesh: the mesh configuration over Istio's defaults, see `istioctl.injection.mesh`.
        values: the installation's values, `global` and so on.
        revision: the control plane's revision; empty for the default one.
        native_sidecars: make the proxy a native sidecar (an init container that keeps running) where it does not say.
        namespaces: the annotations of namespaces that matter to OpenShift, by name.
        compliance_policy: istiod's `COMPLIANCE_POLICY`.
    """

    templates: Templates
    mesh: Data
    values: Mapping[str, Any]
    revision: str = ""
    native_sidecars: bool = False
    namespaces: Mapping[str, Mapping[str, str]] = _NONE
    compliance_policy: str = ""

    @classmethod
    def read(
        cls,
        templates: Templates | str,
        mesh_config: str | Mapping[str, Any],
        values: str | Mapping[str, Any],
        *,
        mesh_source: str = "mesh",
        values_source: str = "values",
        revision: str = "",
        native_sidecars: bool = False,
        compliance_policy: str = "",
    ) -> Settings:
        """Settings from the texts of the ConfigMaps.

        Args:
            templates: the injector's configuration, as a text or read by `read_templates`.
            mesh_config: the mesh configuration, as text or read.
            values: the installation's values, as text or read.
            mesh_source, values_source: name the texts in errors.
            revision, native_sidecars, compliance_policy: see the class.

        Raises:
            InputError: one can't be read; `where` names its source.
        """
        if isinstance(templates, str):
            templates = read_templates(templates, "injection configuration")
        return cls(
            templates,
            mesh.mesh_config(mesh_config, mesh_source),
            read_values(values, values_source),
            revision,
            native_sidecars,
            compliance_policy=compliance_policy,
        )


def read_templates(given: str | Mapping[str, Any], source: str, *, as_webhook: bool = False) -> Templates:
    """The injector's configuration, or a single template that stands for it.

    Args:
        given: YAML with the key `templates`, as text or read, or else the text of the template `sidecar`.
        source: where it comes from, for errors.
        as_webhook: heed `defaultTemplates`, `policy`, the selectors and `injectedAnnotations`, as istiod does and
            kube-inject does not.

    Raises:
        InputError: a key of the configuration has a wrong type.
    """
    try:
        data = reader.load(given, source) if isinstance(given, str) else given
    except InputError:
        data = None
    texts = data.get("templates") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(texts, dict) or not texts:
        return Templates({SIDECAR: str(given)})
    if wrong := [name for name, template in texts.items() if not isinstance(template, str)]:
        raise InputError(f"the template '{wrong[0]}' is not a text", where=source)
    aliases = {name: meant or () for name, meant in _mapping(data, "aliases", source).items()}
    if wrong := [name for name, meant in aliases.items() if not isinstance(meant, list | tuple)]:
        raise InputError(f"the alias '{wrong[0]}' must be a list of templates", where=source)
    if not as_webhook:
        return Templates(texts, aliases)
    policy = Policy(
        data.get("policy") or "",
        data.get("neverInjectSelector") or (),
        data.get("alwaysInjectSelector") or (),
    )
    default = data.get("defaultTemplates") or (SIDECAR,)
    return Templates(texts, aliases, default, policy, _mapping(data, "injectedAnnotations", source))


def read_values(given: str | Mapping[str, Any], source: str) -> Mapping[str, Any]:
    """The installation's values, given as YAML or JSON or as what that says.

    Raises:
        InputError: no YAML or JSON, or a value that injection looks at has a wrong type.
    """
    data = reader.load(given, source) if isinstance(given, str) else given
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise InputError("a mapping of values is expected", where=source)
    shared = _mapping(data, "global", source)
    proxy = _mapping(shared, "proxy", f"{source}: global")
    multi = _mapping(shared, "multiCluster", f"{source}: global")
    webhook = _mapping(data, "sidecarInjectorWebhook", source)
    for holder, name, wanted in (
        (shared, "hub", str),
        (shared, "network", str),
        (shared, "variant", str),
        (proxy, "image", str),
        (multi, "clusterName", str),
        (proxy, "holdApplicationUntilProxyStarts", bool),
        (webhook, "rewriteAppHTTPProbe", bool),
    ):
        value = holder.get(name)
        if value is not None and not isinstance(value, wanted):
            kind = "text" if wanted is str else "true or false"
            raise InputError(f"{name} must be {kind}, not {value!r}", where=source)
    return data


def _mapping(data: Mapping[str, Any], name: str, source: str) -> Mapping[str, Any]:
    value = data.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InputError(f"{name} must be a mapping", where=source)
    return value


InjectionSettings = Settings
"""The public name."""
