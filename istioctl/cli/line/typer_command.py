"""A Typer command of a command's function: for help, completion, and for words that are not plain."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperOption

from istioctl.cli.line import global_flags
from istioctl.cli.line.declare import Context, Declaration
from istioctl.cli.line.parameters import REQUIRED, call, parameters
from istioctl.errors import UsageError
from istioctl.golang import strconv


def typer_command(function: Callable[..., Any], name: str) -> GlobalFlagsCommand:
    """The command called `name` (its last word) that runs `function`."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings={"max_content_width": 120})
    app.command(name, cls=GlobalFlagsCommand)(_for_typer(function))
    made = typer.main.get_command(app)
    assert isinstance(made, GlobalFlagsCommand)  # noqa: S101 - Typer makes what `cls` says
    made.context_settings["help_option_names"] = ["-h", "--help"]
    return made


def _for_typer(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function with Typer's own declarations in its signature."""
    typed = [Parameter("ctx", Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)]
    for name, kind, default, declaration in parameters(function):
        assert declaration is not None, f"{function.__name__}: {name} is not declared"  # noqa: S101
        annotation: Any = Annotated[kind, _declaration(declaration)]
        default = Parameter.empty if default is REQUIRED else default
        typed.append(Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default))

    def run(ctx: typer.Context, **values: Any) -> Any:
        return call(function, values, ctx.obj)

    run.__signature__ = Signature(typed)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in typed}
    run.__doc__, run.__name__ = function.__doc__, function.__name__
    return run


def _declaration(declaration: Declaration) -> Any:
    make: Any = typer.Option if declaration.is_option else typer.Argument
    settings = {key: value for key, value in declaration.settings.items() if key != "autocompletion"}
    return make(*declaration.names, **settings)


class GlobalFlagsCommand(TyperCommand):
    """A command that also takes the global flags; its function gets them with a `Context`.

    It reads `--flag=true` and `--flag=false` for flags without a value, and `-f=VALUE`, as the real tool does.

    Attributes:
        own_params, global_params: the two parts of `params`.
    """

    def __init__(self, *args: Any, params: list[Any], **kwargs: Any) -> None:
        own = {name for param in params for name in (*param.opts, *param.secondary_opts)}
        app = typer.Typer(add_completion=False)
        app.command()(_for_typer(global_flags.declare))
        self.own_params = params
        self.global_params = [p for p in typer.main.get_command(app).params if not own.intersection(p.opts)]
        super().__init__(*args, params=[*params, *self.global_params], **kwargs)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Rewrite what only the real tool understands, then parse as usual."""
        options = {name: p for p in self.params if isinstance(p, TyperOption) for name in p.opts}
        end = args.index("--") if "--" in args else len(args)
        rewritten: list[str] = []
        for arg in args[:end]:
            name, equals, value = arg.partition("=")
            if not equals or name not in options:
                rewritten.append(arg)
            elif options[name].is_bool_flag:
                if not (words := _flag_words(options[name], name, value)):  # off: take back an earlier "on"
                    rewritten = [word for word in rewritten if word not in options[name].opts]
                rewritten += words
            else:
                rewritten += [arg] if name.startswith("--") else [name, value]
        return super().parse_args(ctx, rewritten + args[end:])

    def invoke(self, ctx: Any) -> Any:
        """Take the global flags out of the parameters and put them on the context."""
        given = {param.name: ctx.params.pop(param.name) for param in self.global_params}
        on_line = frozenset(name for name in given if ctx.get_parameter_source(name).name == "COMMANDLINE")
        ctx.obj = Context(ctx.info_name, global_flags.collect(given), on_line)
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
    if value in strconv.TRUE:
        return [name]
    if value in strconv.FALSE:
        return list(option.secondary_opts[:1])
    raise UsageError(f'"{value}" is not a boolean', where=name, hint="Write true or false.")
