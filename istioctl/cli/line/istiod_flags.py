"""The flags that say how istiod is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from istioctl.cli.line.cluster_options import client_options
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.parameters import flag_group
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import IstioctlError

if TYPE_CHECKING:
    from istioctl.actions.observe.istiods import Istiods


@flag_group
class IstiodFlags(NamedTuple):
    """How istiod is asked."""

    xds_label: Annotated[
        str, Option("--xds-label", metavar="LABELS", help="The labels by which istiod's pods are found.")
    ] = ""
    xds_address: Annotated[
        str, Option("--xds-address", metavar="HOST:PORT", help="Ask istiod there over XDS, not through the cluster.")
    ] = ""
    xds_port: Annotated[
        int, Option("--xds-port", metavar="PORT", min=1, max=65535, help="The XDS port of istiod's pods.")
    ] = 15012
    cert_dir: Annotated[
        str, Option("--cert-dir", metavar="DIR", help="Certificates for XDS: cert-chain.pem, key.pem, root-cert.pem.")
    ] = ""
    authority: Annotated[
        str, Option("--authority", metavar="NAME", help="The name that istiod's certificate has, for XDS.")
    ] = ""
    insecure: Annotated[bool, Option("--insecure", help="Trust any certificate of istiod's, for XDS.")] = False
    plaintext: Annotated[bool, Option("--plaintext", help="Use XDS without TLS and without credentials.")] = False


def open_istiods(ctx: Context, flags: IstiodFlags, revision: str = "", timeout: str = "") -> Istiods:
    """The control planes that the flags mean; nothing is sent yet.

    Args:
        timeout: how long each answer may take, unless --kubeclient-timeout says.

    Raises:
        InputError: a duration or the kubeconfig can't be read.
        ClusterError: no cluster is configured.
    """
    from dataclasses import replace

    from istioctl.actions.observe.istiods import Istiods
    from istioctl.cluster.session import open_session
    from istioctl.golang.durations import parse_duration

    client = client_options(ctx)
    if timeout and "kubeclient_timeout" not in ctx.given:
        client = replace(client, timeout=parse_duration(timeout))
    xds = None
    if flags != IstiodFlags(flags.xds_label):
        from istioctl.cluster.xds import XdsOptions

        xds = XdsOptions(
            flags.xds_address, flags.xds_port, flags.cert_dir, flags.authority, flags.insecure, flags.plaintext
        )
    try:
        session = open_session(client, report=terminal().say)
    except IstioctlError:
        if not (flags.xds_address and (flags.cert_dir or flags.plaintext)):
            raise
        session = None  # neither the way to istiod nor the credentials need a cluster
    return Istiods(session, ctx.options.istio_namespace, revision, flags.xds_label, xds, client.timeout)
