"""From the words of a command line to an exit status: finds the command, runs it, and holds the one `except`."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from istioctl.cli.line.commands import PROGRAM, Command
from istioctl.cli.line.find import find_command, function_of, unknown_command
from istioctl.cli.line.tokens import HELP
from istioctl.cli.screen.exit_status import ExitStatus, exit_status_of
from istioctl.cli.screen.terminal import Terminal, system_terminal, terminal, using
from istioctl.errors import IstioctlError, UsageError
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
    status = run(sys.argv[1:], system_terminal(), before_command=_end_on_signals)
    if (signals := sys.modules.get("istioctl.cli.signals")) is not None:
        signals.ignore_signals()
    _leave(status)


def _end_on_signals() -> None:
    from istioctl.cli.signals import end_on_signals  # the versions and help of groups leave nothing half done

    end_on_signals()


def _leave(status: int) -> NoReturn:
    """End the process, without taking the interpreter apart where no thread is left that could mind.

    Freeing each object one by one is a sixth of a short run's time; what libraries want done at the end still is.
    """
    threading = sys.modules.get("threading")
    if threading is not None and sum(not thread.daemon for thread in threading.enumerate()) > 1:
        sys.exit(status)
    atexit._run_exitfuncs()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


def run(argv: list[str], streams: Terminal, *, before_command: Callable[[], None] | None = None) -> int:
    """Run one command line on `streams`.

    Args:
        argv: the words after the program's name.
        before_command: called when the words name a command, before it is imported.

    Returns:
        The exit status, see `istioctl.cli.screen.exit_status`.
    """
    with using(streams):
        try:
            status = _dispatch(argv, streams, before_command)
            streams.stdout.flush()
        except IstioctlError as error:
            streams.show_error(error)
            return exit_status_of(error)
        except BrokenPipeError:
            return _closed_pipe(streams)
        except KeyboardInterrupt as end:
            with suppress(OSError):  # the terminal may be gone
                streams.insist("Interrupted.")
            return int(getattr(end, "status", ExitStatus.INTERRUPTED))  # see `istioctl.cli.signals.Ended`
        except Exception as error:
            if streams.environ.get("ISTIOCTL_TRACEBACK"):
                raise
            streams.show_error(_bug(error))
            return ExitStatus.FAILED
    return status


def _bug(error: Exception) -> IstioctlError:
    """What to say of an exception that nobody translated."""
    from istioctl.errors import InternalError

    hint = "This is a bug: run again with ISTIOCTL_TRACEBACK=1 and report what it prints."
    return InternalError(f"{type(error).__name__}: {error}", hint=hint)


def _closed_pipe(streams: Terminal) -> int:
    """End after the reader of stdout went away, without a second error when Python flushes at exit."""
    streams.insist("Error: the output was closed before all of it was written")
    if streams.stdout is sys.stdout:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitStatus.FAILED


def _dispatch(argv: list[str], streams: Terminal, before_command: Callable[[], None] | None) -> int:
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
        if before_command is not None:
            before_command()
        return _run_command(path, command, rest)
    from istioctl.cli.line.help import group_help

    words = [word for word in rest if not word.startswith("-")]
    if words:
        raise unknown_command(path, command, words[0])
    for word in rest:
        if word not in HELP:
            raise UsageError(f"unknown flag: {word}", hint=f"Run '{' '.join([PROGRAM, *path])} --help' for usage.")
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
