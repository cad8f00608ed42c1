"""Showing what proxies say: tables, JSON and YAML, of a file, of one proxy or of several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from istioctl.cli.line.cluster_options import open_cluster
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.files import read_bytes
from istioctl.cli.line.options import output_option
from istioctl.cli.line.parameters import flag_group
from istioctl.cli.line.proxy_flags import AdminPortOption, ProxyFlags, targets
from istioctl.cli.screen.printers import JSON, Output, print_data, shown_table, table_text
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError

if TYPE_CHECKING:
    from istioctl.actions.observe.targets import Answers
    from istioctl.proxies.shareable import Piece
    from istioctl.proxies.tables import Table
    from istioctl.proxies.views import Page, View

_GAP = 5


SHORT = Output("short")
#: Of connections and clusters, seen from the proxy.
DIRECTIONS = ("inbound", "outbound")
FormOption = Annotated[Output, output_option(SHORT.form, default=SHORT.form)]
FileOption = Annotated[
    str, Option("-f", "--file", metavar="FILE", help="A saved dump to read instead of asking proxies; `-` is stdin.")
]


@flag_group
class ViewFlags(NamedTuple):
    """The flags that say where it comes from and how it is printed."""

    file: FileOption = ""
    output: FormOption = SHORT
    watching: Annotated[bool, Option("-w", "--watch", help="Show it again whenever it changes.")] = False
    admin_port: AdminPortOption = 15000


def show(ctx: Context, proxies: ProxyFlags, flags: ViewFlags, view: View[Any], titles: Sequence[str] = ()) -> None:
    """Print a view of a file, or of the proxies that are named.

    Args:
        titles: stand above the tables, if there are any.

    Raises:
        UsageError: flags exclude each other, or nothing is named.
        InputError: a file can't be read.
        ClusterError: proxies can't be asked; what the others say is printed before.
        ErrorGroup: several can't.
    """
    if bool(flags.file) == proxies.given:
        problem = "pods and --file exclude each other" if flags.file else "a pod or --file is needed"
        raise UsageError(problem, hint="Name a pod, pass --selector, --all or --all-namespaces, or a --file.")
    if flags.watching and (flags.file or flags.output != SHORT):
        raise UsageError("only the tables of proxies can be watched", where="--watch")
    if flags.file:
        from istioctl.proxies.views import made

        body, source = read_bytes(flags.file), "stdin" if flags.file == "-" else flags.file
        if view.text is not None and flags.output.form == JSON:
            _write(view.text(body, source))
            return
        page = view.open(body, source)
        if flags.output == SHORT:
            terminal().write(_text(made(view.tables, page), titles))
        else:
            _print_one(made(lambda own: _shown(view, own, flags.output), page), flags)
        return
    asker = _Asker(ctx, proxies, flags, view, titles)
    if flags.watching:
        from istioctl.cli.screen.watching import watch

        watch(asker.watched)
    elif flags.output == SHORT:
        asker.print_tables()
    else:
        asker.print_data()


class _Asker:
    """Asks the proxies that are meant, and shows their answers."""

    def __init__(
        self, ctx: Context, proxies: ProxyFlags, flags: ViewFlags, view: View[Any], titles: Sequence[str]
    ) -> None:
        self._targets = targets(ctx, proxies)
        self._session = open_cluster(ctx)
        self._flags, self._view, self._titles = flags, view, titles

    def watched(self) -> str:
        """The tables; what can't be asked is said on stderr."""
        answers = self._tables()
        if answers.failure and not answers.found:
            raise answers.failure
        for problem in answers.problems.values():
            terminal().show_error(problem)
        return self._text(answers)

    def print_tables(self) -> None:
        """The tables; the problems of other proxies are raised behind them."""
        answers = self._tables()
        if answers.found:
            terminal().write(self._text(answers))
        if answers.failure:
            raise answers.failure

    def print_data(self) -> None:
        """The trees of one proxy, or of several by `NAMESPACE/POD`; the problems of others are raised behind them."""
        from istioctl.actions.observe.proxy_config import look
        from istioctl.cli.screen.json_texts import mapping

        form = self._flags.output
        if (text := self._view.text) is not None and form.form == JSON and self._targets.means_one:
            self._print_text(text)
            return
        answers = look(
            self._session,
            self._targets,
            self._view,
            lambda page: _shown(self._view, page, form),
            self._flags.admin_port,
        )
        found = {proxy.key: answer for proxy, answer in answers.found.items()}
        if not self._targets.means_one:
            if form.form == JSON:
                for piece in mapping(found):
                    terminal().write(piece)
            else:
                rows = [row for each in found.values() for row in (each if isinstance(each, list) else [each])]
                print_data(found, form, items=rows)
        elif found:
            _print_one(next(iter(found.values())), self._flags)
        if answers.failure:
            raise answers.failure

    def _print_text(self, text: Callable[[bytes, str], Iterable[Piece]]) -> None:
        """The one proxy's page as that makes it."""
        from istioctl.actions.observe.proxy_config import look

        view = self._view._replace(open=lambda body, source: list(text(body, source)))
        answers: Answers[list[Piece]] = look(self._session, self._targets, view, list, self._flags.admin_port)
        for pieces in answers.found.values():
            _write(pieces)
        if answers.failure:
            raise answers.failure

    def _tables(self) -> Answers[Sequence[Table]]:
        from istioctl.actions.observe.proxy_config import look

        return look(self._session, self._targets, self._view, self._view.tables, self._flags.admin_port)

    def _text(self, answers: Answers[Sequence[Table]]) -> str:
        from istioctl.proxies.tables import beside_their_pods

        found = {proxy.key: tables for proxy, tables in answers.found.items()}
        if self._targets.means_one:
            return _text(next(iter(found.values())), self._titles)
        count = max(map(len, found.values()))
        tables = [beside_their_pods({pod: each[n] for pod, each in found.items()}) for n in range(count)]
        return _text(tables, self._titles)


def _shown(view: View[Any], page: Page, form: Output) -> Any:
    """The trees in the form in which they are printed: texts for JSON, else data."""
    return view.data(page, page.reader.shown if form.form == JSON else page.reader.value)


def _write(pieces: Iterable[Piece]) -> None:
    for piece in pieces:
        if isinstance(piece, str):
            terminal().write(piece)
        else:
            terminal().write_utf8(piece)


def _print_one(found: Any, flags: ViewFlags) -> None:
    if flags.output.form == JSON:
        from istioctl.cli.screen.json_texts import document

        for piece in document(found):
            terminal().write(piece)
    else:
        print_data(found, flags.output)


def _text(tables: Sequence[Table], titles: Sequence[str]) -> str:
    """The tables with an empty line between them, each below its title if there are any."""
    texts = [_table(table) for table in tables]
    if titles:
        texts = [f"------ {title} ------\n\n{text}" for title, text in zip(titles, texts, strict=True)]
    return "\n".join(texts)


def _table(table: Table) -> str:
    if not table.rows and table.empty:
        return f"{table.empty}\n"
    if any(table.header):
        return shown_table(table.header, table.rows, _GAP)
    return table_text(table.rows, 1)
