"""Programs that make credentials: a kubeconfig's `exec` entry, as client-go runs it.

Source: client-go `plugin/pkg/client/auth/exec/exec.go`, and
https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins. client-go waits
for good; here a program has its time, and ends with the command that asked.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

SECONDS = 60.0
"""How long a program may take that nobody can talk to."""
SECONDS_OF_TALK = 600.0
"""How long one may take that can ask the user, who may have to find a password or a second device."""
_LARGEST = 1024 * 1024
_SHOWN = 1000
_EXTENSION = "client.authentication.k8s.io/exec"


class ProgramError(Exception):
    """A program gives no credentials; the text says why, without a value."""


def run_program(entry: Mapping[str, Any], folder: Path, cluster: Mapping[str, Any]) -> Any:
    """What a program gives as the `status` of its ExecCredential.

    It may talk with the user where stdin is a terminal, unless its `interactiveMode` is `Never`; else it reads nothing
    and has a process group of its own, which ends with it.

    Args:
        entry: the `exec` entry, its types checked.
        folder: what a relative path of the program is relative to.
        cluster: the cluster's entry, for a program that wants it.

    Raises:
        ProgramError: it fails, takes too long, or prints something else.
    """
    mode = entry.get("interactiveMode", "IfAvailable")
    can_talk = sys.stdin is not None and sys.stdin.isatty()
    if mode == "Always" and not can_talk:
        raise ProgramError("its program has to ask the user, and stdin is not a terminal")
    talks = can_talk and mode != "Never"
    info = {"apiVersion": entry["apiVersion"], "kind": "ExecCredential", "spec": _spec(entry, cluster, talks)}
    given = {item["name"]: item["value"] for item in entry.get("env", ())}
    environment = {**os.environ, **given, "KUBERNETES_EXEC_INFO": json.dumps(info)}
    line = [_command(entry["command"], folder), *entry.get("args", ())]
    return _status(_output(line, environment, talks), entry["apiVersion"])


def _spec(entry: Mapping[str, Any], cluster: Mapping[str, Any], talks: bool) -> dict[str, Any]:
    spec: dict[str, Any] = {"interactive": talks}
    if entry.get("provideClusterInfo"):
        told = {key: value for key, value in cluster.items() if key != "extensions"}
        for extension in cluster.get("extensions", ()):
            if extension.get("name") == _EXTENSION:
                told["config"] = extension.get("extension")
        spec["cluster"] = told
    return spec


def _command(command: str, folder: Path) -> str:
    """A path is relative to the kubeconfig, a name is looked up on PATH."""
    return str(folder / command) if "/" in command or os.sep in command else command


def _output(line: list[str], environment: Mapping[str, str], talks: bool) -> bytes:
    limit = SECONDS_OF_TALK if talks else SECONDS
    program = _Program(line, environment, talks)
    program.start()
    atexit.register(program.kill)  # where the main thread leaves while another waits here
    try:
        program.join(limit)
        in_time = not program.is_alive()
    finally:  # an interrupt, too
        program.kill()
        atexit.unregister(program.kill)
    program.join(1)
    name = Path(line[0]).name
    if not in_time:
        raise ProgramError(f"its program {name!r} did not end within {limit:g}s{program.said}")
    if program.failure is not None:
        raise program.failure
    if len(program.output) > _LARGEST:
        raise ProgramError(f"its program prints more than {_LARGEST >> 20} MiB")
    if program.status:
        raise ProgramError(f"its program {name!r} ended with status {program.status}{program.said}")
    return program.output


class _Program(threading.Thread):
    """Runs a program. An interrupt, which meets the main thread, can't come between its start and its being known.

    Attributes:
        output: what it printed, a little more than `_LARGEST` at most.
        status: the one it ended with; None while it runs.
        failure: why it could not be started.
    """

    def __init__(self, line: list[str], environment: Mapping[str, str], talks: bool) -> None:
        super().__init__(daemon=True)
        self.output = b""
        self.status: int | None = None
        self.failure: OSError | ValueError | None = None
        self._line, self._environment, self._talks = line, environment, talks
        self._process: subprocess.Popen[bytes] | None = None
        self._is_unwanted = False
        self._lock = threading.Lock()
        self._kept = b""

    @property
    def said(self) -> str:
        """The last of what it said on stderr, for the end of an error."""
        text = self._kept.decode("utf-8", "replace").strip()
        return f": {text}" if text else ""

    def run(self) -> None:
        """Starts it and reads what it prints, until it ends or prints too much."""
        try:
            process = self._begin()
        except (OSError, ValueError) as problem:
            self.failure = problem
            return
        if process is None:
            return
        with process:
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            listener = threading.Thread(target=self._listen, args=(process.stderr,), daemon=True)
            listener.start()
            self.output = process.stdout.read(_LARGEST + 1)
            if len(self.output) > _LARGEST:
                self.kill()
            self.status = process.wait()
            listener.join(1)  # what it leaves behind may hold its stderr

    def _begin(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if not self._is_unwanted:
                self._process = subprocess.Popen(
                    self._line,
                    stdin=None if self._talks else subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=None if self._talks else subprocess.PIPE,
                    env=self._environment,
                    start_new_session=not self._talks,  # one that talks has to stay in the terminal's foreground
                    shell=os.name == "nt",
                )
            return self._process

    def _listen(self, stream: IO[bytes] | None) -> None:
        """Reads its stderr, lest it waits for a reader."""
        with suppress(OSError, ValueError):
            while stream is not None and (chunk := os.read(stream.fileno(), 65536)):
                self._kept = (self._kept + chunk)[-_SHOWN:]

    def kill(self) -> None:
        """Ends it now and, where it has a group of its own, what it has started; nothing where it has ended."""
        with self._lock:
            self._is_unwanted = True
            if self._process is None or self._process.poll() is not None:
                return
            if not self._talks and hasattr(os, "killpg"):
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()


def _status(output: bytes, api_version: str) -> Any:
    try:
        data = json.loads(output)
    except (ValueError, RecursionError):
        raise ProgramError("what its program prints is not JSON") from None
    if not isinstance(data, dict) or data.get("kind") != "ExecCredential":
        raise ProgramError("what its program prints is not an ExecCredential")
    if data.get("apiVersion") != api_version:
        raise ProgramError(f"what its program prints is not of the apiVersion {api_version}")
    return data.get("status")
