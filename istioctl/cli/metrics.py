"""`istioctl experimental metrics`: requests, errors and latencies of workloads."""

from __future__ import annotations

import math
from typing import Annotated

from istioctl.cli.line.cluster_options import open_cluster
from istioctl.cli.line.declare import Argument, Context, Option
from istioctl.cli.line.options import OutputOption
from istioctl.cli.screen.printers import print_data, print_table
from istioctl.errors import ErrorGroup, IstioctlError, UsageError

_HEADER = ("WORKLOAD", "TOTAL RPS", "ERROR RPS", "P50 LATENCY", "P90 LATENCY", "P99 LATENCY")


def metrics(
    ctx: Context,
    workloads: Annotated[list[str], Argument(metavar="WORKLOAD[.NAMESPACE]...", help="Beginnings of their names.")],
    duration: Annotated[
        str, Option("-d", "--duration", metavar="DURATION", help="The time over which rates are taken.")
    ] = "1m",
    output: OutputOption = None,
) -> None:
    """Show how many requests workloads get, how many fail, and how long they take, by Prometheus."""
    from istioctl.actions.observe.workload_metrics import check_names, find_prometheus, workload_metrics
    from istioctl.golang.durations import duration_text, parse_duration

    nanoseconds = round(parse_duration(duration) * 1e9)
    if nanoseconds <= 0:
        raise UsageError("a time above zero is needed", where="--duration")
    check_names(workloads)
    session = open_cluster(ctx)
    answers = workload_metrics(session, find_prometheus(session, ctx.options.istio_namespace), workloads, nanoseconds)
    found = [each for each in answers if not isinstance(each, IstioctlError)]
    problems = [each for each in answers if isinstance(each, IstioctlError)]

    def milliseconds(value: float) -> str:
        return duration_text(int(value) * 1_000_000) if math.isfinite(value) else "0s"

    if output is not None and found:
        print_data([each.as_data() for each in found], output)
    elif found:
        rows = [
            (each.workload, f"{each.requests:.3f}", f"{each.errors:.3f}", *map(milliseconds, each.latencies.values()))
            for each in found
        ]
        print_table(_HEADER, rows)
    if problems:
        raise problems[0] if len({str(problem) for problem in problems}) == 1 else ErrorGroup(problems)
