"""Reading lists of objects."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from istioctl.api.identity import ObjectKey
from istioctl.cluster.discovery import Discovery
from istioctl.cluster.errors import ApiError
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.session import Session

_PAGE = 500

METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
"""Asks for the names and labels of a list without the rest."""


def list_objects(
    session: Session,
    discovery: Discovery,
    api_version: str,
    kind: str,
    *,
    namespace: str = "",
    labels: str = "",
    fields: str = "",
    metadata_only: bool = False,
) -> list[dict[str, Any]]:
    """The objects of a kind; none where the cluster does not know the kind.

    Args:
        namespace: empty means all.
        labels, fields: selectors in the API's text form.
        metadata_only: leave out all but `metadata`.

    Raises:
        ApiError: the server refuses.
        Unreachable: no answer came.
    """
    import json

    try:
        path = discovery.resource(api_version, kind).path(namespace)
    except ApiError as problem:
        if problem.status == 404:
            return []
        raise
    query = {"limit": str(_PAGE)}
    query |= {"labelSelector": labels} if labels else {}
    query |= {"fieldSelector": fields} if fields else {}
    accept = METADATA_ONLY if metadata_only else "application/json"
    found: list[dict[str, Any]] = []
    while True:
        try:
            page = json.loads(session.request("GET", path, query, accept=accept))
        except ApiError as problem:
            if problem.status == 404:
                return []
            if problem.status == 410 and "continue" in query:  # the list grew old while it was read: begin again
                del query["continue"]
                found.clear()
                continue
            raise
        for item in page.get("items") or []:
            item["apiVersion"], item["kind"] = api_version, kind
            found.append(item)
        token = (page.get("metadata") or {}).get("continue")
        if not token:
            return found
        query["continue"] = token


def list_kinds(
    session: Session,
    discovery: Discovery,
    kinds: Sequence[tuple[str, str]],
    *,
    labels: str,
    metadata_only: bool = True,
) -> list[dict[str, Any]]:
    """The objects of several kinds (apiVersion, kind), kind after kind; the lists are read at the same time.

    Raises:
        IstioctlError: a list can't be read.
        ErrorGroup: several can't.
    """
    reads = [
        partial(list_objects, session, discovery, *kind, labels=labels, metadata_only=metadata_only) for kind in kinds
    ]
    return [item for items in in_parallel(reads) for item in items]


def read_all(session: Session, discovery: Discovery, keys: Sequence[ObjectKey]) -> list[dict[str, Any] | None]:
    """Each object, or None for one that does not exist; read at the same time.

    Raises:
        IstioctlError: one can't be read.
        ErrorGroup: several can't.
    """

    def read(key: ObjectKey) -> dict[str, Any] | None:
        try:
            path = discovery.path(key)
        except ApiError as problem:
            if problem.status == 404:
                return None
            raise
        return session.find(path)

    return in_parallel([partial(read, key) for key in keys])
