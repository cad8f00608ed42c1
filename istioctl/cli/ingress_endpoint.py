"""`istioctl ingress-endpoint`: how to reach an ingress gateway from outside of the cluster."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Annotated

from istioctl.cli.line.cluster_options import client_options
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.options import global_options, output_option
from istioctl.cli.screen.printers import Output, data_text, print_data
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import ClusterError
from istioctl.golang.durations import parse_duration

if TYPE_CHECKING:
    from istioctl.actions.observe.ingress_endpoint import Endpoint

_ENV = Output("env")
_URL = "url"


def ingress_endpoint(
    ctx: Context,
    name: Annotated[str, Option("--name", metavar="NAME", help="The Service, or the Gateway API Gateway.")] = "",
    selector: Annotated[
        str, Option("-l", "--selector", metavar="LABELS", help="The labels of the gateway's Service.")
    ] = "istio=ingressgateway",
    node_port: Annotated[bool, Option("--node-port", help="Use a node's port, not the load balancer.")] = False,
    wait: Annotated[bool, Option("--wait", help="Wait until the load balancer has an address.")] = False,
    timeout: Annotated[
        str, Option("--timeout", metavar="DURATION", help="How long --wait and --check may take.")
    ] = "5m0s",
    check: Annotated[bool, Option("--check", help="Open a connection to each port.")] = False,
    output: Annotated[Output, output_option(_ENV.form, _URL, default=_ENV.form)] = _ENV,
) -> None:
    """Print how to reach an ingress gateway from outside of the cluster.

    The default form is for the shell: eval "$(istioctl ingress-endpoint)" sets INGRESS_HOST, INGRESS_PORT,
    SECURE_INGRESS_PORT and TCP_INGRESS_PORT. A template reads the Service and the gateway's pods at the paths of
    `kubectl get`, too: -o jsonpath='{.status.loadBalancer.ingress[0].ip}', '{.items[0].status.hostIP}'.
    """
    from istioctl.actions.observe.ingress_endpoint import EndpointOptions, check_connection, find_gateway

    seconds = parse_duration(timeout)
    flags = global_options(ctx)
    options = EndpointOptions(
        client=client_options(ctx),
        namespace=flags.namespace,
        istio_namespace=flags.istio_namespace,
        name=name,
        selector=selector,
        prefer_node_port=node_port,
        wait=seconds if wait else 0.0,
    )
    console = terminal()
    gateway = find_gateway(options, console.say)
    try:
        found = gateway.endpoint()
    except ClusterError:
        # What a template asks of the Service may be there although nothing leads to it yet, as for kubectl.
        if not output.template or check:
            raise
        text = data_text(gateway.as_data(), output, headers=console.headers)
        if not text.strip():
            raise
        console.write(text)
        return
    if check:
        check_connection(found, min(seconds, flags.kubeclient_timeout))
    if output.form in (_ENV.form, _URL):
        console.write(_text(found, output.form))
    else:
        print_data(found.as_data() | gateway.as_data(), output)


def _text(found: Endpoint, form: str) -> str:
    if form == "url":
        return found.url + "\n"
    ports = {
        "INGRESS_PORT": found.http_port,
        "SECURE_INGRESS_PORT": found.https_port,
        "TCP_INGRESS_PORT": found.tcp_port,
    }
    lines = [f"export INGRESS_HOST={quote(found.host)}"]
    lines += [f"export {name}={'' if port is None else port}" for name, port in ports.items()]
    return "\n".join(lines) + "\n"
