"""Secrets by which a control plane reaches another cluster's API server (upstream `istioctl/pkg/multicluster`)."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from istioctl.actions.revisions.control_planes import ask_istiod, control_plane_pods
from istioctl.api.identity import ObjectKey
from istioctl.api.labels import annotations_of
from istioctl.api.names import SYSTEM_NAMESPACE
from istioctl.cluster.apply import TOOL_OWNER, Desired, apply
from istioctl.cluster.patience import Report
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import Client, Session, open_session
from istioctl.cluster.wait import states_of
from istioctl.errors import ClusterError

if TYPE_CHECKING:
    from istioctl.rendering.specification.build import SpecificationInputs

READER = "istio-reader-service-account"
CONFIG_READER = "istiod"

_NAME_ANNOTATION = "networking.istio.io/cluster"
_LABEL = "istio/multiCluster"
_CONFIG_SECRET = "istio-kubeconfig"  # noqa: S105 - a name
_ACCOUNT_ANNOTATION = "kubernetes.io/service-account.name"
_TOKEN_TYPE = "kubernetes.io/service-account-token"  # noqa: S105 - a type


@dataclass(frozen=True, slots=True)
class RemoteSecretOptions:
    """What the secret shall hold.

    Args:
        inputs: the specification whose reader account is created where there is none.
        namespace: of the account, and of the secret in the other cluster.
        name: of this cluster; empty means the UID of its namespace kube-system.
        for_config: make the secret of an external control plane's own cluster instead.
        service_account: whose credentials; empty means the usual one.
        secret_name: of an existing token secret of the account.
        server: the API server's address as other clusters see it; empty means the kubeconfig's.
        plugin: the name of an authentication plug-in to name instead of a token, and its settings.
    """

    client: Client
    inputs: SpecificationInputs
    namespace: str = SYSTEM_NAMESPACE
    name: str = ""
    for_config: bool = False
    service_account: str = ""
    create_account: bool = True
    secret_name: str = ""
    server: str = ""
    tls_server_name: str = ""
    plugin: str = ""
    plugin_config: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RemoteSecret:
    """The Secret to apply to the other cluster, and what the user should know."""

    secret: dict[str, Any]
    warnings: tuple[str, ...]


def create_remote_secret(options: RemoteSecretOptions, report: Report | None = None) -> RemoteSecret:
    """Makes the secret from this cluster's credentials; creates the account and its token where they are missing.

    Raises:
        ClusterError: the account or its token can't be had, or the cluster can't be asked.
    """
    from istioctl.yamldoc.writer import dump

    session = open_session(options.client, report=report)
    name = options.name or str(session.get("/api/v1/namespaces/kube-system")["metadata"]["uid"])
    account = options.service_account or (CONFIG_READER if options.for_config else READER)
    token = _token(session, options, account)
    server = options.server or session.server
    warnings = []
    if not options.server and ("127.0.0.1" in server or "localhost" in server):
        warnings.append(
            f"other clusters hardly reach the kubeconfig's {server}; give the address they use with --server"
        )
    user: dict[str, Any] = {"token": _decoded(token, "token", server)}
    if options.plugin:
        user = {"auth-provider": {"name": options.plugin, "config": dict(options.plugin_config)}}
    cluster = {"certificate-authority-data": token["data"]["ca.crt"], "server": server}
    if options.tls_server_name:
        cluster["tls-server-name"] = options.tls_server_name
    kubeconfig = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
        "preferences": {},
        "users": [{"name": name, "user": user}],
    }
    metadata = {
        "name": _CONFIG_SECRET if options.for_config else f"istio-remote-secret-{name}",
        "namespace": options.namespace,
        "annotations": {_NAME_ANNOTATION: name},
        "labels": {_LABEL: "true"},
    }
    data = {"config" if options.for_config else name: dump(kubeconfig)}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data}
    return RemoteSecret(secret, tuple(warnings))


@dataclass(frozen=True, slots=True)
class RemoteCluster:
    """A cluster that an istiod is connected to."""

    name: str
    secret: str
    status: str
    istiod: str

    def as_data(self) -> dict[str, str]:
        """For `-o json` and `-o yaml`."""
        return {"name": self.name, "secret": self.secret, "status": self.status, "istiod": self.istiod}


def remote_clusters(
    client: Client, namespace: str = SYSTEM_NAMESPACE, revision: str = "", report: Report | None = None
) -> list[RemoteCluster]:
    """The clusters that each istiod is connected to, as its `/debug/clusterz` tells.

    Raises:
        ClusterError: there is no istiod, or one does not answer.
    """
    from istioctl.cluster.answers import check, read_json

    session = open_session(client, report=report)
    pods = control_plane_pods(session, namespace, revision)
    if not pods:
        raise ClusterError(f'no running Istio pods in namespace "{namespace}"', where=session.server, id="no-istio")
    found = []
    for pod in pods:
        name = str(pod["metadata"]["name"])
        where = f"istiod in pod {namespace}/{name} (GET /debug/clusterz)"
        answer = read_json(ask_istiod(session, pod, "/debug/clusterz"), where)
        check(answer, [{}], where)
        for entry in answer:
            cluster, secret, status = (str(entry.get(key) or "") for key in ("id", "secretName", "syncStatus"))
            found.append(RemoteCluster(cluster, secret, status, name))
    return found


def _token(session: Session, options: RemoteSecretOptions, account: str) -> dict[str, Any]:
    """The Secret with the account's token, once the server has filled it in."""
    _ensure_account(session, options, account)
    namespace = options.namespace
    secret: dict[str, Any] | None
    if options.secret_name:
        secret = session.get(f"/api/v1/namespaces/{namespace}/secrets/{options.secret_name}")
        if _account_of(secret) != account:
            raise ClusterError(
                f"Secret {options.secret_name} holds no token of service account {account}",
                where=f"namespace {namespace}",
                hint="Fix --secret-name or --service-account.",
                id="foreign-secret",
            )
    else:
        fields = f"type={_TOKEN_TYPE}"
        secrets = list_objects(session, "v1", "Secret", namespace=namespace, fields=fields)
        own = [item for item in secrets if _account_of(item) == account]
        secret = own[0] if own else None
    if secret is None:
        wanted = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": f"{account}-istio-remote-secret-token", "annotations": {_ACCOUNT_ANNOTATION: account}},
            "type": _TOKEN_TYPE,
        }
        secret = session.send("POST", f"/api/v1/namespaces/{namespace}/secrets", wanted)
    key = ObjectKey("v1", "Secret", namespace, secret["metadata"]["name"])
    for state in states_of(session, key, time.monotonic() + session.timeout):
        if state is not None and {"token", "ca.crt"} <= set(state.get("data") or {}):
            return state
    raise ClusterError(
        f"the server put no token into it within {session.timeout:g}s",
        where=str(key),
        hint="See that the cluster's token controller runs.",
        id="no-token",
    )


