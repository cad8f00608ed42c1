"""Signals that end a command, in a process of their own."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: A signal comes while an object is freed, where Python forgets what is raised.
FREEING = """
import signal, threading
from istioctl.cli.signals import end_on_signals

class Freed:
    def __del__(self):
        signal.raise_signal(signal.{signal})

end_on_signals()
try:
    Freed()
    threading.Event().wait(20)
except KeyboardInterrupt as end:
    print("ended", getattr(end, "status", "by Ctrl-C"))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no timer that interrupts")
@pytest.mark.parametrize(("signal", "end"), [("SIGINT", "by Ctrl-C"), ("SIGTERM", "143")])
def test_a_signal_while_an_object_is_freed_is_not_lost(signal: str, end: str) -> None:
    line = [sys.executable, "-c", FREEING.format(signal=signal)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=30, check=False)
    assert (done.stdout, done.stderr) == (f"ended {end}\n", "")
