"""One document of a stream without its sidecars: the text that it was, as far as it can be known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from istioctl.api.names import STATUS
from istioctl.api.unrendered import no_object_because
from istioctl.errors import InputError
from istioctl.injection import reverse_patch, text_edit
from istioctl.injection.report import Entry
from istioctl.injection.streams import Piece
from istioctl.injection.text_edit import Framed, Whereabouts
from istioctl.injection.uninject import Uninjector
from istioctl.yamldoc import edit

_GROUPS = ("initContainers", "containers")


class Restored(NamedTuple):
    """A document without its sidecars.

    Attributes:
        text: the text.
        entries: the objects with pods, in their order.
        foreign: how many other objects there were.
    """

    text: str
    entries: tuple[Entry, ...]
    foreign: int


def restored(piece: Piece) -> Restored:
    """A document without what an injection put into it.

    The note of `reverse_patch` gives back the text; what it does not, or no longer, describe is worked out from the
    data.

    Raises:
        InputError: the document, or an injector's note in it, is malformed; `where` is `source:line`.
    """
    if text_edit.is_foreign(piece):
        return Restored(piece.text, (), 1)
    frame = Framed.of(piece)
    text, note = reverse_patch.detached(frame.piece.text)
    bare = frame.piece._replace(text=text)
    first = _Pass(bare, Uninjector(note.kept if note else ()))
    if not any(entry.injected for entry in first.entries):
        return Restored(piece.text, tuple(first.entries), first.foreign)
    result = first.text
    if note is not None:
        back, is_exact = reverse_patch.restored(text, note)
        result = back if is_exact and STATUS not in back else _completed(bare, back, note, first, is_exact)
    return Restored(frame.own(result), tuple(first.entries), first.foreign)


def _completed(bare: Piece, back: str, note: reverse_patch.Note, first: _Pass, is_exact: bool) -> str:
    """A text of which the note gave back a part, without the rest of the injection."""
    known = () if is_exact else first.uninjector.met
    try:
        second = _Pass(bare._replace(text=back), Uninjector(note.kept, known))
    except InputError:  # an edit since rests on what has been taken back
        return first.text
    # a container that injection moved could be back at its old place, and still at its new one
    return second.text if is_exact or second.members == first.members else first.text


class _Pass:
    """A document with its sidecars taken out as its data tell, and what is to be said of that.

    Attributes:
        members: the names of the containers of each object's pod, in order.
    """

    def __init__(self, piece: Piece, uninjector: Uninjector) -> None:
        self.uninjector = uninjector
        self.entries: list[Entry] = []
        self.foreign = 0
        self.members: list[list[str]] = []
        self.text = edit.apply(piece.text, text_edit.edits(piece, self._change, self._results))

    def _change(self, data: Mapping[str, Any], where: Whereabouts) -> tuple[Any, Any] | None:
        outcome = self.uninjector.inject(data)
        if outcome is None:
            if reason := no_object_because(data):
                self.entries.append(Entry.of_document(where.place(), reason))
            else:
                self.foreign += 1
            return None
        self.entries.append(Entry.of(outcome, where.place))
        spec = outcome.workload._replace(data=outcome.after).pod["spec"]
        self.members.append(sorted(item.get("name", "") for group in _GROUPS for item in spec.get(group, ())))
        return outcome.workload.data, outcome.after

    def _results(self) -> list[dict[str, Any]]:
        return [result for entry in self.entries for result in entry.as_results()]
