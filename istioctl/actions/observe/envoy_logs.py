"""What Envoys log, and changing it (upstream `proxyconfig.go`, the command `log`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from istioctl.actions.observe.targets import ADMIN_PORT, Answers, Proxy, ask_proxy, each_proxy
from istioctl.api.trees import lookup_text
from istioctl.api.webhooks import INJECTOR_NAME
from istioctl.cluster.clients import takes_client
from istioctl.cluster.session import Session
from istioctl.errors import ClusterError, InputError
from istioctl.patterns import lazy_pattern

DEFAULT_LEVEL = "warning"
"""What a reset puts every logger to where the injector's values do not say."""

#: The levels of a command line, and what Envoy calls them.
LEVELS = {
    "trace": "trace", "debug": "debug", "info": "info", "warning": "warning", "error": "error",
    "critical": "critical", "off": "off", "warn": "warning",
}  # fmt: skip

_PAGE = "/logging"
_LOGGER = lazy_pattern(r"\s+([^\s:]+): (\w+)")


class Levels(NamedTuple):
    """The levels that loggers shall have.

    Attributes:
        every: that of all loggers, set first; empty leaves them.
        single: those of single loggers.
    """

    every: str = ""
    single: tuple[tuple[str, str], ...] = ()


def read_levels(text: str) -> Levels:
    """Levels as a command line gives them: `LEVEL`, or `LOGGER:LEVEL,...`.

    Where a logger has a namespace before it (`ns::logger`), the logger alone counts.

    Raises:
        InputError: there is no such level.
    """
    every = ""
    single: dict[str, str] = {}
    for part in text.split(",") if text else []:
        logger, _, level = part.rpartition("::")[2].replace("=", ":").partition(":")
        if not level:
            logger, level = "", logger
        if level not in LEVELS:
            known = ", ".join(list(LEVELS)[:-1])
            raise InputError(f"unrecognized logging level: {level}", where="--level", hint=f"Choose from {known}.")
        if logger in ("", "level"):
            every, single = LEVELS[level], {}
        else:
            single[logger] = LEVELS[level]
    return Levels(every, tuple(single.items()))


@takes_client
def log_levels(
    session: Session, proxies: Sequence[Proxy], levels: Levels, *, port: int = ADMIN_PORT
) -> Answers[dict[str, str]]:
    """The level of each logger of each proxy, after the change if there is one.

    Nothing is changed in a proxy that lacks one of the loggers.
    """

    def ask(proxy: Proxy, query: str = "") -> dict[str, str]:
        body = ask_proxy(session, proxy, _PAGE + query, port=port, method="POST")
        return _loggers(body, proxy)

    def change(proxy: Proxy) -> dict[str, str]:
        found = ask(proxy)
        for logger, _ in levels.single:
            if logger not in found:
                raise _no_logger(logger, found, proxy)
        if levels.every:
            found = ask(proxy, f"?level={levels.every}")
        for logger, level in levels.single:
            found = ask(proxy, f"?{quote(logger, safe='')}={level}")
        return found

    return each_proxy(session, proxies, change)


@takes_client
def injected_level(session: Session, namespace: str) -> str:
    """The level that the injector gives to proxies; empty where its values can't be read, or do not say.

    Args:
        namespace: of the control plane.
    """
    from istioctl.yamldoc.reader import load

    try:
        found = session.get(f"/api/v1/namespaces/{namespace}/configmaps/{INJECTOR_NAME}")
        values = load((found.get("data") or {}).get("values") or "")
    except (ClusterError, InputError):
        return ""
    level = lookup_text(values, "global", "proxy", "logLevel")
    return LEVELS.get(level, "")


def _loggers(body: bytes, proxy: Proxy) -> dict[str, str]:
    """The loggers and their levels in Envoy's list of them."""
    text = body.decode("utf-8", "replace")
    found = {match[1]: match[2] for match in map(_LOGGER.fullmatch, text.splitlines()) if match}
    if not found:
        raise ClusterError(
            f"its answer is not a list of loggers: {text[:120].strip()}",
            where=f"pod {proxy.key}",
            hint="See that the port is that of Envoy's admin API.",
            id="no-loggers",
        )
    return found


def _no_logger(name: str, known: Mapping[str, str], proxy: Proxy) -> InputError:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else "The command without --level lists the loggers."
    return InputError(f"unrecognized logger name: {name}", where=f"pod {proxy.key}", hint=hint)
