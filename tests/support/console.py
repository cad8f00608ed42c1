"""Runs the shell examples of a Markdown page.

A fenced block marked `console` is a session: lines that start with `$ ` are commands (`> ` continues one), what follows
is their output, stdout and stderr as a terminal shows them. A line of `...` stands for any lines. The fence's info
string may say more: `console cluster` needs a control plane, `console status=1` ends with that status.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

_FENCE = re.compile(r"^```console([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Example:
    """One command with what it should print.

    Attributes:
        line: where the block starts in its page, counted from 1.
        cluster: whether it needs a control plane.
        status: the exit status it should have.
    """

    line: int
    command: str
    output: list[str] = field(default_factory=list)
    cluster: bool = False
    status: int = 0

    def expectation(self) -> re.Pattern[str]:
        """What the whole output has to match."""
        parts = ["(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in self.output]
        return re.compile("".join(parts))


def examples(page: Path) -> list[Example]:
    """The commands of a page in order."""
    text = page.read_text(encoding="utf-8")
    found: list[Example] = []
    for block in _FENCE.finditer(text):
        words = block[1].split()
        status = next((int(word.removeprefix("status=")) for word in words if word.startswith("status=")), 0)
        line = text.count("\n", 0, block.start()) + 1
        for row in block[2].splitlines():
            if row.startswith("$ "):
                found.append(Example(line, row[2:], cluster="cluster" in words, status=status))
            elif row.startswith("> ") and found and not found[-1].output:
                found[-1].command += "\n" + row[2:]
            elif found:
                found[-1].output.append(row)
    return found


def check(example: Example, cwd: Path, environ: dict[str, str]) -> None:
    """Run one example with bash and hold its output and status against what the page says."""
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", example.command],
        cwd=cwd, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == example.status, f"$ {example.command}\n{done.stdout}"
    if example.output:
        printed = "".join(line.rstrip() + "\n" for line in done.stdout.splitlines())
        assert example.expectation().fullmatch(printed), f"$ {example.command}\nprinted:\n{printed}"
