"""What injection did to each object of a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from istioctl.api.schema.paths import Path
from istioctl.errors import ClusterError, InputError, IstioctlError, TemplateError
from istioctl.injection.injector import Outcome

_KINDS = (InputError, TemplateError, ClusterError)


class Oddity(NamedTuple):
    """Something about an object that may not be meant.

    Attributes:
        where: `file:line`.
        message: what, a phrase.
        hint: what to do, a sentence, or empty.
    """

    where: str
    message: str
    hint: str = ""


class Entry(NamedTuple):
    """What became of one object that holds a pod.

    Attributes:
        api_version, kind, name, namespace: the object's own; the namespace may be empty.
        injected: whether it has a sidecar now that it did not have, or has it anew.
        changed: whether its text differs.
        reason: why it was injected or left alone.
        warnings: what is odd about it.
        source: `file:line` of its document.
    """

    api_version: str
    kind: str
    name: str
    namespace: str
    injected: bool
    changed: bool
    reason: str
    warnings: tuple[Oddity, ...]
    source: str

    @classmethod
    def of(cls, outcome: Outcome, place: Callable[[Path], str], repeated: Iterable[tuple[str, str]] = ()) -> Entry:
        """The entry of an injector's outcome.

        Args:
            place: gives `file:line` of what a path in the object leads to.
            repeated: where keys are that are there again, and which.
        """
        workload, decision = outcome.workload, outcome.decision
        source = place(())
        warnings = [Oddity(where, f"{what}; the last counts") for where, what in repeated]
        warnings += [Oddity(place(each.path), each.message, each.hint) for each in outcome.concerns]
        return cls(
            str(workload.data.get("apiVersion", "")),
            workload.kind,
            workload.name,
            workload.namespace,
            decision.inject,
            outcome.after != outcome.workload.data,
            decision.reason,
            tuple(warnings),
            source,
        )

    @classmethod
    def of_document(cls, source: str, reason: str) -> Entry:
        """The entry of a document that is left alone because it is no object."""
        return cls("", "document", source, "", False, False, reason, (), source)

    @property
    def title(self) -> str:
        """The object as `kind namespace/name`."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"

    def as_results(self) -> list[dict[str, Any]]:
        """The entry as results in a function's resource list (kustomize's `ResourceList`), its warnings last."""
        reference = {"apiVersion": self.api_version, "kind": self.kind, "name": self.name}
        if self.namespace:
            reference["namespace"] = self.namespace
        verb = "injected" if self.injected else "not injected"
        said = [("info", f"{verb}: {self.reason}"), *(("warning", each.message) for each in self.warnings)]
        return [{"message": message, "severity": level, "resourceRef": reference} for level, message in said]


def summary(entries: Iterable[Entry], foreign: int, verb: str = "injected") -> str:
    """One line that counts what was done.

    Args:
        entries: the objects with pods.
        foreign: how many other objects passed unchanged.
        verb: what was done to those that count as injected.
    """
    injected = skipped = 0
    for entry in entries:
        if entry.injected:
            injected += 1
        else:
            skipped += 1
    parts = [f"{injected} {verb}"]
    if skipped:
        parts.append(f"{skipped} skipped")
    if foreign:
        parts.append(f"{foreign} without a pod left as they are")
    return ", ".join(parts)


def placed(error: IstioctlError, data: Mapping[str, Any], where: str) -> IstioctlError:
    """An error about an object, with its name and place."""
    metadata = data.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    message = f"{error.where}: {error.message}" if error.where else error.message
    kind = next((kind for kind in _KINDS if isinstance(error, kind)), IstioctlError)
    title = f"{data.get('kind')} {name}" if name else str(data.get("kind"))
    return kind(f"{title}: {message}", where=where, hint=error.hint, id=error.id)
