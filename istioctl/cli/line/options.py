"""Flags that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from istioctl.cli.line import completers
from istioctl.cli.line.declare import Context, GlobalOptions, Option
from istioctl.cli.line.parameters import flag_group
from istioctl.cli.screen.printers import Format

if TYPE_CHECKING:
    from collections.abc import Iterable


def _addons(_: GlobalOptions) -> list[str]:
    from istioctl.rendering.addons.addons import ADDONS

    return ["all", *ADDONS]


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
RevisionOption = Annotated[str, Option("-r", "--revision", metavar="NAME", help="The control plane revision.")]
ManifestsOption = Annotated[
    Path | None,
    Option(
        "-d", "--manifests", metavar="DIR", help="An Istio release's manifests folder or archive to render instead."
    ),
]
ForceOption = Annotated[bool, Option("--force", help="Go on despite what validation refuses.")]
DryRunOption = Annotated[bool, Option("--dry-run", help="Say what would happen; change nothing.")]
OutputOption = Annotated[Format | None, Option("-o", "--output", help="Print the result as JSON or YAML.")]
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
class SpecificationFlags(NamedTuple):
    """The flags that say what is to be installed."""

    files: FilesOption = []  # noqa: RUF012 - it is copied
    set_flags: SetOption = []  # noqa: RUF012
    revision: RevisionOption = ""
    manifests: ManifestsOption = None
    force: ForceOption = False
    charts: Annotated[Path | None, Option("--charts", hidden=True, help="The old name of --manifests.")] = None


def global_options(ctx: Any) -> GlobalOptions:
    """The global flags of the command that runs."""
    context = ctx if isinstance(ctx, Context) else ctx.obj
    assert isinstance(context, Context)  # noqa: S101
    return context.options


def split_commas(values: Iterable[str]) -> tuple[str, ...]:
    """The values of a flag that takes several by comma, as the real tool's `--filename` does."""
    return tuple(part for value in values for part in value.split(","))
