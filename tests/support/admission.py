"""Asks istiod's injection webhook as the API server does, and applies its answer."""

from __future__ import annotations

import base64
import copy
import json
import ssl
import urllib.request
from typing import Any

Pod = dict[str, Any]


class RefusedError(Exception):
    """The webhook does not allow the pod."""


def inject(address: str, pod: Pod) -> Pod:
    """The pod as istiod's webhook at `address` (host:port) changes it."""
    kind = {"group": "", "version": "v1", "kind": "Pod"}
    resource = {"group": "", "version": "v1", "resource": "pods"}
    request = {"uid": "1", "kind": kind, "resource": resource, "operation": "CREATE", "object": pod}
    request["namespace"] = pod["metadata"]["namespace"]
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    asked = urllib.request.Request(
        f"https://{address}/inject", json.dumps(review).encode(), {"Content-Type": "application/json"}
    )
    trust = ssl._create_unverified_context()  # noqa: S323 - a server of the test's own, on the loopback
    with urllib.request.urlopen(asked, timeout=30, context=trust) as answer:
        response = json.load(answer)["response"]
    if not response["allowed"]:
        raise RefusedError(response["status"]["message"])
    return patched(pod, json.loads(base64.b64decode(response["patch"])) if response.get("patch") else [])


def patched(document: Pod, operations: list[dict[str, Any]]) -> Pod:
    """A copy of the document with a JSON patch (RFC 6902) applied."""
    document = copy.deepcopy(document)
    for operation in operations:
        *parents, last = [
            step.replace("~1", "/").replace("~0", "~") for step in operation["path"].removeprefix("/").split("/")
        ]
        place: Any = document
        for step in parents:
            place = place[int(step)] if isinstance(place, list) else place[step]
        if isinstance(place, list):
            index = len(place) if last == "-" else int(last)
            if operation["op"] != "add":
                del place[index]
            if operation["op"] != "remove":
                place.insert(index, operation["value"])
        elif operation["op"] == "remove":
            del place[last]
        else:
            place[last] = operation["value"]
    return document
