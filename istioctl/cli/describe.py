"""`istioctl describe pod|service`: what the mesh's configuration means for one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from istioctl.cli.line import completers
from istioctl.cli.line.cluster_options import check_port, open_cluster
from istioctl.cli.line.declare import Argument, Context, Option
from istioctl.cli.line.options import OutputOption, pod_argument
from istioctl.cli.screen.printers import print_data
from istioctl.cli.screen.terminal import terminal

if TYPE_CHECKING:
    from istioctl.cli.screen.printers import Output

_IgnoreOption = Annotated[bool, Option("--ignoreUnmeshed", help="Do not mind pods that are not in the mesh.")]
_PortOption = Annotated[
    int, Option("--proxy-admin-port", metavar="PORT", hidden=True, help="Not needed: no proxy is asked.")
]


def pod(
    ctx: Context,
    name: Annotated[
        str,
        pod_argument("The pod, or what has it, such as deploy/web."),
    ],
    ignore_unmeshed: _IgnoreOption = False,
    output: OutputOption = None,
    admin_port: _PortOption = 15000,
) -> int:
    """Say what the mesh's configuration means for a pod.

    Shown are the services in front of it, the routes and gateways that lead to these with their weights, which mTLS
    clients use and the pod accepts and what says so, the policies that hold, and what would not work.
    """
    return _describe(ctx, name, ignore_unmeshed, output, admin_port, is_pod=True)


def service(
    ctx: Context,
    name: Annotated[
        str,
        Argument(
            metavar="[TYPE/]NAME[.NAMESPACE]",
            help="The service, or what it leads to, such as deploy/web.",
            autocompletion=completers.services,
        ),
    ],
    ignore_unmeshed: _IgnoreOption = False,
    output: OutputOption = None,
    admin_port: _PortOption = 15000,
) -> int:
    """Say what the mesh's configuration means for a service.

    Shown are its pods, the routes and gateways that lead to it with their weights, which mTLS clients use and its pods
    accept and what says so, the policies that hold, and what would not work.
    """
    return _describe(ctx, name, ignore_unmeshed, output, admin_port, is_pod=False)


def _describe(
    ctx: Context, reference: str, ignore_unmeshed: bool, output: Output | None, admin_port: int, *, is_pod: bool
) -> int:
    from istioctl.actions.observe.describe import DescribeOptions, describe_pod, describe_service
    from istioctl.cli.screen.describe_report import LINE_STYLES, describe_lines, describe_outline

    check_port(admin_port, "--proxy-admin-port")
    session = open_cluster(ctx)
    here = ctx.options.namespace or session.namespace
    options = DescribeOptions(reference, here, ctx.options.istio_namespace, check_mesh=not ignore_unmeshed)
    found = describe_pod(session, options) if is_pod else describe_service(session, options)
    if output is not None:
        print_data(found.as_data(), output)
        return 0
    if terminal().has_colour(stdout=True):
        from istioctl.cli.screen.outline import tree_text

        root = describe_outline(found, here, is_pod=is_pod)
        terminal().write(tree_text(root, terminal().width, LINE_STYLES))
        return 0
    for line in describe_lines(found, here, is_pod=is_pod):
        terminal().write(f"{line}\n")
    return 0
