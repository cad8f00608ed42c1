"""`istioctl ingress-endpoint`: how to reach an ingress gateway from outside of the cluster."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Annotated

from istioctl.cli.line.cluster_options import client_options
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.options import global_options
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import InputError, UsageError
from istioctl.golang.durations import parse_duration

if TYPE_CHECKING:
    from istioctl.actions.observe.ingress_endpoint import Endpoint

_FORMS = "env, json, yaml, url or jsonpath=EXPRESSION"


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
    output: Annotated[str, Option("-o", "--output", metavar="FORM", help=f"One of {_FORMS}.")] = "env",
) -> None:
    """Print how to reach an ingress gateway from outside of the cluster.

    The default form is for the shell: eval "$(istioctl ingress-endpoint)" sets INGRESS_HOST, INGRESS_PORT,
    SECURE_INGRESS_PORT and TCP_INGRESS_PORT.
    """
    from istioctl.actions.observe.ingress_endpoint import EndpointOptions, check_connection
    from istioctl.actions.observe.ingress_endpoint import ingress_endpoint as find

    if output not in ("env", "json", "yaml", "url") and not output.startswith("jsonpath="):
        raise UsageError(f"unknown output form {output!r}", where="--output", hint=f"Use {_FORMS}.")
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
    found = find(options, console.say)
    if check:
        check_connection(found, min(seconds, flags.kubeclient_timeout))
    console.write(_text(found, output))


def _text(found: Endpoint, form: str) -> str:
    if form == "env":
        ports = {
            "INGRESS_PORT": found.http_port,
            "SECURE_INGRESS_PORT": found.https_port,
            "TCP_INGRESS_PORT": found.tcp_port,
        }
        lines = [f"export INGRESS_HOST={quote(found.host)}"]
        lines += [f"export {name}={'' if port is None else port}" for name, port in ports.items()]
        return "\n".join(lines) + "\n"
    if form == "url":
        return found.url + "\n"
    if form.startswith("jsonpath="):
        return _by_path(found, form.removeprefix("jsonpath="))
    if form == "json":
        import json

        return json.dumps(found.as_data(), indent=2) + "\n"
    from istioctl.yamldoc.writer import dump

    return dump(found.as_data())


def _by_path(found: Endpoint, expression: str) -> str:
    from jsonpath_ng.exceptions import JSONPathError
    from jsonpath_ng.parser import parse

    path = expression.strip().removeprefix("{").removesuffix("}")
    path = f"${path}" if path.startswith((".", "[")) else path
    try:
        values = [match.value for match in parse(path).find(found.as_data())]
    except JSONPathError as problem:
        raise InputError(f"not a JSONPath: {problem}", where=f"--output jsonpath={expression}") from problem
    if not values:
        raise InputError(
            "the JSONPath finds nothing", where=f"--output jsonpath={expression}", hint="See -o json for what there is."
        )
    return " ".join("" if value is None else str(value) for value in values) + "\n"
