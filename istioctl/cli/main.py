"""From the words of a command line to an exit status: finds the command, runs it, and holds the one `except`."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from istioctl.cli.line.commands import INSTEAD, ROOT, Command
from istioctl.cli.screen.exit_status import ExitStatus, exit_status_of
from istioctl.cli.screen.terminal import Terminal, system_terminal, terminal, using
from istioctl.errors import IstioctlError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from istioctl.cli.line.typer_command import GlobalFlagsCommand

PROGRAM = "istioctl"

#: The global flags that may stand before a command's name, and whether a value follows.
_GLOBAL_FLAGS = {
    **dict.fromkeys(("-c", "--kubeconfig", "--context", "-n", "--namespace", "-i", "--istioNamespace"), True),
    **dict.fromkeys(("--istio-namespace", "--kubeclient-timeout", "--as", "--as-group", "--as-uid", "--vklog"), True),
    **dict.fromkeys(("--log_output_level", "--log_target", "--log_caller", "--log_stacktrace_level"), True),
    "--log_as_json": False,
}


def main() -> None:
    """The console script: run the process's own command line and exit."""
    # Starting makes many objects and hardly any garbage: with Python's own thresholds a tenth of it is spent looking.
    gc.set_threshold(50_000, 20, 50)
    _leave(run(sys.argv[1:], system_terminal()))


def _leave(status: int) -> NoReturn:
    """End the process, without taking the interpreter apart where no thread is left that could mind.

    Freeing each object one by one is a sixth of a short run's time; what libraries want done at the end still is.
    """
    threading = sys.modules.get("threading")
    if threading is not None and threading.active_count() > 1:
        sys.exit(status)
    atexit._run_exitfuncs()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


def run(argv: list[str], streams: Terminal) -> int:
    """Run one command line on `streams`.

    Args:
        argv: the words after the program's name.

    Returns:
        The exit status, see `istioctl.cli.screen.exit_status`.
    """
    with using(streams):
        try:
            status = _dispatch(argv, streams)
            streams.stdout.flush()
        except IstioctlError as error:
            streams.show_error(error)
            return exit_status_of(error)
        except BrokenPipeError:
            return _closed_pipe(streams)
        except KeyboardInterrupt:
            streams.say("Interrupted.")
            return ExitStatus.INTERRUPTED
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
    streams.say("Error: the output was closed before all of it was written")
    if streams.stdout is sys.stdout:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitStatus.FAILED


def _dispatch(argv: list[str], streams: Terminal) -> int:
    if argv[:1] == ["version"]:
        from istioctl.cli.client_version import client_version

        if (text := client_version(argv[1:])) is not None:
            streams.write(text)
            return ExitStatus.OK
    if argv[:1] == ["__complete"]:
        from istioctl.cli.line.candidates import print_candidates

        print_candidates(argv[1:])
        return ExitStatus.OK
    path, command, rest = find_command(argv)
    if command.target:
        return _run_command(path, command, rest)
    from istioctl.cli.line.help import group_help

    words = [word for word in rest if not word.startswith("-")]
    if words:
        raise _unknown_command(path, command, words[0])
    for word in rest:
        if word not in ("-h", "--help"):
            raise UsageError(f"unknown flag: {word}", hint=f"Run '{' '.join([PROGRAM, *path])} --help' for usage.")
    streams.write(group_help([PROGRAM, *path], command))
    return ExitStatus.OK


def find_command(argv: list[str]) -> tuple[list[str], Command, list[str]]:
    """Follow the words of a command line through the table.

    Returns:
        The path of names, the command (a group where the words name no member), and the words left for it; flags that
        stood before the name, global ones and those of its groups, come first among these.
    """
    path: list[str] = []
    command, flags, rest = ROOT, list[str](), list(argv)
    known = _GLOBAL_FLAGS
    if rest[:1] == ["help"]:
        rest = [*rest[1:], "--help"]
    while not command.target and rest:
        word = rest[0]
        if word.partition("=")[0] in known:
            width = 1 if "=" in word or not known[word] else 2
            flags, rest = flags + rest[:width], rest[width:]
        elif found := command.find(word):
            name, command = found
            path.append(name)
            rest = rest[1:]
            if command.flags:
                known = known | {spelling: flag.takes_value for flag in command.flags for spelling in flag.names}
        else:
            break
    return path, command, (flags + rest if command.target else rest)


def _unknown_command(path: list[str], group: Command, word: str) -> UsageError:
    from difflib import get_close_matches

    parent = " ".join([PROGRAM, *path])
    near = get_close_matches(word, [name for name, member in group.commands.items() if not member.replaced_by], n=3)
    if word in INSTEAD:
        hint = INSTEAD[word]
    elif near:
        hint = f"Did you mean {' or '.join(near)}?"
    else:
        hint = f"Run '{parent} --help' for the commands there are."
    return UsageError(f'unknown command "{word}" for "{parent}"', hint=hint, id="unknown-command")


def load(command: Command, name: str) -> GlobalFlagsCommand:
    """Import a command's function and make it a Typer command called `name`."""
    from istioctl.cli.line.typer_command import typer_command

    return typer_command(function_of(command), name)


def function_of(command: Command) -> Callable[..., int | None]:
    """Import a command's function."""
    module, _, function = command.target.partition(":")
    found: Callable[..., int | None] = getattr(import_module(f"istioctl.cli.{module}"), function)
    return found


def _run_command(path: list[str], command: Command, args: list[str]) -> int:
    from istioctl.cli.line.declare import Exit
    from istioctl.cli.line.quick import bind

    name = " ".join([PROGRAM, *path])
    if command.replaced_by:
        terminal().warn(f"`{name}` is now `{PROGRAM} {command.replaced_by}`")
    try:
        call = bind(function_of(command), name, args)
        return int((call() if call else _run_with_typer(command, path, name, args)) or ExitStatus.OK)
    except Exit as end:
        return end.status


def _run_with_typer(command: Command, path: list[str], name: str, args: list[str]) -> int | None:
    from contextlib import redirect_stdout

    from typer import Abort
    from typer import Exit as TyperExit
    from typer.exceptions import TyperException

    try:
        with redirect_stdout(terminal().stdout):  # where Typer prints help
            status: int | None = load(command, path[-1]).main(args, prog_name=name, standalone_mode=False)
    except TyperException as error:
        raise UsageError(error.format_message().rstrip("."), hint=f"Run '{name} --help' for usage.") from None
    except TyperExit as end:
        return end.exit_code
    except Abort:
        raise KeyboardInterrupt from None
    return status
