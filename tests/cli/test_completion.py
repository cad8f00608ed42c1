"""What completion offers, and that the scripts work in their shells."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from istioctl.cli.completion import SCRIPTS
from istioctl.cli.line import completers, live_names
from istioctl.cli.line.candidates import candidates
from istioctl.cli.line.commands import ROOT, Command
from istioctl.cli.line.declare import Completer
from istioctl.cli.line.find import function_of
from istioctl.cli.line.live_names import REFRESH
from istioctl.cli.line.slots import global_slots, slots
from istioctl.cli.screen.printers import TEMPLATES
from tests.support.cluster import Cluster
from tests.support.run import run_cli
from tests.support.stub_cluster import StubCluster


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
    assert names("completion", "") == sorted(SCRIPTS)
    assert names("completion", "z") == ["zsh"]


def test_values_of_flags() -> None:
    assert names("install", "--addons", "ki") == ["kiali"]
    assert names("manifest", "generate", "--addons=a") == ["--addons=all"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("--kubeconfig", "{file}", "--context", ""), ["kind-one", "minikube"]),
        (("--kubeconfig={file}", "--context=m"), ["--context=minikube"]),
        (("-c", "{file}", "manifest", "--context", "k"), ["kind-one"]),
        (("--kubec",), ["--kubeconfig", "--kubeclient-timeout"]),
        (("-q", "manifest", "--dr"), ["--dry-run"]),
        (("-q", "manifest", "--dry-run", "ge"), ["generate"]),
        (("-n", "shop", "versi"), ["version"]),
        (("proxy-config", "-o", "js"), ["json", "jsonpath-as-json=", "jsonpath-file=", "jsonpath="]),
        (("proxy-config", "--output=y"), ["--output=yaml"]),
        (("proxy-config", "-o", "json", "cl"), ["cluster"]),
        (("dashboard", "--port", ""), []),
        (("--nope", ""), []),
        (("waypoint", "--nope", "--n"), []),
    ],
)
def test_flags_before_the_name_of_a_command(words: tuple[str, ...], offered: list[str], tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(KUBECONFIG, encoding="utf-8")

    assert names(*(word.format(file=file) for word in words)) == offered


def test_one_line_a_candidate() -> None:
    done = run_cli("__complete", "completion", "p")

    assert (done.status, done.stdout) == (0, "powershell\n")


def test_command_names_need_no_typer() -> None:
    code = (
        "import sys\n"
        "from istioctl.cli.main import run\nfrom istioctl.cli.screen.terminal import system_terminal\n"
        "try: run(['__complete', 'versi'], system_terminal())\n"
        "finally: print('typer' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stdout.splitlines() == ["version\tPrint the versions of this tool and of the mesh", "False"]


def test_an_unknown_shell_is_misuse() -> None:
    done = run_cli("completion", "tcsh")

    assert (done.status, done.stdout) == (64, "")
    assert "bash, zsh, fish, powershell" in done.stderr


KUBECONFIG = """\
apiVersion: v1
kind: Config
contexts:
- {name: kind-one, context: {cluster: one, user: me}}
- {name: minikube, context: {cluster: two, user: me}}
clusters:
- {name: one, cluster: {server: "https://127.0.0.1:1"}}
users:
- {name: me, user: {token: x}}
"""


def test_profiles() -> None:
    assert names("profile", "dump", "de") == ["default", "demo"]
    assert names("profile", "diff", "demo", "m") == ["minimal"]
    assert names("install", "--set", "profile=de") == ["profile=default", "profile=demo"]
    assert names("install", "--set=profile=de") == ["--set=profile=default", "--set=profile=demo"]


def test_values_that_are_few() -> None:
    assert names("profile", "diff", "-o", "j") == ["json", "jsonpath-as-json=", "jsonpath-file=", "jsonpath="]
    assert names("pc", "cluster", "-o", "") == sorted(["short", "json", "yaml", *(f"{word}=" for word in TEMPLATES)])


def test_contexts(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(KUBECONFIG, encoding="utf-8")

    assert names("version", "--kubeconfig", str(file), "--context", "") == ["kind-one", "minikube"]
    assert names("--kubeconfig", str(file), "install", "--context", "m") == ["minikube"]


def test_what_can_not_be_asked_is_not_offered(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(KUBECONFIG + "current-context: kind-one\n", encoding="utf-8")
    began = time.monotonic()

    assert names("version", "--kubeconfig", str(file), "-n", "") == []
    assert names("version", "--kubeconfig", str(tmp_path / "none"), "--context", "") == []
    assert time.monotonic() - began < 10


def commands_of(group: Command) -> Iterator[Command]:
    for member in group.commands.values():
        yield from commands_of(member) if member.commands else [member]


@pytest.mark.parametrize(
    ("name", "completer"),
    [
        (r"--(istio-?)?namespace|--(workload|service|policy)-namespace", completers.namespaces),
        (r"--(workload-)?node", completers.nodes),
        (r"--revision", completers.revisions),
        (r"--context", completers.contexts),
    ],
)
def test_flags_that_name_something_live_offer_it_on_every_command(name: str, completer: Completer) -> None:
    found = {
        (command.target, flag): slot.settings.get("autocompletion") or completers.OF_GLOBAL_FLAGS.get(slot.name)
        for command in commands_of(ROOT)
        for slot in (*slots(function_of(command)), *global_slots())
        for flag in slot.flags
        if re.fullmatch(name, flag, re.IGNORECASE) and not slot.settings.get("hidden")
    }

    assert found
    assert [each for each, offers in found.items() if offers is not completer] == []


@pytest.mark.cluster
def test_names_from_the_cluster(bare: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_names, "LEAST", 30.0)  # what it does when there is no time, other tests say
    flags = ("--kubeconfig", str(bare.kubeconfig))
    bare.namespace("shop")
    metadata = {"name": "front", "namespace": "shop"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}
    bare.create({**pod, "spec": {"containers": [{"name": "a", "image": "b"}]}})

    assert names("injection", "enable", *flags, "sh") == ["shop"]
    assert names("dashboard", "proxy", *flags, "-n", "shop", "") == ["front"]
    assert names("dashboard", "proxy", *flags, "-n", "nowhere", "") == []


def test_values_need_no_typer() -> None:
    code = (
        "import sys\n"
        "from istioctl.cli.main import run\nfrom istioctl.cli.screen.terminal import system_terminal\n"
        "try: run(['__complete', 'install', '--set', 'profile=m'], system_terminal())\n"
        "finally: print(*{'typer', 'yaml', 'jinja2', 'kubernetes'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stdout.splitlines() == ["profile=minimal", ""]


def shell(name: str, folder: Path) -> str:
    """The path of a shell, for which `folder` gets an `istioctl`."""
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed")
    (folder / "istioctl").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m istioctl "$@"\n')
    (folder / "istioctl").chmod(0o755)
    return program


def complete_in_bash(folder: Path, line: str) -> str:
    """Completes a line with the script that bash loads."""
    script = f"""
    PATH={folder}:$PATH
    {SCRIPTS["bash"]}
    COMP_LINE="{line}"; COMP_POINT=${{#COMP_LINE}}; _istioctl; echo "${{COMPREPLY[@]}}"
    """
    done = subprocess.run([shell("bash", folder), "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.fixture
def bash(tmp_path: Path) -> Callable[[str], str]:
    return partial(complete_in_bash, tmp_path)


def test_the_bash_script_completes(bash: Callable[[str], str]) -> None:
    assert bash("istioctl manifest gen") == "generate"
    assert bash("istioctl profile ") == "list dump diff"


def test_the_bash_script_knows_that_bash_ends_words_at_equals(bash: Callable[[str], str]) -> None:
    assert bash("istioctl install --set profile=dem") == "demo"
    assert bash("istioctl install --set=profile=de") == "default demo"


# Types a line and a tab into an interactive zsh, and has that write down what its line then is.
ZPTY = """
zmodload zsh/zpty zsh/zselect
zpty inner zsh -f -i
zpty -w inner "path=($1 \\$path); cd $1; fpath=($1 \\$fpath); autoload -Uz compinit; compinit -u -D; $2"
zpty -w inner 'tell() { print -r -- $BUFFER > told.new; mv told.new told }; zle -N tell; bindkey "^P" tell'
zpty -w inner 'bindkey "^I" complete-word; touch ready'
until [[ -e $1/ready ]]; do zselect -t 5; done
zpty -w -n inner "$3"$'\\t\\C-p'
until [[ -e $1/told ]]; do zselect -t 5; done
cat $1/told
"""


def complete_in_zsh(folder: Path, line: str, *, autoloaded: bool = False) -> str:
    """Completes a line in zsh, which has the script from its start-up file or finds it among its functions."""
    program = shell("zsh", folder)
    name, load = ("_istioctl", "true") if autoloaded else ("script", "source ./script")
    (folder / name).write_text(SCRIPTS["zsh"])
    (folder / "values.yaml").touch()
    environ = {"HOME": str(folder), "PATH": os.environ["PATH"], "TERM": "dumb", "COLUMNS": "200"}
    done = subprocess.run(
        [program, "-f", "-c", ZPTY, "zsh", folder, load, line],
        env=environ, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return done.stdout.rstrip()


@pytest.fixture(params=["sourced", "autoloaded"])
def zsh(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    return partial(complete_in_zsh, tmp_path, autoloaded=request.param == "autoloaded")


def complete_in_fish(folder: Path, line: str) -> str:
    """Completes a line in fish: a candidate a line."""
    program = shell("fish", folder)
    (folder / "script").write_text(SCRIPTS["fish"])
    environ = {"HOME": str(folder), "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    command = [program, "--no-config", "-c", f"source {folder}/script; complete -C '{line}'"]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.rstrip()


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("istioctl manifest gen", "istioctl manifest generate"),
        ("istioctl install --set profile=mi", "istioctl install --set profile=minimal"),
        ("istioctl manifest generate --addons=ki", "istioctl manifest generate --addons=kiali"),
        ("istioctl kube-inject -f val", "istioctl kube-inject -f values.yaml"),
    ],
)
def test_the_zsh_script_completes(line: str, completed: str, zsh: Callable[[str], str]) -> None:
    assert zsh(line) == completed


ODD = ("kubernetes-admin@kubernetes", "arn:aws:eks:eu-west-1:123:cluster/prod", "my cluster", "it's", r"back\\slash")


@pytest.mark.parametrize(
    ("typed", "completed", "in_bash"),
    [
        ("--context kube", "--context kubernetes-admin@kubernetes", "kubernetes-admin@kubernetes"),
        ("--context kubernetes-admin@k", "--context kubernetes-admin@kubernetes", "@kubernetes"),
        ("--context=kubernetes-admin@", "--context=kubernetes-admin@kubernetes", "@kubernetes"),
        ("--context arn:aws:eks:eu", "--context arn:aws:eks:eu-west-1:123:cluster/prod", "eu-west-1:123:cluster/prod"),
        ("--context my", r"--context my\ cluster", r"my\ cluster"),
        ("--context=my", r"--context=my\ cluster", r"my\ cluster"),
        ("--context it", r"--context it\'s", r"it\'s"),
        ("--context back", r"--context back\\slash", r"back\\slash"),
        ("install --set meshC", "install --set meshConfig.", "meshConfig."),
    ],
)
def test_names_that_mean_something_to_a_shell(typed: str, completed: str, in_bash: str, tmp_path: Path) -> None:
    contexts = ", ".join(f'{{name: "{name}", context: {{cluster: a, user: a}}}}' for name in ODD)
    (tmp_path / "config").write_text(f"apiVersion: v1\nkind: Config\ncontexts: [{contexts}]\n", encoding="utf-8")
    line = f"istioctl --kubeconfig={tmp_path}/config"

    # bash replaces only what stands behind the last of the characters that end a word for it
    assert complete_in_bash(tmp_path, f"{line} {typed}") == in_bash
    assert complete_in_zsh(tmp_path, f"{line} {typed}") == f"{line} {completed}"


def test_the_fish_script_completes(tmp_path: Path) -> None:
    complete = partial(complete_in_fish, tmp_path)

    assert complete("istioctl versi") == "version\tPrint the versions of this tool and of the mesh"
    assert complete("istioctl profile dump de") == "default\ndemo"
    assert complete("istioctl install --set profile=mi") == "profile=minimal"
    assert complete("istioctl kube-inject -f scr") == "script"
    (tmp_path / "versions.txt").touch()
    assert complete("istioctl vers").startswith("version\t")  # no files beside candidates


def test_the_powershell_script_is_powershell() -> None:
    tree_sitter = pytest.importorskip("tree_sitter", reason="tree-sitter is not installed")
    grammar = pytest.importorskip("tree_sitter_powershell", reason="tree-sitter-powershell is not installed")
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    script = SCRIPTS["powershell"].encode()

    assert not parser.parse(script).root_node.has_error
    assert parser.parse(script.replace(b")", b"", 1)).root_node.has_error


def test_the_powershell_script_completes(tmp_path: Path) -> None:
    program = shell("pwsh", tmp_path)
    (tmp_path / "script.ps1").write_text(SCRIPTS["powershell"])

    def complete(line: str) -> list[str]:
        asked = f"[System.Management.Automation.CommandCompletion]::CompleteInput('{line}', {len(line)}, $null)"
        command = f". {tmp_path}/script.ps1; ({asked}).CompletionMatches | ForEach-Object CompletionText"
        environ = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
        line = [program, "-NoProfile", "-Command", command]
        return subprocess.run(line, env=environ, capture_output=True, text=True, check=True).stdout.splitlines()

    assert complete("istioctl manifest gen") == ["generate"]
    assert complete("istioctl profile ") == ["list", "dump", "diff"]


@pytest.mark.parametrize("complete", [complete_in_bash, complete_in_zsh, complete_in_fish])
def test_shells_complete_live_names(
    complete: Callable[[Path, str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    with StubCluster(tmp_path) as cluster:
        config = f"--kubeconfig={cluster.kubeconfig}"
        shell("sh", tmp_path)
        # However slow this machine is just now: the cluster has been asked before.
        for words in (["injection", "enable", config, ""], ["proxy-status", "-n", "shop", config, ""]):
            subprocess.run([tmp_path / "istioctl", REFRESH, *words], check=True)

        assert complete(tmp_path, f"istioctl injection enable {config} sho").split()[-1] == "shop"
        (tmp_path / "told").unlink(missing_ok=True)
        (tmp_path / "ready").unlink(missing_ok=True)
        assert complete(tmp_path, f"istioctl proxy-status -n shop {config} deploy/").split()[-1] == "deploy/web"
