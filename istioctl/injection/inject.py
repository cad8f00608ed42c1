"""Injection of texts and objects: a stream of documents in, the same stream with sidecars out."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from istioctl.api.unrendered import no_object_because
from istioctl.injection import streams, text_edit
from istioctl.injection.injector import Injector, ObjectInjector
from istioctl.injection.report import Entry
from istioctl.injection.settings import Settings
from istioctl.injection.streams import Piece
from istioctl.injection.text_edit import Whereabouts

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
    entries: list[Entry] = []
    foreign = 0

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
        return outcome.workload.data, outcome.after

    text = text_edit.changed(piece, change, lambda: [result for entry in entries for result in entry.as_results()])
    return InjectionResult(text, tuple(entries), foreign)
