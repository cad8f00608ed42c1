"""What goes to which stream, and when colour is shown."""

from __future__ import annotations

import io
import re

import pytest

from istioctl.cli.screen.terminal import Terminal
from istioctl.errors import UsageError


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_screen(answer: str = "", **environ: str) -> Terminal:
    return Terminal(Screen(answer), Screen(), Screen(), environ)


def test_colour_only_on_a_terminal_and_never_with_no_color() -> None:
    screen = on_screen()
    screen.write(screen.style("x", "bold", "red"))
    assert screen.stdout.getvalue() == "\x1b[1;31mx\x1b[0m"  # type: ignore[attr-defined]
    assert on_screen(NO_COLOR="1").style("x", "red") == "x"
    assert on_screen(TERM="dumb").style("x", "red") == "x"
    assert Terminal(io.StringIO(), io.StringIO(), io.StringIO()).style("x", "red") == "x"


HOSTILE = "a\x1b[31mb\x07\x9b2J\rc\u202ed\udc9be\ud800\tf\n"
SHOWN = r"a\x1b[31mb\x07\x9b2J\rc\u202ed\x9be\ud800".replace(r"\r", r"\x0d") + "\tf\n"


def test_what_a_terminal_would_obey_is_shown() -> None:
    screen = on_screen()
    screen.write(screen.style(HOSTILE, "red", stdout=True))
    screen.say(HOSTILE)
    screen.show_error(UsageError(HOSTILE, hint=HOSTILE))
    assert screen.stdout.getvalue() == f"\x1b[31m{SHOWN}\x1b[0m"  # type: ignore[attr-defined]
    said = screen.stderr.getvalue()  # type: ignore[attr-defined]
    assert said.count(SHOWN.rstrip()) == 3
    assert set(re.findall("\x1b[^m]*m", said)) == {"\x1b[31m", "\x1b[36m", "\x1b[0m"}


def test_data_for_programs_stays_as_it_is() -> None:
    streams = Terminal(io.StringIO(), io.StringIO(), io.StringIO())
    streams.write(HOSTILE)
    streams.say(HOSTILE)
    assert streams.stdout.getvalue() == HOSTILE.replace("\ud800", "\ufffd")  # type: ignore[attr-defined]
    assert streams.stderr.getvalue() == SHOWN + "\n"  # type: ignore[attr-defined]


def test_text_in_utf8_goes_where_other_text_goes() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    streams = Terminal(io.StringIO(), out, io.StringIO())
    streams.write("é1")
    streams.write_utf8(memoryview("é\x1b2".encode()))
    streams.write("3")
    out.flush()
    assert out.buffer.getvalue() == "é1é\x1b23".encode()  # type: ignore[attr-defined]
    screen = on_screen()
    screen.write_utf8(memoryview(b"a\x1b\xff"))
    assert screen.stdout.getvalue() == "a\\x1b\ufffd"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("answer", "agreed"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False)])
def test_only_yes_agrees(answer: str, agreed: bool) -> None:
    streams = on_screen(answer)

    assert streams.confirm("Install?", flag="-y") is agreed
    assert streams.stdout.getvalue() == ""  # type: ignore[attr-defined]


@pytest.mark.parametrize(("answer", "agreed"), [("y\n", True), ("y", True), ("n\n", False)])
def test_a_piped_answer_counts(answer: str, agreed: bool) -> None:
    streams = Terminal(io.StringIO(answer), io.StringIO(), io.StringIO())
    assert streams.confirm("Install?", flag="-y") is agreed
    assert streams.stderr.getvalue() == "Install? (y/N) "  # type: ignore[attr-defined]


@pytest.mark.parametrize("is_closed", [False, True])
def test_nobody_is_asked_where_stdin_has_nothing(is_closed: bool) -> None:
    streams = Terminal(io.StringIO(), io.StringIO(), io.StringIO())
    if is_closed:
        streams.stdin.close()

    with pytest.raises(UsageError) as caught:
        streams.confirm("Install?", flag="-y")

    assert caught.value.hint is not None
    assert "-y" in caught.value.hint


def test_quiet_leaves_errors_warnings_and_questions() -> None:
    stderr = io.StringIO()
    console = Terminal(io.StringIO("y\n"), io.StringIO(), stderr)
    console.quiet = True
    console.say("status")
    console.warn("warning")
    console.show_error(UsageError("wrong", hint="Right."))

    assert console.confirm("Sure?", flag="--yes")
    assert stderr.getvalue() == "Warning: warning\nError: wrong\nHint: Right.\nSure? (y/N) "