def _decoded(secret: Mapping[str, Any], key: str, server: str) -> str:
    """What a Secret holds under a key, as text."""
    try:
        return base64.b64decode(secret["data"][key], validate=True).decode("ascii")
    except ValueError:
        raise ClusterError(
            f"data.{key} is not text in base64",
            where=f"Secret {secret['metadata']['name']} on {server}",
            hint="Delete the Secret, for the server to make another, or name one with --secret-name.",
            id="malformed",
        ) from None


def _account_of(secret: Mapping[str, Any]) -> str:
    return annotations_of(secret).get(_ACCOUNT_ANNOTATION, "")


def _ensure_account(session: Session, options: RemoteSecretOptions, account: str) -> None:
    if session.find(f"/api/v1/namespaces/{options.namespace}/serviceaccounts/{account}") is not None:
        return
    if not options.create_account or account != READER:
        raise ClusterError(
            f"there is no service account {account!r} in namespace {options.namespace!r}",
            where=session.server,
            hint="Install Istio there first, or name another with --service-account.",
            id="no-account",
        )
    from istioctl.rendering.manifests import render
    from istioctl.rendering.specification.build import build_specification

    for document in render(build_specification(options.inputs)).ordered():
        is_role = document.kind in ("ClusterRole", "ClusterRoleBinding")
        is_reader = is_role and document.name.startswith("istio-reader-clusterrole")
        if is_reader or (document.kind == "ServiceAccount" and document.name == account):
            apply(session, Desired.of(document.data), TOOL_OWNER)
