"""Several processors give what one gives, and a process that is killed leaves neither a wait nor another process."""

from __future__ import annotations

import io
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from istioctl import workers
from istioctl.errors import InputError
from istioctl.injection import streams
from istioctl.injection.inject import InjectionResult, inject_pieces, inject_stream
from istioctl.injection.injector import Injector, Outcome
from istioctl.injection.streams import Piece
from tests.support.injecting import small_injector

POD = """\
---
apiVersion: v1
kind: Pod
metadata: {{name: pod-{0}, namespace: shop}}
spec:
  containers:
  - name: app-{0}
    image: app:{0}
"""
COUNT = 40
#: Documents for a whole command, more than one process does alone.
MANY = 1500
PROCESSORS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def stream(*bad: int) -> Iterator[Piece]:
    """Some documents; `bad` says which of them have no containers that could be read."""
    text = "".join(
        POD.format(number).replace("containers:\n", "containers: x\n# ") if number in bad else POD.format(number)
        for number in range(COUNT)
    )
    return streams.pieces(io.BytesIO(text.encode()), "in.yaml")


@pytest.fixture(autouse=True)
def _two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(workers, "LONG_STREAM", 1000)
    monkeypatch.setattr(workers, "_BATCH", 500)
    # those of the test run hold no lock that a worker wants
    monkeypatch.setattr(workers, "_has_threads", lambda: False)


class Traced(Injector):
    """Notes which objects are injected in the process that made it; in others, some kill that process."""

    def __init__(self, *deadly: int) -> None:
        plain = small_injector()
        super().__init__(plain.settings, plain._renderer)
        self.deadly = {f"pod-{number}" for number in deadly}
        self.home = os.getpid()
        self.here: list[str] = []

    def inject(self, data: Mapping[str, Any]) -> Outcome | None:
        """As an injector does."""
        name = data["metadata"]["name"]
        if os.getpid() == self.home:
            self.here.append(name)
        elif name in self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().inject(data)


def alone() -> list[InjectionResult]:
    return list(inject_pieces(stream(), small_injector()))


@pytest.mark.parametrize("deadly", [(), (4,), (17,), (COUNT - 1,), (9, 24), tuple(range(COUNT))])
def test_workers_give_what_one_process_gives_whichever_of_them_is_killed(
    monkeypatch: pytest.MonkeyPatch, deadly: tuple[int, ...]
) -> None:
    injector = Traced(*deadly)
    begun: list[int] = []
    fork = os.fork

    def noted() -> int:
        begun.append(fork())
        return begun[-1]

    monkeypatch.setattr(os, "fork", noted)

    found = list(inject_stream(stream(), injector))

    assert [piece for piece, _ in found] == list(stream())
    assert [result for _, result in found] == alone()
    assert {f"pod-{number}" for number in deadly} <= set(injector.here)
    assert len(injector.here) < COUNT or len(deadly) > 1
    assert begun
    for worker in begun:  # none is left
        with pytest.raises(ChildProcessError):
            os.waitpid(worker, os.WNOHANG)


@pytest.mark.parametrize("bad", [0, 5, 20, COUNT - 1])
def test_what_stands_before_a_document_that_fails_is_given(bad: int) -> None:
    given = []
    found = inject_stream(stream(bad), small_injector())

    with pytest.raises(InputError) as caught:
        given.extend(result for _, result in found)

    assert given == alone()[:bad]
    assert str(caught.value.where).startswith("in.yaml:")


@pytest.mark.parametrize("bad", [None, 5, COUNT - 3])
def test_a_stream_that_breaks_off_fails_only_where_nothing_before_it_does(bad: int | None) -> None:
    bads = () if bad is None else (bad,)

    def broken() -> Iterator[Piece]:
        for number, piece in enumerate(stream(*bads)):
            if number == COUNT - 1:
                raise InputError("it breaks off", where="in.yaml:end")
            yield piece

    found, wanted = [], []
    with pytest.raises(InputError) as caught:
        found.extend(result for _, result in inject_stream(broken(), small_injector()))
    with pytest.raises(InputError) as expected:
        wanted.extend(inject_pieces(broken(), small_injector()))

    assert found == wanted
    assert (caught.value.where, caught.value.message) == (expected.value.where, expected.value.message)


def test_no_worker_waits_for_one_that_takes_longer(tmp_path: Path) -> None:
    class Slow(Traced):
        """Is held at one object until a later one, of a batch behind the next, was injected elsewhere."""

        def inject(self, data: Mapping[str, Any]) -> Outcome | None:
            name = data["metadata"]["name"]
            if name == "pod-30":
                (tmp_path / "later").touch()
            until = time.monotonic() + 60
            while name == "pod-20" and not (tmp_path / "later").exists() and time.monotonic() < until:
                time.sleep(0.001)
            assert name != "pod-20" or (tmp_path / "later").exists()
            return super().inject(data)

    injector = Slow()
    assert [result for _, result in inject_stream(stream(), injector)] == alone()
    assert "pod-20" not in injector.here


def test_beside_other_threads_one_process_does_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(workers, "LONG_STREAM", 1000)
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("a fork beside another thread"))
    is_over = threading.Event()
    thread = threading.Thread(target=is_over.wait)
    thread.start()
    try:
        assert [result for _, result in inject_stream(stream(), small_injector())] == alone()
    finally:
        is_over.set()
        thread.join()


def test_where_there_may_be_no_more_processes_one_does_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)

    assert [result for _, result in inject_stream(stream(), small_injector())] == alone()


@pytest.fixture
def command() -> Iterator[subprocess.Popen[bytes]]:
    """`kube-inject` that has begun its workers and waits for the rest of stdin."""
    line = [sys.executable, "-m", "istioctl", "kube-inject", "--offline", "-f", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(line, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True) as process:
        assert process.stdin is not None
        for number in range(MANY):
            process.stdin.write(POD.format(number).encode())
        process.stdin.flush()
        yield process
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def workers_of(process: subprocess.Popen[bytes]) -> list[int]:
    """The workers of a command, once they are there."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists() or not hasattr(os, "pidfd_open") or PROCESSORS < 2:
        pytest.skip("workers are found on Linux with several processors")
    until = time.monotonic() + 60
    while len(found := children.read_text().split()) < 2:
        assert time.monotonic() < until
        time.sleep(0.02)
    return [int(word) for word in found]


def test_workers_end_with_their_parent_whatever_ends_it(command: subprocess.Popen[bytes]) -> None:
    handles = [os.pidfd_open(worker) for worker in workers_of(command)]

    command.kill()

    for handle in handles:
        assert select.select([handle], [], [], 30)[0], "a worker is left"
        os.close(handle)


def test_a_killed_worker_is_missed_in_nothing(command: subprocess.Popen[bytes]) -> None:
    os.kill(workers_of(command)[0], signal.SIGKILL)

    stdout, stderr = command.communicate(timeout=60)

    assert command.returncode == 0
    assert stdout.count(b"name: istio-proxy\n") == MANY
    assert stderr.endswith(b"1500 injected\n")


def test_an_interrupt_ends_at_once_with_one_line(command: subprocess.Popen[bytes]) -> None:
    workers_of(command)

    os.killpg(command.pid, signal.SIGINT)

    assert command.stderr is not None
    assert command.stdout is not None
    assert command.stderr.read() == b"Interrupted.\n"
    assert command.stdout.read() == b""
    assert command.wait(30) == 130
