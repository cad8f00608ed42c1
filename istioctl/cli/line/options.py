"""Flags that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from istioctl.cli.line import completers
from istioctl.cli.line.declare import Argument, Context, Declaration, GlobalOptions, Option
from istioctl.cli.line.parameters import flag_group
from istioctl.cli.screen.printers import DATA_FORMS, NAME, TEMPLATES, Output, print_data, print_table, read_output
from istioctl.cli.screen.terminal import terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


def _addons(_: GlobalOptions) -> list[str]:
    from istioctl.rendering.addons.addons import ADDONS

    return ["all", *ADDONS]


def output_option(*own: str, named: bool = False, default: str | None = None, note: str = "") -> Declaration:
    """Declare `-o`: the forms that every result has, and those of one command.

    Args:
        own: the command's own words.
        named: whether it lists objects, whose names can be printed alone.
        default: the word that makes the parameter's default; None where that is None.
        note: a sentence of help.
    """
    plain = [*own, *(each for each in DATA_FORMS if each not in own), *([NAME] if named else [])]
    words = [*plain, "jsonpath='{…}'", "custom-columns=NAME:.path,…"]
    return Option(
        "-o",
        "--output",
        metavar="FORMAT",
        help=f"How it is printed: {', '.join(words[:-1])} or {words[-1]}.{f' {note}' if note else ''}",
        parse=lambda word: read_output(word, plain),
        default_text=default,
        autocompletion=lambda _: [*plain, *(f"{each}=" for each in TEMPLATES)],
    )


def pod_argument(help_text: str) -> Declaration:
    """Declare a word that names a pod, or a workload that has some."""
    return Argument(metavar="[TYPE/]NAME[.NAMESPACE]", help=help_text, autocompletion=completers.pods)


def namespace_option(flag: str, help_text: str) -> Declaration:
    """Declare a flag that names a namespace beside the one to work in."""
    return Option(flag, metavar="NAME", help=help_text, autocompletion=completers.namespaces)


def choice_option(flag: str, words: Sequence[str], help_text: str) -> Declaration:
    """Declare a flag that takes one of some words; the command says what it does with another."""
    return Option(flag, metavar="|".join(words), help=help_text, autocompletion=lambda _: [*words])


def revision_option(help_text: str) -> Declaration:
    """Declare `-r`."""
    return Option("-r", "--revision", metavar="NAME", help=help_text, autocompletion=completers.revisions)


FilesOption = Annotated[
    list[str],
    Option("-f", "--filename", metavar="FILE", help="An IstioOperator file, `-` for stdin; may be repeated."),
]
SetOption = Annotated[
    list[str],
    Option(
        "-s",
        "--set",
        metavar="PATH=VALUE",
        help="Override one value, such as profile=demo; may be repeated.",
        autocompletion=completers.settings,
    ),
]
RevisionOption = Annotated[
    str,
    revision_option("The control plane revision."),
]
ManifestsOption = Annotated[
    Path | None,
    Option(
        "-d", "--manifests", metavar="DIR", help="An Istio release's manifests folder or archive to render instead."
    ),
]
ForceOption = Annotated[bool, Option("--force", help="Go on despite what validation refuses.")]
DryRunOption = Annotated[bool, Option("--dry-run", help="Say what would happen; change nothing.")]
OutputOption = Annotated[Output | None, output_option()]
NamesOutputOption = Annotated[Output | None, output_option(named=True)]
"""Of commands that show objects."""
AddonsOption = Annotated[
    list[str],
    Option(
        "--addons",
        metavar="NAME,...",
        help="Add-ons that go with it, or `all`; their settings are --set addons.NAME.… .",
        autocompletion=_addons,
    ),
]
YesOption = Annotated[bool, Option("-y", "--skip-confirmation", "--yes", help="Do not ask before acting.")]


@flag_group
class ListFlags(NamedTuple):
    """How a list of objects is printed, which without `output` is a table."""

    output: NamesOutputOption = None

    def show(
        self,
        found: Sequence[Any],
        name: Callable[[Any], str],
        header: Sequence[str],
        row: Callable[[Any], Sequence[str]],
        nothing: str = "",
    ) -> None:
        """Objects in the form asked for, else as a table.

        Args:
            found: the objects, each with an `as_data`.
            name: what `-o name` prints of one.
            row: its cells in the table.
            nothing: the sentence instead of a table without rows; if empty, the header is printed alone.
        """
        if self.output is not None:
            self.print_data([each.as_data() for each in found], map(name, found))
        elif found or not nothing:
            print_table(header, [row(each) for each in found])
        else:
            terminal().write(f"{nothing}\n")

    def print_data(self, data: Any, names: Iterable[str], items: Iterable[Any] | None = None) -> None:
        """The result in the form asked for, see `printers.print_data`."""
        assert self.output is not None  # noqa: S101
        print_data(data, self.output, names=names, items=items)


@flag_group
class SpecificationFlags(NamedTuple):
    """The flags that say what is to be installed."""

    files: FilesOption = []  # noqa: RUF012 - it is copied
    set_flags: SetOption = []  # noqa: RUF012
    revision: RevisionOption = ""
    manifests: ManifestsOption = None
    force: ForceOption = False
    charts: Annotated[Path | None, Option("--charts", hidden=True, help="The old name of --manifests.")] = None


@flag_group
class ApplyFlags(NamedTuple):
    """The flags that say how carefully an installation is changed, and how that is reported."""

    dry_run: DryRunOption = False
    yes: YesOption = False
    readiness_timeout: Annotated[
        str, Option("--readiness-timeout", metavar="DURATION", help="How long each component may take to start.")
    ] = "5m0s"
    atomic: Annotated[bool, Option("--atomic", help="Put everything back as it was where it fails.")] = False
    verify: Annotated[bool, Option("--verify", help="Check every object afterwards.")] = False
    output: NamesOutputOption = None


def global_options(ctx: Any) -> GlobalOptions:
    """The global flags of the command that runs."""
    context = ctx if isinstance(ctx, Context) else ctx.obj
    assert isinstance(context, Context)  # noqa: S101
    return context.options


def split_commas(values: Iterable[str]) -> tuple[str, ...]:
    """The values of a flag that takes several by comma, as the real tool's `--filename` does."""
    return tuple(part for value in values for part in value.split(","))
