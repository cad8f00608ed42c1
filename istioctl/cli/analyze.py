"""istioctl analyze."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from istioctl.cli.line import completers
from istioctl.cli.line.declare import Argument, Context, GlobalOptions, Option
from istioctl.cli.line.options import global_options, output_option
from istioctl.cli.screen.exit_status import ExitStatus, exit_status_of
from istioctl.cli.screen.printers import JSON, YAML, Output
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from istioctl.actions.checks.analyze import Analysis, Fetch
    from istioctl.analysis.findings import Suppression
    from istioctl.analysis.messages import Level
    from istioctl.analysis.resources import Resource

FORMATS = ("log", JSON, YAML, "sarif", "junit")
LEVELS = ("Error", "Warning", "Info")


def _analyzers(_: GlobalOptions) -> list[str]:
    from istioctl.analysis.analyzers.registry import ANALYZERS

    return [analyzer.name for analyzer in ANALYZERS]


def analyze(
    ctx: Context,
    files: Annotated[list[str], Argument(metavar="FILE...", help="Files, folders, URLs; - for stdin.")] = [],  # noqa: B006 - it is copied
    use_kube: Annotated[
        bool, Option("-k", "--use-kube/--no-use-kube", help="Look at the cluster, too; false for files only.")
    ] = True,
    all_namespaces: Annotated[bool, Option("-A", "--all-namespaces", help="Report about all namespaces.")] = False,
    output: Annotated[Output, output_option(*FORMATS, default=FORMATS[0])] = Output(FORMATS[0]),  # noqa: B008 - it is immutable
    failure_threshold: Annotated[
        str,
        Option(
            "--failure-threshold",
            metavar="LEVEL",
            help="Fail on findings as bad as this or worse.",
            autocompletion=lambda _: LEVELS,
        ),
    ] = "Error",
    output_threshold: Annotated[
        str,
        Option(
            "--output-threshold",
            metavar="LEVEL",
            help="Report findings as bad as this or worse.",
            autocompletion=lambda _: LEVELS,
        ),
    ] = "Info",
    suppress: Annotated[
        list[str],
        Option("-S", "--suppress", metavar="CODE=OBJECT", help='As in "IST0102=Namespace *"; may be repeated.'),
    ] = [],  # noqa: B006 - it is copied
    analyzers: Annotated[
        list[str],
        Option(
            "--analyzer",
            metavar="NAME",
            help="Run this analyzer only; may be repeated.",
            autocompletion=_analyzers,
        ),
    ] = [],  # noqa: B006 - it is copied
    list_analyzers: Annotated[bool, Option("-L", "--list-analyzers", help="List the analyzers there are.")] = False,
    ignore_unknown: Annotated[bool, Option("--ignore-unknown", help="Do not fail on unreadable documents.")] = False,
    strict_files: Annotated[
        bool, Option("--strict-files", help="Take the files for the whole mesh: what they do not hold is missing.")
    ] = False,
    mesh_config_file: Annotated[
        str,
        Option("--meshConfigFile", "--mesh-config-file", metavar="FILE", help="The mesh configuration to use."),
    ] = "",
    revision: Annotated[
        str,
        Option(
            "-r",
            "--revision",
            help="The revision whose objects are looked at.",
            autocompletion=completers.revisions,
        ),
    ] = "default",
    remote_contexts: Annotated[
        list[str],
        Option(
            "--remote-contexts",
            metavar="CONTEXT",
            help="Another cluster of the mesh; may be repeated.",
            autocompletion=completers.contexts,
        ),
    ] = [],  # noqa: B006 - it is copied
    timeout: Annotated[
        str, Option("--timeout", metavar="DURATION", help="How long reading the cluster may take.")
    ] = "30s",
    recursive: Annotated[bool, Option("-R", "--recursive", help="Folders are always searched to the bottom.")] = False,
    color: Annotated[bool, Option("--color", help="Colour the report (by default on a terminal).")] = False,
    verbose: Annotated[bool, Option("-v", "--verbose", help="Name the analyzers that ran.")] = False,
) -> int:
    """Look for problems in the configuration of the mesh: in a cluster, in files, or in files as if applied.

    The exit status is 79 where a finding is as bad as --failure-threshold, whatever the output format. All analyzers
    run on what files hold; pods are derived from the templates of workloads.
    """
    from istioctl.actions.checks.analyze import AnalyzeOptions
    from istioctl.actions.checks.analyze import analyze as run
    from istioctl.cli.screen.analyze_report import list_of_analyzers, report_text
    from istioctl.cluster.download import download
    from istioctl.golang.durations import parse_duration

    if list_analyzers:
        terminal().write(list_of_analyzers())
        return ExitStatus.OK
    failing, shown = _level(failure_threshold, "--failure-threshold"), _level(output_threshold, "--output-threshold")
    given = global_options(ctx)
    options = AnalyzeOptions(
        inputs=tuple(files),
        namespace=given.namespace or "default",
        all_namespaces=all_namespaces,
        strict_files=strict_files,
        istio_namespace=given.istio_namespace,
        analyzers=tuple(analyzers),
        suppressions=tuple(map(_suppression, suppress)),
        mesh_config_file=mesh_config_file,
    )
    fetch = _fetch(ctx, revision, remote_contexts, parse_duration(timeout)) if use_kube else None
    analysis = run(options, stdin=terminal().read_input, download=download, fetch=fetch)
    findings = [finding for finding in analysis.findings if finding.message.level <= shown]
    terminal().write(report_text(findings, output, color=color or terminal().has_colour(stdout=True)))
    _say(analysis, has_findings=bool(findings), files=files, verbose=verbose)
    if analysis.reaches(failing):
        return ExitStatus.FINDINGS
    return exit_status_of(analysis.errors[0]) if analysis.errors and not ignore_unknown else ExitStatus.OK


def _level(word: str, flag: str) -> Level:
    from istioctl.analysis.messages import Level

    try:
        return Level[word.upper()]
    except KeyError:
        raise UsageError(f"{word} is not a level", where=flag, hint=f"Use one of {', '.join(LEVELS)}.") from None


def _suppression(given: str) -> Suppression:
    from istioctl.analysis.findings import Suppression
    from istioctl.analysis.messages import CODES

    code, equals, pattern = given.partition("=")
    if not equals or "=" in pattern:
        raise UsageError(
            f'"{given}" names no code and object', where="--suppress", hint='Write it as in "IST0102=Namespace *".'
        )
    if code not in CODES:
        terminal().warn(f"--suppress {given}: there is no message {code}, so this has no effect")
    return Suppression(code, pattern)


def _fetch(ctx: Context, revision: str, contexts: list[str], seconds: float) -> Fetch:
    """How to get the objects of the cluster, and those of the other clusters of the mesh, within some time."""

    def fetch(kinds: tuple[str, ...]) -> Iterator[Resource]:
        from istioctl.actions.checks.cluster_objects import objects_of_clusters
        from istioctl.cli.line.cluster_options import client_options
        from istioctl.errors import ClusterError

        deadline = time.monotonic() + seconds
        found = [client_options(ctx), *(client_options(ctx, context) for context in contexts)]
        clusters = tuple(replace(each, timeout=min(each.timeout, seconds)) for each in found)
        namespace = global_options(ctx).istio_namespace
        for resource in objects_of_clusters(clusters, kinds, istio_namespace=namespace, revision=revision):
            if time.monotonic() > deadline:
                hint = "Allow more time with --timeout, or look at fewer analyzers with --analyzer."
                raise ClusterError(f"the cluster could not be read within {seconds:g}s", hint=hint, id="timeout")
            yield resource

    return fetch


def _say(analysis: Analysis, *, has_findings: bool, files: list[str], verbose: bool) -> None:
    """Status on stderr: what could not be read, which analyzers ran, and that nothing was found."""
    streams = terminal()
    for name in analysis.skipped:
        streams.warn(f"{name} was skipped: its name does not end in .yaml, .yml or .json")
    for warning in analysis.warnings:
        streams.warn(warning)
    for error in analysis.errors:
        streams.show_error(error)
    if verbose:
        streams.say(f"Looked at {analysis.objects} objects with these analyzers:")
        for analyzer in analysis.analyzers:
            streams.say(f"  {analyzer.name}")
    if not has_findings:
        unread = f" ({len(analysis.errors)} could not be read)" if analysis.errors else ""
        where = f" in {', '.join(files)}" if files else ""
        streams.say(f"{'' if analysis.errors else '✔ '}No problems found{where}{unread}.")
