"""A Typer command of a command's function: for help, completion, and for words that are not plain."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_origin

import typer
from typer.core import TyperCommand, TyperOption

from istioctl.cli.line.declare import Context, Declaration, GlobalOptions
from istioctl.cli.line.parameters import REQUIRED, Call, Parameter, group_parameters, parameters
from istioctl.cli.line.tokens import HELP, tokens
from istioctl.errors import IstioctlError, UsageError
from istioctl.golang import strconv

#: Keeps the names of global flags apart from those of a command's own parameters: `namespace` may be both.
_PREFIX = "global_"


def typer_command(function: Callable[..., Any], name: str) -> GlobalFlagsCommand:
    """The command called `name` (its last word) whose `main` makes the `Call` of `function` that the words mean."""
    declared = parameters(function)

    def make_call(ctx: typer.Context, **values: Any) -> Call:
        return Call(function, _converted(declared, values), ctx.obj)

    app = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings={"max_content_width": 120})
    app.command(name, cls=GlobalFlagsCommand)(_for_typer(declared, make_call, function))
    made = typer.main.get_command(app)
    assert isinstance(made, GlobalFlagsCommand)  # noqa: S101 - Typer makes what `cls` says
    made.context_settings["help_option_names"] = list(HELP)
    return made


def _for_typer(declared: list[Parameter], run: Callable[..., Any], about: Any = None) -> Callable[..., Any]:
    """`run`, which takes a context and the values of parameters, with Typer's own declarations in its signature."""
    typed = [inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)]
    for name, kind, default, declaration in declared:
        assert declaration is not None, f"{name} is not declared"  # noqa: S101
        annotation: Any = Annotated[list[str] if get_origin(kind) is tuple else kind, _declaration(declaration)]
        default = inspect.Parameter.empty if default is REQUIRED else declaration.settings.get("default_text", default)
        typed.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default))

    def made(ctx: typer.Context, **values: Any) -> Any:
        return run(ctx, **values)

    made.__signature__ = inspect.Signature(typed)  # type: ignore[attr-defined]
    made.__annotations__ = {parameter.name: parameter.annotation for parameter in typed}
    made.__doc__, made.__name__ = getattr(about, "__doc__", None), getattr(about, "__name__", "command")
    return made


def _converted(declared: list[Parameter], values: dict[str, Any]) -> dict[str, Any]:
    """The values that Typer made, as the parameters want them."""
    kinds = {name: get_origin(kind) or kind for name, kind, _, _ in declared}
    return {name: kinds[name](value or ()) if kinds[name] in (list, tuple) else value for name, value in values.items()}


def _declaration(declaration: Declaration) -> Any:
    make: Any = typer.Option if declaration.is_option else typer.Argument
    ours = ("autocompletion", "default_text", "parse")
    settings = {key: value for key, value in declaration.settings.items() if key not in ours}
    return make(*declaration.names, parser=_parser(declaration), **settings)


def _parser(declaration: Declaration) -> Callable[[str], Any] | None:
    parse: Any = declaration.settings.get("parse")
    if parse is None:
        return None

    def parser(text: str) -> Any:
        try:
            return parse(text)
        except IstioctlError as error:
            error.where = error.where or declaration.names[-1]
            raise

    return parser


class GlobalFlagsCommand(TyperCommand):
    """A command that also takes the global flags; its function gets them with a `Context`.

    It reads `--flag=true` and `--flag=false` for flags without a value, and `-f=VALUE`, as the real tool does.

    Attributes:
        own_params, global_params: the two parts of `params`.
    """

    def __init__(self, *args: Any, params: list[Any], **kwargs: Any) -> None:
        own = {name for param in params for name in (*param.opts, *param.secondary_opts)}
        app = typer.Typer(add_completion=False)
        shared = [each._replace(name=_PREFIX + each.name) for each in group_parameters(GlobalOptions)]
        app.command()(_for_typer(shared, lambda ctx: None))
        self.own_params = params
        self.global_params = [p for p in typer.main.get_command(app).params if not own.intersection(p.opts)]
        super().__init__(*args, params=[*params, *self.global_params], **kwargs)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Rewrite what only the real tool understands, then parse as usual."""
        options = {name: p for p in self.params if isinstance(p, TyperOption) for name in (*p.opts, *p.secondary_opts)}

        def takes_value(flag: str) -> bool | None:
            return None if flag not in options else not options[flag].is_bool_flag

        read: list[tuple[TyperOption | None, list[str]]] = []
        for flag, value, _, _, _ in tokens(args, takes_value):
            option = options.get(flag)
            if not flag:
                words = [str(value)]
            elif option is None:
                words = [flag if value is None else f"{flag}={value}"]
            elif value is None:
                words = [flag]
            elif not option.is_bool_flag:
                words = [flag, value]
            elif not (words := _flag_words(option, flag, value)):  # off: take back an earlier "on"
                read = [entry for entry in read if entry[0] is not option]
            read.append((option, words))
        return super().parse_args(ctx, [word for _, words in read for word in words])

    def invoke(self, ctx: Any) -> Any:
        """Take the global flags out of the parameters and put them on the context."""
        given = {param.name.removeprefix(_PREFIX): ctx.params.pop(param.name) for param in self.global_params}
        sources = {name: ctx.get_parameter_source(_PREFIX + name).name for name in given}
        on_line = frozenset(name for name, source in sources.items() if source == "COMMANDLINE")
        values = _converted(group_parameters(GlobalOptions), given)
        ctx.obj = Context(ctx.info_name, GlobalOptions(**values), on_line)
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
        opposite = option.opts if name in option.secondary_opts else option.secondary_opts
        return list(opposite[:1])
    raise UsageError(f'"{value}" is not a boolean', where=name, hint="Write true or false.")
