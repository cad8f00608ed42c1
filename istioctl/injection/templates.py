"""Running injection templates: istiod's Go templates, on what istiod hands to them.

Fields: `SidecarTemplateData` in Istio's `pkg/kube/inject/inject.go`.
"""

from __future__ import annotations

from typing import Any

from istioctl.api.mesh import MESH_MESSAGE, PROXY_MESSAGE
from istioctl.api.schema.decode import Data
from istioctl.api.trees import lookup
from istioctl.errors import InputError, TemplateError
from istioctl.golang import types, values
from istioctl.golang.types import GoType
from istioctl.gotemplate.template import TemplateSet
from istioctl.injection import go_values
from istioctl.injection.injector import Subject
from istioctl.injection.rendered import Overlay, RenderedTexts
from istioctl.injection.settings import Settings

#: What every injection template is called inside.
_ENTRY = "inject"
_OBJECT = types.struct("v1.TypeMeta", {"Kind": types.STRING, "APIVersion": types.STRING})
_NAMED = types.struct("types.NamespacedName", {"Namespace": types.STRING, "Name": types.STRING})


def _data_type() -> GoType:
    return types.struct(
        "inject.SidecarTemplateData",
        {
            "TypeMeta": _OBJECT,
            "DeploymentMeta": _NAMED,
            "ObjectMeta": go_values.kube_type("ObjectMeta"),
            "Spec": go_values.kube_type("PodSpec"),
            "ProxyConfig": types.pointer_to(go_values.message_type(PROXY_MESSAGE)),
            "MeshConfig": types.pointer_to(go_values.message_type(MESH_MESSAGE)),
            "Values": types.MAP_ANY,
            "Revision": types.STRING,
            "NativeSidecars": types.BOOL,
            "ProxyImage": types.STRING,
            "ProxyUID": types.INT64,
            "ProxyGID": types.INT64,
            "InboundTrafficPolicyMode": types.STRING,
            "CompliancePolicy": types.STRING,
        },
    )


class TemplateRenderer:
    """Renders the templates of an injector's configuration.

    Args:
        settings: the injector's settings.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._compiled: dict[str, TemplateSet] = {}
        self._texts: dict[str, RenderedTexts] = {}
        self._meshes: dict[int, tuple[Data, object]] = {}
        self._subject: tuple[Subject, object] | None = None
        self._type = types.pointer_to(_data_type())

    def render(self, name: str, subject: Subject) -> Overlay:
        """What the template `name` makes of a subject.

        Raises:
            TemplateError: the template can't be compiled, fails, or renders no YAML.
        """
        compiled = self._compiled.get(name) or self._compile(name)
        if self._subject is None or self._subject[0] is not subject:
            self._subject = subject, self._data(subject)
        try:
            text = compiled.render(_ENTRY, self._subject[1])
        except TemplateError as error:
            raise TemplateError(error.message, where=f"template {name}", hint=error.hint, id=error.id) from None
        try:
            return self._texts[name].read(text)
        except InputError as error:
            raise TemplateError(f"it renders {error.where}: {error.message}", where=f"template {name}") from None

    def _compile(self, name: str) -> TemplateSet:
        from istioctl.injection.template_functions import TABLE

        texts = {_ENTRY: self._settings.templates.texts[name]}
        try:
            compiled = TemplateSet(texts, dialect="istio", functions=TABLE)
        except TemplateError as error:
            raise TemplateError(error.message, where=f"template {name}", hint=error.hint, id=error.id) from None
        self._compiled[name] = compiled
        self._texts[name] = RenderedTexts()
        return compiled

    def _data(self, subject: Subject) -> object:
        settings, owner = self._settings, subject.owner
        mesh_config = self._mesh(subject.mesh)
        inbound = lookup(subject.mesh, "inboundTrafficPolicy", "mode")
        return values.class_of(self._type)(
            {
                "TypeMeta": values.make(_OBJECT, {"Kind": owner.kind, "APIVersion": owner.api_version}),
                "DeploymentMeta": values.make(_NAMED, {"Namespace": owner.namespace, "Name": owner.name}),
                "ObjectMeta": go_values.kube_value(subject.pod.get("metadata", {}), "ObjectMeta"),
                "Spec": go_values.kube_value(subject.pod.get("spec", {}), "PodSpec"),
                "ProxyConfig": mesh_config["DefaultConfig"],
                "MeshConfig": mesh_config,
                "Values": settings.values,
                "Revision": settings.revision,
                "NativeSidecars": settings.native_sidecars,
                "ProxyImage": subject.proxy_image,
                "ProxyUID": subject.user,
                "ProxyGID": subject.group,
                "InboundTrafficPolicyMode": "localhost" if inbound == "LOCALHOST" else "passthrough",
                "CompliancePolicy": settings.compliance_policy,
            }
        )

    def _mesh(self, message: Data) -> Any:
        """A mesh configuration as a Go value, kept as long as it is asked for."""
        known = self._meshes.get(id(message))
        if known is None:
            if len(self._meshes) >= 100:
                self._meshes.clear()
            known = self._meshes[id(message)] = message, go_values.message_value(message, MESH_MESSAGE)
        return known[1]


def prebuilt_module(text: str) -> tuple[str, str]:
    """The key and the text of the module that the wheel carries for one template (see `istioctl.prebuilt`)."""
    from istioctl.gotemplate.compiler import units
    from istioctl.injection.template_functions import TABLE

    return units.prebuilt_module(_ENTRY, text, units.Functions("istio", TABLE))
