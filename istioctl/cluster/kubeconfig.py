"""Which server to talk to and as whom: kubeconfig files, or the account of the pod this runs in.

The rules are client-go's (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/): a
file given by flag stands alone; else the files of `$KUBECONFIG`, of which the first that sets a value wins; else
`~/.kube/config`; else the service account of the pod.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote, urlsplit

from istioctl.cluster.answers import misfit
from istioctl.cluster.credentials import USER, Credentials, UserEntry, basic, pem, read_file, token_file
from istioctl.cluster.kubeconfig_files import kubeconfig_files
from istioctl.cluster.patience import Patience, Report
from istioctl.cluster.shapes import Shape
from istioctl.errors import ClusterError, InputError, IstioctlError

_CONFIG: Shape = {
    "current-context": str,
    "clusters": [
        {
            "name!": str,
            "cluster": {
                "server": str,
                "certificate-authority": str,
                "certificate-authority-data": str,
                "insecure-skip-tls-verify": bool,
                "tls-server-name": str,
                "proxy-url": str,
                "extensions": [{"name!": str}],
            },
        }
    ],
    "users": [{"name!": str, "user": USER}],
    "contexts": [{"name!": str, "context": {"cluster": str, "user": str, "namespace": str}}],
}
"""client-go `tools/clientcmd/api/v1`, Config."""
_HEADER_NAME = "!#$&'*+-.^_`|~"
"""What else than letters and digits stands in a header's name (RFC 9110, token); `%` is what quotes the others."""
_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """What the command line says about the connection.

    Args:
        kubeconfig: a file; empty means the usual places.
        context: a context's name; empty means the current one.
        as_user, as_groups, as_uid: whom to impersonate; they win over the kubeconfig's `as`.
        timeout: the longest time in seconds that one request may take, retries included.
        official: an `ApiClient` or a `Configuration` of the official library (`kubernetes.client`), in place of a
            kubeconfig; see `official_client`.
    """

    kubeconfig: str = ""
    context: str = ""
    as_user: str = ""
    as_groups: tuple[str, ...] = ()
    as_uid: str = ""
    timeout: float = 15.0
    official: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Connection:
    """A server, how to trust it, and the credentials to show it.

    Args:
        server: its address, without credentials that the kubeconfig has in it.
        source: what all this is from, for errors.
        ca: the authorities to trust, as PEM; None means those of the system.
        server_name: what the server is called in TLS; empty means as in its address.
        checked_name: the name that its certificate has to have where that is another; False means any.
        proxy: empty for none; None leaves it to the environment.
        proxy_headers: for the proxy alone.
        proxy_tls: an `ssl.SSLContext` for an https proxy.
        headers: for each request: credentials and impersonation.
        expires: when `renew` should be asked, in seconds since the epoch.
        renew: gives the connection with credentials that are read, or made, anew; None where they stay as they are.
    """

    server: str
    context: str = ""
    cluster: str = ""
    namespace: str = ""
    ca: bytes | None = None
    insecure: bool = False
    server_name: str = ""
    client_certificate: bytes | None = field(default=None, repr=False)
    client_key: bytes | None = field(default=None, repr=False)
    checked_name: str | Literal[False] | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    proxy: str | None = field(default=None, repr=False)
    proxy_headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    proxy_tls: Any = field(default=None, repr=False)
    source: str = "the kubeconfig"
    expires: float | None = None
    renew: Callable[[], Connection] | None = field(default=None, repr=False, compare=False)

    @property
    def where(self) -> str:
        """What to look at when something in here is wrong."""
        return f"context {self.context!r}" if self.context else self.source

    @property
    def is_stale(self) -> bool:
        """Whether the credentials are due to be read again."""
        return self.renew is not None and self.expires is not None and time.time() >= self.expires


def load_connection(options: ClientOptions, report: Report | None = None) -> Connection:
    """The connection that the options, the environment and the files describe.

    Args:
        options: what is asked for.
        report: takes a line where a program that makes credentials takes longer than a moment.

    Raises:
        InputError: a file can't be read or does not say what is needed.
        ClusterError: no cluster is configured at all.
    """
    files = kubeconfig_files(options.kubeconfig)
    if not files:
        if os.environ.get("KUBERNETES_SERVICE_HOST") and not options.context and (_ACCOUNT / "token").is_file():
            return _in_cluster(options)
        raise ClusterError(
            "no cluster is configured: there is no kubeconfig file",
            where=options.kubeconfig or os.environ.get("KUBECONFIG") or str(Path.home() / ".kube" / "config"),
            hint="Name one with --kubeconfig or KUBECONFIG.",
            id="no-kubeconfig",
        )
    return _connection(_merge(files), options, ", ".join(map(str, files)), Patience(report))


def context_names(options: ClientOptions) -> list[str]:
    """The names of all contexts in the kubeconfig files, in their order.

    Raises:
        InputError: a file can't be read.
    """
    return list(_merge(kubeconfig_files(options.kubeconfig))["contexts"])


def _merge(files: list[Path]) -> dict[str, Any]:
    merged: dict[str, Any] = {"clusters": {}, "users": {}, "contexts": {}, "current-context": ""}
    for file in files:
        data = _read(file)
        merged["current-context"] = merged["current-context"] or data.get("current-context", "")
        for section, inner in (("clusters", "cluster"), ("users", "user"), ("contexts", "context")):
            for entry in data.get(section, ()):
                merged[section].setdefault(entry["name"], (file.parent, entry.get(inner, {})))
    return merged


