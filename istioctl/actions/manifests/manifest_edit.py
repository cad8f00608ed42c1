"""Setting and unsetting values in an IstioOperator file, as `--set` would, with all comments kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from istioctl.actions.manifests.operator_files import OperatorDocument, as_given, change_tree, rewrite
from istioctl.api.schema.scalars import described
from istioctl.api.trees import Values, copy_of
from istioctl.errors import InputError, SpecError
from istioctl.rendering.changes.edits import Edit
from istioctl.rendering.changes.migration import do
from istioctl.rendering.specification.build import build_specification
from istioctl.rendering.specification.set_flags import apply, locate, parse


def set_values(raw: bytes, source: str, flags: Sequence[str]) -> bytes:
    """Set values in the IstioOperator document of a file.

    Args:
        raw: the file.
        source: names it in errors.
        flags: `path=value`, each as `--set` takes it, in the order in which they count.

    Returns:
        The file with the values.

    Raises:
        InputError: it can't be read, or holds no IstioOperator document or several.
        SpecError: a value can't be set, or the result breaks the schema.
        ErrorGroup: several of these.
    """

    def change(document: OperatorDocument, data: Values) -> list[Edit]:
        spec = {} if data.get("spec") is None else data["spec"]
        if not isinstance(spec, dict):
            where = f"{source}:{document.tree.line(('spec',))}"
            raise SpecError(f"'spec' must be a mapping, not {described(spec)}", where=where, id="wrong-type")
        data["spec"] = spec
        edits = []
        for flag in flags:
            wanted = parse(flag, flag)
            edits.append(Edit("put", ("spec", *apply(wanted, spec)), wanted.value))
        return edits

    return _edited(raw, source, change)


def unset_values(raw: bytes, source: str, paths: Sequence[str]) -> bytes:
    """Take values out of the IstioOperator document of a file; mappings that have nothing left go, too.

    Args:
        raw: the file.
        source: names it in errors.
        paths: what to take out, each a path as `--set` takes it.

    Raises:
        As `set_values`; a path at which nothing is set is a SpecError.
    """

    def change(_: OperatorDocument, data: Values) -> list[Edit]:
        edits = []
        for path in paths:
            spec = data.get("spec")
            edits.append(Edit("remove", ("spec", *locate(path, spec if isinstance(spec, dict) else {}))))
            do(data, edits[-1])
        return edits

    return _edited(raw, source, change)


def _edited(raw: bytes, source: str, change: Callable[[OperatorDocument, Values], list[Edit]]) -> bytes:
    seen: list[int] = []

    def each(document: OperatorDocument) -> None:
        seen.append(document.above + 1)
        if len(seen) > 1:
            raise InputError(
                "the file holds several IstioOperator documents",
                where=f"{source}:{seen[1]}",
                hint="Put each in a file of its own.",
                id="several-documents",
            )
        wanted = copy_of(dict(document.data))
        change_tree(document, change(document, wanted), wanted, source)
        build_specification(as_given(document.tree.text, document.above, source))

    return rewrite(raw, source, each)
