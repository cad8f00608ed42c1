"""`istioctl create-remote-secret` and `remote-clusters`: meshes of several clusters."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from istioctl.api.labels import is_dns_label
from istioctl.cli.line.cluster_options import client_options, specification_inputs
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.options import ListFlags, ManifestsOption, RevisionOption, SpecificationFlags
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError


class SecretType(StrEnum):
    """What the secret is for."""

    REMOTE = "remote"
    CONFIG = "config"


class AuthType(StrEnum):
    """How the control plane proves who it is."""

    BEARER_TOKEN = "bearer-token"  # noqa: S105 - a word of the command line
    PLUGIN = "plugin"


def create_remote_secret(
    ctx: Context,
    name: Annotated[str, Option("--name", metavar="NAME", help="This cluster's name; else kube-system's UID.")] = "",
    server: Annotated[str, Option("--server", metavar="URL", help="The API server as other clusters see it.")] = "",
    kind: Annotated[SecretType, Option("--type", help="What the secret is for.")] = SecretType.REMOTE,
    service_account: Annotated[
        str, Option("--service-account", metavar="NAME", help="Whose credentials the secret holds.")
    ] = "",
    create_service_account: Annotated[
        bool, Option("--create-service-account/--no-create-service-account", help="Create the account if missing.")
    ] = True,
    secret_name: Annotated[
        str, Option("--secret-name", metavar="NAME", help="The account's token secret to use.")
    ] = "",
    tls_server_name: Annotated[
        str, Option("--tls-server-name", metavar="NAME", help="The name in the server's certificate.")
    ] = "",
    auth_type: Annotated[AuthType, Option("--auth-type", help="A token, or a plug-in.")] = AuthType.BEARER_TOKEN,
    auth_plugin_name: Annotated[str, Option("--auth-plugin-name", metavar="NAME", help="The plug-in.")] = "",
    auth_plugin_config: Annotated[
        list[str], Option("--auth-plugin-config", metavar="KEY=VALUE", help="A setting of the plug-in.")
    ] = [],  # noqa: B006 - it is copied
    manifests: ManifestsOption = None,
) -> None:
    """Print a Secret by which another cluster's control plane reaches this cluster.

    Apply it there: istioctl create-remote-secret --name c0 | kubectl --context c1 apply -f -
    """
    from istioctl.actions.revisions.remote_secret import RemoteSecretOptions
    from istioctl.actions.revisions.remote_secret import create_remote_secret as create
    from istioctl.yamldoc.writer import dump

    if (auth_type is AuthType.PLUGIN) != bool(auth_plugin_name):
        raise UsageError(
            "a plug-in needs a name, and a name a plug-in",
            where="--auth-type, --auth-plugin-name",
            hint="Give --auth-type plugin and --auth-plugin-name together.",
        )
    if name and not is_dns_label(name):
        raise UsageError(
            f"{name!r} can't be a name", where="--name", hint="Use lower-case letters, digits and hyphens."
        )
    console = terminal()
    options = RemoteSecretOptions(
        client=client_options(ctx),
        inputs=specification_inputs(ctx, SpecificationFlags(manifests=manifests)),
        namespace=ctx.options.namespace or ctx.options.istio_namespace,
        name=name,
        for_config=kind is SecretType.CONFIG,
        service_account=service_account,
        create_account=create_service_account,
        secret_name=secret_name,
        server=server,
        tls_server_name=tls_server_name,
        plugin=auth_plugin_name,
        plugin_config=dict(_pair(setting) for setting in auth_plugin_config),
    )
    made = create(options, console.say)
    for warning in made.warnings:
        console.warn(warning)
    console.write(f"# Credentials of a cluster; keep them secret.\n{dump(made.secret)}---\n")


def remote_clusters(ctx: Context, shown: ListFlags, revision: RevisionOption = "") -> None:
    """List the clusters that each istiod is connected to."""
    from istioctl.actions.revisions.remote_secret import remote_clusters as find

    shown.show(
        find(client_options(ctx), ctx.options.istio_namespace, revision, terminal().say),
        lambda cluster: str(cluster.name),
        ("NAME", "SECRET", "STATUS", "ISTIOD"),
        lambda cluster: (cluster.name, cluster.secret, cluster.status, cluster.istiod),
    )


def _pair(setting: str) -> tuple[str, str]:
    key, equals, value = setting.partition("=")
    if not equals:
        raise UsageError(f"{setting!r} has no value", where="--auth-plugin-config", hint="Write KEY=VALUE.")
    return key, value
