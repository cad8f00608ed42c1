"""A trace as text: the steps in their order, then every end that the request can come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from istioctl.cli.screen.outline import Node
    from istioctl.proxies.trace.clusters import Target
    from istioctl.proxies.trace.dump import Origin
    from istioctl.proxies.trace.trace import Outcome, Step, Trace

_TITLES = {
    "listener": "Listener", "filter chain": "Filter chain", "authorization": "Authorization", "filter": "Filter",
    "routes": "Routes", "virtual host": "Virtual host", "route": "Route",
}  # fmt: skip
#: How the line is shown that says what becomes of the request, where a terminal shows colour.
OUTCOME_STYLES = {
    f"Outcome: {kind}": "green" if kind in ("forwarded", "answered", "redirected") else "red"
    for kind in ("forwarded", "answered", "redirected", "denied", "not found", "unavailable", "closed")
} | {"made by": "dim"}
_ENDPOINTS = "Endpoints:"
_WIDTH = 15
_SHOWN = 5


def trace_lines(found: Trace, proxy: str, places: Mapping[Origin, str]) -> Iterator[str]:
    """The lines of the report.

    Args:
        proxy: whose dump it is.
        places: where objects stand in files.
    """
    request = found.request
    direction = "into" if found.inbound else "out of"
    what = f"{request.method} " if request.is_http else ""
    yield f"{what}{request.scheme}://{request.authority}{request.path if request.is_http else ''} {direction} {proxy}"
    yield ""
    for step in found.steps:
        yield from _step(step, places)
    for outcome in found.outcomes:
        yield from _outcome(outcome, places)
    if found.notes:
        yield ""
        yield from (f"Note: {note}" for note in found.notes)


def trace_outline(found: Trace, proxy: str, places: Mapping[Origin, str]) -> Node:
    """The report as a tree, with each endpoint below their common title."""
    from istioctl.cli.screen.outline import Node, outline

    root = outline(trace_lines(found, proxy, places))
    for node in (root, *root.children):
        for child in node.children:
            if child.text.startswith(_ENDPOINTS) and child.children:
                child.children.insert(0, Node(child.text.removeprefix(_ENDPOINTS).strip()))
                child.text = _ENDPOINTS
    return root


def _step(step: Step, places: Mapping[Origin, str], indent: str = "") -> Iterator[str]:
    detail = f"  ({step.detail})" if step.detail else ""
    yield f"{indent}{_TITLES[step.kind] + ':':<{_WIDTH}} {step.name}{detail}"
    origins = step.judgement.origins if step.judgement else [step.origin] if step.origin else []
    for origin in origins:
        yield f"{indent}{'':<{_WIDTH}} made by {_origin(origin, places)}"


def _outcome(outcome: Outcome, places: Mapping[Origin, str]) -> Iterator[str]:
    whole = outcome.share > 0.999999
    indent = "" if whole and not outcome.condition else "  "
    if indent:
        yield (
            f"In {outcome.share:.4g} of the cases"
            + (f", if {outcome.condition} fits" if outcome.condition else "")
            + ":"
        )
    if outcome.route is not None:
        yield from _step(outcome.route, places, indent)
    if outcome.target is not None:
        yield from _target(outcome.target, places, indent)
    status = f" {outcome.status}" if outcome.status else ""
    detail = f": {outcome.detail}" if outcome.detail else ""
    yield f"{indent}{'Outcome:':<{_WIDTH}} {outcome.kind}{status}{detail}"


def _target(target: Target, places: Mapping[Origin, str], indent: str) -> Iterator[str]:
    words = [target.kind, target.policy] + ([f"subset {target.subset}"] if target.subset else [])
    yield f"{indent}{'Cluster:':<{_WIDTH}} {target.name}  ({', '.join(word for word in words if word) or 'missing'})"
    origins = [*([target.rule] if target.rule else []), *target.services]
    for origin in origins:
        yield f"{indent}{'':<{_WIDTH}} made by {_origin(origin, places)}"
    if target.endpoints is None:
        yield f"{indent}{_ENDPOINTS:<{_WIDTH}} not in the dump; take it with include_eds"
    for index, endpoint in enumerate((target.endpoints or ())[:_SHOWN]):
        title = "" if index else _ENDPOINTS
        yield f"{indent}{title:<{_WIDTH}} {endpoint.address} {endpoint.health}, TLS: {endpoint.tls}"
    more = len(target.endpoints or ()) - _SHOWN
    if more > 0:
        yield f"{indent}{'':<{_WIDTH}} and {more} more"


def _origin(origin: Origin, places: Mapping[Origin, str]) -> str:
    place = places.get(origin)
    return f"{origin} ({place})" if place else str(origin)
