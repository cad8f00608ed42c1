"""What a command's function takes, with groups of flags opened."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.cli.line.declare import Argument, Context, GlobalOptions, Option
from istioctl.cli.line.parameters import REQUIRED, Call, flag_group, parameters
from istioctl.cli.line.quick import bind
from istioctl.cli.line.typer_command import typer_command


@flag_group
class Light(NamedTuple):
    """Some flags that belong together."""

    colour: Annotated[str, Option("--colour", help="Its colour.")] = "red"
    lamps: Annotated[list[str], Option("--lamp", help="One lamp more.")] = []  # noqa: RUF012


def switch(
    ctx: Context,
    light: Light,
    room: Annotated[str, Argument(help="Which room.")],
    hard: Annotated[bool, Option("--hard", help="Press hard.")] = False,
) -> tuple[str, Light, str, bool]:
    """Switch it on."""
    return ctx.name, light, room, hard


CONTEXT = Context("istioctl switch", GlobalOptions())


def test_a_group_stands_for_its_flags() -> None:
    taken = parameters(switch)

    assert [(each.name, each.default) for each in taken] == [
        ("colour", "red"), ("lamps", []), ("room", REQUIRED), ("hard", False)
    ]  # fmt: skip
    assert taken[0].declaration is not None
    assert taken[0].declaration.names == ("--colour",)


def test_the_function_gets_the_group_and_the_context() -> None:
    values = {"colour": "blue", "lamps": ["a"], "room": "hall", "hard": True}

    assert Call(switch, values, CONTEXT).run() == ("istioctl switch", Light("blue", ["a"]), "hall", True)


@given(st.lists(st.sampled_from(["--colour=blue", "--lamp=a", "--lamp=b", "--hard"]), max_size=6))
def test_both_readers_of_a_command_line_fill_a_group_alike(flags: list[str]) -> None:
    plain = bind(switch, "istioctl switch", ["hall", *flags])
    assert plain is not None

    by_typer = typer_command(switch, "switch").main(["hall", *flags], prog_name="switch", standalone_mode=False)

    assert by_typer.run()[1:] == plain.run()[1:]


def test_defaults_of_a_group_are_nobodys_to_change() -> None:
    first = bind(switch, "istioctl switch", ["hall"])
    assert first is not None
    first.run()[1].lamps.append("x")

    assert Light().lamps == []


def test_help_lists_the_flags_of_a_group(capsys: pytest.CaptureFixture[str]) -> None:
    typer_command(switch, "switch").main(["--help"], prog_name="switch", standalone_mode=False)

    assert "Its colour." in capsys.readouterr().out
