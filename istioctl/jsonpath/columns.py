"""Tables whose columns the user names: kubectl's `-o custom-columns=` and `-o custom-columns-file=`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from istioctl.errors import TemplateError
from istioctl.golang import fmt
from istioctl.golang.tabwriter import aligned
from istioctl.jsonpath.template import Template
from istioctl.patterns import lazy_pattern

_PATH = lazy_pattern(r"\{\.?([^{}]+)\}\Z|\.?([^{}]+)\Z")
#: The least width of kubectl's columns, and the spaces between them.
_LEAST, _GAP = 6, 3
_SHOWN = str.maketrans({"\x1b": "^[", "\r": "\\r"})  # as kubectl's tables show what terminals obey
_FORM = "Write NAME:.path,NAME:.path, as in NAME:.metadata.name,KIND:.kind"


class Columns(NamedTuple):
    """The columns of a table.

    Attributes:
        header: the names.
        templates: what stands in each.
    """

    header: Sequence[str]
    templates: Sequence[Template]

    @classmethod
    def read(cls, text: str) -> Columns:
        """The columns of `NAME:PATH,…`.

        Raises:
            TemplateError: it is not that.
        """
        if not text:
            raise TemplateError("no custom columns are given", hint=_FORM)
        pairs = []
        for part in text.split(","):
            name, colon, path = part.partition(":")
            if not colon:
                raise TemplateError(f"unexpected custom-columns spec: {part}", hint=_FORM)
            pairs.append((name, path))
        return cls([name for name, _ in pairs], [_template(path) for _, path in pairs])

    @classmethod
    def read_lines(cls, text: str) -> Columns:
        """The columns of a file: a line of names, and a line of paths.

        Raises:
            TemplateError: it is not that.
        """
        names, paths = (line.split() for line in ([*text.split("\n"), "", ""])[:2])
        if not names or len(names) != len(paths):
            raise TemplateError(
                f"number of headers ({len(names)}) and field specifications ({len(paths)}) don't match",
                hint="Write a line of names, and below it a line with as many paths.",
            )
        return cls(names, [_template(path) for path in paths])

    def row(self, item: Any) -> list[str]:
        """The cells for one object; `<none>` where it lacks something.

        Raises:
            TemplateError: a path makes no sense for it.
        """
        return [_cell(template.find(item)) for template in self.templates]

    def text(self, items: Iterable[Any], *, headers: bool = True) -> str:
        """The table, with a row for each object; a tab or a line break in a cell ends it, as in kubectl's.

        Args:
            headers: whether the names are its first line.

        Raises:
            TemplateError: a path makes no sense for one of them.
        """
        lines = [self.header] if headers else []
        return aligned("".join("\t".join(line) + "\n" for line in [*lines, *map(self.row, items)]), _LEAST, _GAP)


def _template(path: str) -> Template:
    if not path:
        return Template("")
    found = _PATH.match(path)
    if found is None:
        raise TemplateError(
            f"unexpected path {path}", hint="Write 'name1.name2', '.name1.name2', '{name1.name2}' or '{.name1.name2}'"
        )
    return Template(f"{{.{found[1] or found[2]}}}")


def _cell(found: list[list[Any]]) -> str:
    values = [fmt.show(value).translate(_SHOWN) for each in found for value in each]
    return ",".join(["<none>", *values] if not found or not found[0] else values)
