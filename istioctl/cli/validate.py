"""istioctl validate."""

from typing import Annotated

from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.options import OutputOption, global_options, split_commas
from istioctl.cli.screen.validate_report import report_on
from istioctl.errors import UsageError


def validate(
    ctx: Context,
    filenames: Annotated[
        list[str],
        Option("-f", "--filename", metavar="FILE", help="A file, folder or URL, or - for stdin; may be repeated."),
    ] = [],  # noqa: B006 - it is copied
    output: OutputOption = None,
    referential: Annotated[bool, Option("-x", "--referential/--no-referential", hidden=True)] = True,
) -> int:
    """Check Istio objects in files for what istiod or the API server would refuse.

    Each object gets a verdict; errors and warnings name the file, the line and the field. Services and Deployments are
    checked for what Istio asks of them, objects of other kinds are counted. The exit status is 1 where an
    object is invalid.
    """
    if not filenames:
        raise UsageError("there is nothing to check", hint="Name files by -f, as in -f gateway.yaml or -f - for stdin.")
    given = global_options(ctx)
    return report_on(split_commas(filenames), given.namespace or "default", given.istio_namespace, output)
