"""What a pod, as plain data, says of its containers and of its proxy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from istioctl.api.names import PROXY, REVISION, STATUS
from istioctl.api.trees import lookup_text, mappings

Container = dict[str, Any]


def containers(pod_spec: Mapping[str, Any], *, init: bool = False) -> list[Container]:
    """The containers of a pod, with the init containers after them where asked for."""
    return mappings(pod_spec.get("containers")) + (mappings(pod_spec.get("initContainers")) if init else [])


def proxy_of(pod_spec: Mapping[str, Any]) -> Container | None:
    """The proxy's container, be it one beside the others or an init container; None where there is none."""
    return next((each for each in containers(pod_spec, init=True) if each.get("name") == PROXY), None)


def image_tag(image: str) -> str:
    """The tag of an image; empty where it has none."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[2]


def injected_by(annotations: Mapping[str, str]) -> str:
    """The revision of the injector that a pod's annotations name; empty where they name none."""
    if REVISION in annotations:
        return annotations[REVISION]
    try:
        status = json.loads(annotations.get(STATUS, "{}"))
    except (ValueError, RecursionError):
        return ""
    return lookup_text(status, "revision")
