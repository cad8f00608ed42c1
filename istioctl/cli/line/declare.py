"""How a command's function says which flags and arguments it takes.

A command is a plain function; `Annotated[str, Option("-f", "--filename", help=…)]` declares a flag, `Argument(…)` a
positional word, and a parameter of type `Context` receives the global flags. The declarations are data: they are read
by `istioctl.cli.line.quick`, which starts a command without loading Typer, and by `istioctl.cli.line.typer_command`,
which makes a Typer command of the same function for help, completion and every error.

This module and others of the start do without `from __future__ import annotations`: it makes texts of annotations, and
reading those back is a good part of starting.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, NamedTuple

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
    parse: Callable[[str], object] | None = None,
    default_text: str | None = None,
    autocompletion: "Completer | None" = None,
) -> Declaration:
    """Declare a flag.

    Args:
        parse: makes the value of the word; raises `IstioctlError` where it can't.
        default_text: the word that makes the default, where `parse` is given.
        autocompletion: see `Completer`.

    The other arguments are those of `typer.Option`.
    """
    settings: dict[str, object] = {
        "help": help, "metavar": metavar, "envvar": envvar, "min": min, "max": max, "hidden": hidden,
        "parse": parse, "default_text": default_text, "autocompletion": autocompletion,
    }  # fmt: skip
    return Declaration(True, names, settings)


def Argument(  # noqa: N802 - named as Typer names it
    *,
    help: str = "",  # noqa: A002
    metavar: str | None = None,
    hidden: bool = False,
    autocompletion: "Completer | None" = None,
) -> Declaration:
    """Declare a positional word; the arguments are those of `typer.Argument`, but for `autocompletion`."""
    settings: dict[str, object] = {
        "help": help, "metavar": metavar, "hidden": hidden, "autocompletion": autocompletion
    }  # fmt: skip
    return Declaration(False, (), settings)


class Exit(Exception):  # noqa: N818 - it is not an error
    """Ends the command with a status.

    Args:
        status: see `istioctl.cli.screen.exit_status`.
    """

    def __init__(self, status: int = 0) -> None:
        super().__init__(status)
        self.status = status


def duration(text: str) -> float:
    """The seconds that a duration such as `1m30s` means; for `Option(parse=…)`.

    Raises:
        InputError: it is not a duration.
    """
    from istioctl.golang.durations import parse_duration

    return parse_duration(text)


class GlobalOptions(NamedTuple):
    """The flags every command takes, before or after its name: this is their list.

    Attributes:
        kubeclient_timeout: seconds one request to the API server may take.
        quiet: whether stderr has errors, warnings and questions alone.
        no_headers: whether tables come without their headers.
        vklog: how much is logged of requests to the API server: lines from 6 on, bodies from 8 on.
        log_output_level: what is logged, such as `all:debug`.
        log_target: where to: paths, `stdout` or `stderr`.
        log_as_json: whether each line of it is a JSON object.
        log_caller: for which scopes it names the source line.
        log_stacktrace_level: from which level on it has the stack.
    """

    kubeconfig: Annotated[
        str, Option("-c", "--kubeconfig", metavar="FILE", envvar="ISTIOCTL_KUBECONFIG", help="The kubeconfig file.")
    ] = ""
    context: Annotated[
        str, Option("--context", metavar="NAME", envvar="ISTIOCTL_CONTEXT", help="The kubeconfig context.")
    ] = ""
    namespace: Annotated[
        str,
        Option("-n", "--namespace", metavar="NAME", envvar="ISTIOCTL_NAMESPACE", help="The namespace to work in."),
    ] = ""
    istio_namespace: Annotated[
        str,
        Option(
            "-i", "--istioNamespace", "--istio-namespace", metavar="NAME", envvar="ISTIOCTL_ISTIONAMESPACE",
            help="The namespace of the control plane.",
        ),
    ] = SYSTEM_NAMESPACE  # fmt: skip
    kubeclient_timeout: Annotated[
        float,
        Option(
            "--kubeclient-timeout", metavar="DURATION", envvar="ISTIOCTL_KUBECLIENT_TIMEOUT", parse=duration,
            default_text="15s", help="How long one request to the cluster may take.",
        ),
    ] = 15.0  # fmt: skip
    as_user: Annotated[str, Option("--as", metavar="NAME", envvar="ISTIOCTL_AS", help="The user to impersonate.")] = ""
    as_groups: Annotated[
        tuple[str, ...], Option("--as-group", metavar="NAME", help="A group to impersonate; may be repeated.")
    ] = ()
    as_uid: Annotated[
        str, Option("--as-uid", metavar="UID", envvar="ISTIOCTL_AS_UID", help="The UID to impersonate.")
    ] = ""
    quiet: Annotated[
        bool, Option("-q", "--quiet", help="No progress, no remarks: only errors, warnings and questions.")
    ] = False
    no_headers: Annotated[
        bool, Option("--no-headers", help="Leave out the headers of tables, custom columns included.")
    ] = False
    vklog: Annotated[
        int,
        Option(
            "--vklog", metavar="LEVEL", envvar="ISTIOCTL_VKLOG",
            help="Log requests to the cluster: from 6 on a line for each, from 8 on bodies.",
        ),
    ] = 0  # fmt: skip
    log_output_level: Annotated[
        str,
        Option(
            "--log_output_level", metavar="SCOPE:LEVEL,...", envvar="ISTIOCTL_LOG_OUTPUT_LEVEL", hidden=True,
            help="What is logged: debug logs each request to the cluster.",
        ),
    ] = ""  # fmt: skip
    log_target: Annotated[
        tuple[str, ...],
        Option("--log_target", metavar="FILE", hidden=True, help="Where logs go: a file, stdout or stderr."),
    ] = ()
    log_as_json: Annotated[bool, Option("--log_as_json", hidden=True, help="Log JSON, an object a line.")] = False
    log_caller: Annotated[
        str,
        Option(
            "--log_caller", metavar="SCOPE,...", envvar="ISTIOCTL_LOG_CALLER", hidden=True,
            help="Scopes whose logs name the source line.",
        ),
    ] = ""  # fmt: skip
    log_stacktrace_level: Annotated[
        str,
        Option(
            "--log_stacktrace_level", metavar="SCOPE:LEVEL,...", envvar="ISTIOCTL_LOG_STACKTRACE_LEVEL", hidden=True,
            help="From which level on logs have the stack.",
        ),
    ] = ""  # fmt: skip


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
