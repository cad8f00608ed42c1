"""`istioctl experimental workload`: machines outside Kubernetes as parts of the mesh."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from istioctl.api.identity import ObjectKey
from istioctl.cli.line.cluster_options import check_revision, client_options
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.options import NamesOutputOption, RevisionOption
from istioctl.cli.screen.printers import print_data
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError

_PORTS = range(1, 65536)
NameOption = Annotated[str, Option("--name", metavar="NAME", help="The WorkloadGroup's name.")]


def create_group(
    ctx: Context,
    name: NameOption = "",
    labels: Annotated[
        list[str], Option("-l", "--labels", metavar="KEY=VALUE,...", help="Labels of the workloads; may be repeated.")
    ] = [],  # noqa: B006 - it is copied
    annotations: Annotated[
        list[str],
        Option("-a", "--annotations", metavar="KEY=VALUE,...", help="Annotations of the workloads; may be repeated."),
    ] = [],  # noqa: B006
    ports: Annotated[
        list[str], Option("-p", "--ports", metavar="NAME=PORT,...", help="Ports of the workloads; may be repeated.")
    ] = [],  # noqa: B006
    service_account: Annotated[
        str, Option("-s", "--serviceAccount", metavar="NAME", help="Whose identity the workloads have.")
    ] = "default",
    network: Annotated[str, Option("--network", metavar="NAME", help="The network the workloads are in.")] = "",
    locality: Annotated[str, Option("--locality", metavar="REGION/ZONE/SUBZONE", help="Where the workloads are.")] = "",
    weight: Annotated[
        int, Option("-w", "--weight", min=0, max=4294967295, metavar="NUMBER", help="Their share of the load.")
    ] = 0,
    output: NamesOutputOption = None,
) -> None:
    """Print a WorkloadGroup, which describes workloads outside Kubernetes.

    Apply it: istioctl x workload group create --name vm --namespace shop --labels app=vm | kubectl apply -f -
    """
    from istioctl.actions.workloads.groups import GroupOptions, workload_group

    namespace = ctx.options.namespace
    for flag, value in (("--name", name), ("--namespace", namespace)):
        if not value:
            raise UsageError(f"expecting a workload {flag.removeprefix('--')}", hint=f"Pass {flag}.")
    options = GroupOptions(name, namespace, labels, annotations, ports, service_account, network, locality, weight)
    group = workload_group(options)
    for port, number in group["spec"]["template"].get("ports", {}).items():
        if number not in _PORTS:
            terminal().warn(f"the cluster will refuse port {port}: {number} is not from 1 to 65535")
    print_data(group, output or "yaml", names=[ObjectKey.of(group).resource_name])


def configure_entry(
    ctx: Context,
    file: Annotated[
        str, Option("-f", "--file", metavar="FILE", help="The WorkloadGroup's file, `-` for stdin; else --name.")
    ] = "",
    name: NameOption = "",
    folder: Annotated[str, Option("-o", "--output", metavar="DIR", help="Where the files go.")] = "",
    cluster: Annotated[
        str, Option("--clusterID", metavar="ID", help="The cluster's ID; by default the control plane's.")
    ] = "",
    token_seconds: Annotated[
        int, Option("--tokenDuration", min=0, metavar="SECONDS", help="How long the token is good for.")
    ] = 3600,
    ingress_service: Annotated[
        str, Option("--ingressService", metavar="NAME[.NAMESPACE]", help="The gateway by which istiod is reached.")
    ] = "istio-eastwestgateway",
    ingress_address: Annotated[str, Option("--ingressIP", metavar="IP", help="That gateway's address.")] = "",
    auto_register: Annotated[
        bool, Option("--autoregister", help="Let istiod make the WorkloadEntry once the workload connects.")
    ] = False,
    capture_dns: Annotated[
        bool, Option("--capture-dns/--no-capture-dns", help="Lead the workload's DNS queries through its proxy.")
    ] = True,
    internal_address: Annotated[str, Option("--internalIP", metavar="IP", help="The workload's own address.")] = "",
    external_address: Annotated[
        str, Option("--externalIP", metavar="IP", help="The address under which others see the workload.")
    ] = "",
    revision: RevisionOption = "",
) -> None:
    """Write the files by which a workload outside Kubernetes joins the mesh.

    They are cluster.env, mesh.yaml, hosts, root-cert.pem and istio-token; the last holds a secret, and only you can
    read it. Move them to the workload's machine.
    """
    from istioctl.actions.workloads.entry import EntryOptions
    from istioctl.actions.workloads.entry import configure_entry as configure

    if not file and not (name and ctx.options.namespace):
        raise UsageError("no WorkloadGroup is named", hint="Pass --file, or --name and --namespace.")
    if not folder:
        raise UsageError("expecting an output directory", hint="Pass --output DIR.")
    if internal_address and external_address:
        raise UsageError("--internalIP and --externalIP exclude each other")
    check_revision(revision)
    console = terminal()
    options = EntryOptions(
        client=client_options(ctx),
        folder=Path(folder),
        file=file,
        name=name,
        namespace=ctx.options.namespace,
        istio_namespace=ctx.options.istio_namespace,
        revision=revision,
        cluster=cluster or None,
        token_seconds=token_seconds,
        ingress_service=ingress_service,
        ingress_address=ingress_address,
        internal_address=internal_address,
        external_address=external_address,
        auto_register=auto_register,
        capture_dns=capture_dns,
    )
    done = configure(options, stdin=console.read_input, report=console.say)
    for note in done.notes:
        console.warn(note)
    console.write(f"Configuration generation into directory {folder} was successful\n")
