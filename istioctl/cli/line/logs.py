"""What the flags about logs mean: `--vklog` and the real tool's `--log_…`.

There is one scope, `kube`: the requests to the API server. Levels and forms as in Istio's `pkg/log`.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from typing import TextIO

from istioctl.cli.line.declare import GlobalOptions
from istioctl.cli.screen.terminal import Terminal, terminal, visible
from istioctl.cluster.request_log import BODIES, LOGGER
from istioctl.errors import InputError, UsageError

_OFF = logging.CRITICAL + 10
_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
    "fatal": logging.CRITICAL,
    "none": _OFF,
}
_SCOPE = "kube"
_MEANT = frozenset((_SCOPE, "klog", "all", "default"))


@contextmanager
def logging_as(options: GlobalOptions) -> Iterator[None]:
    """Log what the flags ask for while the command within runs.

    Raises:
        UsageError: a level is none.
        InputError: a log file can't be opened.
    """
    level = min(
        _level(options.log_output_level, "--log_output_level"),
        BODIES if options.vklog >= 8 else logging.DEBUG if options.vklog >= 6 else _OFF,
    )
    form = _Form(options, _level(options.log_stacktrace_level, "--log_stacktrace_level"))
    with ExitStack() as opened:
        handlers = [_handler(target, opened) for target in options.log_target or ("stderr",)]
        level_before, propagated_before = LOGGER.level, LOGGER.propagate
        try:
            for handler in handlers:
                handler.setFormatter(form)
                LOGGER.addHandler(handler)
            LOGGER.setLevel(level)
            LOGGER.propagate = False
            yield
        finally:
            for handler in handlers:
                LOGGER.removeHandler(handler)
            LOGGER.setLevel(level_before)
            LOGGER.propagate = propagated_before


def _level(text: str, flag: str) -> int:
    """The level that `scope:level,…` gives to requests; a level alone is for every scope."""
    chosen = _OFF
    for entry in text.split(",") if text else ():
        scope, colon, name = entry.rpartition(":")
        if name not in _LEVELS or ":" in scope:
            raise UsageError(
                f"invalid level {entry!r}",
                where=flag,
                hint=f"Write SCOPE:LEVEL, such as all:debug; {', '.join(_LEVELS)}.",
            )
        if not colon or scope in _MEANT:
            chosen = min(chosen, _LEVELS[name])
    return chosen


def _handler(target: str, opened: ExitStack) -> logging.Handler:
    if target in ("stdout", "stderr"):
        return _ScreenHandler(terminal(), target)
    try:
        file = _FileHandler(terminal(), target)
    except OSError as problem:
        raise InputError(f"can't write logs: {problem.strerror}", where=target) from problem
    opened.callback(file.close)
    return file


class _FileHandler(logging.FileHandler):
    """Appends to a file; where that becomes impossible, this is said once, and the command goes on."""

    def __init__(self, streams: Terminal, path: str) -> None:
        super().__init__(path, encoding="utf-8")
        self._streams = streams
        self._path = path
        self._has_failed = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - as logging names it
        """Called where a record could not be written."""
        problem = sys.exc_info()[1]
        if not self._has_failed:
            self._has_failed = True
            reason = problem.strerror if isinstance(problem, OSError) else problem
            self._streams.warn(f"{self._path}: logs are missing: {reason}")

    def close(self) -> None:
        """What could not be written is not tried again."""
        with suppress(OSError):
            super().close()


class _ScreenHandler(logging.StreamHandler[TextIO]):
    """Writes to one of the run's streams, above what is live there."""

    def __init__(self, streams: Terminal, name: str) -> None:
        super().__init__(getattr(streams, name))
        self._streams = streams

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        with self._streams.aside():
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - as logging names it
        """What stderr does not take is lost, like all else there; what stdout does not take is told at the end."""


class _Form(logging.Formatter):
    """A line: time, level, scope and what happened, with tabs between or as a JSON object."""

    def __init__(self, options: GlobalOptions, stack_from: int) -> None:
        super().__init__()
        self._as_json = options.log_as_json
        self._with_caller = not _MEANT.isdisjoint(options.log_caller.split(","))
        self._stack_from = stack_from

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        level = "debug" if record.levelno <= logging.DEBUG else record.levelname.lower()
        fields = {"time": time, "level": level, "scope": _SCOPE}
        if self._with_caller:
            fields["caller"] = f"{record.filename}:{record.lineno}"
        fields["msg"] = record.getMessage()
        if record.levelno >= self._stack_from:
            fields["stack"] = "".join(traceback.format_stack())
        if not self._as_json:
            return visible("\t".join(fields.values()).rstrip("\n"))
        import json

        return json.dumps(fields)
