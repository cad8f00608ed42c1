"""The settings of a bug report from flags and from a file, which wins over them (upstream's BugReportConfig)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

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
