"""What completion offers, and that the scripts work in their shells."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from istioctl.cli.candidates import candidates
from istioctl.cli.completion import SCRIPTS
from tests.support.run import run_cli


def names(*words: str) -> list[str]:
    return [name for name, _ in candidates(list(words))]


def test_names_of_commands() -> None:
    assert {"install", "manifest", "version"} <= set(names(""))
    assert names("versi") == ["version"]
    assert "generate" in names("manifest", "")
    assert names("nope", "") == []


def test_flags_of_a_command_with_their_help() -> None:
    assert set(names("completion", "--kubec")) == {"--kubeconfig", "--kubeclient-timeout"}
    offered = dict(candidates(["completion", "--"]))
    assert offered["--context"] == "The kubeconfig context."


def test_values_of_arguments() -> None:
    assert names("completion", "") == list(SCRIPTS)
    assert names("completion", "z") == ["zsh"]


def test_one_line_a_candidate() -> None:
    done = run_cli("__complete", "completion", "p")

    assert (done.status, done.stdout) == (0, "powershell\n")


def test_command_names_need_no_typer() -> None:
    code = (
        "import sys; sys.argv[1:] = ['__complete', 'versi']\n"
        "from istioctl.cli.main import main\n"
        "try: main()\n"
        "finally: print('typer' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stdout.splitlines() == ["version\tPrint the versions of this tool and of the mesh", "False"]


def test_an_unknown_shell_is_misuse() -> None:
    done = run_cli("completion", "tcsh")

    assert (done.status, done.stdout) == (64, "")
    assert "bash, zsh, fish, powershell" in done.stderr


def test_the_bash_script_completes(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    (tmp_path / "istioctl").write_text(f'#!/bin/sh\nexec {sys.executable} -m istioctl "$@"\n')
    (tmp_path / "istioctl").chmod(0o755)
    script = f"""
    PATH={tmp_path}:$PATH
    {SCRIPTS["bash"]}
    COMP_WORDS=(istioctl manifest gen); COMP_CWORD=2; _istioctl; echo "${{COMPREPLY[@]}}"
    """
    done = subprocess.run([bash, "-c", script], capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr) == ("generate\n", "")
