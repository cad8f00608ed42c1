"""`istioctl verify-install`: prove that an installation is complete and ready."""

from __future__ import annotations

from typing import Annotated

from istioctl.cli.cluster_options import check_revision, client_options, specification_inputs
from istioctl.cli.console_progress import ConsoleProgress
from istioctl.cli.declare import Context, Exit, Option
from istioctl.cli.options import (
    AddonsOption,
    FilesOption,
    ForceOption,
    ManifestsOption,
    OutputOption,
    RevisionOption,
    SetOption,
)
from istioctl.cli.terminal import terminal
from istioctl.objects.durations import parse_duration


def verify_install(
    ctx: Context,
    files: FilesOption = [],  # noqa: B006 - it is copied
    set_flags: SetOption = [],  # noqa: B006
    revision: RevisionOption = "",
    manifests: ManifestsOption = None,
    addons: AddonsOption = [],  # noqa: B006
    force: ForceOption = False,
    wait: Annotated[bool, Option("--wait", help="Give objects time to get ready.")] = False,
    timeout: Annotated[str, Option("--timeout", metavar="DURATION", help="How long --wait may take.")] = "5m0s",
    output: OutputOption = None,
) -> None:
    """Check that every object of an installation is there, is as wanted, and is ready.

    What is wanted comes from files and flags; without them, from what the cluster's own labels say is installed. The
    exit status is 1 where something is wrong.
    """
    from istioctl.actions.verify_install import VerifyOptions, verify_install

    console = terminal()
    check_revision(revision)
    given = bool(files or set_flags or manifests or addons)
    inputs = (
        specification_inputs(ctx, files, set_flags, revision, manifests, force=force, addons=addons) if given else None
    )
    seconds = parse_duration(timeout) if wait else 0.0
    options = VerifyOptions(client=client_options(ctx), inputs=inputs, revision=revision, wait=seconds)
    found = verify_install(options, ConsoleProgress(console))
    if output is not None:
        from istioctl.cli.printers import print_data

        print_data(found.as_data(), output)
    else:
        for checked in found.objects:
            name = f"{checked.key.kind}: {checked.key.name}" + (
                f".{checked.key.namespace}" if checked.key.namespace else ""
            )
            if checked.problem is None:
                console.write(f"{console.style('✔', 'green', stdout=True)} {name} checked successfully\n")
            else:
                console.write(f"{console.style('✘', 'red', stdout=True)} {name}: {checked.problem}\n")
        console.write(f"Checked {found.count('CustomResourceDefinition')} custom resource definitions\n")
        console.write(f"Checked {found.count('Deployment')} Istio Deployments\n")
        if not found.failures:
            console.write(f"{console.style('✔', 'green', stdout=True)} Istio is installed and verified successfully\n")
    if found.failures:
        console.say(f"{len(found.failures)} of {len(found.objects)} objects are not as they should be")
        raise Exit(1)
