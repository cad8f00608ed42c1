"""Injection of texts and objects: a stream of documents in, the same stream with sidecars out."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from istioctl.api.names import STATUS
from istioctl.api.unrendered import no_object_because
from istioctl.injection import streams, text_edit
from istioctl.injection.injector import Injector, ObjectInjector
from istioctl.injection.report import Entry
from istioctl.injection.reverse_patch import Note, between, detached, with_comment, with_field
from istioctl.injection.settings import Settings
from istioctl.injection.streams import Piece
from istioctl.injection.text_edit import Framed, Whereabouts
from istioctl.injection.uninject import kept_names
from istioctl.patterns import lazy_pattern
from istioctl.workers import in_order
from istioctl.yamldoc.edit import Edit, apply

_BLOCK_SCALAR = lazy_pattern(r"[|>][-+0-9]*[ \t]*(?:#.*)?\r?$", re.MULTILINE)

if TYPE_CHECKING:
    from istioctl.injection.objects import Given, InjectedObject


class InjectionResult(NamedTuple):
    """What became of a stream, or of one of its documents.

    Attributes:
        text: the text with sidecars; all that injection does not concern is as it was.
        entries: the objects with pods, in their order.
        foreign: how many other objects there were.
    """

    text: str
    entries: tuple[Entry, ...]
    foreign: int


@overload
def inject(  # type: ignore[overload-overlap] # a text is not an object
    given: str, config: Settings | ObjectInjector, *, source: str = "<input>"
) -> InjectionResult: ...


@overload
def inject(given: Given, config: Settings | ObjectInjector, *, source: str = "<input>") -> InjectedObject[Given]: ...


def inject(given: Any, config: Settings | ObjectInjector, *, source: str = "<input>") -> Any:
    """Put sidecars into a stream of YAML or JSON documents, or into an object.

    Args:
        given: the stream; or an object: a mapping, ruamel.yaml's `CommentedMap`, or a model of the official client such
            as `V1Deployment`. A list of objects (`List`, `V1PodList`) is one, too.
        config: settings, see `Settings.read`, or an injector that is at hand.
        source: names the input in errors.

    Returns:
        For a text an `InjectionResult`, else an `InjectedObject`, whose `object` is of the kind that was given.

    Raises:
        InputError: a document or an object is malformed, or an annotation in it; `where` is `source:line` for a text.
        TemplateError: a template fails, or is not there.
        TypeError: `given` is something else.
    """
    injector = _injector(config) if isinstance(config, Settings) else config
    if not isinstance(given, str):
        from istioctl.injection.objects import inject_object

        return inject_object(given, injector, source)
    pieces = streams.pieces(io.BytesIO(given.encode()), source)
    results = list(inject_pieces(pieces, injector))
    entries = tuple(entry for result in results for entry in result.entries)
    return InjectionResult("".join(result.text for result in results), entries, sum(r.foreign for r in results))


def _injector(settings: Settings) -> Injector:
    from istioctl.injection.templates import TemplateRenderer

    return Injector(settings, TemplateRenderer(settings))


def inject_stream(pieces: Iterable[Piece], injector: ObjectInjector) -> Iterator[tuple[Piece, InjectionResult]]:
    """Each document of a stream and what became of it; those of a long one on several processors.

    Raises:
        InputError, TemplateError, ClusterError: as `inject_piece`; what came before has been given.
    """
    if isinstance(injector, Injector):
        yield from in_order(pieces, partial(inject_piece, injector=injector), lambda piece: len(piece.text))
    else:
        for piece in pieces:
            yield piece, inject_piece(piece, injector)


def inject_pieces(pieces: Iterable[Piece], injector: ObjectInjector) -> Iterator[InjectionResult]:
    """Each document of a stream with its sidecars, one by one.

    Raises:
        InputError, TemplateError: as for `inject`.
    """
    for piece in pieces:
        yield inject_piece(piece, injector)


def inject_piece(piece: Piece, injector: ObjectInjector) -> InjectionResult:
    """One document of a stream with its sidecars.

    Raises:
        InputError, TemplateError: as for `inject`.
    """
    if text_edit.is_foreign(piece):
        return InjectionResult(piece.text, (), 1)
    frame = Framed.of(piece)
    text, earlier = detached(frame.piece.text) if STATUS in piece.text else (frame.piece.text, None)
    entries: list[Entry] = []
    kept: set[str] = set()
    foreign = 0
    is_function = False

    def change(data: Mapping[str, Any], where: Whereabouts) -> tuple[Any, Any] | None:
        nonlocal foreign
        outcome = injector.inject(data)
        if outcome is None:
            if reason := no_object_because(data):
                entries.append(Entry.of_document(where.place(), reason))
            else:
                foreign += 1
            return None
        entries.append(Entry.of(outcome, where.place, where.repeated_keys()))
        workload, after = outcome.workload, outcome.after
        if after is not workload.data:
            kept.update(kept_names(workload.pod, workload._replace(data=after).pod))
        return workload.data, after

    def results() -> list[dict[str, Any]]:
        nonlocal is_function
        is_function = True
        return [result for entry in entries for result in entry.as_results()]

    bare = frame.piece if text is frame.piece.text else frame.piece._replace(text=text)
    edits = text_edit.edits(bare, change, results)
    if not edits:
        return InjectionResult(piece.text, tuple(entries), foreign)
    result = apply(text, edits)
    if not is_function:  # what a function hands on is written elsewhere, line by line anew
        result = _noted(frame, bare, result, edits, kept, earlier)
    return InjectionResult(frame.own(result), tuple(entries), foreign)


def _noted(frame: Framed, bare: Piece, result: str, edits: list[Edit], kept: set[str], earlier: Note | None) -> str:
    """An injected text with the way back noted in it, if need be."""
    original = bare.text
    if STATUS in original:  # injected anew: the way back leads to what was there before the first time
        injected = frame.piece if earlier else bare
        original = Framed.of(injected._replace(text=_uninjected(injected.text, bare))).piece.text
        edits, kept = between(original, result), set(earlier.kept if earlier else ())
    if text_edit.is_json(result):
        if _uninjected(result, bare) == original:
            return result
        return with_field(result, Note.of(original, edits, kept, by_line=False))
    # a comment behind a block scalar at the very end would give it a line break that it has not
    is_above = frame.added and not frame.after and _BLOCK_SCALAR.search(original)
    place = bare.body if is_above else len(result) - len(frame.after)
    return with_comment(result, Note.of(original, edits, kept, by_line=True), text_edit.line_break(result), place)


def _uninjected(text: str, piece: Piece) -> str:
    from istioctl.injection.restore import restored

    return restored(piece._replace(text=text)).text


def uninject_piece(piece: Piece) -> InjectionResult:
    """One document of a stream without its sidecars.

    Raises:
        InputError: the document, or an injector's note in it, is malformed; `where` is `source:line`.
    """
    from istioctl.injection.restore import restored

    return InjectionResult(*restored(piece))
