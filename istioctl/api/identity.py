"""The identity of a Kubernetes object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from istioctl.errors import InputError


@dataclass(frozen=True, slots=True, order=True)
class ObjectKey:
    """What tells one object of a cluster from all others; the namespace of a cluster-wide one is empty."""

    api_version: str
    kind: str
    namespace: str
    name: str

    @classmethod
    def of(cls, obj: Mapping[str, Any]) -> ObjectKey:
        """The key of an object given as plain data.

        Raises:
            InputError: it has no apiVersion, kind or name.
        """
        metadata = obj.get("metadata")
        metadata = metadata if isinstance(metadata, Mapping) else {}
        api_version, kind, name = obj.get("apiVersion"), obj.get("kind"), metadata.get("name")
        if not (
            isinstance(api_version, str) and isinstance(kind, str) and isinstance(name, str) and api_version and kind
        ):
            raise InputError(
                f"not a Kubernetes object: apiVersion {api_version!r}, kind {kind!r}, metadata.name {name!r}",
                hint="Each of the three has to be a text.",
            )
        return cls(api_version, kind, str(metadata.get("namespace") or ""), name)

    @property
    def group(self) -> str:
        """The API group, empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def version(self) -> str:
        """The API version without its group, such as `v1`."""
        return self.api_version.rpartition("/")[2]

    @property
    def versionless(self) -> tuple[str, str, str, str]:
        """Group, kind, namespace and name: the same object in whatever API version it is read."""
        return (self.group, self.kind, self.namespace, self.name)

    @property
    def long_name(self) -> str:
        """The form in which removals are reported, such as `apps/v1, Kind=Deployment/istiod.istio-system`."""
        prefix = self.api_version if self.group else f"/{self.api_version}"
        return f"{prefix}, Kind={self.kind}/{self.name}.{self.namespace}"

    @property
    def resource_name(self) -> str:
        """The form of `kubectl -o name`, such as `deployment.apps/istiod` or `service/istiod`."""
        return f"{self.kind.lower()}{f'.{self.group}' if self.group else ''}/{self.name}"

    def __str__(self) -> str:
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)
