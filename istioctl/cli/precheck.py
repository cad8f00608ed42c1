"""`istioctl experimental precheck`: whether Istio can be installed or upgraded safely."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from istioctl.cli.line.cluster_options import client_options, specification_inputs
from istioctl.cli.line.declare import Context, Exit, Option
from istioctl.cli.line.options import RevisionOption, SetOption, SpecificationFlags, output_option
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.printers import Output, print_data
from istioctl.cli.screen.terminal import terminal

if TYPE_CHECKING:
    from istioctl.analysis.findings import Finding


_LOG = Output("log")


class Threshold(StrEnum):
    """From which level on findings are printed."""

    INFO = "Info"
    WARNING = "Warning"
    ERROR = "Error"


def precheck(
    ctx: Context,
    from_version: Annotated[
        str, Option("-f", "--from-version", metavar="VERSION", help="Tell what changed since this version.")
    ] = "",
    set_flags: SetOption = [],  # noqa: B006 - it is copied
    revision: RevisionOption = "",
    skip_control_plane: Annotated[
        bool, Option("--skip-controlplane", help="Leave out the checks of the server and the control plane.")
    ] = False,
    threshold: Annotated[
        Threshold, Option("--output-threshold", help="From which level on findings are printed.")
    ] = Threshold.WARNING,
    output: Annotated[Output, output_option("log", default="log")] = _LOG,
) -> None:
    """Check whether Istio can be installed or upgraded safely.

    The rights are checked for every kind of object that would be applied. The exit status is 1 where there is a warning
    or an error.
    """
    from istioctl.actions.installation.precheck import PrecheckOptions, precheck
    from istioctl.analysis.messages import Level

    console = terminal()
    flags = ctx.options
    options = PrecheckOptions(
        client=client_options(ctx),
        inputs=specification_inputs(ctx, SpecificationFlags(set_flags=set_flags, revision=revision)),
        namespace=flags.namespace,
        istio_namespace=flags.istio_namespace,
        from_version=from_version,
        control_plane=not skip_control_plane,
    )
    result = precheck(options, console.say)
    for plane in result.installed:
        console.say(f"- Istio {plane.version} is installed: revision {plane.revision} in namespace {plane.namespace}")
    least = Level[threshold.name]
    shown = [finding for finding in result.findings if finding.message.level <= least]
    hidden = len(result.findings) - len(shown)
    _print(shown, output)
    if hidden:
        console.say(f"- {hidden} findings are of a lower level; --output-threshold Info shows them")
    if any(finding.message.level <= Level.WARNING for finding in result.findings):
        console.insist("Error: Issues found when checking the cluster. Istio may not be safe to install or upgrade.")
        console.say("See https://istio.io/latest/docs/reference/config/analysis for causes and resolutions.")
        raise Exit(ExitStatus.NOT_WELL)
    if not shown:
        mark = console.style("✔", "green")
        console.say(f"{mark} No issues found when checking the cluster. Istio is safe to install or upgrade!")
        console.say("  To get started, check out https://istio.io/latest/docs/setup/getting-started/.")


def _print(findings: list[Finding], output: Output) -> None:
    if output != _LOG:
        print_data([_as_data(finding) for finding in findings], output)
        return
    console = terminal()
    styles = {"Error": "red", "Warning": "yellow", "Info": "cyan"}
    for finding in findings:
        title = finding.message.level.title
        level = console.style(title, styles[title], stdout=True)
        console.write(f"{level} [{finding.message.code}] ({finding.origin or 'Cluster'}) {finding.text}\n")


def _as_data(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.message.code,
        "documentationUrl": finding.message.documentation,
        "level": finding.message.level.title,
        "message": finding.text,
        "origin": finding.origin or "Cluster",
    }
