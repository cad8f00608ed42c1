"""The quick reading of a command line agrees with Typer's wherever it dares to read at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.exceptions import TyperException

from istioctl.cli.line.commands import ROOT, Command
from istioctl.cli.line.declare import Argument, Context, GlobalOptions, Option
from istioctl.cli.line.find import function_of
from istioctl.cli.line.quick import bind
from istioctl.cli.line.slots import global_slots, slots
from istioctl.cli.line.typer_command import typer_command
from istioctl.errors import IstioctlError


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def sample(
    ctx: Context,
    words: Annotated[list[str], Argument(metavar="WORD")] = [],  # noqa: B006
    files: Annotated[list[str], Option("-f", "--filename")] = [],  # noqa: B006
    name: Annotated[str, Option("-r", "--revision")] = "",
    folder: Annotated[Path | None, Option("-d", "--manifests")] = None,
    force: Annotated[bool, Option("-y", "--force")] = False,
    remote: Annotated[bool, Option("--remote/--no-remote")] = True,
    colour: Annotated[Colour | None, Option("-o", "--output")] = None,
    count: Annotated[int, Option("--count")] = 3,
) -> Any:
    return (ctx.options, words, files, name, folder, force, remote, colour, count)


def every_command(group: Command = ROOT, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Command]]:
    """The commands of the program by their full names."""
    for name, member in group.commands.items():
        if member.target:
            yield " ".join((*path, name)), member
        else:
            yield from every_command(member, (*path, name))


#: By target: old spellings and other names share the function.
COMMANDS = {command.target: (name, command) for name, command in every_command()}


def words_for(function: Callable[..., Any]) -> st.SearchStrategy[list[str]]:
    """Command lines for a command: its own flags and the global ones in all spellings, good values and bad ones."""

    def spelled(flag: str, value: str) -> list[list[str]]:
        return [[flag], [flag, value], [f"{flag}={value}"], [f"{flag}{value}"], [flag, "-"], [f"{flag}="]]

    values = ["x", "a=b", "", "7", "-1", "1m", "true", "0", "no", "--", "default", "-y"]
    choices = [
        words
        for slot in (*slots(function), *global_slots())
        for flag in slot.flags
        for value in (*values, *slot.choices)
        for words in spelled(flag, value)
    ]
    letters = [flag[1] for slot in (*slots(function), *global_slots()) for flag in slot.flags if len(flag) == 2]
    together = st.tuples(st.lists(st.sampled_from(letters), min_size=1, max_size=3), st.sampled_from(["", "x", "=x"]))
    word = st.one_of(
        st.sampled_from(choices),
        st.sampled_from([["a"], ["b.yaml"], ["-"], ["--"], ["--nope"], ["--nope=1"], ["-1"]]),
        together.map(lambda parts: ["-" + "".join(parts[0]) + parts[1]]),
    )
    return st.lists(word, max_size=5).map(lambda groups: [word for group in groups for word in group])


@pytest.mark.parametrize("target", COMMANDS, ids=lambda target: COMMANDS[target][0])
def test_both_readings_agree(target: str) -> None:
    name, command = COMMANDS[target]
    function = function_of(command)
    typed = typer_command(function, name)

    def agree(args: list[str]) -> None:
        quick = bind(function, name, args)
        if quick is None:
            return
        try:
            by_typer: Any = typed.main(args, prog_name=name, standalone_mode=False)
        except (TyperException, IstioctlError) as error:
            by_typer = str(error)
        assert quick == by_typer

    for switch in (flag for slot in slots(function) if slot.is_switch for flag in slot.flags):
        for words in ([switch], [f"{switch}=1"], [f"{switch}=false"], [switch, f"{switch}=0"], [f"{switch}=0", switch]):
            agree(words)
    settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])(
        given(words_for(function))(agree)
    )()


def test_most_words_are_plain() -> None:
    """Or the comparison above would compare nothing."""
    function = function_of(COMMANDS["install:install"][1])
    plain = [["-y"], ["--set", "a=b"], ["-sa=b"], ["-ys", "a=b"], ["-f", "x", "--"], ["-n=shop"], ["--prune=false"]]

    assert [args for args in plain if bind(function, "istioctl install", args) is None] == []


@pytest.mark.parametrize(
    ("args", "values"),
    [
        ([], ([], [], "", None, False, True, None, 3)),
        (["a", "-f", "x", "b", "--filename=y"], (["a", "b"], ["x", "y"], "", None, False, True, None, 3)),
        (["-f", "-", "-y", "--remote=false"], ([], ["-"], "", None, True, False, None, 3)),
        (["-o", "red", "-d", "m", "--count", "9"], ([], [], "", Path("m"), False, True, Colour.RED, 9)),
    ],
)
def test_plain_words_are_read(args: list[str], values: tuple[Any, ...]) -> None:
    call = bind(sample, "sample", args)

    assert call is not None
    assert call.run() == (GlobalOptions(), *values)


def test_global_flags_arrive_in_the_context() -> None:
    call = bind(sample, "sample", ["-n", "shop", "--as-group", "x", "--as-group=y", "--kubeclient-timeout", "1m"])

    assert call is not None
    assert call.run()[0] == GlobalOptions(namespace="shop", as_groups=("x", "y"), kubeclient_timeout=60.0)


@pytest.mark.parametrize(("words", "given"), [(["-q"], {"quiet"}), (["-q=0"], set()), (["-q", "--quiet=false"], set())])
def test_a_switch_that_is_turned_off_again_is_not_given(words: list[str], given: set[str]) -> None:
    call = bind(sample, "sample", words)

    assert call is not None
    assert call.context.given == given
    assert call == typer_command(sample, "sample").main(words, prog_name="sample", standalone_mode=False)


def test_the_environment_gives_global_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISTIOCTL_NAMESPACE", "from-outside")
    monkeypatch.setenv("ISTIOCTL_KUBECLIENT_TIMEOUT", "1m")
    call = bind(sample, "sample", [])

    assert call is not None
    assert call == typer_command(sample, "sample").main([], prog_name="sample", standalone_mode=False)
    assert call.context.options == GlobalOptions(namespace="from-outside", kubeclient_timeout=60.0)


@pytest.mark.parametrize(
    "word", ["--help", "-h", "--nope", "-yf", "-yz", "--output=green", "--count=x", "-f", "--force=x"]
)
def test_what_is_not_plain_is_left_to_typer(word: str) -> None:
    assert bind(sample, "sample", [word]) is None


def test_a_plain_command_line_loads_no_typer() -> None:
    code = (
        "import io, sys\n"
        "from istioctl.cli.main import run\nfrom istioctl.cli.screen.terminal import Terminal\n"
        "argv = ['manifest', 'generate', '--set', 'profile=empty', '-r', 'canary']\n"
        "status = run(argv, Terminal(io.StringIO(), io.StringIO(), sys.stderr))\n"
        "print(status, sorted({'typer', 'rich', 'kubernetes', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "0 []\n", done.stderr
