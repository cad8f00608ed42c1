"""The bootstrap of an Envoy: the versions it tells, and the tree."""

from __future__ import annotations

from typing import Any

from istioctl.api.trees import mapping, text
from istioctl.proxies.config_dump import BOOTSTRAP, ConfigDump
from istioctl.proxies.tables import Table

_BUILD = (("build.label", "-"), ("revision.status", "/"), ("build.type", "/"), ("ssl.version", "/"))


def table(dump: ConfigDump) -> Table:
    """The versions of Istio and Envoy, a row each; the header is empty.

    Raises:
        InputError: the dump has no bootstrap.
    """
    node = mapping(mapping(tree(dump).get("bootstrap")).get("node"))
    metadata = mapping(node.get("metadata"))
    rows = []
    if version := text(metadata.get("ISTIO_VERSION")):
        rows.append(["Istio Version:", version])
    if sha := text(metadata.get("ISTIO_PROXY_SHA")):
        parts = sha.split(":")
        rows.append(["Istio Proxy Version:", parts[1] if len(parts) > 1 else sha])
    rows.append(["Envoy Version:", _envoy_version(mapping(node.get("userAgentBuildVersion")))])
    return Table(("", ""), rows)


def tree(dump: ConfigDump) -> dict[str, Any]:
    """The bootstrap in protobuf's JSON.

    Raises:
        InputError: the dump has no bootstrap.
    """
    from istioctl.proxies.protobuf_json import camel_case

    section = dump.section(BOOTSTRAP)
    found: dict[str, Any] = camel_case(section.whole(), section.message)
    return found


def _envoy_version(build: dict[str, Any]) -> str:
    """Such as `1.36.2/Clean/RELEASE/BoringSSL`."""
    version, metadata = mapping(build.get("version")), mapping(build.get("metadata"))
    numbers = ".".join(str(version.get(name) or 0) for name in ("majorNumber", "minorNumber", "patch"))
    return numbers + "".join(f"{mark}{text(metadata[name])}" for name, mark in _BUILD if name in metadata)
