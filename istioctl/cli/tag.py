"""`istioctl tag list|set|generate|remove`: other names for control plane revisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from istioctl.api.labels import is_dns_label
from istioctl.cli.line import completers
from istioctl.cli.line.cluster_options import client_options
from istioctl.cli.line.declare import Argument, Context, Exit, Option
from istioctl.cli.line.options import ListFlags, ManifestsOption, YesOption, global_options, revision_option
from istioctl.cli.line.parameters import flag_group
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError

if TYPE_CHECKING:
    from istioctl.actions.revisions.tag_objects import TagOptions
    from istioctl.actions.revisions.tags import TagPlan, TagRemoval

TagArgument = Annotated[str, Argument(metavar="TAG", help="The tag's name.", autocompletion=completers.tags)]
PointsTo = Annotated[
    str,
    revision_option("The revision the tag points to."),
]


@flag_group
class TagFlags(NamedTuple):
    """What a tag is made of, and how carefully."""

    overwrite: Annotated[bool, Option("--overwrite", help="Point an existing tag to another revision.")] = False
    webhook_name: Annotated[str, Option("--webhook-name", metavar="NAME", help="The webhook configuration's name.")] = (
        ""
    )
    auto_inject_namespaces: Annotated[
        bool, Option("--auto-inject-namespaces", help="Inject into namespaces without any label, too.")
    ] = False
    manifests: ManifestsOption = None
    yes: YesOption = False


def list_(ctx: Context, shown: ListFlags) -> None:
    """List revision tags, and the namespaces that ask for them."""
    from istioctl.actions.revisions.tags import list_tags

    shown.show(
        list_tags(client_options(ctx), global_options(ctx).istio_namespace, terminal().say),
        lambda tag: str(tag.tag),
        ("TAG", "REVISION", "NAMESPACES"),
        lambda tag: (tag.tag, tag.revision, ",".join(tag.namespaces)),
        nothing="No Istio revision tags found.",
    )


def set_(ctx: Context, tag: TagArgument, revision: PointsTo, flags: TagFlags) -> None:
    """Point a tag to a revision."""
    from istioctl.actions.revisions.tags import set_tag

    console = terminal()

    def confirm(plan: TagPlan) -> bool:
        for conflict in plan.conflicts:
            console.warn(conflict)
        return flags.yes or console.confirm("Apply anyways?", flag="--skip-confirmation")

    made = set_tag(
        client_options(ctx),
        _options(ctx, tag, revision, flags),
        revision,
        overwrite=flags.overwrite,
        report=console.say,
        confirm=confirm,
    )
    if not made:
        console.say("Cancelled.")
        raise Exit(ExitStatus.FAILED)
    console.write(f'Revision tag "{tag}" created, referencing control plane revision "{revision}". ')
    console.write(f"Label a namespace with it to inject by it: kubectl label namespace NAME istio.io/rev={tag}\n")


def generate(ctx: Context, tag: TagArgument, revision: PointsTo, flags: TagFlags) -> None:
    """Print the objects of a tag instead of applying them."""
    from istioctl.actions.revisions.tags import plan_tag
    from istioctl.yamldoc.writer import dump_all

    console = terminal()
    plan = plan_tag(
        client_options(ctx),
        _options(ctx, tag, revision, flags),
        revision,
        overwrite=flags.overwrite,
        generate=True,
        report=console.say,
    )
    for conflict in () if flags.yes else plan.conflicts:
        console.warn(conflict)
    console.write(dump_all(plan.objects))


def remove(ctx: Context, tag: TagArgument, yes: YesOption = False) -> None:
    """Remove a tag; namespaces that ask for it are no longer injected."""
    from istioctl.actions.revisions.tags import remove_tag

    console = terminal()

    def confirm(removal: TagRemoval) -> bool:
        count, names = len(removal.namespaces), " ".join(removal.namespaces)
        console.insist(f'Caution, found {count} namespace(s) still injected by tag "{tag}": {names}')
        return console.confirm("Proceed with operation?", flag="--skip-confirmation")

    namespace = global_options(ctx).istio_namespace
    if not remove_tag(client_options(ctx), tag, namespace, console.say, None if yes else confirm):
        console.say("Aborting operation.")
        raise Exit(ExitStatus.FAILED)
    console.write(f"Revision tag {tag} removed\n")


def _options(ctx: Context, tag: str, revision: str, flags: TagFlags) -> TagOptions:
    from istioctl.actions.revisions.tag_objects import TagOptions

    for flag, value in (("TAG", tag), ("--revision", revision)):
        if not is_dns_label(value):
            raise UsageError(
                f"{value!r} can't be a label", where=flag, hint="Use lower-case letters, digits and hyphens."
            )
    return TagOptions(
        tag=tag,
        namespace=global_options(ctx).istio_namespace,
        webhook_name=flags.webhook_name,
        all_namespaces=flags.auto_inject_namespaces,
        user_managed=True,
        manifests=flags.manifests,
    )
