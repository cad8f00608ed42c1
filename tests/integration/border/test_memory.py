"""Whatever a server sends, and however much of it, a command stays small.

Measured in a process of its own: what the server at the other end takes is none of it. `ISTIOCTL_MALFORMED=all` takes
every command there is.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.border.commands import COMMANDS, FILES, OBJECTS
from tests.support.malformed import KINDS
from tests.support.stub_cluster import StubCluster

MOST = 300 * 1024
"""KiB."""
LARGE_KINDS = ("endless body", "endless spaces", "huge list", "large list")
SOME_COMMANDS = ("version", "diff", "uninstall --purge", "kube-inject", "install", "analyze")
OF_A_POD = (
    "endless body of a pod",
    "dense numbers of a pod",
    "dense objects of a pod",
    "dense members of a pod",
)
RUNS = [(command, kind) for command in SOME_COMMANDS for kind in LARGE_KINDS]
RUNS += [("proxy-config diff", OF_A_POD[0]), ("proxy-config trace", OF_A_POD[3]), ("proxy-status", OF_A_POD[1])]
RUNS += [("proxy-config all", OF_A_POD[2]), ("ztunnel-config all", OF_A_POD[2])]
if os.environ.get("ISTIOCTL_MALFORMED") == "all":
    RUNS = [(command, kind) for command in COMMANDS for kind in (*LARGE_KINDS, *OF_A_POD)]
#: Runs a command line, and tells the most memory that its process ever took, in KiB, in the last line of stderr.
MEASURED = """
import atexit, os, re
from pathlib import Path
from istioctl.cli.main import main
peak = re.compile(r"VmHWM:\\s*([0-9]+)")
atexit.register(lambda: os.write(2, b"\\n" + peak.search(Path("/proc/self/status").read_text())[1].encode()))
main()
"""

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel tells it in /proc only")


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StubCluster]:
    folder = tmp_path_factory.mktemp("stub")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    with StubCluster(folder, OBJECTS) as cluster:
        yield cluster


@pytest.mark.parametrize(("command", "kind"), RUNS)
def test_large_answers_take_little_memory(stub: StubCluster, command: str, kind: str) -> None:
    stub.reset()
    stub.bend = KINDS[kind]
    words = [word.replace("FOLDER", str(stub.kubeconfig.parent)) for word in COMMANDS[command]]
    line = [sys.executable, "-c", MEASURED, *words, "-c", str(stub.kubeconfig), "--kubeclient-timeout", "3s"]
    with subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        try:
            _, told = process.communicate(timeout=4 if "dashboard" in words else 30)
        except subprocess.TimeoutExpired:  # what goes on for good
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=30)
    assert b"This is a bug" not in told
    peak = int(told.splitlines()[-1])
    print(f"peak of {command} with {kind}: {peak // 1024} MiB")
    assert peak < MOST
