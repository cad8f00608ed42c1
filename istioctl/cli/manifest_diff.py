"""`istioctl manifest diff`: compare two rendered manifests."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from istioctl.cli.line.declare import Argument, Exit, Option
from istioctl.cli.line.options import NamesOutputOption, split_commas
from istioctl.cli.screen.differences import shown_differences, shown_verb
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.terminal import terminal

_PATTERN = "KIND:NAMESPACE:NAME,..."


def manifest_diff(
    first: Annotated[str, Argument(metavar="A", help="A file, a folder, or `-` for stdin.")],
    second: Annotated[str, Argument(metavar="B", help="Another one.")],
    select: Annotated[
        list[str], Option("--select", metavar=_PATTERN, help="Only these objects; each part may hold `*`.")
    ] = [],  # noqa: B006 - it is copied
    ignore: Annotated[list[str], Option("--ignore", metavar=_PATTERN, help="Not these objects.")] = [],  # noqa: B006
    brief: Annotated[bool, Option("--brief", help="Only the names of what differs.")] = False,
    _dry_run: Annotated[bool, Option("--dry-run", hidden=True)] = False,  # of the group; nothing is changed anyway
    _directory: Annotated[bool, Option("-r", "--directory", hidden=True)] = False,  # 1.12 wants it for folders
    output: NamesOutputOption = None,
) -> None:
    """Compare two manifests that were rendered, object by object.

    The order of objects and the layout of the text do not matter. The exit status is 0 where nothing differs, 1 where
    something does, and 2 or above where they can't be compared.
    """
    from istioctl.actions.installation.compare import counts
    from istioctl.actions.manifests.manifest_diff import Selection
    from istioctl.actions.manifests.manifest_diff import manifest_diff as compare

    console = terminal()
    selection = Selection(split_commas(select), split_commas(ignore))
    changes = compare(first, second, selection, cache(console.read_input), console.warn)
    if output is not None:
        from istioctl.cli.screen.printers import print_data

        print_data(counts(changes), output, names=[change.key.resource_name for change in changes])
    elif not changes:
        console.write("Manifests are identical\n")
    else:
        for change in changes:
            verb = shown_verb(change.verb)
            console.write(f"{verb} {change.key}\n" if brief else shown_differences(change.differences("a", "b")))
    raise Exit(ExitStatus.DIFFERENT if changes else ExitStatus.OK)
