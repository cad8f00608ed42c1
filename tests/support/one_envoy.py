"""One Envoy with a static configuration, for what can be tried without a mesh."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.istio_programs import MissingProgramError, find_envoy
from tests.support.ports import free_ports

_START = 20.0


@contextmanager
def one_envoy(folder: Path, resources: dict[str, Any], dynamic: dict[str, Any] | None = None) -> Iterator[str]:
    """An Envoy with these static resources while the block runs; gives the address of its admin page.

    Args:
        dynamic: where it gets others from, and who it is then.

    Skips the test where Envoy is not installed, and fails it where Envoy refuses the configuration.
    """
    try:
        program = find_envoy()
    except MissingProgramError as problem:
        pytest.skip(str(problem))
    (port,) = free_ports(1)
    admin = {"address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}}
    file, log = folder / "envoy.json", folder / "envoy.log"
    more = {"node": {"id": "one", "cluster": "one"}, "dynamic_resources": dynamic} if dynamic else {}
    file.write_text(json.dumps({"admin": admin, "static_resources": resources, **more}))
    line = [program, "-c", file, "--disable-hot-restart", "--concurrency", "1", "-l", "warning", "--log-path", log]
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}/ready", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"Envoy does not start: {log.read_text() if log.exists() else ''}")
        time.sleep(0.05)
