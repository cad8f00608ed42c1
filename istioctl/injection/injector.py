"""Injection on plain data: an object in, the same object with its sidecar out.

`Injector.inject` is what istiod's webhook does to a pod and kube-inject to a workload; it knows nothing of texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from istioctl.api.injection_settings import Concern
from istioctl.api.names import PROXY_CONFIG, PROXY_IMAGE_TYPE, TEMPLATES
from istioctl.api.schema.decode import Data
from istioctl.api.trees import lookup
from istioctl.errors import InputError, TemplateError
from istioctl.injection import merging, mesh, openshift, pod_annotations, policy, workloads
from istioctl.injection.rendered import Overlay
from istioctl.injection.settings import Settings
from istioctl.injection.workloads import Workload

Pod = dict[str, Any]


class Renderer(Protocol):
    """Runs injection templates."""

    def render(self, name: str, subject: Subject) -> Overlay:
        """What the template `name` makes of a subject.

        Raises:
            TemplateError: the template can't be compiled, fails, or renders no YAML.
        """


class Subject(NamedTuple):
    """What a template is run on.

    Attributes:
        pod: the pod, without what an earlier injection put into it.
        owner: its workload.
        mesh: the mesh configuration, with the pod's own proxy configuration in it.
        proxy_image: the image of the proxy.
        user, group: what the proxy runs as.
    """

    pod: Mapping[str, Any]
    owner: workloads.Owner
    mesh: Data
    proxy_image: str
    user: int
    group: int


class Outcome(NamedTuple):
    """What became of one object.

    Attributes:
        workload: the object as it was.
        decision: whether it was injected, and why.
        after: the object as it is now, in the same form as `workload.data`.
        concerns: settings in it that do not do what they say.
    """

    workload: Workload
    decision: policy.Decision
    after: Mapping[str, Any]
    concerns: tuple[Concern, ...] = ()


class ObjectInjector(Protocol):
    """Injects the pod of an object: an `Injector`, or a `webhook.WebhookInjector`."""

    def inject(self, data: Mapping[str, Any]) -> Outcome | None:
        """Inject one object; None where it holds no pod."""


class Injector:
    """Injects sidecars as the settings say."""

    def __init__(self, settings: Settings, renderer: Renderer) -> None:
        self.settings = settings
        self._renderer = renderer
        self._configured: dict[str, Data] = {}

    def inject(self, data: Mapping[str, Any]) -> Outcome | None:
        """Inject one object; None where it holds no pod.

        Args:
            data: the object as the user wrote it, as plain data.

        Raises:
            InputError: the object, or an annotation in it, is wrong; a `WrongTypeError` knows the place in the object.
            TemplateError: a template fails, or is not there.
        """
        workload = workloads.find(data)
        if workload is None:
            return None
        pod = workload.pod
        if pod["spec"].get("hostNetwork"):
            decision = policy.decide(pod, self.settings.templates.policy)
            return Outcome(workload, decision, workload.data)
        if reason := workloads.no_pod_because(data, workload):
            return Outcome(workload, policy.Decision(False, reason), workload.data)
        own_mesh = self._own_mesh(pod)
        decision = policy.decide(pod, self.settings.templates.policy)
        if not decision.inject:
            return Outcome(workload, decision, workload.data, workloads.concerns(data, workload))
        after = self.injected(pod, workload.owner, own_mesh)
        return Outcome(workload, decision, workload.with_pod(after), workloads.concerns(data, workload, after["spec"]))

    def injected(self, pod: Pod, owner: workloads.Owner, own_mesh: Data | None = None) -> Pod:
        """A pod with its sidecar, whatever the policy says.

        Args:
            pod: its metadata and specification, in the one form of `typed`.
            owner: its workload.
            own_mesh: the mesh configuration with the pod's own proxy configuration in it, if it is at hand.

        Raises:
            InputError, TemplateError: as for `inject`.
        """
        pod_annotations.check(merging.annotations_of(pod))
        settings = self.settings
        own_mesh = own_mesh or self._own_mesh(pod)
        namespace = pod["metadata"].get("namespace") or owner.namespace
        if settings.namespaces:
            pod = openshift.without_assigned_user(pod)
        seen = merging.bare(pod, settings.mesh["defaultConfig"].get("statusPort", 0))
        user, group = openshift.proxy_ids(settings.namespaces.get(namespace))
        image = proxy_image(settings.values, own_mesh["defaultConfig"], merging.annotations_of(seen))
        subject = Subject(seen, owner, own_mesh, image, user, group)
        merged, template_pod = merging.run(
            pod,
            self._chosen(pod),
            lambda name: self._render(name, subject),
            settings.native_sidecars,
        )
        merged = merging.reapplied(merged, pod, template_pod, own_mesh["defaultConfig"])
        env = merging.proxy_environment(pod, settings.values, {})
        return merging.finished(merged, template_pod, settings, own_mesh, env)

    def _render(self, name: str, subject: Subject) -> Overlay:
        texts = self.settings.templates.texts
        if name not in texts:
            known = ", ".join(sorted(texts))
            raise TemplateError(f"there is no injection template '{name}'", hint=f"The configuration has: {known}.")
        return self._renderer.render(name, subject)

    def _chosen(self, pod: Pod) -> list[str]:
        templates = self.settings.templates
        said = merging.annotations_of(pod).get(TEMPLATES)
        names = templates.default if said is None else [name.strip() for name in said.split(",")]
        chosen: list[str] = []
        for name in names:
            chosen += templates.aliases.get(name, [name]) if name not in templates.texts else [name]
        return chosen

    def _own_mesh(self, pod: Pod) -> Data:
        """The mesh configuration with the pod's `proxy.istio.io/config` laid over its proxy defaults."""
        text = merging.annotations_of(pod).get(PROXY_CONFIG)
        if text is None:
            return self.settings.mesh
        found = self._configured.get(text)
        if found is None:
            base = self.settings.mesh
            try:
                proxy = mesh.over_text(base["defaultConfig"], text, PROXY_CONFIG)
            except InputError as error:
                raise InputError(f"annotation {error}", hint=error.hint, id="bad-annotation") from None
            found = self._configured[text] = {**base, "defaultConfig": proxy}
            if len(self._configured) > 100:
                del self._configured[next(iter(self._configured))]
        return found


def proxy_image(values: Mapping[str, Any], proxy: Mapping[str, Any], said: Mapping[str, str]) -> str:
    """The proxy's image: `hub/name:tag`, with the variant in the tag.

    Args:
        values: the installation's values.
        proxy: the pod's proxy configuration.
        said: the pod's annotations.
    """

    hub = lookup(values, "global", "hub") or ""
    name = lookup(values, "global", "proxy", "image") or "proxyv2"
    tag = lookup(values, "global", "tag")
    tag = "" if tag is None else str(tag)
    variant = lookup(values, "global", "variant") or ""
    if "image" in proxy:
        variant = proxy["image"].get("imageType", "")
    variant = said.get(PROXY_IMAGE_TYPE, variant)
    if variant:
        for known in ("distroless", "debug"):
            if tag.endswith(f"-{known}"):
                tag = tag.removesuffix(f"-{known}")
                break
        if variant != "default":
            tag = f"{tag}-{variant}"
    return f"{hub}/{name}:{tag}"
