"""From the words of a command line to an exit status: finds the command, runs it, and holds the one `except`."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from istioctl.cli.line.commands import PROGRAM, Command
from istioctl.cli.line.find import find_command, function_of, unknown_command
from istioctl.cli.screen.exit_status import ExitStatus, exit_status_of, status_of, trouble_of
from istioctl.cli.screen.terminal import Terminal, system_terminal, terminal, unwritten, using
from istioctl.errors import InternalError, IstioctlError, OutputError, UsageError
from istioctl.late_imports import RARELY_USED, import_later
from istioctl.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Callable

    from istioctl.cli.line.parameters import Call


def main() -> None:
    """The console script: run the process's own command line and exit."""
    # Starting makes many objects and hardly any garbage: with Python's own thresholds a tenth of it is spent looking.
    gc.set_threshold(100_000, 20, 50)
    compile_later()
    import_later(*RARELY_USED)
    streams = system_terminal()
    try:
        status = run(sys.argv[1:], streams, before_command=_end_on_signals)
        _ignore_signals()
    except KeyboardInterrupt as end:  # it came when the command was over and `run` on its way out
        _ignore_signals()
        streams.insist("Interrupted.")
        status = status_of(end)
    _leave(status)


def _ignore_signals() -> None:
    if (signals := sys.modules.get("istioctl.cli.signals")) is not None:
        signals.ignore_signals()


def _end_on_signals() -> None:
    from istioctl.cli.signals import end_on_signals  # the versions and help of groups leave nothing half done

    end_on_signals()


def _leave(status: int) -> NoReturn:
    """End the process, without taking the interpreter apart where no thread is left that could mind.

    Freeing each object one by one is a sixth of a short run's time; what libraries want done at the end still is.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, OutputError):  # it has been said; Python would try again, and say so in its own words
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    threading = sys.modules.get("threading")
    if threading is not None and sum(not thread.daemon for thread in threading.enumerate()) > 1:
        sys.exit(status)
    atexit._run_exitfuncs()
    os._exit(status)


def run(argv: list[str], streams: Terminal, *, before_command: Callable[[], None] | None = None) -> int:
    """Run one command line on `streams`.

    Args:
        argv: the words after the program's name.
        before_command: called when the words name a command, before it is imported.

    Returns:
        The exit status, see `istioctl.cli.screen.exit_status`.
    """
    begun: list[Command] = []
    with using(streams):
        try:
            status = _dispatch(argv, streams, before_command, begun)
            streams.stdout.flush()
        except KeyboardInterrupt as end:
            streams.insist("Interrupted.")
            return status_of(end)
        except Exception as problem:
            error = _told(problem)
            if isinstance(error, InternalError) and streams.environ.get("ISTIOCTL_TRACEBACK"):
                raise
            streams.show_error(error)
            return trouble_of(error) if any(command.compares for command in begun) else exit_status_of(error)
    return status


def _told(problem: Exception) -> IstioctlError:
    """A failure as it is shown."""
    if isinstance(problem, IstioctlError):
        return problem
    if isinstance(problem, BrokenPipeError):
        return unwritten(problem)
    hint = "This is a bug: run again with ISTIOCTL_TRACEBACK=1 and report what it prints."
    return InternalError(f"{type(problem).__name__}: {problem}", hint=hint)


def _dispatch(
    argv: list[str], streams: Terminal, before_command: Callable[[], None] | None, begun: list[Command]
) -> int:
    if argv[:1] == ["version"]:
        from istioctl.cli.client_version import client_version

        if (text := client_version(argv[1:])) is not None:
            streams.write(text)
            return ExitStatus.OK
    if argv and argv[0].startswith("__"):
        from istioctl.cli.line.candidates import answer

        if answer(argv[0], argv[1:]):
            return ExitStatus.OK
    path, command, rest = find_command(argv)
    if command.target:
        begun.append(command)
        if before_command is not None:
            before_command()
        return _run_command(path, command, rest)
    from istioctl.cli.line.help import group_help

    words = [word for word in rest if not word.startswith("-")]
    if words:
        raise unknown_command(path, command, words[0])
    if rest:
        raise UsageError(f"unknown flag: {rest[0]}", hint=f"Run '{' '.join([PROGRAM, *path])} --help' for usage.")
    streams.write(group_help([PROGRAM, *path], command))
    return ExitStatus.OK


def _run_command(path: list[str], command: Command, args: list[str]) -> int:
    from istioctl.cli.line.declare import Exit
    from istioctl.cli.line.quick import bind

    name = " ".join([PROGRAM, *path])
    if command.replaced_by:
        terminal().warn(f"`{name}` is now `{PROGRAM} {command.replaced_by}`")
    function = function_of(command)
    try:
        call = bind(function, name, args) or _bind_with_typer(function, name, args)
        terminal().quiet = call.context.options.quiet
        terminal().headers = not call.context.options.no_headers
        return int(call.run() or ExitStatus.OK)
    except Exit as end:
        return end.status


def _bind_with_typer(function: Callable[..., int | None], name: str, args: list[str]) -> Call:
    """The call that a command line means.

    Raises:
        UsageError: it has none.
        Exit: it asks for help, which is printed.
    """
    from contextlib import redirect_stdout

    from typer.exceptions import TyperException

    from istioctl.cli.line.declare import Exit
    from istioctl.cli.line.parameters import Call
    from istioctl.cli.line.typer_command import typer_command

    command = typer_command(function, name.rpartition(" ")[2])
    try:
        with redirect_stdout(terminal().stdout):  # where Typer prints help
            made = command.main(args, prog_name=name, standalone_mode=False)
    except TyperException as error:
        from istioctl.cli.line.habits import meant_by

        hint = meant_by(function, name, args) or f"Run '{name} --help' for usage."
        raise UsageError(error.format_message().rstrip("."), hint=hint) from None
    if not isinstance(made, Call):
        raise Exit(int(made or ExitStatus.OK))
    return made
