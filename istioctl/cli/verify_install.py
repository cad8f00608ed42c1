"""`istioctl verify-install`: prove that an installation is complete and ready."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from istioctl.cli.line.cluster_options import check_revision, client_options, specification_inputs, stdin_text
from istioctl.cli.line.declare import Context, Exit, Option
from istioctl.cli.line.options import AddonsOption, NamesOutputOption, SpecificationFlags, split_commas
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.progress import shown_progress
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError
from istioctl.golang.durations import parse_duration


def verify_install(
    ctx: Context,
    wanted: SpecificationFlags,
    addons: AddonsOption = [],  # noqa: B006
    wait: Annotated[bool, Option("--wait", help="Give objects time to get ready.")] = False,
    timeout: Annotated[str, Option("--timeout", metavar="DURATION", help="How long --wait may take.")] = "5m0s",
    output: NamesOutputOption = None,
) -> None:
    """Check that every object of an installation is there, is as wanted, and is ready.

    What is wanted comes from files and flags; without them, from what the cluster's own labels say is installed. Files
    of Kubernetes objects are taken, too, and checked object by object. The exit status is 1 where something is wrong.
    """
    from istioctl.actions.installation.verify_install import VerifyOptions, verify_install, verify_manifests

    console = terminal()
    check_revision(wanted.revision)
    seconds = parse_duration(timeout) if wait else 0.0
    client = client_options(ctx)
    stdin = stdin_text()
    objects = _objects(wanted.files, stdin)
    if objects is None:
        inputs = None
        if wanted.files or wanted.set_flags or wanted.manifests or addons:
            inputs = specification_inputs(ctx, wanted, addons=addons)
            inputs = inputs._replace(stdin=stdin)
        with shown_progress(console) as progress:
            found = verify_install(VerifyOptions(client, inputs, wanted.revision, seconds), progress)
    elif wanted.set_flags or wanted.revision or wanted.manifests or addons:
        raise UsageError(
            "the files hold Kubernetes objects, which are checked as they are",
            where="--filename",
            hint="Leave out --set, --revision, --manifests and --addons, or give an IstioOperator.",
        )
    else:
        with shown_progress(console) as progress:
            found = verify_manifests(client, objects, seconds, progress)
    if output is not None:
        from istioctl.cli.screen.printers import print_data

        data = found.as_data()
        names = [checked.key.resource_name for checked in found.objects]
        print_data(data, output, names=names, items=data["objects"])
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
        console.insist(f"{len(found.failures)} of {len(found.objects)} objects are not as they should be")
        raise Exit(ExitStatus.NOT_WELL)


def _objects(files: list[str], stdin: Callable[[], str]) -> list[dict[str, Any]] | None:
    if not files:
        return None
    from istioctl.actions.manifests.plain_manifests import plain_manifests

    return plain_manifests(split_commas(files), stdin)
