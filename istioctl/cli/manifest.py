"""`istioctl manifest generate`: print or write what an installation would apply."""

from pathlib import Path
from typing import Annotated

from istioctl.actions.manifests.manifest_generate import (
    GenerateOptions,
    generate,
    generate_for_cluster,
    write_manifests,
)
from istioctl.api.components import COMPONENTS
from istioctl.cli.line.cluster_options import client_options, specification_inputs
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.options import AddonsOption, DryRunOption, SpecificationFlags, split_commas
from istioctl.cli.screen.terminal import terminal


def manifest_generate(
    ctx: Context,
    wanted: SpecificationFlags,
    addons: AddonsOption = [],  # noqa: B006
    component: Annotated[
        list[str],
        Option(
            "--component",
            metavar="NAME",
            help="Only this component; may be repeated.",
            autocompletion=lambda _: [component.name for component in COMPONENTS],
        ),
    ] = [],  # noqa: B006
    only_crds: Annotated[bool, Option("--only-crds", help="Only the custom resource definitions.")] = False,
    skip_crds: Annotated[bool, Option("--skip-crds", help="No custom resource definitions.")] = False,
    include_namespace: Annotated[
        bool, Option("--include-namespace", help="Also the namespaces the objects are in.")
    ] = False,
    cluster_specific: Annotated[
        bool, Option("--cluster-specific", help="Ask the current cluster for its version and platform.")
    ] = False,
    output: Annotated[
        Path | None, Option("-o", "--output", metavar="DIR", help="Write a file for each component instead.")
    ] = None,
    dry_run: DryRunOption = False,
) -> None:
    """Print the Kubernetes objects of an installation, in the order in which they can be applied."""
    console = terminal()
    options = GenerateOptions(
        inputs=specification_inputs(ctx, wanted, addons=addons),
        components=split_commas(component),
        only_crds=only_crds,
        skip_crds=skip_crds,
        include_namespace=include_namespace,
    )
    made = generate_for_cluster(options, client_options(ctx), console.say) if cluster_specific else generate(options)
    for warning in made.warnings:
        console.warn(warning)
    if output is None:
        console.write(made.text)
    elif dry_run:
        console.say(f"Would write {len(made.documents)} objects into {output}.")
    else:
        for file in write_manifests(made, output):
            console.say(f"Wrote {file}.")
