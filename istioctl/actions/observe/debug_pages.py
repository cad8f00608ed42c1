"""istiod's debug pages by name (istio `istioctl/pkg/internaldebug/internal-debug.go`, `pilot/pkg/xds/debug.go`)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from istioctl.actions.observe.istiods import Answers, Istiods
from istioctl.errors import ClusterError, ErrorGroup, InputError, IstioctlError

LIST = "list"

_NEEDS_PROXY = "You must provide a proxyID"
_DUMP = "config_dump"
#: All that a proxy is sent but its secrets: istiod makes a gateway's configuration anew for the answer, and that made
#: it forget which certificates the gateway watches (istio/istio#57789).
_WITHOUT_SECRETS = "CDS,LDS,RDS,EDS,ECDS"


def page_of(words: list[str]) -> str:
    """The page, with its query, that the words of a command line mean: `PAGE[?QUERY] [PROXY]`."""
    page = words[0].removeprefix("/debug/").lstrip("/")
    if len(words) > 1:
        page += f"{'&' if '?' in page else '?'}proxyID={quote(words[1])}"
    if page.startswith(f"{_DUMP}?") and "types=" not in page:
        page += f"&types={_WITHOUT_SECRETS}"
    return page


def ask_page(istiods: Istiods, page: str) -> Answers:
    """What the istiods show on a page.

    Raises:
        InputError: there is no such page, or it needs a proxy's name.
        ClusterError, ErrorGroup: no istiod answers.
    """
    try:
        return istiods.ask(page)
    except (ClusterError, ErrorGroup) as problem:
        errors: list[IstioctlError] = problem.errors if isinstance(problem, ErrorGroup) else [problem]
        if any(_NEEDS_PROXY in error.message for error in errors):
            hint = f"Name it behind the page, as in: {page.partition('?')[0]} POD.NAMESPACE"
            raise InputError("this page needs a proxy", where=page, hint=hint) from problem
        if page == LIST or not any(error.id == "debug-off" for error in errors):
            raise
        known = [str(name) for name in data_of(istiods.ask(LIST).given[0].body)]  # refused where the pages are off
        raise InputError("istiod has no such page", where=page, hint=f"There are: {', '.join(known)}.") from problem


def data_of(body: bytes) -> Any:
    """A page's data where it is JSON, else its text."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
