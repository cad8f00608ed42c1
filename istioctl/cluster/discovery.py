"""Which collections a server has, for kinds this program does not know by heart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from istioctl.api.identity import ObjectKey
from istioctl.api.kinds import Resource, known_resource
from istioctl.cluster.errors import ApiError


class Discovery:
    """Finds collections; asks the server for an API version it does not know, and again for a kind that it lacked.

    Args:
        server: names the server in errors.
        find: reads what is at a path of it; None where there is nothing.
    """

    def __init__(self, server: str, find: Callable[[str], dict[str, Any] | None]) -> None:
        self._server = server
        self._find = find
        self._asked: dict[str, dict[str, Resource]] = {}
        self._lock = threading.Lock()

    def resource(self, api_version: str, kind: str) -> Resource:
        """The collection of a kind.

        Raises:
            ApiError: the cluster does not know the kind (status 404), or refuses to say.
            Unreachable: no answer came.
        """
        found = known_resource(api_version, kind) or self.served(api_version, kind).get(kind)
        if found is None:
            raise ApiError(
                404,
                "NotFound",
                f"the cluster has no kind {kind!r} in {api_version}",
                where=self._server,
                hint="Install the custom resource definition first, or fix apiVersion and kind.",
                id="unknown-kind",
            )
        return found

    def path(self, key: ObjectKey) -> str:
        """The path of one object."""
        return self.resource(key.api_version, key.kind).path(key.namespace, key.name)

    def served(self, api_version: str, kind: str) -> dict[str, Resource]:
        """All collections of an API version by kind, as they were when the server was asked last.

        It is asked anew where it did not have `kind` then, which may have come since.
        """
        with self._lock:
            if kind not in self._asked.get(api_version, {}):
                self._asked[api_version] = self._ask(api_version)
            return self._asked[api_version]

    def _ask(self, api_version: str) -> dict[str, Resource]:
        answer = self._find(f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}")
        return {
            entry["kind"]: Resource(api_version, entry["kind"], entry["name"], entry.get("namespaced", False))
            for entry in (answer or {}).get("resources", ())
            if "/" not in entry["name"]
        }
