"""IstioOperator files that are rewritten: their documents, one by one, with all around them left byte for byte."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from istioctl.errors import ErrorGroup, InputError, IstioctlError
from istioctl.rendering.changes.edits import Edit
from istioctl.rendering.specification.build import GROUPS, KIND, OLD_KIND, SpecificationInputs
from istioctl.yamldoc.duplicates import duplicate_keys
from istioctl.yamldoc.reader import Document, compose_all, load
from istioctl.yamldoc.round_trip import RoundTrip
from istioctl.yamldoc.texts import encoding_of, text_of

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class OperatorDocument:
    """One IstioOperator document of a file.

    Attributes:
        data: what it says.
        tree: the document, to be changed.
        text: as it is in the file, with `\\n` as line ends.
        above: how many lines of the file stand above it.
    """

    data: Mapping[str, Any]
    tree: RoundTrip
    text: str
    above: int


def rewrite(raw: bytes, source: str, change: Callable[[OperatorDocument], None], *, old_kind: bool = False) -> bytes:
    """Change each IstioOperator document of a file.

    Args:
        raw: the file.
        source: names it in errors.
        change: changes a document's tree.
        old_kind: whether documents of the kind that it had before 1.5 count, too.

    Returns:
        The file: encoding, byte order mark, line ends and all other documents as they were.

    Raises:
        InputError: it is not YAML, or holds no IstioOperator document.
        IstioctlError: what `change` raises; several documents' as an ErrorGroup.
    """
    text = text_of(raw, source)
    pieces: list[str] = ["\ufeff" if raw.startswith(_MARKS) else ""]
    errors: list[IstioctlError] = []
    end = 0
    found = False
    for document in compose_all(text, source):
        if not _is_operator(document, old_kind=old_kind):
            continue
        found = True
        pieces += [text[end : document.start], _changed(text, document, source, change, errors)]
        end = document.end
    if not found:
        hint = f"Name a file with a document of kind {KIND}."
        raise InputError(f"the file holds no {KIND}", where=source, hint=hint, id="not-an-operator")
    if errors:
        raise errors[0] if len(errors) == 1 else ErrorGroup(errors)
    return "".join([*pieces, text[end:]]).encode(encoding_of(raw))


def _is_operator(document: Document, *, old_kind: bool) -> bool:
    root = document.root
    if root is None or root.kind != "mapping":
        return False
    texts = {str(key.value): value.value for key, value in root.value if key.kind == value.kind == "scalar"}
    if texts.get("kind") == OLD_KIND:  # others have a kind of this name as well
        return old_kind and str(texts.get("apiVersion")).startswith(GROUPS)
    return texts.get("kind") == KIND


def _changed(
    text: str,
    document: Document,
    source: str,
    change: Callable[[OperatorDocument], None],
    errors: list[IstioctlError],
) -> str:
    piece, above = text[document.start : document.end], text.count("\n", 0, document.start)
    line_end = "\r\n" if "\r\n" in piece else "\n"
    plain = piece.replace("\r\n", "\n")
    try:
        assert document.root is not None  # noqa: S101 - `_is_operator` has seen it
        for again in duplicate_keys(document.root):
            raise InputError(
                f"{again.key} is set in line {again.first_line + 1} as well",
                where=f"{source}:{again.line + 1}",
                hint="Decide which counts, and leave the other out. Istio takes the last.",
                id="undecided",
            )
        tree = RoundTrip(plain, source, above + 1)
        change(OperatorDocument(document.data, tree, plain, above))
    except ErrorGroup as group:
        errors += group.errors
    except IstioctlError as error:
        errors.append(error)
    else:
        return tree.text.replace("\n", line_end)
    return piece


def as_given(text: str, above: int, source: str) -> SpecificationInputs:
    """A document's text as what `build_specification` takes, so that places in errors are those of the file."""
    return SpecificationInputs(files=(source,), texts={source: "\n" * above + text})


def change_tree(document: OperatorDocument, edits: Sequence[Edit], wanted: Mapping[str, Any], source: str) -> None:
    """Change a document's tree; where parts that an anchor shares get different, they are written out.

    Args:
        document: the document.
        edits: the changes, in order.
        wanted: what the document says afterwards.
        source: names the file in errors.

    Raises:
        InputError: the changes can't be made to the text.
    """
    if not edits:
        return
    shared = RoundTrip(document.text, source, document.above + 1)
    is_shared = shared.spell_out()
    try:
        for edit in edits:
            _make(document.tree, edit)
        if load(document.tree.text) == wanted:
            return
    except (KeyError, IndexError):
        pass  # what a merge key brings in is not there to be changed
    if is_shared:
        for edit in edits:
            _make(shared, edit)
        if load(shared.text) == wanted:
            document.tree.take(shared)
            return
    raise InputError(
        "the file can't be rewritten: its layout is unusual",
        where=f"{source}:{document.above + 1}",
        hint="Write the document in block style, without anchors.",
        id="unreadable",
    )


def _make(tree: RoundTrip, edit: Edit) -> None:
    if edit.verb == "move":
        tree.move(edit.path, edit.value)
    elif edit.verb == "put":
        tree.put(edit.path, edit.value)
    else:
        tree.remove(edit.path)
