"""Flags that commands share, and the command class that adds the global ones."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperOption

from istioctl.cli.printers import Format
from istioctl.errors import UsageError
from istioctl.objects.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable

FilesOption = Annotated[
    list[str],
    typer.Option("-f", "--filename", metavar="FILE", help="An IstioOperator file, `-` for stdin; may be repeated."),
]
SetOption = Annotated[
    list[str],
    typer.Option(
        "-s", "--set", metavar="PATH=VALUE", help="Override one value, such as profile=demo; may be repeated."
    ),
]
RevisionOption = Annotated[str, typer.Option("-r", "--revision", metavar="NAME", help="The control plane revision.")]
ManifestsOption = Annotated[
    Path | None,
    typer.Option(
        "-d", "--manifests", metavar="DIR", help="An Istio release's manifests folder or archive to render instead."
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Go on despite what validation refuses.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")]
OutputOption = Annotated[Format | None, typer.Option("-o", "--output", help="Print the result as JSON or YAML.")]
YesOption = Annotated[bool, typer.Option("-y", "--skip-confirmation", "--yes", help="Do not ask before acting.")]


@dataclass(frozen=True, slots=True)
class GlobalOptions:
    """The flags every command takes, before or after its name.

    Attributes:
        kubeclient_timeout: seconds one request to the API server may take.
        vklog: how much the Kubernetes client says, 0 to 9.
    """

    kubeconfig: str = ""
    context: str = ""
    namespace: str = ""
    istio_namespace: str = "istio-system"
    kubeclient_timeout: float = 15.0
    as_user: str = ""
    as_groups: tuple[str, ...] = ()
    as_uid: str = ""
    vklog: int = 0


def _global_flags(
    kubeconfig: Annotated[
        str,
        typer.Option("-c", "--kubeconfig", metavar="FILE", envvar="ISTIOCTL_KUBECONFIG", help="The kubeconfig file."),
    ] = "",
    context: Annotated[
        str, typer.Option("--context", metavar="NAME", envvar="ISTIOCTL_CONTEXT", help="The kubeconfig context.")
    ] = "",
    namespace: Annotated[
        str,
        typer.Option(
            "-n", "--namespace", metavar="NAME", envvar="ISTIOCTL_NAMESPACE", help="The namespace to work in."
        ),
    ] = "",
    istio_namespace: Annotated[
        str,
        typer.Option(
            "-i",
            "--istioNamespace",
            "--istio-namespace",
            metavar="NAME",
            envvar="ISTIOCTL_ISTIONAMESPACE",
            help="The namespace of the control plane.",
        ),
    ] = "istio-system",
    kubeclient_timeout: Annotated[
        str,
        typer.Option("--kubeclient-timeout", metavar="DURATION", help="How long one request to the cluster may take."),
    ] = "15s",
    as_user: Annotated[str, typer.Option("--as", metavar="NAME", help="The user to impersonate.")] = "",
    as_groups: Annotated[
        list[str] | None, typer.Option("--as-group", metavar="NAME", help="A group to impersonate; may be repeated.")
    ] = None,
    as_uid: Annotated[str, typer.Option("--as-uid", metavar="UID", help="The UID to impersonate.")] = "",
    vklog: Annotated[int, typer.Option("--vklog", metavar="LEVEL", help="How much the Kubernetes client logs.")] = 0,
) -> None:
    """Declare the global flags: only the signature is used."""  # fmt: skip


def _single_command(function: Callable[..., None]) -> TyperCommand:
    app = typer.Typer(add_completion=False)
    app.command()(function)
    command = typer.main.get_command(app)
    assert isinstance(command, TyperCommand)  # noqa: S101 - what Typer makes of an app of one command
    return command


class GlobalFlagsCommand(TyperCommand):
    """A command that also takes the global flags; its function finds them with `global_options`.

    It reads `--flag=true` and `--flag=false` for flags without a value, as the real tool does.

    Attributes:
        own_params, global_params: the two parts of `params`.
    """

    def __init__(self, *args: Any, params: list[Any], **kwargs: Any) -> None:
        own = {name for param in params for name in (*param.opts, *param.secondary_opts)}
        self.own_params = params
        self.global_params = [p for p in _single_command(_global_flags).params if not own.intersection(p.opts)]
        super().__init__(*args, params=[*params, *self.global_params], **kwargs)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Rewrite `--flag=BOOL`, then parse as usual."""
        flags = {name: p for p in self.params if isinstance(p, TyperOption) and p.is_bool_flag for name in p.opts}
        end = args.index("--") if "--" in args else len(args)
        rewritten: list[str] = []
        for arg in args[:end]:
            name, equals, value = arg.partition("=")
            rewritten += _flag_words(flags[name], name, value) if equals and name in flags else [arg]
        return super().parse_args(ctx, rewritten + args[end:])

    def invoke(self, ctx: Any) -> Any:
        """Take the global flags out of the parameters and put them on the context."""
        given = {param.name: ctx.params.pop(param.name) for param in self.global_params}
        if "kubeclient_timeout" in given:
            given["kubeclient_timeout"] = parse_duration(given["kubeclient_timeout"])
        if "as_groups" in given:
            given["as_groups"] = tuple(given["as_groups"] or ())
        ctx.obj = GlobalOptions(**{f.name: given[f.name] for f in fields(GlobalOptions) if f.name in given})
        return super().invoke(ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The command's own arguments and flags, then the global ones under their own heading."""
        help_flag = [param for param in self.get_params(ctx) if param not in self.params]
        sections = (
            ("Arguments", [p for p in self.own_params if p.param_type_name == "argument"]),
            ("Flags", [p for p in self.own_params if p.param_type_name == "option"] + help_flag),
            ("Global flags", self.global_params),
        )
        for title, params in sections:
            if records := [record for p in params if (record := p.get_help_record(ctx))]:
                with formatter.section(title):
                    formatter.write_dl(records)


def _flag_words(option: TyperOption, name: str, value: str) -> list[str]:
    """What `--flag=VALUE` means in words the parser knows; Go's strconv.ParseBool says what is a boolean."""
    if value in ("1", "t", "T", "true", "TRUE", "True"):
        return [name]
    if value in ("0", "f", "F", "false", "FALSE", "False"):
        return list(option.secondary_opts[:1])
    raise UsageError(f'"{value}" is not a boolean', where=name, hint="Write true or false.")


def global_options(ctx: typer.Context) -> GlobalOptions:
    """The global flags of the command that runs."""
    options = ctx.obj
    return options if isinstance(options, GlobalOptions) else GlobalOptions()


def split_commas(values: list[str]) -> tuple[str, ...]:
    """The values of a flag that takes several by comma, as the real tool's `--filename` does."""
    return tuple(part for value in values for part in value.split(","))
