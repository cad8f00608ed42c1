"""Telling files of Kubernetes objects from specifications, and reading them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from istioctl.analysis.sources import Source, read_file
from istioctl.analysis.validation.scan import place_in_stream, split
from istioctl.api.identity import ObjectKey
from istioctl.errors import InputError, IstioctlError
from istioctl.yamldoc.reader import compose_all

_SPECIFICATION = "IstioOperator"


def plain_manifests(files: Sequence[str], stdin: Callable[[], str]) -> list[dict[str, Any]] | None:
    """The objects of all files, lists taken apart; None where the files are specifications, or nothing at all.

    Args:
        files: paths; `-` is stdin.

    Raises:
        InputError: a file can't be read, is not YAML, or holds something that is not an object.
    """
    sources = [Source("<stdin>", stdin()) if name == "-" else read_file(Path(name)) for name in files]
    documents = [found for source in sources for found in _documents(source)]
    kinds = [data.get("kind") if isinstance(data, dict) else None for _, data in documents]
    if not kinds or None in kinds or _SPECIFICATION in kinds:
        return None
    return [item for where, data in documents for item in _objects(data, where)]


def _documents(source: Source) -> Iterator[tuple[str, Any]]:
    """The documents of a file, each with its place."""
    for text, offset in split(source.text, source.name):
        try:
            for document in compose_all(text, source.name):
                if document.root is not None:
                    yield f"{source.name}:{offset + document.line + 1}", document.data
        except InputError as problem:
            problem.where = place_in_stream(problem, source.name, offset)
            raise


def _objects(data: dict[str, Any], where: str) -> Iterator[dict[str, Any]]:
    items = data.get("items")
    if str(data["kind"]).endswith("List") and isinstance(items, list):
        for item in items:
            yield from _objects(item if isinstance(item, dict) and "kind" in item else {"kind": ""}, where)
        return
    try:
        ObjectKey.of(data)
    except IstioctlError as problem:
        problem.where = where
        raise
    yield data
