"""`istioctl bug-report`: one archive of what helps to find a fault."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, NamedTuple

from istioctl.cli.line.declare import Argument, Context, Option
from istioctl.cli.line.options import split_commas
from istioctl.cli.line.parameters import flag_group
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.progress import is_live, shown_progress
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError

_NAME = "bug-report.tar.gz"
_IGNORED = "kube-node-lease,kube-public,kube-system,local-path-storage"


@flag_group
class Skips(NamedTuple):
    """What is left out."""

    skip_analyze: Annotated[bool, Option("--skip-analyze", help="Do not run istioctl analyze.")] = False
    skip_cluster_dump: Annotated[bool, Option("--skip-cluster-dump", help="Leave the cluster's objects out.")] = False
    skip_coredumps: Annotated[bool, Option("--skip-coredumps", help="Leave the proxies' core dumps out.")] = False
    skip_netstat: Annotated[bool, Option("--skip-netstat", help="Do not run netstat in the proxies.")] = False
    skip_proxy_debug: Annotated[bool, Option("--skip-proxy-debug", help="Leave the proxies' own pages out.")] = False


def bug_report(
    ctx: Context,
    words: Annotated[list[str], Argument(metavar="[version]", hidden=True, help="Print the version instead.")] = [],  # noqa: B006 - it is copied
    include: Annotated[
        list[str], Option("--include", metavar="SELECTION", help="Whose proxies are wanted; may be repeated.")
    ] = [],  # noqa: B006
    exclude: Annotated[
        list[str], Option("--exclude", metavar="SELECTION", help=f"Whose are not.  [default: {_IGNORED}]")
    ] = [],  # noqa: B006
    start_time: Annotated[str, Option("--start-time", metavar="TIME", help="Log lines from then on.")] = "",
    end_time: Annotated[str, Option("--end-time", metavar="TIME", help="Log lines up to then.")] = "",
    duration: Annotated[str, Option("--duration", metavar="DURATION", help="How far back from --end-time.")] = "",
    tail: Annotated[int, Option("--tail", metavar="LINES", min=0, help="At most so many lines of each log.")] = 0,
    critical: Annotated[
        list[str], Option("--critical-errs", metavar="PATTERN,...", help="Log lines that count most.")
    ] = [],  # noqa: B006
    ignored: Annotated[
        list[str], Option("--ignore-errs", metavar="PATTERN,...", help="Log lines that do not count as errors.")
    ] = [],  # noqa: B006
    file: Annotated[str, Option("-f", "--filename", metavar="FILE", help="These settings, in YAML; they win.")] = "",
    full_secrets: Annotated[bool, Option("--full-secrets", help="Leave private keys and tokens in it.")] = False,
    output_dir: Annotated[str, Option("--output-dir", metavar="DIR", help=f"Where {_NAME} goes.")] = "",
    scratch: Annotated[str, Option("--dir", metavar="DIR", help="Where the unfinished archive is kept.")] = "",
    timeout: Annotated[str, Option("--timeout", metavar="DURATION", help="How long to gather at most.")] = "30m",
    concurrency: Annotated[
        int, Option("--rq-concurrency", metavar="NUMBER", min=0, help="Requests at the same time; 0 is 32.")
    ] = 0,
    admin_port: Annotated[
        int, Option("--proxy-admin-port", metavar="PORT", min=1, max=65535, help="The port of the proxies' admin page.")
    ] = 15000,
    dry_run: Annotated[bool, Option("--dry-run", help="Say what would be gathered; write nothing.")] = False,
    *,
    skips: Skips,
) -> int:
    """Gather logs, configuration and objects of the mesh into one archive, to be handed to who looks for a fault.

    What can't be had, because a right, a container or a tool is missing or the time is over, is left out and listed in
    missing.txt. Private keys and tokens are taken out. A selection is NAMESPACES/DEPLOYMENTS/PODS/LABELS/ANNOTATIONS/
    CONTAINERS, each part optional and a list by comma, with * in names: n*//p*/app=web. It chooses proxies; Istio's own
    components are always in.
    """
    if words == ["version"]:
        from istioctl.cli.client_version import client_version

        terminal().write(client_version(["--remote=false"]) or "")
        return 0
    if words:
        raise UsageError(f"{words[0]!r} is not expected here", where=" ".join(words))
    given: dict[str, Any] = {
        "include": include, "exclude": exclude or [_IGNORED], "startTime": start_time, "endTime": end_time,
        "since": duration, "tailLines": tail, "criticalErrors": list(split_commas(critical)),
        "ignoredErrors": list(split_commas(ignored)), "fullSecrets": full_secrets, "commandTimeout": timeout,
        "requestConcurrency": concurrency, "proxyAdminPort": admin_port, "dryRun": dry_run,
        "skipAnalyze": skips.skip_analyze, "skipClusterDump": skips.skip_cluster_dump,
        "skipCoredumps": skips.skip_coredumps, "skipNetstat": skips.skip_netstat,
        "skipProxyDebug": skips.skip_proxy_debug,
    }  # fmt: skip
    if file:
        from istioctl.actions.observe.bug_report.settings import read_settings
        from istioctl.cli.line.files import read_bytes

        given |= read_settings(read_bytes(file).decode("utf-8", "replace"), file)
    return _make(ctx, given, Path(output_dir or ".") / _NAME, Path(scratch) if scratch else None)


def _make(ctx: Context, given: dict[str, Any], output: Path, scratch: Path | None) -> int:
    from functools import partial

    from istioctl.actions.observe.bug_report.content import versions_text
    from istioctl.actions.observe.bug_report.report import make, plan
    from istioctl.actions.observe.bug_report.settings import options_of
    from istioctl.cli.line.cluster_options import client_options
    from istioctl.cluster.session import open_session

    console = terminal()
    flags = ctx.options._replace(
        kubeconfig=given.get("kubeConfigPath") or ctx.options.kubeconfig,
        context=given.get("context") or ctx.options.context,
        istio_namespace=given.get("istioNamespace") or ctx.options.istio_namespace,
    )
    ctx = ctx._replace(options=flags)
    session = open_session(client_options(ctx))
    namespace = ctx.options.istio_namespace
    analyze = None if given["skipAnalyze"] else partial(_analysis, ctx)
    versions = partial(versions_text, client_options(ctx), namespace, session.server)
    options = options_of(given, output, scratch, namespace, analyze=analyze, versions=versions)
    if given["dryRun"]:
        missing: list[tuple[str, str]] = []
        pieces, _ = plan(session, options, missing)
        for piece in pieces:
            console.write(f"{piece.name}\n")
        for name, why in missing:
            console.warn(f"{name}: {why}")
        return 0
    with shown_progress(console) as progress:
        made = make(session, options, console.say, progress if is_live(console) else None)
    console.say(f"{len(made.names)} files ({made.size / 1e6:.1f} MB unpacked) are in {made.path}")
    if not made.missing:
        return 0
    reasons: dict[str, list[str]] = {}
    for name, why in made.missing:
        reasons.setdefault(why.partition(": ")[2] or why, []).append(name)
    console.warn(f"{len(made.missing)} pieces are missing; missing.txt in the archive lists them:")
    for reason, names in list(reasons.items())[:5]:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        console.insist(f"  {names[0]}{more}: {reason}")
    # Versions and the two lists are there even if the cluster shows nothing.
    return ExitStatus.FAILED if len(made.names) <= 3 else ExitStatus.OK


def _analysis(ctx: Context) -> bytes:
    """What `istioctl analyze -A` says of the cluster."""
    from istioctl.actions.checks.analyze import AnalyzeOptions, analyze
    from istioctl.actions.checks.cluster_objects import objects_of_clusters
    from istioctl.cli.line.cluster_options import client_options
    from istioctl.cli.screen.analyze_report import report_text
    from istioctl.cli.screen.printers import Output
    from istioctl.cluster.download import download

    place = ctx.options.istio_namespace

    def fetch(kinds: tuple[str, ...]) -> Any:
        return objects_of_clusters((client_options(ctx),), kinds, istio_namespace=place, revision="")

    options = AnalyzeOptions(inputs=(), namespace="", istio_namespace=place)
    found = analyze(options, stdin=lambda: "", download=download, fetch=fetch)
    return (report_text(found.findings, Output("log")) or "No problems were found.\n").encode()
