"""Which collections a server has, for kinds this program does not know by heart."""

from __future__ import annotations

import threading

from istioctl.api.identity import ObjectKey
from istioctl.api.kinds import Resource, known_resource
from istioctl.cluster.errors import ApiError
from istioctl.cluster.session import Session


class Discovery:
    """Finds collections; asks the server once for each API version it does not know."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked: dict[str, dict[str, Resource]] = {}
        self._lock = threading.Lock()

    def resource(self, api_version: str, kind: str) -> Resource:
        """The collection of a kind.

        Raises:
            ApiError: the cluster does not know the kind (status 404), or refuses to say.
            Unreachable: no answer came.
        """
        found = known_resource(api_version, kind) or self.served(api_version).get(kind)
        if found is None:
            raise ApiError(
                404,
                "NotFound",
                f"the cluster has no kind {kind!r} in {api_version}",
                where=self._session.server,
                hint="Install the custom resource definition first, or fix apiVersion and kind.",
                id="unknown-kind",
            )
        return found

    def path(self, key: ObjectKey) -> str:
        """The path of one object."""
        return self.resource(key.api_version, key.kind).path(key.namespace, key.name)

    def served(self, api_version: str) -> dict[str, Resource]:
        """All collections of an API version by kind; none where the server lacks the version (which may come later)."""
        with self._lock:
            found = self._asked.get(api_version) or self._ask(api_version)
            self._asked[api_version] = found
            return found

    def _ask(self, api_version: str) -> dict[str, Resource]:
        answer = self._session.find(f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}")
        return {
            entry["kind"]: Resource(api_version, entry["kind"], entry["name"], entry.get("namespaced", False))
            for entry in (answer or {}).get("resources", ())
            if "/" not in entry["name"]
        }
