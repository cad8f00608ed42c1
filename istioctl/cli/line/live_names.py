"""Names from the cluster for completion, within a moment and without a word.

Nobody waits for a completion. So the cluster has a moment to answer, `LIMIT` seconds after the start of the program;
what it says is kept in the user's cache folder for the next key presses. Where it takes longer, what it said before is
offered, if anything, and a process of its own goes on asking, so that the names are there when the key is pressed
again. What can't be had is not offered.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, NamedTuple

from istioctl.errors import IstioctlError

if TYPE_CHECKING:
    from istioctl.cli.line.declare import GlobalOptions

#: The word with which a process of its own goes on asking.
REFRESH = "__refreshNames"
#: Seconds after which a completion is ready, counted from the start of the program; some more go to its end.
LIMIT = 0.2
#: Seconds that the cluster has at least, however long the program took to start.
LEAST = 0.05
#: Seconds that the process behind it waits.
PATIENCE = 10.0
#: Seconds for which names are offered without asking, and with asking in vain.
_FRESH, _KEPT = 10.0, 3600.0


class _Line(NamedTuple):
    """The command line being completed, and whether there is time."""

    words: tuple[str, ...]
    patient: bool


_NO_LINE = _Line((), False)
_line: ContextVar[_Line] = ContextVar("line", default=_NO_LINE)


@contextmanager
def completing(words: list[str], *, patient: bool = False) -> Iterator[None]:
    """Within the block these words are completed; `patient` where nobody waits for it."""
    token = _line.set(_Line(tuple(words), patient))
    try:
        yield
    finally:
        _line.reset(token)


def live(options: GlobalOptions, what: str, ask: Callable[[GlobalOptions], list[str]]) -> list[str]:
    """The names that the cluster tells, or told a while ago; none where it is not to be asked in time.

    Args:
        what: tells one question from another.
        ask: asks the cluster.
    """
    from istioctl import file_cache

    key = file_cache.fingerprint("names", what, *_source(options))
    if _line.get().patient:
        return _asked(options, ask, key)
    told, names = _told(file_cache.load(key))
    age = time.time() - told
    if 0 <= age < _FRESH:
        return names
    found = _within(max(LEAST, LIMIT - _age()), lambda: _asked(options, ask, key))
    if found is not None:
        return found
    _go_on(key)
    return names if 0 <= age < _KEPT else []


def _source(options: GlobalOptions) -> list[str]:
    """What the answer depends on: which cluster, which namespace, and who asks."""
    from istioctl.cluster.kubeconfig_files import kubeconfig_files

    flags = (options.context, options.namespace, options.istio_namespace, options.as_user, options.as_uid)
    files = []
    with suppress(IstioctlError, OSError):
        for file in kubeconfig_files(options.kubeconfig):
            state = file.stat()
            files.append(f"{file} {state.st_size} {state.st_mtime_ns}")
    return [*flags, *options.as_groups, os.environ.get("KUBERNETES_SERVICE_HOST", ""), *files]


def _told(entry: tuple[object, ...] | None) -> tuple[float, list[str]]:
    match entry:
        case (float() as told, list() as names):
            return told, names
        case _:
            return 0.0, []


def _asked(options: GlobalOptions, ask: Callable[[GlobalOptions], list[str]], key: str) -> list[str]:
    from istioctl import file_cache

    try:
        names = ask(options)
    except IstioctlError:  # what is not to be had is not asked for with each key press
        names = []
    file_cache.store(key, (time.time(), names))
    return names


def _age() -> float:
    """Seconds since this process began; where the system does not tell, those that it has worked."""
    try:
        with open("/proc/self/stat", encoding="utf-8") as file:  # noqa: PTH123 - pathlib takes long to import
            began = int(file.read().rpartition(")")[2].split()[19])  # the 22nd value; the second may hold anything
        return time.clock_gettime(time.CLOCK_BOOTTIME) - began / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return time.process_time()


def _within(seconds: float, ask: Callable[[], list[str]]) -> list[str] | None:
    """What a thread finds in time; otherwise it is left to itself."""
    import threading

    found: list[list[str]] = []
    thread = threading.Thread(target=copy_context().run, args=(lambda: found.append(ask()),), daemon=True)
    thread.start()
    thread.join(seconds)
    return found[0] if found else None


def _go_on(key: str) -> None:
    """Let a process of its own ask, unless one does already."""
    from istioctl import file_cache

    words, program = _line.get().words, _program()
    since, _ = _told(file_cache.load(f"{key}-asking"))
    if not words or not program or 0 <= time.time() - since < PATIENCE:
        return
    file_cache.store(f"{key}-asking", (time.time(), []))
    import subprocess

    nothing = subprocess.DEVNULL
    with suppress(OSError):
        subprocess.Popen(  # it has a session of its own, and holds none of the streams that the shell waits for
            [*program, REFRESH, *words], stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
        )


def _program() -> list[str]:
    """How this very program is started, if it is one: not where it is a part of another."""
    own = sys.argv[0]
    folder, name = os.path.split(own)
    if os.path.basename(folder) == "istioctl" and name == "__main__.py":  # noqa: PTH119 - pathlib takes long to import
        return [sys.executable, "-m", "istioctl"]
    if not name.startswith("istioctl") or not os.path.isfile(own):  # noqa: PTH113
        return []
    return [own] if name.endswith(".exe") else [sys.executable, own]
