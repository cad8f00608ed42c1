"""Listing, printing and comparing profiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from istioctl.api.trees import Values, copy_of, lookup
from istioctl.errors import InputError
from istioctl.rendering.specification.build import SpecificationInputs, build_specification
from istioctl.rendering.specification.origins import dotted, leaves
from istioctl.rendering.specification.profiles import profile_names

if TYPE_CHECKING:
    from istioctl.rendering.specification.origins import Origins
    from istioctl.rendering.specification.origins import Path as ValuePath
    from istioctl.yamldoc.reader import Node


def list_profiles(manifests: Path | None = None) -> list[str]:
    """The names of the profiles there are, sorted.

    Raises:
        InputError: `manifests` has no profiles.
    """
    return profile_names(manifests)


@dataclass(frozen=True, slots=True)
class ProfileDump:
    """An effective specification, or a part of it.

    Attributes:
        data: the part that was asked for; by default the whole document.
        path: where `data` is in the document.
        origins: who set what, by paths of the document.
        warnings: what the user should know, one sentence each.
    """

    data: object
    path: ValuePath
    origins: Origins
    warnings: tuple[str, ...]

    def values(self) -> list[tuple[str, object, str]]:
        """Each value as (path below `data` as `--set` takes it, value, origin), in document order."""
        return [(dotted(path), value, self._origin(path)) for path, value in leaves(self.data)]

    def as_flags(self) -> list[tuple[str, object, str]]:
        """What `values` gives, sorted, without empty collections; of the whole document only what is under `spec`.

        Raises:
            InputError: the part is a single value.
        """
        if not isinstance(self.data, dict | list):
            raise InputError(
                f"{dotted(self.path[1:])} is a single value, which has no flags", hint="Use -o yaml or json."
            )
        data, above = (self.data, self.path) if self.path else (lookup(self.data, "spec"), ("spec",))
        part = replace(self, data=data, path=above)
        return sorted(row for row in part.values() if not isinstance(row[1], dict | list))

    def as_yaml(self, *, with_origins: bool = False) -> str:
        """The data as YAML; with origins, each value has a comment that names who set it."""
        from istioctl.yamldoc.writer import dump

        text = dump(self.data)
        if not with_origins:
            return text
        from istioctl.yamldoc.reader import compose_all

        comments: dict[int, str] = {}
        for document in compose_all(text):
            for node, path in _nodes(document.root, ()):
                anchor = node.start if node.style in ("|", ">") else max(node.start, node.end - 1)
                end = text.find("\n", anchor)
                comments[end if end >= 0 else len(text)] = f"  # {self._origin(path)}"
        for position in sorted(comments, reverse=True):
            text = text[:position] + comments[position] + text[position:]
        return text

    def _origin(self, inner: ValuePath) -> str:
        return str(self.origins.of((*self.path, *inner)))


def _nodes(node: Node | None, path: ValuePath) -> Iterator[tuple[Node, ValuePath]]:
    """The nodes of scalars and empty collections, with their paths."""
    if node is None:
        return
    if node.kind == "mapping" and node.value:
        for key, value in node.value:
            yield from _nodes(value, (*path, str(key.value)))
    elif node.kind == "sequence" and node.value:
        for index, item in enumerate(node.value):
            yield from _nodes(item, (*path, index))
    else:
        yield node, path


def dump_profile(inputs: SpecificationInputs, config_path: str = "") -> ProfileDump:
    """The effective specification that `inputs` make; as a file, it installs the same as they do.

    Args:
        config_path: a path below `spec` to show only this part of it, such as `components.ingressGateways[0]`.

    Raises:
        InputError: the path leads nowhere, and whatever `build_specification` raises.
    """
    from istioctl.rendering.specification.set_flags import split_path

    specification = build_specification(inputs)
    document = copy_of(specification.effective)
    spec = document["spec"]
    if isinstance(spec, dict):
        spec.setdefault("profile", specification.profile)
    path: ValuePath = ()
    data: object = document
    if config_path:
        path = ("spec",)
        data = spec
        for segment in split_path(config_path.removeprefix("spec.")):
            data, part = _descend(data, segment, path)
            path = (*path, part)
    return ProfileDump(data, path, specification.origins, specification.warnings)


def _descend(data: object, segment: str, path: ValuePath) -> tuple[object, str | int]:
    if segment.startswith("[") and segment.endswith("]") and isinstance(data, list):
        key, colon, wanted = segment[1:-1].partition(":")
        for index, item in enumerate(data):
            if str(index) == key if not colon else isinstance(item, dict) and str(item.get(key)) == wanted:
                return item, index
    if isinstance(data, dict) and segment in data:
        return data[segment], segment
    from istioctl.rendering.specification.suggestions import closest

    close = closest(segment, data) if isinstance(data, dict) else None
    above = f" in {dotted(path[1:])}" if len(path) > 1 else ""
    hint = f"Did you mean '{close}'?" if close else None
    raise InputError(f"there is no '{segment}'{above}", where="--config-path", hint=hint, id="unknown-path")


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that two specifications do not share.

    Attributes:
        path: as `--set` takes it.
        first, second: the values; None where there is none.
    """

    path: str
    first: object
    second: object


@dataclass(frozen=True, slots=True)
class ProfileDiff:
    """What sets two effective specifications apart.

    Attributes:
        first, second: the two documents, without the name of the profile they are laid over.
        differences: the values that differ, sorted by path.
        warnings: what the user should know of either.
    """

    first: Values
    second: Values
    differences: tuple[Difference, ...] = field(default=())
    warnings: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Both as one YAML text, each line led by `-` (only in the first), `+` (only in the second) or a space."""
        from difflib import SequenceMatcher

        from istioctl.yamldoc.writer import dump

        first, second = dump(self.first).splitlines(), dump(self.second).splitlines()
        lines: list[str] = []
        for _, start1, end1, start2, end2 in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
            if first[start1:end1] == second[start2:end2]:
                lines += [f" {line}" for line in first[start1:end1]]
            else:
                lines += [f"-{line}" for line in first[start1:end1]] + [f"+{line}" for line in second[start2:end2]]
        return lines


def diff_profiles(
    first: str, second: str, manifests: Path | None = None, stdin: Callable[[], str] | None = None
) -> ProfileDiff:
    """Compare two effective specifications.

    Args:
        first, second: names of profiles, or files that are laid over the profile they name; `-` is stdin.
        manifests: a folder with `profiles/` to use instead of the built-in one.

    Raises:
        InputError: one can't be read, and whatever `build_specification` raises.
    """
    inputs = SpecificationInputs(manifests=manifests, stdin=stdin)
    documents, warnings = [], list[str]()
    for name in (first, second):
        is_file = name == "-" or "/" in name or name.endswith((".yaml", ".yml", ".json")) or Path(name).is_file()
        chosen = inputs._replace(files=(name,)) if is_file else inputs._replace(profile=name)
        specification = build_specification(chosen)
        document = copy_of(specification.effective)
        if isinstance(spec := document["spec"], dict):
            spec.pop("profile", None)
        documents.append(document)
        warnings += specification.warnings
    before, after = (dict(leaves(document)) for document in documents)
    differences = tuple(
        Difference(dotted(path[1:] if path[:1] == ("spec",) else path), before.get(path), after.get(path))
        for path in sorted({**before, **after}, key=str)
        if path not in before or path not in after or before[path] != after[path]
    )
    return ProfileDiff(documents[0], documents[1], differences, tuple(warnings))
