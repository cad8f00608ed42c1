"""A result as text: JSON, YAML, a template filled in, names, or a table."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from istioctl.cli.screen.terminal import terminal
from istioctl.errors import TemplateError, UsageError

if TYPE_CHECKING:
    from istioctl.jsonpath.columns import Columns
    from istioctl.jsonpath.template import Template

JSON, YAML, NAME = "json", "yaml", "name"
#: The forms that every result has; `data_text` makes them.
DATA_FORMS = (JSON, YAML)
#: What stands before a template, in kubectl's words, and an example of each.
TEMPLATES = {
    "jsonpath": "jsonpath='{.version}'",
    "jsonpath-as-json": "jsonpath-as-json='{.version}'",
    "jsonpath-file": "jsonpath-file=FILE",
    "custom-columns": "custom-columns=NAME:.name,VERSION:.version",
    "custom-columns-file": "custom-columns-file=FILE",
}


class Output(NamedTuple):
    """In which form a result is printed.

    Attributes:
        form: the word, such as `json` or `jsonpath`; a command may have words of its own, such as `short`.
        template: what stands behind it: `{.version}` of `jsonpath={.version}`.
    """

    form: str
    template: str = ""

    def __str__(self) -> str:
        return f"{self.form}={self.template}" if self.template else self.form


def read_output(word: str, plain: Sequence[str]) -> Output:
    """The form that a word of the command line means, its template checked.

    Args:
        word: such as `json` or `jsonpath={.version}`.
        plain: the forms without a template that the command has.

    Raises:
        UsageError: it is none of them, or its template is wrong.
        InputError: a template's file can't be read.
    """
    form, equals, template = word.partition("=")
    form = form.lower()  # as kubectl does
    if form in TEMPLATES:
        if not template:
            raise UsageError(f"{form} needs a template", where="--output", hint=f"Write it as in {TEMPLATES[form]}")
        output = Output(form, template)
        try:
            _compiled(output)
        except TemplateError as problem:
            hint = problem.hint or f"Write it as in {TEMPLATES[form]}"
            raise UsageError(problem.message, where=f"--output {output}", hint=hint) from problem
        return output
    if equals or form not in plain:
        words = ", ".join([*plain, *(f"{each}=…" for each in TEMPLATES)])
        raise UsageError(f"unknown output format {word!r}", where="--output", hint=f"Use one of {words}.")
    return Output(form)


def print_data(
    data: Any,
    output: Output | str,
    *,
    names: Iterable[str] = (),
    items: Iterable[Any] | None = None,
) -> None:
    """Plain data to stdout, see `data_text`."""
    console = terminal()
    console.write(data_text(data, output, names=names, items=items, headers=console.headers))


def data_text(
    data: Any,
    output: Output | str,
    *,
    names: Iterable[str] = (),
    items: Iterable[Any] | None = None,
    headers: bool = True,
) -> str:
    """Plain data as JSON (indented by two), YAML (keys sorted), a template filled in, or names.

    Args:
        names: of the objects shown, as kubectl writes them: `deployment.apps/istiod`.
        items: the rows of custom columns, where they are not the data itself, if a list, or its `items`.
        headers: whether custom columns have a header.

    Raises:
        TemplateError: the template makes no sense for these data.
    """
    output = Output(output) if isinstance(output, str) else output
    if output.form == YAML:
        from istioctl.yamldoc.writer import dump

        return dump(data)
    if output.form == NAME:
        return "".join(f"{name}\n" for name in names)
    if output.form == JSON:
        from istioctl.yamldoc.json_text import indented

        return indented(data) + "\n"
    import json

    columns = output.form.startswith("custom-columns")
    seen = json.loads(json.dumps(list(items) if columns and items is not None else data))  # what -o json prints
    try:
        return _filled_in(_compiled(output), seen, output.form, headers=headers)
    except TemplateError as problem:
        problem.where = problem.where or f"--output {output}"
        raise


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], gap: int = 3) -> None:
    """Columns to stdout, aligned by spaces, three between them unless `gap` says, as kubectl prints tables."""
    terminal().write(shown_table(header, rows, gap))


def shown_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    gap: int = 3,
    *,
    spare: Sequence[str] | None = None,
) -> str:
    """The text of such a table for stdout, made to fit where that is a terminal that shows colour.

    The header is left out where `--no-headers` says so.

    Args:
        spare: the heads of columns that may be left out there, see `fitting.fitted_table`.
    """
    console = terminal()
    text = table_text([header, *rows] if console.headers else rows, gap)
    if not console.has_colour(stdout=True) or max(map(len, text.splitlines()), default=0) <= console.width:
        return text
    from istioctl.cli.screen.fitting import SPARE, fitted_table, fold

    width = console.width
    spare = SPARE if spare is None else spare
    lines, left_out = fitted_table(header, rows, width, headers=console.headers, spare=spare)
    if left_out:
        note = fold(f"{', '.join(left_out)}: no room in {width} columns", width)
        lines += [console.style(line, "dim", stdout=True) for line in note]
    return "".join(f"{line}\n" for line in lines)


def table_text(rows: Sequence[Sequence[str]], gap: int = 3) -> str:
    """The text of such a table; its header is a row like others."""
    if not rows:
        return ""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    form = (" " * gap).join(f"%-{width}s" for width in widths)
    return "".join([(form % tuple(row)).rstrip() + "\n" for row in rows])


def _filled_in(template: "Template | Columns", data: Any, form: str, *, headers: bool) -> str:
    from istioctl.jsonpath.template import Template, TopList

    if not isinstance(template, Template):
        return template.text(_rows(data), headers=headers)
    data = TopList(data) if isinstance(data, list) else data
    return template.json(data) if form == "jsonpath-as-json" else template.text(data)


def _rows(data: Any) -> list[Any]:
    """What has a row each: the members of a list, kubectl's kind of list included; else the whole."""
    if isinstance(data, dict) and isinstance(data.get("items"), list):
        data = data["items"]
    return data if isinstance(data, list) else [data]


def _compiled(output: Output) -> "Template | Columns":
    """The template of an output, read.

    Raises:
        TemplateError: it is wrong.
        InputError: its file can't be read.
    """
    from istioctl.jsonpath.columns import Columns
    from istioctl.jsonpath.template import Template

    if output.form == "custom-columns":
        return Columns.read(output.template)
    if output.form in ("custom-columns-file", "jsonpath-file"):
        from istioctl.yamldoc.texts import read_text

        text = read_text(output.template)
        return Template(text) if output.form == "jsonpath-file" else Columns.read_lines(text)
    text = output.template
    if "{" not in text and text.startswith((".", "[", "$")):
        text = f"{{{text}}}"  # kubectl would print the path itself, which nobody wants
    return Template(text)
