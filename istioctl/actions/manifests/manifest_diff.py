"""What differs between two rendered manifests, object by object."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from istioctl.actions.installation.compare import Change, Verb
from istioctl.actions.manifests.plain_manifests import plain_manifests
from istioctl.analysis.sources import files_below
from istioctl.api.identity import ObjectKey
from istioctl.errors import InputError


@dataclass(frozen=True, slots=True)
class Selection:
    """Which objects are compared.

    Args:
        only: patterns of objects to compare; none for all.
        ignored: patterns of objects to leave out.

    A pattern is `KIND:NAMESPACE:NAME`; each part may hold `*`, and is `*` where it is empty or left out. The name may
    hold colons, as those of ClusterRoles do.
    """

    only: Sequence[str] = ()
    ignored: Sequence[str] = ()

    def takes(self, key: ObjectKey) -> bool:
        """Whether an object is compared."""
        wanted = not self.only or any(_fits(key, pattern) for pattern in self.only)
        return wanted and not any(_fits(key, pattern) for pattern in self.ignored)

    def idle(self, keys: Collection[ObjectKey]) -> list[str]:
        """The patterns that fit none of these objects, such as one with a typing error."""
        patterns = [*self.only, *self.ignored]
        return [pattern for pattern in patterns if not any(_fits(key, pattern) for key in keys)]


def manifest_diff(
    first: str,
    second: str,
    selection: Selection,
    stdin: Callable[[], str],
    warn: Callable[[str], None] | None = None,
) -> list[Change]:
    """What takes the first manifest to the second, in the order of kinds and names; what is the same is left out.

    Args:
        first, second: a file, a folder of files, or `-` for stdin.
        warn: takes a sentence on each pattern that fits no object of either.

    Raises:
        InputError: one can't be read, is not YAML, or does not hold Kubernetes objects.
    """
    before, after = (_objects(name, stdin) for name in (first, second))
    there = {*before, *after}
    if warn is not None:
        for pattern in selection.idle(there):
            warn(f"neither manifest has an object that fits {pattern!r}")
    changes = []
    for key in sorted(key for key in there if selection.takes(key)):
        old, new = before.get(key), after.get(key)
        if old != new:
            verb = Verb.CREATE if old is None else Verb.REMOVE if new is None else Verb.CHANGE
            changes.append(Change(key, verb, old, new))
    return changes


def _objects(name: str, stdin: Callable[[], str]) -> Mapping[ObjectKey, dict[str, Any]]:
    """The objects by key; of two with the same key the later one, which is what applying them would leave."""
    path = Path(name)
    files = [str(file) for file in files_below(path)] if name != "-" and path.is_dir() else [name]
    found = plain_manifests(files, stdin)
    if found is None:
        raise InputError(
            "these are not Kubernetes objects",
            where=name,
            hint="Render a specification first, by `istioctl manifest generate -f FILE`.",
        )
    return {ObjectKey.of(item): item for item in found}


def _fits(key: ObjectKey, pattern: str) -> bool:
    from fnmatch import fnmatchcase

    parts = [*pattern.split(":", 2), "", ""]
    texts = (key.kind, key.namespace, key.name)
    return all(fnmatchcase(text, part or "*") for text, part in zip(texts, parts, strict=False))
