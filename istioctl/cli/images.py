"""`istioctl images`: every image that an installation uses."""

from __future__ import annotations

from typing import Annotated

from istioctl.cli.line.cluster_options import specification_inputs
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.options import OutputOption, SpecificationFlags
from istioctl.cli.screen.terminal import terminal


def images(
    ctx: Context,
    wanted: SpecificationFlags,
    addons: Annotated[bool, Option("--addons/--no-addons", help="Also the images of the add-ons.")] = True,
    registry: Annotated[
        str, Option("--registry", metavar="PREFIX", help="Print the names they have in this registry.")
    ] = "",
    output: OutputOption = None,
) -> None:
    """List every image that an installation uses: its own, those that are injected, and the add-ons'."""
    from istioctl.actions.manifests.images import images as find

    chosen = ["all"] if addons else []
    inputs = specification_inputs(ctx, wanted, addons=chosen)
    found = find(inputs, registry=registry)
    if output is not None:
        from istioctl.cli.screen.printers import print_data

        print_data([image.as_data() for image in found], output)
        return
    for image in found:
        terminal().write(f"{image.mirrored or image.name}\n")
