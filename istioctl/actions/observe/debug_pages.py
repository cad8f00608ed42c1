"""istiod's debug pages by name (istio `istioctl/pkg/internaldebug/internal-debug.go`, `pilot/pkg/xds/debug.go`)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from istioctl.actions.observe.istiods import Answers, Istiods
from istioctl.actions.revisions.control_planes import DUMP_PAGE
from istioctl.errors import ClusterError, ErrorGroup, InputError, IstioctlError
from istioctl.proxies.json_parts import read_whole

LIST = "list"

_NEEDS_PROXY = "You must provide a proxyID"
_NO_PAGE = "404 page not found"
#: All that a proxy is sent but its secrets: istiod makes a gateway's configuration anew for the answer, and that made
#: it forget which certificates the gateway watches (istio/istio#57789).
_WITHOUT_SECRETS = "CDS,LDS,RDS,EDS,ECDS"


def page_of(words: list[str]) -> str:
    """The page, with its query, that the words of a command line mean: `PAGE[?QUERY] [PROXY]`."""
    page = words[0].removeprefix("/debug/").lstrip("/")
    if len(words) > 1:
        page += f"{'&' if '?' in page else '?'}proxyID={quote(words[1])}"
    if page.startswith(f"{DUMP_PAGE}?") and "types=" not in page:
        page += f"&types={_WITHOUT_SECRETS}"
    return page


def ask_page(istiods: Istiods, page: str) -> Answers:
    """What the istiods show on a page.

    Raises:
        InputError: there is no such page, or it needs a proxy's name.
        ClusterError, ErrorGroup: no istiod answers.
    """
    try:
        answers = istiods.ask(page)
    except (ClusterError, ErrorGroup) as problem:
        errors: list[IstioctlError] = problem.errors if isinstance(problem, ErrorGroup) else [problem]
        if any(_NEEDS_PROXY in error.message for error in errors):
            raise _needs_proxy(page) from problem
        if page != LIST and (known := _known_pages(istiods)) and page.partition("?")[0] not in known:
            raise _no_page(page, known) from problem
        raise
    first = answers.given[0].body[:200]  # over XDS, what HTTP says by its status comes as a text
    if _NEEDS_PROXY.encode() in first:
        raise _needs_proxy(page)
    if _NO_PAGE.encode() in first:
        raise _no_page(page, _known_pages(istiods))
    return answers


def _known_pages(istiods: Istiods) -> list[str]:
    """The pages there are; none where istiod does not tell."""
    try:
        found = data_of(istiods.ask(LIST).given[0].body)
    except (ClusterError, ErrorGroup):
        return []
    return [str(name) for name in found] if isinstance(found, list) else []


def _needs_proxy(page: str) -> InputError:
    hint = f"Name it behind the page, as in: {page.partition('?')[0]} POD.NAMESPACE"
    return InputError("this page needs a proxy", where=page, hint=hint)


def _no_page(page: str, known: list[str]) -> InputError:
    hint = f"There are: {', '.join(known)}." if known else "See which there are by --list."
    return InputError("istiod has no such page", where=page, hint=hint)


def data_of(body: bytes) -> Any:
    """A page's data where it is JSON, else its text.

    Raises:
        InputError: the data would take too much memory.
    """
    try:
        return read_whole(body, "istiod")
    except InputError as problem:
        if problem.id == "too-large":
            raise
        return body.decode("utf-8", "replace")


def text_of(body: bytes) -> str:
    """A page as text: JSON indented, unless it is too large to be read as a whole; a line end at the end."""
    try:
        data = read_whole(body, "istiod")
    except InputError:
        data = body.decode("utf-8", "replace")
    text = data if isinstance(data, str) else json.dumps(data, indent=2, ensure_ascii=False)
    return text if text.endswith("\n") else f"{text}\n"
