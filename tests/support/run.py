"""Runs a command line: arguments and stdin in; stdout, stderr and status out. Inside the test process, or beside it."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from istioctl.cli.main import run
from istioctl.cli.screen.terminal import Terminal


@dataclass(frozen=True)
class Done:
    """What a command line left behind."""

    status: int
    stdout: str
    stderr: str


def run_cli(*argv: str, stdin: str | bytes = "", environ: dict[str, str] | None = None) -> Done:
    """Run `istioctl ARGV` with `stdin`; no stream is a terminal."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    streams = [io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="") for content in (data, b"", b"")]
    status = run(list(argv), Terminal(*streams, environ=environ or {}))
    for stream in streams[1:]:
        stream.flush()
    out, err = (stream.buffer.getvalue().decode() for stream in streams[1:])  # type: ignore[attr-defined]
    return Done(status, out, err)


@contextmanager
def with_hangups() -> Iterator[None]:
    """What is begun in this block ends on SIGHUP: under `nohup` a test run ignores it, which its commands inherit."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def start_cli(kubeconfig: Path, *argv: str) -> subprocess.Popen[str]:
    """Begin `istioctl ARGV` in a process of its own, for tests that do something once it is on its way."""
    line = [sys.executable, "-m", "istioctl", *argv, "--kubeconfig", str(kubeconfig)]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """What the process says on stderr, as far as the line with these words.

    Raises:
        AssertionError: it ended without saying them.
    """
    assert process.stderr is not None
    text = ""
    for line in process.stderr:
        text += line
        if words in line:
            return text
    raise AssertionError(text)
