"""Runs a command line inside the test process: arguments and stdin in; stdout, stderr and status out."""

from __future__ import annotations

import io
from dataclasses import dataclass

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
