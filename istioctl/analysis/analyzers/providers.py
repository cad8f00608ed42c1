"""Names of providers that no extension provider of the mesh has: what names them has no effect."""

from __future__ import annotations

from collections.abc import Iterator

from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api.mesh_rules import provider_names, unknown_default_providers
from istioctl.api.schema.paths import Path

_PARTS = ("tracing", "metrics", "accessLogging")


def analyze_names(snapshot: Snapshot, findings: Findings) -> None:
    """Default providers, and providers of Telemetries and AuthorizationPolicies, that are not there.

    Objects are only judged where the mesh configuration is known: elsewhere it may have any provider.
    """
    owner = snapshot.mesh_source
    if owner is not None:
        for path, name, hint in unknown_default_providers(snapshot.mesh):
            findings.report("UnknownProvider", owner, name, hint, path=path)
    if owner is None and (snapshot.is_live or not snapshot.is_whole):
        return
    known = provider_names(snapshot.mesh)
    for kind, named in (("Telemetry", _of_telemetry), ("AuthorizationPolicy", _of_policy)):
        for resource in snapshot.all(kind):
            for path, name in named(resource):
                if name not in known:
                    findings.report("UnknownProvider", resource, name, ", ".join(sorted(known)), path=path)


def _of_telemetry(telemetry: Resource) -> Iterator[tuple[Path, str]]:
    for part in _PARTS:
        for i, entry in enumerate(telemetry.spec.get(part, [])):
            for j, provider in enumerate(entry.get("providers", [])):
                if provider.get("name"):
                    yield ("spec", part, i, "providers", j, "name"), provider["name"]


def _of_policy(policy: Resource) -> Iterator[tuple[Path, str]]:
    if policy.spec.get("action") == "CUSTOM" and (name := policy.spec.get("provider", {}).get("name")):
        yield ("spec", "provider", "name"), name
