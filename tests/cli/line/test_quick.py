"""The quick reading of a command line agrees with Typer's wherever it dares to read at all."""

from __future__ import annotations

import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.exceptions import TyperException

from istioctl.cli.line.declare import Argument, Context, GlobalOptions, Option
from istioctl.cli.line.quick import bind
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


def by_typer(args: list[str]) -> Any:
    try:
        return typer_command(sample, "sample").main(args, prog_name="sample", standalone_mode=False)
    except (TyperException, IstioctlError) as error:
        return type(error)


WORDS = st.sampled_from(
    "a b.yaml - -- -f --filename --filename=x -f=x -fx -r --revision --revision= -y --force --force=true --force=false"
    " --force=x --remote --no-remote --remote=false --remote=0 -d -o red --output=blue --output=green --count --count=4"
    " --count=-4 7 -n --namespace=shop -i --as-group=x --as-group -yf --nope -1 --kubeclient-timeout=1m".split()
)


@given(st.lists(WORDS, max_size=6))
def test_both_readings_agree(args: list[str]) -> None:
    call = bind(sample, "sample", args)

    if call is not None:
        assert call() == by_typer(args)


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
    assert call() == (GlobalOptions(), *values)


def test_global_flags_arrive_in_the_context() -> None:
    call = bind(sample, "sample", ["-n", "shop", "--as-group", "x", "--as-group=y", "--kubeclient-timeout", "1m"])

    assert call is not None
    assert call()[0] == GlobalOptions(namespace="shop", as_groups=("x", "y"), kubeclient_timeout=60.0)


def test_the_environment_gives_global_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISTIOCTL_NAMESPACE", "from-outside")
    call = bind(sample, "sample", [])

    assert call is not None
    assert call() == by_typer([])
    assert call()[0].namespace == "from-outside"


@pytest.mark.parametrize("word", ["--help", "-h", "--nope", "-yf", "--output=green", "--count=x", "-f", "--force=x"])
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
