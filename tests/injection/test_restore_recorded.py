"""Each recorded input of the real kube-inject: injected with its configuration, taken out again, the same bytes.

And what the real tool injected comes out again as far as it can be known.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from istioctl.api.names import STATUS
from istioctl.yamldoc.reader import load_all
from tests.support.corpus import corpus_dir
from tests.support.injecting import as_stored
from tests.support.run import run_cli


class Case(NamedTuple):
    """A recorded command line.

    Attributes:
        folder: where it is run.
        args: its words, without those that write a file.
        inputs: the files it injects.
        environ: its environment.
    """

    folder: Path
    args: list[str]
    inputs: list[str]
    environ: dict[str, str]


def _cases() -> list[Any]:
    found = []
    for path in sorted((corpus_dir() / "inject").glob("*/cmd.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        words: list[str] = told["args"]
        if told["exit"] != 0 or "-o" in words or "stdin" in told:
            continue
        inputs = list(dict.fromkeys(words[at + 1] for at, word in enumerate(words) if word in ("-f", "--filename")))
        if inputs:
            found.append(pytest.param(Case(path.parent, words, inputs, told.get("env", {})), id=path.parent.name))
    return found


@pytest.mark.parametrize("case", _cases())
def test_the_same_bytes_come_back(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case.folder)
    made, back, joined = (str(tmp_path / name) for name in ("made.yaml", "back.yaml", "joined.yaml"))
    assert run_cli(*case.args, "-o", made, environ=case.environ).status == 0
    assert run_cli("kube-uninject", "-f", made, "-o", back).status == 0
    files = [word for name in case.inputs for word in ("-f", name)]
    assert run_cli("kube-uninject", *files, "-o", joined).status == 0
    given = Path(case.inputs[0]).read_bytes()
    if STATUS.encode() not in given and len(case.inputs) == 1:
        assert Path(joined).read_bytes() == given
    # of what was injected already, what this program puts in and what was there go together
    assert Path(back).read_bytes() == Path(joined).read_bytes()


def test_what_the_real_tool_injected_comes_out(tmp_path: Path) -> None:
    clean = []
    for parameters in _cases():
        (case,) = parameters.values
        expected, given = case.folder / "expected.yaml", case.folder / case.inputs[0]
        if not expected.is_file() or len(case.inputs) > 1 or STATUS in given.read_text(encoding="utf-8-sig"):
            continue
        done = run_cli("kube-uninject", "-f", str(expected))
        assert done.status == 0
        got, want = (
            [as_stored(data) for data in load_all(text) if data]
            for text in (done.stdout, given.read_text(encoding="utf-8-sig"))
        )
        clean.append(got == want)
        if "labels" in case.folder.name:
            assert got == want
    # the rest has named ports, which are numbers now, fields that the real tool drops, or templates of its own
    assert sum(clean) >= 0.75 * len(clean)
