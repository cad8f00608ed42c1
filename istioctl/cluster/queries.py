"""Reading lists of objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from istioctl.api.identity import ObjectKey
from istioctl.cluster.answers import malformed
from istioctl.cluster.errors import ApiError, Malformed
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.session import JSON, Session
from istioctl.patterns import lazy_pattern

_PAGE = 500
_MOST_UNPAGED = 10 * _PAGE  # a server may leave a limit aside
_MOST_OBJECTS = 200_000  # Kubernetes is made for clusters of up to 150,000 pods
_SHORT_PAGES = 100  # an API server fills each page but the last
_RESTARTS = 5
_SET_TERM = lazy_pattern(r"[^,()]+\([^()]*\)")

METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
"""Asks for the names and labels of a list without the rest."""


def list_objects(
    session: Session,
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
    try:
        path = session.discovery.resource(api_version, kind).path(namespace)
    except ApiError as problem:
        if problem.status == 404:
            return []
        raise
    query: dict[str, str] = {"labelSelector": labels} if labels else {}
    query |= {"fieldSelector": fields} if fields else {}
    accept = METADATA_ONLY if metadata_only else JSON
    found: list[dict[str, Any]] = []
    for page in _pages(session, path, query, accept):
        if page is None:
            found.clear()
            continue
        for item in page.get("items", ()):
            if not _has(item["metadata"].get("labels", {}), labels):
                raise malformed(f"it lists objects without the labels {labels}", f"{session.server} (GET {path})")
            item["metadata"].pop("managedFields", None)  # half of an object's text, and nobody reads it
            rest = {} if metadata_only else item  # not every server leaves out what it is told to
            found.append({**rest, "apiVersion": api_version, "kind": kind, "metadata": item["metadata"]})
    return found


def _has(own: Mapping[str, str], selector: str) -> bool:
    """Whether labels fulfil the terms of a selector that ask for a key, or a key and a value."""
    simple = _SET_TERM.sub("", selector).split(",")
    terms = [term.partition("=") for term in simple if term.strip() and "!" not in term]
    return all(
        own.get(key.strip()) == value.lstrip("=").strip() if equals else key.strip() in own
        for key, equals, value in terms
    )


def _pages(session: Session, path: str, query: dict[str, str], accept: str) -> Iterator[dict[str, Any] | None]:
    """The pages of a list; None where the list begins anew, as it grew old while it was read."""
    where = f"{session.server} (GET {path})"
    limit, token = _PAGE, ""
    count, short, restarts, seen = 0, 0, 0, set[str]()
    while True:
        asked = query | {"limit": str(limit)} | ({"continue": token} if token else {})
        try:
            page = session.ask("GET", path, asked, accept=accept)
        except ApiError as problem:
            if problem.status == 404:
                yield None
                return
            if problem.status != 410 or not token:
                raise
            restarts += 1
            if restarts > _RESTARTS:
                raise malformed(f"the list was too old to be read on {restarts} times", where) from problem
            token = ""
            yield None
            continue
        except Malformed as problem:
            if problem.id != "too-large":
                raise
            if limit == 1:
                session.turns.refuse_large(problem)
                raise
            limit = max(limit // 20, 1)
            continue
        if len(page.get("items", ())) > _MOST_UNPAGED:
            unpaged = malformed(
                f"the list has more than {_MOST_UNPAGED} objects where {limit} were asked for", where, id="unpaged"
            )
            session.turns.refuse_large(unpaged)
            raise unpaged
        yield page
        token = page.get("metadata", {}).get("continue", "")
        if not token:
            return
        count += len(page.get("items", ()))
        short += len(page.get("items", ())) < limit
        if token in seen or short > _SHORT_PAGES or count > _MOST_OBJECTS:
            raise malformed(f"the list does not end: after {len(seen) + 1} pages there is still another", where)
        seen.add(token)


def list_kinds(
    session: Session,
    kinds: Sequence[tuple[str, str]],
    *,
    labels: str,
) -> list[dict[str, Any]]:
    """The metadata of the objects of several kinds (apiVersion, kind), kind after kind, read at the same time.

    Raises:
        IstioctlError: a list can't be read.
        ErrorGroup: several can't.
    """
    reads = [partial(list_objects, session, *kind, labels=labels, metadata_only=True) for kind in kinds]
    return [item for items in in_parallel(reads) for item in items]


def read_all(session: Session, keys: Sequence[ObjectKey]) -> list[dict[str, Any] | None]:
    """Each object, or None for one that does not exist; read at the same time.

    Raises:
        IstioctlError: one can't be read.
        ErrorGroup: several can't.
    """

    def read(key: ObjectKey) -> dict[str, Any] | None:
        try:
            path = session.discovery.path(key)
        except ApiError as problem:
            if problem.status == 404:
                return None
            raise
        return session.find(path)

    return in_parallel([partial(read, key) for key in keys])
