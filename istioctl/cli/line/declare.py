"""How a command's function says which flags and arguments it takes.

A command is a plain function; `Annotated[str, Option("-f", "--filename", help=…)]` declares a flag, `Argument(…)` a
positional word, and a parameter of type `Context` receives the global flags. The declarations are data: they are read
by `istioctl.cli.line.quick`, which starts a command without loading Typer, and by `istioctl.cli.line.typer_command`,
which makes a Typer command of the same function for help, completion and every error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from istioctl.api.names import SYSTEM_NAMESPACE


class Declaration:
    """What is said of one parameter: the words Typer knows, kept until somebody needs Typer.

    Args:
        names: the flag's spellings; `--x/--no-x` is a flag with an opposite.
        settings: keyword arguments of `typer.Option` or `typer.Argument`.
    """

    __slots__ = ("is_option", "names", "settings")

    def __init__(self, is_option: bool, names: tuple[str, ...], settings: dict[str, object]) -> None:
        self.is_option = is_option
        self.names = names
        self.settings = {key: value for key, value in settings.items() if value is not None and value is not False}


def Option(  # noqa: N802 - named as Typer names it
    *names: str,
    help: str = "",  # noqa: A002
    metavar: str | None = None,
    envvar: str | None = None,
    min: int | None = None,  # noqa: A002
    max: int | None = None,  # noqa: A002
    hidden: bool = False,
    autocompletion: Completer | None = None,
) -> Declaration:
    """Declare a flag; the arguments are those of `typer.Option`, but for `autocompletion`, see `Completer`."""
    settings: dict[str, object] = {
        "help": help, "metavar": metavar, "envvar": envvar, "min": min, "max": max, "hidden": hidden,
        "autocompletion": autocompletion,
    }  # fmt: skip
    return Declaration(True, names, settings)


def Argument(  # noqa: N802 - named as Typer names it
    *,
    help: str = "",  # noqa: A002
    metavar: str | None = None,
    hidden: bool = False,
    autocompletion: Completer | None = None,
) -> Declaration:
    """Declare a positional word; the arguments are those of `typer.Argument`, but for `autocompletion`."""
    settings: dict[str, object] = {
        "help": help, "metavar": metavar, "hidden": hidden, "autocompletion": autocompletion
    }  # fmt: skip
    return Declaration(False, (), settings)


class Exit(Exception):  # noqa: N818 - it is no error
    """Ends the command with a status.

    Args:
        status: see `istioctl.cli.screen.exit_status`.
    """

    def __init__(self, status: int = 0) -> None:
        super().__init__(status)
        self.status = status


class GlobalOptions(NamedTuple):
    """The flags every command takes, before or after its name.

    Attributes:
        kubeclient_timeout: seconds one request to the API server may take.
        vklog: how much is logged of requests to the API server: lines from 6 on, bodies from 8 on.
        log_output_level: what is logged, such as `all:debug`.
        log_target: where to: paths, `stdout` or `stderr`.
        log_as_json: whether each line of it is a JSON object.
        log_caller: for which scopes it names the source line.
        log_stacktrace_level: from which level on it has the stack.
    """

    kubeconfig: str = ""
    context: str = ""
    namespace: str = ""
    istio_namespace: str = SYSTEM_NAMESPACE
    kubeclient_timeout: float = 15.0
    as_user: str = ""
    as_groups: tuple[str, ...] = ()
    as_uid: str = ""
    vklog: int = 0
    log_output_level: str = ""
    log_target: tuple[str, ...] = ()
    log_as_json: bool = False
    log_caller: str = ""
    log_stacktrace_level: str = ""


class Context(NamedTuple):
    """What a command knows of its own call.

    Attributes:
        name: its full name, such as `istioctl dashboard kiali`.
        options: the global flags.
        given: the names of those global flags that the command line itself gives.
    """

    name: str
    options: GlobalOptions
    given: frozenset[str] = frozenset()


#: Says which values there are, given the global flags of the line being completed; see `istioctl.cli.line.completers`.
Completer = Callable[[GlobalOptions], Iterable[str]]
