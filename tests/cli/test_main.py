"""How a command line finds its command, and how it ends."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from istioctl.cli import main
from istioctl.cli.line import commands, find
from istioctl.cli.line.commands import ROOT, Command
from istioctl.cli.line.find import find_command, function_of
from istioctl.cli.screen.terminal import Terminal
from istioctl.errors import ClusterError, ErrorGroup, InputError, OutputError, SpecError
from tests.support.run import run_cli


def leaves(command: Command, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Command]]:
    if command.target:
        return [] if command.replaced_by else [(path, command)]
    return [leaf for name, member in command.commands.items() for leaf in leaves(member, (*path, name))]


@pytest.mark.parametrize("path", [path for path, _ in leaves(ROOT)], ids=" ".join)
def test_every_command_of_the_table_loads_and_has_help(path: tuple[str, ...]) -> None:
    done = run_cli(*path, "--help")

    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: istioctl {' '.join(path)}")
    assert "--kubeconfig" in done.stdout


def test_global_flags_before_the_command_go_to_the_command() -> None:
    path, command, rest = find_command(["-n", "shop", "--context=prod", "version", "--remote=false"])

    assert path == ["version"]
    assert command is ROOT.commands["version"]
    assert rest == ["-n", "shop", "--context=prod", "--remote=false"]


def test_global_flags_between_a_group_and_its_member() -> None:
    path, _, rest = find_command(["manifest", "-c", "k.yaml", "generate", "-f", "x"])

    assert (path, rest) == (["manifest", "generate"], ["-c", "k.yaml", "-f", "x"])


def test_help_word_is_the_help_flag() -> None:
    for words in (["--help", "manifest", "generate"], ["manifest", "-h", "generate"], ["help", "manifest", "generate"]):
        assert run_cli(*words).stdout == run_cli("manifest", "generate", "--help").stdout
    assert run_cli("--help", "-q", "manifest").stdout == run_cli("manifest", "--help").stdout
    assert run_cli("help", "manifest").stdout == run_cli("manifest", "--help").stdout


def test_an_alias_finds_its_command() -> None:
    path, command, _ = find_command(["apply"])

    assert (path, command) == (["install"], ROOT.commands["install"])


@pytest.mark.parametrize(
    ("argv", "message", "hint"),
    [
        (["nope"], 'unknown command "nope" for "istioctl"', "istioctl --help"),
        (["add-to-mesh"], 'unknown command "add-to-mesh" for "istioctl"', "`istioctl injection enable NAMESPACE"),
        (["operator", "init"], 'unknown command "operator" for "istioctl"', "`istioctl install -f FILE`"),
        (["x", "remove-from-mesh", "a"], 'unknown command "remove-from-mesh"', "injection disable NAMESPACE"),
        (["instal"], 'unknown command "instal" for "istioctl"', "Did you mean install"),
        (["manifest", "generat"], 'unknown command "generat" for "istioctl manifest"', "Did you mean generate?"),
        (["manifest", "--nope"], "unknown flag: --nope", "istioctl manifest --help"),
        (["version", "--remote=perhaps"], '"perhaps" is not a boolean', "true or false"),
        (["version", "--nope"], "No such option: --nope", "istioctl version --help"),
    ],
)
def test_misuse_ends_with_64_and_one_error(argv: list[str], message: str, hint: str) -> None:
    done = run_cli(*argv)

    assert (done.status, done.stdout) == (64, "")
    error, advice = done.stderr.splitlines()
    assert error.startswith("Error: ")
    assert message in error
    assert hint in advice


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (InputError("bad", where="a.yaml:3", hint="Fix it."), 65, "Error: a.yaml:3: bad\nHint: Fix it.\n"),
        (SpecError("unknown field"), 1, "Error: unknown field\n"),
        (ClusterError("away"), 1, "Error: away\n"),
        (ErrorGroup([SpecError("one"), SpecError("two")]), 1, "Error: one\nError: two\n"),
        (KeyboardInterrupt(), 130, "Interrupted.\n"),
        (BrokenPipeError(), 1, "Error: the output was closed before all of it was written\n"),
        (OutputError("it is full"), 1, "Error: it is full\n"),
    ],
)
def test_every_failure_becomes_a_status_and_a_text(
    monkeypatch: pytest.MonkeyPatch, raised: BaseException, status: int, said: str
) -> None:
    def fail(*_: object) -> int:
        raise raised

    monkeypatch.setattr(main, "_dispatch", fail)

    done = run_cli("version")

    assert (done.status, done.stdout, done.stderr) == (status, "", said)


def test_an_untranslated_exception_is_said_to_be_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "_dispatch", lambda *_: {}["lost"])

    done = run_cli("version")

    assert done.status == 1
    assert done.stderr.startswith("Error: KeyError: 'lost'\nHint: This is a bug")


def test_an_old_spelling_works_and_names_the_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    old = Command("", "version:version", replaced_by="version")
    monkeypatch.setattr(find, "ROOT", Command("", commands={"about": old}))

    done = run_cli("about", "--remote=false")

    assert done.status == 0
    assert "`istioctl about` is now `istioctl version`" in done.stderr


def test_an_old_group_still_lists_its_members() -> None:
    done = run_cli("x", "revision", "tag", "--help")

    assert "  generate  " in done.stdout
    assert "  tag " not in run_cli("x", "revision", "--help").stdout
    assert function_of(find_command(["x", "revision", "tag", "set"])[1]) is function_of(find_command(["tag", "set"])[1])


def test_the_old_name_of_a_flag_works_and_says_the_new_one() -> None:
    done = run_cli("manifest", "generate", "--charts", "/nowhere")

    assert done.status == 65
    assert done.stderr.startswith("Warning: --charts is now --manifests\nError: --manifests /nowhere")


def test_old_spellings_are_not_listed() -> None:
    listed = run_cli("--help").stdout

    for name, command in commands.ROOT.commands.items():
        assert (f"\n  {name} " in listed) == (not command.replaced_by)


def test_help_and_the_client_version_load_nothing_heavy() -> None:
    heavy = "{'typer', 'rich', 'yaml', 'jinja2', 'kubernetes'}"
    for argv in (["--help"], ["version", "--remote=false"]):
        code = (
            "import sys, io\n"
            "from istioctl.cli.main import run\nfrom istioctl.cli.screen.terminal import Terminal\n"
            f"run({argv!r}, Terminal(io.StringIO(), io.StringIO(), io.StringIO()))\n"
            f"print(sorted({heavy} & set(sys.modules)))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]", argv


def test_a_reader_that_goes_away_is_one_error() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    stderr = io.StringIO()

    status = main.run(["--help"], Terminal(io.StringIO(), Closed(), stderr))

    assert (status, stderr.getvalue()) == (1, "Error: the output was closed before all of it was written\n")


def test_the_process_ends_with_status_output_and_what_was_registered(tmp_path: Path) -> None:
    code = (
        "import atexit, sys\n"
        f"atexit.register(lambda: open({str(tmp_path / 'done')!r}, 'w').close())\n"
        "sys.argv[1:] = ['version', '--remote=false']\n"
        "from istioctl.cli.main import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    failed = subprocess.run([sys.executable, "-m", "istioctl", "nope"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "client version: 1.30.3\n")
    assert (tmp_path / "done").exists()
    assert (failed.returncode, failed.stdout) == (64, "")
    assert failed.stderr.startswith("Error: unknown command")


@pytest.mark.parametrize("place", ["istioctl.cli.main.run", "istioctl.cli.screen.terminal._current.reset"])
def test_an_interrupt_when_all_is_done_is_one_like_others(place: str) -> None:
    owner, _, name = place.rpartition(".")
    code = (
        "import os, signal, sys\n"
        "from istioctl.cli import main\nfrom istioctl.cli.screen import terminal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job in the background may ignore it
        f"owner = {'main' if owner.endswith('main') else 'terminal'}\n"
        "class Late:\n"
        "    def __init__(self, real): self.real = real\n"
        "    def __getattr__(self, name): return getattr(self.real, name)\n"
        "    def reset(self, token):\n"
        "        self.real.reset(token)\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    def __call__(self, *words, **more):\n"
        "        status = self.real(*words, **more)\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        return status\n"
        f"name = {'run' if name == 'run' else '_current'!r}\n"
        "setattr(owner, name, Late(getattr(owner, name)))\n"
        "sys.argv[1:] = ['version', '--remote=false']\n"
        "main.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (130, "client version: 1.30.3\n", "Interrupted.\n")
