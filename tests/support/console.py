"""Runs the shell examples of a Markdown page.

A fenced block marked `console` is a session: lines that start with `$ ` are commands (`> ` continues one), what follows
is their output, stdout and stderr as a terminal shows them. A line of `...` stands for any lines, `...` within a line
for any text; addresses and node ports may be any. The fence's info string may say more: `console cluster` needs a
control plane, `console mesh` a real mesh, `console clone` runs in a clone of the repository, `console container` needs
containers, `console status=1` ends with that status, `console interrupted` is a command that runs until Ctrl-C. In a
block marked `sh` each line is a command to run in a clone, whatever it prints.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

_FENCE = re.compile(r"^```(console|sh)\b([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ANY = re.compile(r"\\\.\\\.\\\.|\b(\d+\\\.){3}\d+\b|\b3\d{4}\b")
_TIMEOUT = 280


@dataclass
class Example:
    """One command with what it should print.

    Attributes:
        line: where the block starts in its page, counted from 1.
        needs: what the block asks for: `cluster`, `clone`, `container`, `mesh`.
        status: the exit status it should have.
        interrupted: whether it runs until somebody interrupts it.
    """

    line: int
    command: str
    output: list[str] = field(default_factory=list)
    needs: frozenset[str] = frozenset()
    status: int = 0
    interrupted: bool = False

    def expectation(self) -> re.Pattern[str]:
        """What the whole output has to match."""
        return re.compile("".join("(?:.*\n)*?" if line == "..." else _line_pattern(line) for line in self.output))


def _line_pattern(line: str) -> str:
    def anything(match: re.Match[str]) -> str:
        return ".*" if match[0].startswith("\\") else r"(?:\d+\.){3}\d+" if match[1] else r"3\d{4}"

    return _ANY.sub(anything, re.escape(line)) + "\n"


def examples(page: Path) -> list[Example]:
    """The commands of a page in order."""
    text = page.read_text(encoding="utf-8")
    found: list[Example] = []
    for block in _FENCE.finditer(text):
        language, words, session = block[1], block[2].split(), block[3]
        status = next((int(word.removeprefix("status=")) for word in words if word.startswith("status=")), 0)
        line = text.count("\n", 0, block.start()) + 1
        needs = frozenset({"clone"} if language == "sh" else {"cluster", "clone", "container", "mesh"} & set(words))
        if language == "sh":
            found += [Example(line, row, needs=needs) for row in session.splitlines()]
            continue
        for row in session.splitlines():
            if row.startswith("$ "):
                found.append(Example(line, row[2:], needs=needs, status=status, interrupted="interrupted" in words))
            elif row.startswith("> ") and found and not found[-1].output:
                found[-1].command += "\n" + row[2:]
            elif found:
                found[-1].output.append(row)
    return found


def check(example: Example, cwd: Path, environ: dict[str, str]) -> None:
    """Run one example with bash and hold its output and status against what the page says."""
    status, output = _run(example, cwd, environ)
    assert status == example.status, f"$ {example.command}\n{output}"
    if example.output:
        printed = "".join(line.rstrip() + "\n" for line in output.splitlines())
        assert example.expectation().fullmatch(printed), f"$ {example.command}\nprinted:\n{printed}"


def _run(example: Example, cwd: Path, environ: dict[str, str]) -> tuple[int, str]:
    """The status and what was printed."""
    transcript = cwd / ".transcript"
    with transcript.open("w", encoding="utf-8") as sink:
        process = subprocess.Popen(
            ["bash", "-c", example.command],
            cwd=cwd, env=environ, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT, process_group=0,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + _TIMEOUT
            while example.interrupted and "Ctrl-C" not in transcript.read_text(encoding="utf-8"):
                assert process.poll() is None, transcript.read_text(encoding="utf-8")
                assert time.monotonic() < deadline, transcript.read_text(encoding="utf-8")
                time.sleep(0.05)
            if example.interrupted:
                os.killpg(process.pid, signal.SIGINT)
            return process.wait(_TIMEOUT), transcript.read_text(encoding="utf-8")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
