"""Which server to talk to and as whom: kubeconfig files, or the account of the pod this runs in.

The rules are client-go's (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/): a
file given by flag stands alone; else the files of `$KUBECONFIG`, of which the first that sets a value wins; else
`~/.kube/config`; else the service account of the pod. Credentials that a program or a refresh token provides are left
to the official client's loader, which is imported only then.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from istioctl.errors import ClusterError, InputError, IstioctlError

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """What the command line says about the connection.

    Args:
        kubeconfig: a file; empty means the usual places.
        context: a context's name; empty means the current one.
        as_user, as_groups, as_uid: whom to impersonate; they win over the kubeconfig's `as`.
        timeout: the longest time in seconds that one request may take, retries included.
    """

    kubeconfig: str = ""
    context: str = ""
    as_user: str = ""
    as_groups: tuple[str, ...] = ()
    as_uid: str = ""
    timeout: float = 15.0


@dataclass(frozen=True, slots=True)
class Connection:
    """A server, how to trust it, and the credentials to show it."""

    server: str
    context: str = ""
    cluster: str = ""
    namespace: str = ""
    ca: bytes | None = None
    insecure: bool = False
    server_name: str = ""
    client_certificate: bytes | None = field(default=None, repr=False)
    client_key: bytes | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    proxy: str = ""


def load_connection(options: ClientOptions) -> Connection:
    """The connection that the options, the environment and the files describe.

    Raises:
        InputError: a file can't be read or does not say what is needed.
        ClusterError: no cluster is configured at all.
    """
    files = _files(options)
    if not files:
        if os.environ.get("KUBERNETES_SERVICE_HOST") and not options.context and (_ACCOUNT / "token").is_file():
            return _in_cluster(options)
        raise ClusterError(
            "no cluster is configured: there is no kubeconfig file",
            where=options.kubeconfig or os.environ.get("KUBECONFIG") or str(Path.home() / ".kube" / "config"),
            hint="name one with --kubeconfig or KUBECONFIG",
            id="no-kubeconfig",
        )
    return _connection(_merge(files), options, ", ".join(map(str, files)))


def context_names(options: ClientOptions) -> list[str]:
    """The names of all contexts in the kubeconfig files, in their order.

    Raises:
        InputError: a file can't be read.
    """
    return list(_merge(_files(options))["contexts"])


def _files(options: ClientOptions) -> list[Path]:
    if options.kubeconfig:
        file = Path(options.kubeconfig).expanduser()
        if not file.is_file():
            raise InputError(
                "there is no such kubeconfig file",
                where=options.kubeconfig,
                hint="mend --kubeconfig",
                id="no-kubeconfig",
            )
        return [file]
    listed = os.environ.get("KUBECONFIG")
    candidates: Iterable[Path] = (
        (Path(part) for part in listed.split(os.pathsep) if part) if listed else (Path.home() / ".kube" / "config",)
    )
    return [file for file in candidates if file.is_file()]


def _merge(files: list[Path]) -> dict[str, Any]:
    merged: dict[str, Any] = {"clusters": {}, "users": {}, "contexts": {}, "current-context": ""}
    for file in files:
        data = _read(file)
        merged["current-context"] = merged["current-context"] or str(data.get("current-context") or "")
        for section, inner in (("clusters", "cluster"), ("users", "user"), ("contexts", "context")):
            for entry in data.get(section) or []:
                if not (isinstance(entry, Mapping) and isinstance(entry.get(inner) or {}, Mapping)):
                    raise InputError(
                        f"an entry of '{section}' is no mapping", where=str(file), hint="mend the kubeconfig"
                    )
                merged[section].setdefault(str(entry.get("name")), (file.parent, entry.get(inner) or {}))
    return merged


def _read(file: Path) -> Mapping[str, Any]:
    from istioctl.yamldoc.reader import load

    try:
        data = load(file.read_bytes(), str(file))
    except OSError as problem:
        raise InputError(f"can't read the kubeconfig: {problem.strerror}", where=str(file)) from problem
    except IstioctlError as problem:
        raise InputError(
            f"the kubeconfig is no YAML: {problem.message}", where=problem.where, hint="mend the file"
        ) from None
    if not isinstance(data or {}, Mapping):
        raise InputError("the kubeconfig is no mapping", where=str(file), hint="mend the file")
    return data or {}


def _connection(merged: dict[str, Any], options: ClientOptions, where: str) -> Connection:
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
    folder, cluster = merged["clusters"].get(str(context.get("cluster")), (None, None))
    if folder is None or not cluster.get("server"):
        raise InputError(f"context {name!r} names no cluster that the kubeconfig describes", where=where)
    user_folder, user = merged["users"].get(str(context.get("user")), (folder, {}))
    certificate, key, headers = _credentials(user, user_folder, merged, name, where)
    return Connection(
        server=str(cluster["server"]).rstrip("/"),
        context=name,
        cluster=str(context.get("cluster")),
        namespace=str(context.get("namespace") or ""),
        ca=_bytes(cluster, "certificate-authority", folder),
        insecure=bool(cluster.get("insecure-skip-tls-verify")),
        server_name=str(cluster.get("tls-server-name") or ""),
        client_certificate=certificate,
        client_key=key,
        headers=(*headers, *_impersonation(options, user)),
        proxy=str(cluster.get("proxy-url") or ""),
    )


def _offer(flag: str, names: Mapping[str, Any]) -> str:
    return f"choose one with {flag}: {', '.join(names)}" if names else "the file describes no context at all"


def _credentials(
    user: Mapping[str, Any], folder: Path, merged: dict[str, Any], context: str, where: str
) -> tuple[bytes | None, bytes | None, list[tuple[str, str]]]:
    if user.get("exec") or user.get("auth-provider"):
        return _provided_credentials(merged, context, where)
    certificate, key = _bytes(user, "client-certificate", folder), _bytes(user, "client-key", folder)
    token = str(user.get("token") or "")
    if user.get("tokenFile"):
        token = _file(folder / str(user["tokenFile"])).decode().strip()
    if token:
        return certificate, key, [("Authorization", f"Bearer {token}")]
    if user.get("username"):
        pair = f"{user['username']}:{user.get('password') or ''}".encode()
        return certificate, key, [("Authorization", f"Basic {base64.b64encode(pair).decode()}")]
    return certificate, key, []


def _provided_credentials(
    merged: dict[str, Any], context: str, where: str
) -> tuple[bytes | None, bytes | None, list[tuple[str, str]]]:
    """What an `exec` plugin or an `auth-provider` gives, by the official client's loader."""
    from kubernetes.client import Configuration
    from kubernetes.config import ConfigException
    from kubernetes.config.kube_config import KubeConfigLoader

    folder = merged["users"][str(merged["contexts"][context][1].get("user"))][0]
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "clusters": [{"name": name, "cluster": entry} for name, (_, entry) in merged["clusters"].items()],
        "users": [{"name": name, "user": entry} for name, (_, entry) in merged["users"].items()],
        "contexts": [{"name": name, "context": entry} for name, (_, entry) in merged["contexts"].items()],
    }
    loaded = Configuration()
    try:
        loader: Any = KubeConfigLoader
        loader(config, active_context=context, config_base_path=str(folder)).load_and_set(loaded)
    except (ConfigException, OSError, ValueError, KeyError) as problem:
        raise ClusterError(
            f"the kubeconfig's way to get credentials fails: {problem}",
            where=where,
            hint="run the login command of your cluster's provider, and see that its program is on PATH",
            id="credentials",
        ) from problem
    token = loaded.get_api_key_with_prefix("authorization") or loaded.get_api_key_with_prefix("BearerToken")
    certificate = _file(Path(loaded.cert_file)) if loaded.cert_file else None
    key = _file(Path(loaded.key_file)) if loaded.key_file else None
    if not token and not certificate:
        raise ClusterError(
            "the kubeconfig's way to get credentials gave none",
            where=where,
            hint="run the login command of your cluster's provider, and see that its program is on PATH",
            id="credentials",
        )
    return certificate, key, [("Authorization", token)] if token else []


