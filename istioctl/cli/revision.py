"""`istioctl revision list|describe`: the control plane revisions of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from istioctl.cli.line import completers
from istioctl.cli.line.cluster_options import client_options
from istioctl.cli.line.declare import Argument, Context
from istioctl.cli.line.options import ListFlags, OutputOption
from istioctl.cli.screen.printers import print_data
from istioctl.cli.screen.terminal import terminal

if TYPE_CHECKING:
    from istioctl.actions.revisions.revisions import Revision


def list_(ctx: Context, shown: ListFlags) -> None:
    """List the control plane revisions."""
    from istioctl.actions.revisions.revisions import list_revisions

    def row(revision: Revision) -> tuple[str, ...]:
        tags, namespaces = (",".join(names) or "-" for names in (revision.tags, revision.namespaces))
        return revision.name, tags, revision.version or "-", str(len(revision.control_plane)), namespaces

    shown.show(
        list_revisions(client_options(ctx), terminal().say),
        lambda revision: str(revision.name),
        ("REVISION", "TAGS", "VERSION", "ISTIODS", "NAMESPACES"),
        row,
        nothing="No control plane revisions found.",
    )


def describe(
    ctx: Context,
    name: Annotated[
        str,
        Argument(metavar="REVISION", help="The revision, or one of its tags.", autocompletion=completers.revisions),
    ],
    output: OutputOption = None,
) -> None:
    """Show what belongs to a control plane revision."""
    from istioctl.actions.revisions.revisions import describe_revision

    console = terminal()
    found = describe_revision(client_options(ctx), name, console.say)
    if output is not None:
        print_data(found.as_data(), output)
        return
    console.write(f"Revision: {found.name}\nVersion: {found.version or '-'}\nTags: {', '.join(found.tags) or '-'}\n")
    console.write(f"Webhooks: {', '.join(found.webhooks) or '-'}\nNamespaces: {', '.join(found.namespaces) or '-'}\n")
    for title, pods in (("Control plane", found.control_plane), ("Gateways", found.gateways)):
        console.write(f"{title}:{'' if pods else ' -'}\n")
        for pod, state in pods.items():
            console.write(f"  {pod} {state}\n")
