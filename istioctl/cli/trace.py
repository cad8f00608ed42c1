"""`istioctl proxy-config trace`: which way a request takes through a proxy."""

from __future__ import annotations

from typing import Annotated

from istioctl.cli.line.cluster_options import open_cluster
from istioctl.cli.line.completers import pods
from istioctl.cli.line.declare import Argument, Context, Option
from istioctl.cli.line.files import read_bytes
from istioctl.cli.line.options import OutputOption
from istioctl.cli.line.proxy_flags import AdminPortOption
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.printers import print_data
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError


def trace(
    ctx: Context,
    words: Annotated[
        list[str],
        Argument(
            metavar="[TYPE/]NAME[.NAMESPACE] METHOD URL",
            help="The proxy, not with --file; the request.",
            autocompletion=pods,
        ),
    ],
    headers: Annotated[
        list[str], Option("-H", "--header", metavar="'NAME: VALUE'", help="A header; may be repeated.")
    ] = [],  # noqa: B006 - it is copied
    file: Annotated[
        str, Option("-f", "--file", metavar="FILE", help="A saved dump instead of a pod; - for stdin.")
    ] = "",
    inbound: Annotated[bool, Option("--inbound", help="The request arrives at the pod instead of leaving it.")] = False,
    plain: Annotated[bool, Option("--plain-text", help="It arrives without mTLS.")] = False,
    source: Annotated[
        str, Option("--from", metavar="NAMESPACE/ACCOUNT", help="Who sends it: a service account or a SPIFFE identity.")
    ] = "",
    source_ip: Annotated[str, Option("--source-ip", metavar="IP", help="The client's address.")] = "",
    address: Annotated[str, Option("--address", metavar="IP", help="The address that the URL's host stands for.")] = "",
    objects: Annotated[
        list[str], Option("--objects", metavar="FILE", help="Files of objects, to name the lines that made a step.")
    ] = [],  # noqa: B006
    output: OutputOption = None,
    admin_port: AdminPortOption = 15000,
) -> int:
    """Show which way a request takes through a proxy, and what made each step of it.

    The listener, filter chain, route, cluster and endpoints are worked out from the proxy's configuration as Envoy
    decides, and how the authorization policies judge the request. Nothing is sent. The exit status is 1 where the
    request certainly reaches nobody. What the proxy does not know of a request, such as a token, is named.
    """
    from istioctl.actions.observe.trace import dump_of_pod, places_of
    from istioctl.cli.screen.trace_report import trace_lines
    from istioctl.proxies.trace.dump import read_dump
    from istioctl.proxies.trace.request import make_request
    from istioctl.proxies.trace.trace import trace as work_out

    wanted = "METHOD URL" if file else "[TYPE/]NAME[.NAMESPACE] METHOD URL"
    if len(words) != (needed := len(wanted.split())):
        raise UsageError(f"{needed} words are needed, not {len(words)}", where=" ".join(words), hint=f"Give {wanted}.")
    if plain and not inbound:
        raise UsageError("only an inbound request arrives with or without mTLS", where="--plain-text")
    method, url = words[-2:]
    request = make_request(
        method,
        url,
        headers,
        mutual_tls=inbound and not plain,
        source=source,
        source_ip=source_ip,
        destination_ip=address,
    )
    places = places_of(objects)
    if file:
        dump = read_dump(read_bytes(file), file)
    else:
        dump = dump_of_pod(open_cluster(ctx), words[0], ctx.options.namespace, admin_port)
    found = work_out(dump, request, inbound=inbound)
    if output is not None:
        data = {"proxy": dump.proxy_id, **found.as_data()}
        data["places"] = {str(origin): place for origin, place in sorted(places.items(), key=lambda each: str(each[0]))}
        print_data(data, output)
    elif terminal().has_colour(stdout=True):
        from istioctl.cli.screen.outline import tree_text
        from istioctl.cli.screen.trace_report import OUTCOME_STYLES, trace_outline

        root = trace_outline(found, dump.proxy_id or file, places)
        terminal().write(tree_text(root, terminal().width, OUTCOME_STYLES))
    else:
        for line in trace_lines(found, dump.proxy_id or file, places):
            terminal().write(f"{line.rstrip()}\n")
    lost = ("denied", "not found", "unavailable", "closed")
    return ExitStatus.NOT_WELL if all(each.kind in lost for each in found.outcomes) else ExitStatus.OK
