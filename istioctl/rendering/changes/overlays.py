"""`k8s.overlays`: changing single places of the objects that a part's manifests made.

Source of the rules: upstream `operator/pkg/tpath/tree.go`, which passes over a path that leads nowhere; here that is
an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from istioctl.api.trees import copy_of
from istioctl.errors import InputError
from istioctl.rendering.changes.overlay_paths import Index, Key, Match, Step, parse_path
from istioctl.rendering.components.parts import Part
from istioctl.rendering.text.documents import RenderedDocument
from istioctl.rendering.text.value_text import go_text


class _NoPlaceError(Exception):
    """A path leads nowhere; the text says where it ends."""


def apply_overlays(
    part: Part, documents: list[RenderedDocument]
) -> tuple[list[RenderedDocument], list[str], list[InputError]]:
    """The documents with the part's overlays, warnings about what had nothing to do, and what could not be done.

    A patch that can't be applied leaves its object as it was.
    """
    overlays = part.kubernetes.get("overlays")
    if not isinstance(overlays, list):
        return documents, [], []
    documents, warnings, errors = list(documents), [], []
    for number, overlay in enumerate(overlays):
        where = f"{part.path}.k8s.overlays[{number}]"
        if not isinstance(overlay, Mapping) or not isinstance(overlay.get("patches", []), list | None):
            reason = "an overlay must be a mapping with a list of patches"
            errors.append(InputError(reason, where=where, id="wrong-type"))
            continue
        kind, name = overlay.get("kind"), overlay.get("name")
        places = [i for i, document in enumerate(documents) if (document.kind, document.name) == (kind, name)]
        if not places:
            warnings.append(f"{where}: {part.component.name} has no {kind} '{name}', so this overlay changes nothing")
        for place in places:
            data = copy_of(documents[place].data)
            for patch_number, patch in enumerate(overlay.get("patches") or []):
                try:
                    warnings += _apply(data, patch, f"{where}.patches[{patch_number}]")
                except InputError as error:
                    errors.append(error)
            documents[place] = documents[place].with_data(data)
    return documents, warnings, errors


def _apply(data: dict[str, Any], patch: object, where: str) -> list[str]:
    if not isinstance(patch, Mapping):
        raise InputError(f"a patch must be a mapping with a path, not {patch!r}", where=where, id="wrong-type")
    path = str(patch.get("path") or "")
    value = _read_mapping(patch.get("value"))
    try:
        steps = parse_path(path)
        if value is not None:
            _write(data, steps, copy_of(value))
        elif not _delete(data, steps):
            return [f"{where}: there is nothing to delete at '{path}'"]
    except _NoPlaceError as error:
        hint = "See the object as it is with `istioctl manifest generate` without this overlay."
        raise InputError(f"the path '{path}' leads nowhere: {error}", where=where, hint=hint, id="no-place") from None
    except InputError as error:
        raise InputError(error.message, where=where, hint=error.hint, id=error.id) from None
    return []


def _read_mapping(value: Any) -> Any:
    """A mapping given as the text of one, as mappings; JSON and all other texts stay texts."""
    if not isinstance(value, str) or (":" if "\n" in value else ": ") not in value or value.lstrip().startswith("{"):
        return value
    from istioctl.yamldoc.reader import load

    try:
        read = load(value)
    except InputError:
        return value
    return read if isinstance(read, dict) else value


def _write(node: Any, steps: list[Step], value: Any) -> None:
    """Put `value` where `steps` lead from `node`, making what is missing on the way.

    What is made is a mapping; a list only in place of a null, and below what was made in a list.
    """
    fresh = False
    for depth, step in enumerate(steps):
        place = _place(node, step)
        if depth == len(steps) - 1:
            _store(node, place, value)
            return
        below = _get(node, place)
        if below is None:
            fresh = fresh or isinstance(node, list) or place in node
            below = [] if fresh and not isinstance(steps[depth + 1], Key) else {}
            _store(node, place, below)
        node = below


def _delete(node: Any, steps: list[Step]) -> bool:
    """Remove what `steps` lead to; whether there was something.

    As upstream has it, mappings that are missing on the way are there afterwards, empty.
    """
    for depth, step in enumerate(steps):
        place = _place(node, step)
        there = place in (node if isinstance(node, dict) else range(len(node)))
        if depth == len(steps) - 1:
            if there:
                del node[place]
            elif isinstance(node, list):
                raise _NoPlaceError(f"the list has no item {_text(step)} to delete, it has {len(node)}")
            return there
        if not there and isinstance(node, dict) and isinstance(steps[depth + 1], Key):
            node[place] = {}
        node = _get(node, place)
        if node is None:
            return False
    return False


def _get(node: Any, place: Any) -> Any:
    if isinstance(node, dict):
        return node.get(place)
    return node[place] if place < len(node) else None


def _store(node: Any, place: Any, value: Any) -> None:
    if isinstance(node, list) and place >= len(node):
        node.append(value)
    else:
        node[place] = value


def _place(node: Any, step: Step) -> str | int:
    """The key or index that a step names in `node`; the length of a list for a new item."""
    if isinstance(node, dict):
        # As upstream has it: what stands in brackets is a key where a mapping is.
        return step.name if isinstance(step, Key) else step.text
    if not isinstance(node, list):
        raise _NoPlaceError(f"'{_text(step)}' would be inside of '{go_text(node)}', which holds nothing")
    if isinstance(step, Key):
        raise _NoPlaceError(f"'{step.name}' is not an item of a list; write [index] or [key:value]")
    if isinstance(step, Index):
        return step.number if 0 <= step.number < len(node) else len(node)
    for index, item in enumerate(node):
        if _matches(item, step):
            return index
    raise _NoPlaceError(f"no item of the list matches {step.text}")


def _matches(item: Any, step: Match) -> bool:
    if isinstance(item, dict):
        return bool(step.key) and step.key in item and go_text(item[step.key]) == step.value
    return _finds(step.pattern, go_text(item))


def _finds(pattern: str, text: str) -> bool:
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.search(pattern, text, options=options) is not None
    except re2.error:
        return False


def _text(step: Step) -> str:
    return step.name if isinstance(step, Key) else step.text
