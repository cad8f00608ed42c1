"""`istioctl profile`: list, print and compare profiles."""

from __future__ import annotations

import json
from typing import Annotated

from istioctl.cli.line.completers import profiles
from istioctl.cli.line.declare import Argument, Context, Exit, Option
from istioctl.cli.line.options import (
    ManifestsOption,
    NamesOutputOption,
    OutputOption,
    SpecificationFlags,
    output_option,
)
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.printers import YAML, Output, print_data
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError

ShowOriginOption = Annotated[
    bool, Option("--show-origin", help="Say of each value who set it: a default, a profile, a file or a flag.")
]

AnyRunIsDryOption = Annotated[bool, Option("--dry-run", hidden=True)]
"""What 1.12 takes here, too: there is nothing to change."""


def list_(
    manifests: ManifestsOption = None, output: NamesOutputOption = None, _dry_run: AnyRunIsDryOption = False
) -> None:
    """List the profiles there are."""
    from istioctl.actions.manifests.profile import list_profiles

    names = list_profiles(manifests)
    if output is not None:
        print_data(names, output, names=names)
        return
    console = terminal()
    console.write("Istio configuration profiles:\n" if console.headers else "")
    console.write("".join(f"    {name}\n" for name in names))


def dump(
    ctx: Context,
    wanted: SpecificationFlags,
    profile: Annotated[
        str | None, Argument(help="The profile's name; default is `default`.", autocompletion=profiles)
    ] = None,
    config_path: Annotated[
        str, Option("-p", "--config-path", metavar="PATH", help="Only this part, such as components.pilot.")
    ] = "",
    output: Annotated[Output, output_option(YAML, "flags", default=YAML)] = Output(YAML),  # noqa: B008 - it is immutable
    show_origin: ShowOriginOption = False,
    _dry_run: AnyRunIsDryOption = False,
) -> None:
    """Print the whole specification that a profile, files and flags make.

    Given back with `-f`, it installs the same.
    """
    from istioctl.actions.manifests.profile import dump_profile
    from istioctl.cli.line.cluster_options import specification_inputs

    if profile is not None and wanted.files:
        raise UsageError("a profile's name and --filename exclude each other", hint="Name the profile in the file.")
    inputs = specification_inputs(ctx, wanted)
    found = dump_profile(inputs._replace(profile=profile or ""), config_path)
    console = terminal()
    for warning in found.warnings:
        console.warn(warning)
    if output.form == YAML:
        console.write(found.as_yaml(with_origins=show_origin))
    elif output.form == "flags":
        for path, value, origin in found.as_flags():
            text = f"{path}={json.dumps(value, ensure_ascii=False)}"
            console.write(f"{text}  # {origin}\n" if show_origin else f"{text}\n")
    else:
        origins = {path: origin for path, _, origin in found.values()}
        print_data({"origins": origins, "specification": found.data} if show_origin else found.data, output)


def diff(
    first: Annotated[
        str, Argument(metavar="A", help="A profile's name, or an IstioOperator file.", autocompletion=profiles)
    ],
    second: Annotated[str, Argument(metavar="B", help="Another one.", autocompletion=profiles)],
    manifests: ManifestsOption = None,
    output: OutputOption = None,
    _dry_run: AnyRunIsDryOption = False,
) -> None:
    """Compare two profiles, or the specifications in two files.

    The exit status is 0 where they are the same, 1 where they differ, and 2 or above where they can't be compared.
    """
    from istioctl.actions.manifests.profile import diff_profiles

    console = terminal()
    found = diff_profiles(first, second, manifests, console.read_input)
    for warning in found.warnings:
        console.warn(warning)
    if output is not None:
        rows = [{"path": one.path, "first": one.first, "second": one.second} for one in found.differences]
        print_data({"identical": not rows, "differences": rows}, output)
    elif not found.differences:
        console.write("Profiles are identical\n")
    else:
        console.write("The difference between profiles:\n" + "".join(f"{line}\n" for line in found.lines()))
    if found.differences:
        raise Exit(ExitStatus.DIFFERENT)
