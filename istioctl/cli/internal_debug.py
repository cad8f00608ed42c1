"""`istioctl experimental internal-debug`: istiod's debug pages, as they are."""

from __future__ import annotations

from typing import Annotated

from istioctl.cli.line.cluster_options import check_revision
from istioctl.cli.line.declare import Argument, Context, Option
from istioctl.cli.line.istiod_flags import IstiodFlags, open_istiods
from istioctl.cli.line.options import OutputOption, RevisionOption
from istioctl.cli.screen.printers import print_data
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import ErrorGroup, UsageError


def internal_debug(
    ctx: Context,
    istiod: IstiodFlags,
    words: Annotated[
        list[str], Argument(metavar="PAGE[?QUERY] [POD.NAMESPACE]", help="A page, and the proxy it shall tell about.")
    ] = [],  # noqa: B006 - it is copied
    listing: Annotated[bool, Option("-L", "--list", help="List the pages there are.")] = False,
    everyone: Annotated[bool, Option("--all", help="Ask all istiods, and key their answers by pod.")] = False,
    revision: RevisionOption = "",
    timeout: Annotated[
        str, Option("--timeout", metavar="DURATION", help="How long istiod may take to answer.")
    ] = "30s",
    output: OutputOption = None,
) -> None:
    """Print a debug page of istiod, such as syncz or configz.

    What a proxy is sent comes without its secrets, unless the query asks for types itself.
    """
    check_revision(revision)
    if not words and not listing:
        raise UsageError("debug type is required", hint="Name a page, or pass --list to see which there are.")
    if len(words) > 2:
        raise UsageError("name one page and one proxy at most", where=" ".join(words))
    from istioctl.actions.observe.debug_pages import LIST, ask_page, data_of, page_of, text_of

    page = page_of(words) if words else LIST
    answers = ask_page(open_istiods(ctx, istiod, revision, timeout), page)
    if everyone:
        print_data({each.istiod: data_of(each.body) for each in answers.given}, output or "json")
        if answers.problems:
            raise answers.problems[0] if len(answers.problems) == 1 else ErrorGroup(list(answers.problems))
        return
    body = answers.given[0].body
    if output is not None:
        print_data(data_of(body), output)
    else:
        terminal().write(text_of(body))
