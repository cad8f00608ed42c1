"""Merging the application's Prometheus metrics with the proxy's.

Prometheus is sent to the agent, which scrapes the application itself as the pod's own annotations said.

Rules: `applyPrometheusMerge` in Istio's `pkg/kube/inject/webhook.go`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from istioctl.api.names import MERGE_METRICS, SCRAPE_ENV
from istioctl.golang import json_text
from istioctl.injection.pod_annotations import read_bool

_PREFIX = "prometheus_io_"
_PARTS = ("scrape", "path", "port")


@lru_cache(1000)
def _plain(name: str) -> str:
    """An annotation's name with `_` for all punctuation."""
    return re.sub(r"\W", "_", name, flags=re.ASCII)


def _settings(annotations: Mapping[str, str]) -> dict[str, str]:
    """The values of `prometheus.io/scrape`, `path` and `port`, whichever punctuation their names have."""
    found = {}
    for name, value in annotations.items():
        if "prometheus" in name and (plain := _plain(name)).startswith(_PREFIX):
            part = plain.removeprefix(_PREFIX)
            if part in _PARTS:
                found[part] = value
    return found


def without_settings(annotations: Mapping[str, str]) -> dict[str, str]:
    """Annotations without those that steer Prometheus."""
    ours = {_PREFIX + part for part in _PARTS}
    return {name: value for name, value in annotations.items() if _plain(name) not in ours}


def scraped_port(annotations: Mapping[str, str]) -> str | None:
    """The port that Prometheus is told to scrape, None where it is told none."""
    return _settings(annotations).get("port")


def merge(
    annotations: dict[str, str], proxy: dict[str, Any] | None, by_default: bool, status_port: int
) -> dict[str, str]:
    """The annotations of a pod whose metrics the agent serves.

    Args:
        annotations: those of the pod.
        proxy: its sidecar, which gets an environment variable; may be changed.
        by_default: merge where the pod does not say.
        status_port: the agent's port.
    """
    settings = _settings(annotations)
    said = read_bool(annotations.get(MERGE_METRICS, ""))
    if read_bool(settings.get("scrape", "")) is False or not (by_default if said is None else said):
        return annotations
    if settings.get("port") == str(status_port):
        return annotations  # set by the user, or by an earlier injection
    if proxy is not None and any(settings.values()):
        told = json_text.write_plain({part: settings.get(part, "") for part in _PARTS})
        proxy["env"] = [*proxy.get("env", ()), {"name": SCRAPE_ENV, "value": told}]
    return {
        **without_settings(annotations),
        "prometheus.io/port": str(status_port),
        "prometheus.io/path": "/stats/prometheus",
        "prometheus.io/scrape": "true",
    }
