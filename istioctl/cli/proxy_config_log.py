"""`istioctl proxy-config log`: what Envoys log, and changing it."""

from __future__ import annotations

from typing import Annotated

from istioctl.cli.line.cluster_options import open_cluster
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.proxy_flags import AdminPortOption, ProxyFlags, targets
from istioctl.cli.proxy_view import SHORT, FormOption
from istioctl.cli.screen.printers import print_data
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError


def log(
    ctx: Context,
    proxies: ProxyFlags,
    level: Annotated[
        str,
        Option(
            "--level",
            metavar="[LOGGER:]LEVEL,...",
            help="What they shall log from now on: trace, debug, info, warning, error, critical or off.",
        ),
    ] = "",
    reset: Annotated[bool, Option("-r", "--reset", help="Give all loggers the level that proxies start with.")] = False,
    output: FormOption = SHORT,
    admin_port: AdminPortOption = 15000,
) -> None:
    """Show what each logger of proxies tells, or change it; a workload means all its pods."""
    if reset and level:
        raise UsageError("--level cannot be combined with --reset")
    from istioctl.actions.observe.envoy_logs import DEFAULT_LEVEL, Levels, injected_level, log_levels, read_levels
    from istioctl.actions.observe.targets import find_proxies

    levels, meant = read_levels(level), targets(ctx, proxies)
    session = open_cluster(ctx)
    found = find_proxies(session, meant, each_pod=True)
    if reset:
        injected = injected_level(session, ctx.options.istio_namespace)
        if not injected:
            terminal().warn(f"the injector's values do not say at which level proxies start; using {DEFAULT_LEVEL}")
        levels = Levels(injected or DEFAULT_LEVEL)
    answers = log_levels(session, found, levels, port=admin_port)
    if output == SHORT:
        for proxy, loggers in answers.found.items():
            lines = "".join(f"  {name}: {own}\n" for name, own in loggers.items())
            terminal().write(f"{proxy}:\nactive loggers:\n{lines}\n")
    else:
        print_data({proxy.key: loggers for proxy, loggers in answers.found.items()}, output)
    if answers.failure:
        raise answers.failure
