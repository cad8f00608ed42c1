"""A stub cluster whose workloads are not ready, and not gone, until a test lets them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.stub_cluster import Answer, Asked, StubCluster

_LONGEST = 60.0


class Held:
    """The cluster; each workload's first watch shows it unready or held by a finalizer, the next one waits.

    Attributes:
        cluster: the stub.
        refused: the API server refuses to change objects whose path holds this, if it is not empty.
    """

    def __init__(self, folder: Path) -> None:
        self.cluster = StubCluster(folder)
        self.cluster.bend = self._bend
        self.refused = ""
        self._released = threading.Event()
        self._shown: set[str] = set()

    @property
    def kubeconfig(self) -> str:
        return str(self.cluster.kubeconfig)

    def release(self) -> None:
        """From now on all goes as it should."""
        self._released.set()

    def _bend(self, asked: Asked, answer: Answer) -> Answer:
        if self.refused and asked.method == "PATCH" and self.refused in asked.path:
            body = {"kind": "Status", "code": 403, "reason": "Forbidden", "message": "not \x1b[31mthis\x1b[0m one"}
            return Answer(403, json.dumps(body).encode())
        if not asked.is_watch or "deployments" not in asked.path or self._released.is_set():
            return answer
        name = asked.query.get("fieldSelector", "").rpartition("=")[2]
        if name in self._shown:
            self._released.wait(_LONGEST)
            return self.cluster.answer(asked, b"")
        self._shown.add(name)
        events = [json.loads(line) for line in answer.body.splitlines()]
        found = [event["object"] for event in events if event["type"] == "ADDED"] or [_leaving(asked, name)]
        for item in found:
            item["status"] = item.get("status", {}) | {"availableReplicas": 0}
        lines = [json.dumps({"type": "ADDED", "object": item}) for item in found]
        return Answer(200, "".join(f"{line}\n" for line in lines).encode())


def _leaving(asked: Asked, name: str) -> dict[str, Any]:
    namespace = asked.path.rpartition("/namespaces/")[2].partition("/")[0]
    metadata = {"name": name, "namespace": namespace, "finalizers": ["example.com/held"]}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"template": {}}}


@contextmanager
def held_cluster(folder: Path) -> Iterator[Held]:
    """A cluster for the time of the block."""
    held = Held(folder)
    with held.cluster:
        try:
            yield held
        finally:
            held.release()
