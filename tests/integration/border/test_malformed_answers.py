"""Whatever answers at a server's address, a command ends in time with a result or clear errors.

A run draws some kinds of malformed answers for each command (others with another `ISTIOCTL_FUZZ_SEED`);
`ISTIOCTL_MALFORMED=all` runs the whole table, which takes a quarter of an hour.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from istioctl.cli.screen.exit_status import ExitStatus
from tests.integration.border.commands import COMMANDS, FILES, OBJECTS
from tests.support.malformed import KINDS, LARGE, LARGE_OF_A_POD
from tests.support.run import Done, run_cli
from tests.support.stub_cluster import TOKEN, Answer, StubCluster, listening

A_COMMAND = 6
"""How many kinds each command meets."""
DIFFERS = "diff"
"""The command that tells by its exit status that something differs."""
LONGEST = 30.0
LARGEST_GROWTH = 300 * 1024
"""KiB by which a test may grow, the bodies that the stub makes included."""
MEASURED_APART = {*LARGE, *LARGE_OF_A_POD}
"""Kinds whose bodies cost the stub more than they cost a command: see `test_memory` for the commands alone."""


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StubCluster]:
    folder = tmp_path_factory.mktemp("stub")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    with StubCluster(folder, OBJECTS) as cluster:
        yield cluster


@pytest.fixture(autouse=True)
def fresh(stub: StubCluster) -> None:
    stub.reset()
    stub.bend = lambda asked, answer: answer


def run(stub: StubCluster, argv: tuple[str, ...], timeout: str = "1s") -> Done:
    """Runs a command line; what goes on for good, as dashboards do, is interrupted after some seconds."""
    words = [word.replace("FOLDER", str(stub.kubeconfig.parent)) for word in argv]
    main = threading.main_thread().ident
    assert main is not None
    interrupt = threading.Timer(2 if "dashboard" in argv else LONGEST, signal.pthread_kill, (main, signal.SIGINT))
    interrupt.start()
    try:
        return run_cli(*words, "-c", str(stub.kubeconfig), "--kubeclient-timeout", timeout)
    finally:
        interrupt.cancel()


def drawn(command: str) -> list[str]:
    """The kinds that a command meets in this run; all commands together meet each."""
    if os.environ.get("ISTIOCTL_MALFORMED") == "all":
        return list(KINDS)
    names = random.Random(os.environ["ISTIOCTL_FUZZ_SEED"]).sample(sorted(KINDS), len(KINDS))
    start = sorted(COMMANDS).index(command) * A_COMMAND
    return [names[(start + offset) % len(names)] for offset in range(A_COMMAND)]


@pytest.mark.parametrize("command", COMMANDS)
def test_right_answers_are_understood(stub: StubCluster, command: str) -> None:
    """Each command comes to its end on this cluster: so that malformed answers meet all its questions."""
    done = run(stub, COMMANDS[command], "10s")
    assert done.status == (ExitStatus.DIFFERENT if command == DIFFERS else ExitStatus.OK), done.stderr
    assert "Error: " not in done.stderr


def problem_with(stub: StubCluster, command: str, kind: str) -> str:
    """What is wrong with how a command takes answers of a kind; empty if nothing is."""
    stub.reset()
    stub.bend = KINDS[kind]
    began = time.monotonic()
    done = run(stub, COMMANDS[command])
    took = time.monotonic() - began
    shows_token = TOKEN in done.stdout + done.stderr and command != "create-remote-secret"
    bad_words = [word for word in ("This is a bug", "Traceback", "\x1b") if word in done.stderr]
    is_slow = took > LONGEST and kind not in MEASURED_APART
    return f"{kind}: {took:.1f} s: {done.stderr[-1000:]}" if bad_words or shows_token or is_slow else ""


@pytest.mark.parametrize("command", COMMANDS)
def test_malformed_answers(stub: StubCluster, command: str) -> None:
    before, problems = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, []
    for kind in sorted(drawn(command), key=MEASURED_APART.__contains__):
        if problem := problem_with(stub, command, kind):
            problems.append(problem)
        if kind not in MEASURED_APART:
            assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < LARGEST_GROWTH, kind
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("create-remote-secret", "lone surrogates"),
        ("waypoint list", "conditions hold texts"),
        ("waypoint status", "conditions hold texts"),
        ("waypoint delete", "conditions hold texts"),
        ("workload entry configure", "status is a text"),
        ("workload entry configure", "status is a list"),
        ("kube-inject", "containers are null"),  # a port stayed open
        ("kube-inject", "lone surrogates"),  # likewise
    ],
)
def test_what_once_went_wrong(stub: StubCluster, command: str, kind: str) -> None:
    assert problem_with(stub, command, kind) == ""


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("command", ["version", "install", "tag list", "dashboard kiali", "remote-clusters"])
def test_credentials_are_not_led_elsewhere(stub: StubCluster, command: str, status: int) -> None:
    with listening() as (elsewhere, heard):
        stub.bend = lambda asked, answer: Answer(status, b"", {"Location": f"{elsewhere}{asked.path}"})
        done = run(stub, COMMANDS[command])
    assert not heard
    assert f"to {elsewhere}" in done.stderr
    assert "This is a bug" not in done.stderr


@pytest.mark.parametrize("kind", ["same token", "new tokens", "always too old"])
def test_a_list_that_does_not_end_is_given_up(stub: StubCluster, kind: str) -> None:
    stub.bend = KINDS[kind]
    done = run(stub, ("injection", "status"))
    assert done.status == 1
    assert "the list " in done.stderr
    assert stub.served < 1000


@pytest.mark.parametrize("kind", ["watch ends at once", "watch is limited"])
def test_a_watch_in_vain_is_given_up(stub: StubCluster, kind: str) -> None:
    stub.bend = KINDS[kind]
    began = time.monotonic()
    done = run(stub, ("install", "--set", "profile=minimal", "-y", "--readiness-timeout", "120s"))
    assert done.status == 1
    assert time.monotonic() - began < LONGEST
    assert sum("watch=1" in seen["path"] for seen in stub.seen) < 500
