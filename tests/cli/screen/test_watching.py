"""Showing a result again when it has changed."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from istioctl.cli.screen.terminal import Terminal, using
from istioctl.cli.screen.watching import watch
from istioctl.errors import ClusterError


def _run(looks: list[str | Exception]) -> tuple[str, str]:
    """What is printed of some looks, on stdout and stderr."""
    streams = Terminal(io.StringIO(), io.StringIO(), io.StringIO())
    waiting = iter(looks)

    def render() -> str:
        look = next(waiting)
        if isinstance(look, Exception):
            raise look
        return look

    with using(streams):
        watch(render, pause=0, rounds=len(looks))
    assert isinstance(streams.stdout, io.StringIO)
    assert isinstance(streams.stderr, io.StringIO)
    return streams.stdout.getvalue(), streams.stderr.getvalue()


def test_only_what_has_changed() -> None:
    assert _run(["a\n", "a\n", "b\n", "b\n", "a\n"]) == ("a\n\nb\n\na\n", "")


def test_a_failure_in_between_is_said_once() -> None:
    away = ClusterError("istiod is away")
    out, err = _run(["a\n", away, away, "a\n", "b\n"])
    assert out == "a\n\nb\n"
    assert err == "Warning: istiod is away\nThe cluster answers again.\n"


def test_a_failure_at_first_is_an_error() -> None:
    with pytest.raises(ClusterError, match="no rights"):
        _run([ClusterError("no rights"), "a\n"])


def test_interrupt_ends_it() -> None:
    streams = Terminal(io.StringIO(), io.StringIO(), io.StringIO())
    calls: list[Callable[[], None]] = []

    def render() -> str:
        if calls:
            raise KeyboardInterrupt
        calls.append(lambda: None)
        return "a\n"

    with using(streams), pytest.raises(KeyboardInterrupt):
        watch(render, pause=0)
