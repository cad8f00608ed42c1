"""What becomes of a run whose streams are closed, full or slow."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is missing")
needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is missing")

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
ISTIOCTL = f"{sys.executable} -m istioctl"
#: Of each way in which commands write: short and long texts, Typer's help, bytes, templates.
COMMANDS = (
    "--help",
    "install --help",
    "version --remote=false",
    "manifest generate --set profile=demo",
    "profile list -o name",
    f"kube-inject --offline -f {EXAMPLES}/shop.yaml",
    f"proxy-config all -f {EXAMPLES}/envoy.json -o json",
    "completion bash",
)


@pytest.fixture
def closed_pipe() -> Iterator[int]:
    """A pipe to write to whose reader has gone."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


def ended(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)


@needs_bash
@needs_full
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_one_error(command: str) -> None:
    done = ended(f"{ISTIOCTL} {command} -q > /dev/full")

    assert done.returncode == 1
    assert done.stderr == "Error: the output can't be written: No space left on device\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_pipe_that_closes_early_is_one_error(command: str, closed_pipe: int) -> None:
    words = [*ISTIOCTL.split(), *command.split(), "-q"]
    done = subprocess.run(words, stdout=closed_pipe, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr == "Error: the output was closed before all of it was written\n"


@needs_bash
@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_stdout_is_one_error(command: str) -> None:
    done = ended(f"{ISTIOCTL} {command} -q >&-")

    assert done.returncode == 1
    assert done.stderr == "Error: the output can't be written: Bad file descriptor\n"


@needs_bash
@needs_full
@pytest.mark.parametrize("stderr", ["2>&-", "2>/dev/full"])
def test_what_can_not_be_said_changes_nothing(stderr: str) -> None:
    command = f"{ISTIOCTL} kube-inject --offline -f {EXAMPLES}/shop.yaml"
    said, unsaid = ended(command), ended(f"{command} {stderr}")

    assert said.stderr
    assert (unsaid.returncode, unsaid.stdout) == (0, said.stdout)


def test_nor_does_a_pipe_of_stderr_that_closes_early(closed_pipe: int) -> None:
    words = [*ISTIOCTL.split(), "kube-inject", "--offline", "-f", f"{EXAMPLES}/shop.yaml"]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=closed_pipe, text=True, check=False)

    assert done.returncode == 0
    assert "istio-proxy" in done.stdout


@needs_bash
def test_a_missing_stdin_is_empty() -> None:
    missing, empty = (ended(f"{ISTIOCTL} validate -f - {stdin}") for stdin in ("<&-", "</dev/null"))

    assert (missing.returncode, missing.stdout, missing.stderr) == (empty.returncode, empty.stdout, empty.stderr)


@needs_bash
def test_a_status_needs_no_streams() -> None:
    assert ended(f"{ISTIOCTL} profile diff default demo <&- >&- 2>&-").returncode == 2
    assert ended(f"{ISTIOCTL} analyze --use-kube=false {EXAMPLES}/shop.yaml <&- >&- 2>&-").returncode == 0


def test_a_pipe_that_takes_nothing_at_the_moment_is_waited_for() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    run = subprocess.Popen(
        [*ISTIOCTL.split(), "manifest", "generate", "--set", "profile=demo"], stdout=writing, stderr=subprocess.PIPE
    )
    os.close(writing)
    text: list[bytes] = []

    def read() -> None:
        with open(reading, "rb", buffering=0) as pipe:  # noqa: PTH123 - it is a number
            while piece := pipe.read(10_000):
                text.append(piece)

    reader = threading.Thread(target=read)
    reader.start()
    _, stderr = run.communicate()
    reader.join()

    assert (run.returncode, stderr) == (0, b"")
    assert (
        b"".join(text)
        == subprocess.run(
            [*ISTIOCTL.split(), "manifest", "generate", "--set", "profile=demo"], stdout=subprocess.PIPE, check=True
        ).stdout
    )
