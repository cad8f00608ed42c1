"""The settings of a bug report from flags and from a file, which wins over them (upstream's BugReportConfig)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from istioctl.actions.observe.bug_report.content import Choice
from istioctl.actions.observe.bug_report.report import DEFAULT_CONCURRENCY, BugReportOptions
from istioctl.actions.observe.bug_report.selection import parse_selection
from istioctl.errors import InputError, UsageError
from istioctl.golang.durations import parse_duration

#: The file's names, and the type each value has to have.
FIELDS: Mapping[str, type] = {
    "kubeConfigPath": str, "context": str, "istioNamespace": str, "dryRun": bool, "fullSecrets": bool,
    "proxyAdminPort": int, "commandTimeout": str, "include": list, "exclude": list, "startTime": str, "endTime": str,
    "since": str, "criticalErrors": list, "ignoredErrors": list, "requestConcurrency": int, "tailLines": int,
    "skipClusterDump": bool, "skipAnalyze": bool, "skipProxyDebug": bool, "skipNetstat": bool, "skipCoredumps": bool,
}  # fmt: skip


def read_settings(text: str, source: str) -> dict[str, Any]:
    """The settings of a file.

    Raises:
        InputError: it is not a mapping, or has a field that is not known or of another type.
    """
    from istioctl.yamldoc.reader import load

    data = load(text, source)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise InputError("a mapping of settings is expected", where=source, hint=f"Use {', '.join(FIELDS)}.")
    for key, value in data.items():
        wanted = FIELDS.get(str(key))
        if wanted is None:
            raise InputError(f"there is no setting {key!r}", where=source, hint=f"Use {', '.join(FIELDS)}.")
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            raise InputError(f"{key} has to be of type {wanted.__name__}", where=source)
        if isinstance(value, list) and not all(isinstance(entry, str) for entry in value):
            raise InputError(f"{key} has to be a list of texts", where=source)
    return dict(data)


def time_range(start: str, end: str, duration: str) -> tuple[str, str]:
    """From when and up to when log lines are wanted, as RFC 3339; empty for no bound.

    Raises:
        UsageError: a time or the duration can't be read, or start and duration are both given.
        InputError: the duration can't be read.
    """
    if start and duration:
        raise UsageError("give --start-time or --duration", where="--start-time, --duration")
    first, last = _time(start, "--start-time"), _time(end, "--end-time")
    if duration:
        first = (last or datetime.now(UTC)) - timedelta(seconds=parse_duration(duration))
    if first and last and first > last:
        raise UsageError("the start is after the end", where="--start-time, --end-time")
    return _text(first), _text(last)


def _time(text: str, flag: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        hint = "Write it like 2026-11-26T23:04:56Z."
        raise UsageError(f"{text!r} is not a time", where=flag, hint=hint) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _text(time: datetime | None) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if time else ""


def options_of(
    given: Mapping[str, Any],
    output: Path,
    scratch: Path | None,
    istio_namespace: str,
    *,
    analyze: Callable[[], bytes] | None,
    versions: Callable[[], bytes],
) -> BugReportOptions:
    """The options that settings mean; `given` has a value for each of `FIELDS` that is not of the connection.

    Raises:
        UsageError, InputError: a selection, a time or a duration can't be read.
    """
    included = tuple(parse_selection(text, "--include") for text in given["include"] if text)
    excluded = tuple(parse_selection(text, "--exclude") for text in given["exclude"] if text)
    since, until = time_range(given["startTime"], given["endTime"], given["since"])
    namespaces = {name for each in included for name in each.namespaces}
    few = included and all(each.namespaces for each in included) and not any("*" in name for name in namespaces)
    choice = Choice(
        admin_port=given["proxyAdminPort"],
        since=since,
        until=until,
        tail=given["tailLines"],
        full_secrets=given["fullSecrets"],
        namespaces=tuple(sorted(namespaces | {istio_namespace})) if few else (),
        proxy_debug=not given["skipProxyDebug"],
        netstat=not given["skipNetstat"],
        coredumps=not given["skipCoredumps"],
    )
    return BugReportOptions(
        output,
        scratch,
        included,
        excluded,
        choice,
        timeout=parse_duration(given["commandTimeout"]),
        concurrency=given["requestConcurrency"] or DEFAULT_CONCURRENCY,
        cluster_dump=not given["skipClusterDump"],
        critical=tuple(given["criticalErrors"]),
        ignored=tuple(given["ignoredErrors"]),
        analyze=analyze,
        versions=versions,
    )