def _read(file: Path) -> Mapping[str, Any]:
    from istioctl.yamldoc.reader import load

    try:
        data = load(file.read_bytes(), str(file))
    except OSError as problem:
        raise InputError(f"can't read the kubeconfig: {problem.strerror}", where=str(file)) from problem
    except IstioctlError as problem:
        raise InputError(
            f"the kubeconfig is not YAML: {problem.message}", where=problem.where, hint="Fix the file."
        ) from None
    data = {} if data is None else data
    if wrong := misfit(data, _CONFIG):
        raise InputError(f"the kubeconfig is not one: {wrong}", where=str(file), hint="Fix the file.")
    config: Mapping[str, Any] = data
    return config


def _connection(merged: dict[str, Any], options: ClientOptions, where: str, patience: Patience) -> Connection:
    name = options.context or merged["current-context"]
    contexts = merged["contexts"]
    if not name:
        raise InputError("the kubeconfig has no current context", where=where, hint=_offer("--context", contexts))
    if name not in contexts:
        raise InputError(
            f"there is no context {name!r} in the kubeconfig",
            where=where,
            hint=_offer("--context", contexts),
            id="no-context",
        )
    _, context = contexts[name]
    cluster_name = context.get("cluster", "")
    folder, cluster = merged["clusters"].get(cluster_name, (None, None))
    if folder is None or not cluster.get("server"):
        raise InputError(f"context {name!r} names no cluster that the kubeconfig describes", where=where)
    user_name = context.get("user", "")
    user_folder, user = merged["users"].get(user_name, (folder, {}))
    entry = UserEntry(user_name, user, user_folder, where, cluster, patience)
    server, authorization = split_server(cluster["server"])
    impersonation = impersonation_of(options, user, entry.where)
    connection = Connection(
        server=server,
        context=name,
        cluster=cluster_name,
        namespace=context.get("namespace", ""),
        ca=pem(cluster, "certificate-authority", folder, f"{where}: cluster {cluster_name}"),
        insecure=cluster.get("insecure-skip-tls-verify", False),
        server_name=cluster.get("tls-server-name", ""),
        proxy=cluster.get("proxy-url") or None,
    )

    def renew() -> Connection:
        return _with(connection, entry.credentials(), authorization, impersonation, renew)

    return renew()


def _with(
    connection: Connection,
    given: Credentials,
    authorization: str,
    impersonation: tuple[tuple[str, str], ...],
    renew: Callable[[], Connection],
) -> Connection:
    """The connection with credentials; `authorization` is what there is without them."""
    shown = given.authorization or authorization
    return replace(
        connection,
        client_certificate=given.certificate,
        client_key=given.key,
        headers=((("Authorization", shown),) if shown else ()) + impersonation,
        expires=given.expires,
        renew=renew if given.renewable else None,
    )


def split_server(address: str) -> tuple[str, str]:
    """A server's address without user name and password, and the header for these: they must not show in messages."""
    try:
        url = urlsplit(address)
    except ValueError:  # whoever connects says what is wrong
        return address.rstrip("/"), ""
    user, at, host = url.netloc.rpartition("@")
    if not at:
        return address.rstrip("/"), ""
    name, _, password = user.partition(":")
    return url._replace(netloc=host).geturl().rstrip("/"), basic(unquote(name), unquote(password))


def _offer(flag: str, names: Mapping[str, Any]) -> str:
    return f"Choose one with {flag}: {', '.join(names)}." if names else "The file describes no context at all."


def impersonation_of(options: ClientOptions, user: Mapping[str, Any], where: str) -> tuple[tuple[str, str], ...]:
    """The headers that ask the server to take the request for another's.

    Args:
        options: win over the user entry.
        user: an entry of a kubeconfig.
        where: it is, for errors.
    """
    if options.as_user or options.as_groups or options.as_uid:
        name, groups, uid = options.as_user, list(options.as_groups), options.as_uid
        extra: Mapping[str, Any] = {}
        where = "--as"
    else:
        name, uid = user.get("as", ""), user.get("as-uid", "")
        groups, extra = user.get("as-groups", []), user.get("as-user-extra", {})
    if (groups or uid) and not name:
        raise InputError("impersonating a group or a UID needs a user, too", where="--as-group", hint="Add --as USER.")
    headers = [("Impersonate-User", name)] if name else []
    headers += [("Impersonate-Group", group) for group in groups]
    headers += [("Impersonate-Uid", uid)] if uid else []
    headers += [
        (f"Impersonate-Extra-{quote(key, safe=_HEADER_NAME)}", value)
        for key, values in extra.items()
        for value in values
    ]
    return tuple((key, header_value(value, where)) for key, value in headers)


def header_value(
    text: str, where: str, what: str = "whom to impersonate", hint: str = "Fix --as or the kubeconfig."
) -> str:
    """A text as a header carries it: UTF-8, whose bytes http.client wants as characters of Latin-1."""
    if any(character < " " or character == "\x7f" for character in text):
        raise InputError(f"{what} holds a control character", where=where, hint=hint)
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _in_cluster(options: ClientOptions) -> Connection:
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    namespace = _ACCOUNT / "namespace"
    impersonation = impersonation_of(options, {}, "--as")
    connection = Connection(
        server=f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
        namespace=read_file(namespace).decode("utf-8", "replace").strip() if namespace.is_file() else "",
        ca=read_file(_ACCOUNT / "ca.crt"),
        source="the pod's service account",
    )

    def renew() -> Connection:
        return _with(connection, token_file(_ACCOUNT / "token"), "", impersonation, renew)

    return renew()
