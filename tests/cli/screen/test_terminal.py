"""What goes to which stream, and when colour is shown."""

from __future__ import annotations

import io

import pytest

from istioctl.cli.screen.terminal import Terminal
from istioctl.errors import UsageError


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_screen(answer: str = "", **environ: str) -> Terminal:
    return Terminal(Screen(answer), Screen(), Screen(), environ)


def test_colour_only_on_a_terminal_and_never_with_no_color() -> None:
    assert on_screen().style("x", "bold", "red") == "\x1b[1;31mx\x1b[0m"
    assert on_screen(NO_COLOR="1").style("x", "red") == "x"
    assert on_screen(TERM="dumb").style("x", "red") == "x"
    assert Terminal(io.StringIO(), io.StringIO(), io.StringIO()).style("x", "red") == "x"


@pytest.mark.parametrize(
    ("answer", "agreed"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_only_yes_agrees(answer: str, agreed: bool) -> None:
    streams = on_screen(answer)

    assert streams.confirm("Install?", flag="-y") is agreed
    assert streams.stdout.getvalue() == ""  # type: ignore[attr-defined]


def test_nobody_is_asked_without_a_terminal() -> None:
    streams = Terminal(io.StringIO("y\n"), io.StringIO(), io.StringIO())

    with pytest.raises(UsageError) as caught:
        streams.confirm("Install?", flag="-y")

    assert caught.value.hint is not None
    assert "-y" in caught.value.hint
