"""Every container image that a specification stands for: what is installed, what is injected, the add-ons."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from istioctl.rendering.addons.addons import addon_images, addon_settings
from istioctl.rendering.manifests import render
from istioctl.rendering.specification.build import build_specification

if TYPE_CHECKING:
    from istioctl.rendering.specification.build import SpecificationInputs

_INJECTED = "auto"
"""What gateways say for the image that injection puts in."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image, what needs it, and its name in another registry if that was asked for."""

    name: str
    used_by: tuple[str, ...]
    mirrored: str = ""

    def as_data(self) -> dict[str, Any]:
        """For `-o json` and `-o yaml`."""
        data: dict[str, Any] = {"image": self.name, "usedBy": list(self.used_by)}
        return data | ({"mirrored": self.mirrored} if self.mirrored else {})


def images(inputs: SpecificationInputs, *, registry: str = "") -> list[Image]:
    """The images, by name.

    Args:
        inputs: the specification; the images of add-ons that are chosen in it count.
        registry: where they are mirrored: the part of the name before the last slash becomes this.

    Raises:
        InputError, SpecError: the specification is wrong.
    """
    users: dict[str, list[str]] = {}

    def add(name: object, user: str) -> None:
        if isinstance(name, str) and name and name != _INJECTED and user not in users.setdefault(name, []):
            users[name].append(user)

    for document in render(build_specification(inputs)).ordered():
        if document.kind in ("Deployment", "DaemonSet", "StatefulSet", "Job"):
            for name in _containers(document.data["spec"]["template"]["spec"]):
                add(name, f"{document.kind}/{document.name}")
        elif document.kind == "ConfigMap" and "sidecar-injector" in document.name:
            for name in _injected(json.loads(document.data["data"]["values"])):
                add(name, "injection")
    if inputs.addons is not None:
        settings = addon_settings(inputs.addons.settings)
        for addon in inputs.addons.names:
            for name in addon_images(addon, settings):
                add(name, f"add-on {addon}")
    return [
        Image(name, tuple(users[name]), f"{registry.rstrip('/')}/{name.rpartition('/')[2]}" if registry else "")
        for name in sorted(users)
    ]


def _containers(pod: Mapping[str, Any]) -> Iterator[object]:
    for container in [*(pod.get("initContainers") or []), *(pod.get("containers") or [])]:
        yield container.get("image")


def _injected(values: Mapping[str, Any]) -> Iterator[str]:
    """The proxy's images, as the injection templates make their names from the values they see."""
    shared = values["global"]
    for key in ("proxy", "proxy_init"):
        image = str((shared.get(key) or {}).get("image") or "")
        if "/" in image:
            yield image
        elif image:
            variant = f"-{shared['variant']}" if shared.get("variant") else ""
            yield f"{shared['hub']}/{image}:{shared['tag']}{variant}"
