"""`istioctl experimental envoy-stats`: the statistics of Envoys."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from istioctl.cli.line.cluster_options import open_cluster
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.options import output_option
from istioctl.cli.line.proxy_flags import AdminPortOption, ProxyFlags, targets
from istioctl.cli.proxy_view import SHORT
from istioctl.cli.screen.printers import Output, print_data
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError

_TEXTS = ("short", "prom", "prom-merged")


class Subject(StrEnum):
    """What they are about; `cluster` is `clusters`."""

    SERVER = "server"
    CLUSTERS = "clusters"
    CLUSTER = "cluster"


def envoy_stats(
    ctx: Context,
    proxies: ProxyFlags,
    subject: Annotated[Subject, Option("-t", "--type", help="What they are about.")] = Subject.SERVER,
    output: Annotated[
        Output,
        output_option(*_TEXTS, default="short", note="prom-merged adds the application's own metrics to prom."),
    ] = SHORT,
    port: AdminPortOption = 15000,
) -> None:
    """Show the statistics of Envoys."""
    about = "server" if subject is Subject.SERVER else "clusters"
    is_prometheus = output.form.startswith("prom")
    if is_prometheus and about == "clusters":
        raise UsageError(f"clusters can't be printed as {output}", where="--output", hint="Choose short, json or yaml.")
    wanted = targets(ctx, proxies)
    from istioctl.actions.observe.envoy_stats import prometheus_text, stats_data, stats_text
    from istioctl.actions.observe.targets import find_proxies

    session = open_cluster(ctx)
    found = find_proxies(session, wanted)
    if output.form not in _TEXTS:
        data = stats_data(session, found, about, port)
        if data.found:
            by_key = {proxy.key: each for proxy, each in data.found.items()}
            print_data(next(iter(by_key.values())) if wanted.means_one else by_key, output)
        failure = data.failure
    else:
        merged = output.form == "prom-merged"
        answers = (
            prometheus_text(session, found, port, merged=merged)
            if is_prometheus
            else stats_text(session, found, about, port)
        )
        mark = "# " if is_prometheus else "\n"  # a comment to Prometheus
        for proxy, text in answers.found.items():
            name = proxy.name if wanted.means_one else proxy
            terminal().write(f"{mark}The result of pod {name}:\n\n")
            terminal().write(text if text.endswith("\n") else f"{text}\n")
        failure = answers.failure
    if failure is not None:
        raise failure
