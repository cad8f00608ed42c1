"""Writes facts.json: `python -m tests.recorded.record /path/to/istioctl`, an istioctl of the release we follow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.recorded.cases import FACTS, Done, cases, write_injector
from tests.support.run import run_cli


def main() -> None:
    """Ask the program that the command line names about every case."""

    def real(words: list[str]) -> Done:
        done = subprocess.run([sys.argv[1], *words], capture_output=True, text=True, check=False, timeout=60)
        return Done(done.returncode, done.stdout)

    def own(words: list[str]) -> Done:
        done = run_cli(*words)
        return Done(done.status, done.stdout)

    with TemporaryDirectory() as folder:
        write_injector(Path(folder), own)
        facts = {name: case(real) for name, case in cases(Path(folder)).items()}
    FACTS.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