def _impersonation(options: ClientOptions, user: Mapping[str, Any]) -> list[tuple[str, str]]:
    if options.as_user or options.as_groups or options.as_uid:
        name, groups, uid = options.as_user, list(options.as_groups), options.as_uid
        extra: Mapping[str, Any] = {}
    else:
        name, uid = str(user.get("as") or ""), str(user.get("as-uid") or "")
        groups, extra = list(user.get("as-groups") or []), user.get("as-user-extra") or {}
    if (groups or uid) and not name:
        raise InputError("impersonating a group or a UID needs a user, too", where="--as-group", hint="add --as USER")
    headers = [("Impersonate-User", name)] if name else []
    headers += [("Impersonate-Group", str(group)) for group in groups]
    headers += [("Impersonate-Uid", uid)] if uid else []
    headers += [(f"Impersonate-Extra-{key}", str(value)) for key, values in extra.items() for value in values]
    return headers


def _bytes(entry: Mapping[str, Any], key: str, folder: Path) -> bytes | None:
    """A PEM given inline (`key-data`, which wins) or as a file beside the kubeconfig."""
    inline = entry.get(f"{key}-data")
    if inline:
        try:
            return base64.b64decode(str(inline), validate=True)
        except binascii.Error as problem:
            raise InputError(
                f"'{key}-data' is no base64: {problem}", where=str(folder), hint="mend the kubeconfig"
            ) from None
    return _file(folder / str(entry[key])) if entry.get(key) else None


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise InputError(
            f"can't read a file that the kubeconfig names: {problem.strerror}",
            where=str(path),
            hint="mend the kubeconfig",
        ) from problem


def _in_cluster(options: ClientOptions) -> Connection:
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    namespace = _ACCOUNT / "namespace"
    return Connection(
        server=f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
        namespace=_file(namespace).decode().strip() if namespace.is_file() else "",
        ca=_file(_ACCOUNT / "ca.crt"),
        headers=(
            ("Authorization", f"Bearer {_file(_ACCOUNT / 'token').decode().strip()}"),
            *_impersonation(options, {}),
        ),
    )
