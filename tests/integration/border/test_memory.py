"""Whatever a server sends, and however much of it, a command stays small.

Measured in a process of its own: what the server at the other end takes is none of it. `ISTIOCTL_MALFORMED=all` takes
every command there is.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from istioctl.yamldoc.writer import dump
from tests.integration.border.commands import COMMANDS, FILES, OBJECTS
from tests.support.malformed import KINDS, LARGE, LARGE_OF_A_POD
from tests.support.stub_cluster import StubCluster

MOST = 300 * 1024
"""KiB."""
LONGEST = 60
"""Seconds, what the server and a busy machine add included."""
SOME_COMMANDS = ("version", "diff", "uninstall --purge", "kube-inject", "install", "analyze")
SOME_RUNS = [(command, kind) for command in SOME_COMMANDS for kind in LARGE]
SOME_RUNS += [
    ("proxy-config diff", "endless body of a pod"),
    ("bug-report", "endless body of a pod"),
    ("proxy-config trace", "dense members of a pod"),
    ("proxy-status", "dense numbers of a pod"),
    ("proxy-config all", "dense objects of a pod"),
    ("ztunnel-config all", "dense objects of a pod"),
]
ALL_RUNS = [(command, kind) for command in COMMANDS for kind in (*LARGE, *LARGE_OF_A_POD)]
RUNS = ALL_RUNS if os.environ.get("ISTIOCTL_MALFORMED") == "all" else SOME_RUNS
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
            _, told = process.communicate(timeout=4 if "dashboard" in words else LONGEST)
        except subprocess.TimeoutExpired:
            assert "dashboard" in words, f"it goes on for {LONGEST} s"  # these go on for good
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=30)
    assert b"This is a bug" not in told
    peak = int(told.splitlines()[-1])
    print(f"peak of {command} with {kind}: {peak // 1024} MiB")
    assert peak < MOST


SERVICE = {
    "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
    "spec": {"ports": [{"name": "http", "port": 80, "targetPort": 8080}], "selector": {"app": "web"}},
}  # fmt: skip
MOST_OF_A_LIST = 90 * 1024
"""KiB: less than the nodes of the whole list."""


@pytest.mark.parametrize("form", ["yaml", "json"])
@pytest.mark.parametrize("words", ["validate -f FILE", "analyze --use-kube=false FILE", "manifest diff FILE FILE"])
def test_the_items_of_a_list_are_read_one_by_one(tmp_path: Path, words: str, form: str) -> None:
    items = [{**SERVICE, "metadata": {**SERVICE["metadata"], "name": f"web-{number}"}} for number in range(8000)]
    listed = {"apiVersion": "v1", "items": items, "kind": "List"}
    file = tmp_path / f"list.{form}"
    file.write_text(json.dumps(listed, indent=4) if form == "json" else dump(listed))
    line = [sys.executable, "-c", MEASURED, *words.replace("FILE", str(file)).split()]
    done = subprocess.run(line, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0
    assert int(done.stderr.splitlines()[-1]) < MOST_OF_A_LIST
