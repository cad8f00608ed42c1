"""A container's variables, as a kubelet fills them in."""

from __future__ import annotations

import re
from typing import Any

Pod = dict[str, Any]


def environment(pod: Pod, container: dict[str, Any]) -> dict[str, str]:
    """A container's variables, with those that come from the pod filled in."""
    return {entry["name"]: _value(pod, entry) for entry in container.get("env", [])}


def _value(pod: Pod, entry: dict[str, Any]) -> str:
    source = entry.get("valueFrom", {})
    if "resourceFieldRef" in source:
        return "2" if source["resourceFieldRef"]["resource"].endswith("cpu") else str(1 << 30)
    if "fieldRef" not in source:
        return str(entry.get("value", ""))
    path = source["fieldRef"]["fieldPath"]
    if keyed := re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path):
        return str(pod["metadata"].get(keyed[1], {}).get(keyed[2], ""))
    found: Any = pod
    for step in path.split("."):
        found = found.get(step, "")
    return str(found)
