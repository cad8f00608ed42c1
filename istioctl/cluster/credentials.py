"""What a kubeconfig's user entry gives to show to a server: tokens, passwords, certificates, programs that make them.

Tokens from files and programs end; whoever gives them says when to ask again. No message here shows a value.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from istioctl.cluster.answers import misfit
from istioctl.cluster.patience import Patience
from istioctl.cluster.shapes import Shape
from istioctl.errors import ClusterError, InputError
from istioctl.patterns import lazy_pattern

FILE_LIFETIME = 60.0
"""Seconds after which a token file is read again, as client-go does (`transport/token_source.go`)."""
_EARLY = 15.0
_LONGEST_TOKEN = 1024 * 1024
_NO_TOKEN_CHARACTER = lazy_pattern(r"[^\x21-\x7e]")

USER: Shape = {
    "token": str,
    "tokenFile": str,
    "username": str,
    "password": str,
    "client-certificate": str,
    "client-certificate-data": str,
    "client-key": str,
    "client-key-data": str,
    "as": str,
    "as-uid": str,
    "as-groups": [str],
    "as-user-extra": {str: [str]},
    "exec": {
        "apiVersion!": str,
        "command!": str,
        "args": [str],
        "env": [{"name!": str, "value!": str}],
        "installHint": str,
        "provideClusterInfo": bool,
        "interactiveMode": str,
    },
    "auth-provider": {"name!": str, "config": {}},
}
"""The user entry of a kubeconfig (client-go `tools/clientcmd/api/v1`, AuthInfo)."""
_GIVEN: Shape = {"token": str, "clientCertificateData": str, "clientKeyData": str, "expirationTimestamp": str}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is shown to the server.

    Args:
        authorization: the header's value; empty means none.
        expires: when they have to be read again, in seconds since the epoch; None means never.
        renewable: whether reading them again may give others, as where the server does not take them any more.
    """

    authorization: str = field(default="", repr=False)
    certificate: bytes | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)
    expires: float | None = None
    renewable: bool = False


@dataclass(frozen=True, slots=True)
class UserEntry:
    """A user entry of a kubeconfig, its types checked.

    Args:
        name: of the entry; for errors.
        data: it.
        folder: what the paths in it are relative to.
        file: the kubeconfig.
        cluster: the cluster's entry, for programs that want to know it.
        patience: says which program is waited for.
    """

    name: str
    data: Mapping[str, Any] = field(repr=False)
    folder: Path
    file: str
    cluster: Mapping[str, Any]
    patience: Patience = field(default_factory=lambda: Patience(None), repr=False)

    @property
    def where(self) -> str:
        """For errors."""
        return f"{self.file}: user {self.name}"

    def credentials(self) -> Credentials:
        """Reads the credentials, or has them made.

        Raises:
            InputError: they, or a file that the entry names, can't be used.
            ClusterError: a program gives none.
        """
        if self.data.get("exec"):
            return self._from_program()
        if self.data.get("auth-provider"):
            return self._from_provider()
        certificate = pem(self.data, "client-certificate", self.folder, self.where)
        key = pem(self.data, "client-key", self.folder, self.where)
        if self.data.get("tokenFile"):
            return token_file(self.folder / self.data["tokenFile"], certificate, key)
        if self.data.get("token"):
            return Credentials(bearer(self.data["token"], self.where), certificate, key)
        if self.data.get("username"):
            return Credentials(basic(self.data["username"], self.data.get("password", "")), certificate, key)
        return Credentials("", certificate, key)

    def _from_program(self) -> Credentials:
        """What an `exec` plugin gives; nothing of it is written to disk."""
        from istioctl.cluster.credential_program import ProgramError, run_program

        entry = self.data["exec"]
        try:
            with self.patience.waiting_for(f"{entry['command']} to give credentials"):
                given = run_program(entry, self.folder, self.cluster)
        except (ProgramError, OSError, ValueError) as problem:
            raise self._failed(str(problem), entry.get("installHint", "")) from None
        if wrong := misfit(given, _GIVEN):
            raise self._failed(f"in what it printed, {wrong.removeprefix('it ')}")
        certificate, key = given.get("clientCertificateData"), given.get("clientKeyData")
        token = given.get("token")
        if not token and not certificate:
            raise self._failed("it gave no credentials")
        return Credentials(
            bearer(token, self.where) if token else "",
            certificate.encode() if certificate else None,
            key.encode() if key else None,
            _expiry(given.get("expirationTimestamp")),
            renewable=True,
        )

    def _from_provider(self) -> Credentials:
        """What an `auth-provider` gives, by the official client."""
        from kubernetes.client import Configuration
        from kubernetes.config.kube_config import KubeConfigLoader

        name = "given"
        config = {
            "current-context": name,
            "clusters": [{"name": name, "cluster": {"server": self.cluster.get("server", "")}}],
            "users": [{"name": name, "user": {"auth-provider": self.data["auth-provider"]}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        }
        loaded = Configuration()
        loader: Any = KubeConfigLoader
        try:
            loader(config, config_base_path=str(self.folder)).load_and_set(loaded)
            given = loaded.get_api_key_with_prefix("authorization") or loaded.get_api_key_with_prefix("BearerToken")
        except Exception as problem:  # whatever the provider's own library raises
            raise self._failed(type(problem).__name__ if not isinstance(problem, OSError) else str(problem)) from None
        if not given:
            raise self._failed("it gave no credentials")
        token = str(given).removeprefix("Bearer ")
        return Credentials(bearer(token, self.where), expires=time.time() + FILE_LIFETIME, renewable=True)

    def _failed(self, reason: str, hint: str = "") -> ClusterError:
        return ClusterError(
            f"the kubeconfig's way to get credentials fails: {reason}",
            where=self.where,
            hint=hint or "Run the login command of your cluster's provider, and see that its program is on PATH.",
            id="credentials",
        )


def token_file(path: Path, certificate: bytes | None = None, key: bytes | None = None) -> Credentials:
    """The token of a file, which is read again in time.

    Raises:
        InputError: the file can't be read, or holds no token.
    """
    data = read_file(path)
    try:
        text = data.decode() if len(data) <= _LONGEST_TOKEN else ""
    except UnicodeDecodeError:
        text = ""
    if not text.strip():
        raise InputError("the file holds no token", where=str(path), hint="Fix tokenFile in the kubeconfig.")
    return Credentials(bearer(text, str(path)), certificate, key, time.time() + FILE_LIFETIME, renewable=True)


def bearer(token: str, where: str) -> str:
    """The header's value for a token; white space around it does not count.

    Raises:
        InputError: the token has characters that no token has; which, is told by place, not by value.
    """
    token = token.strip()
    if found := _NO_TOKEN_CHARACTER.search(token):
        what = {"\n": "a line break", "\r": "a line break", "\0": "a NUL", " ": "a space"}.get(
            found[0], "a character that is not printable ASCII"
        )
        raise InputError(
            f"the token is unusable: its character {found.start() + 1} is {what}",
            where=where,
            hint="Fetch a new token, as by logging in again.",
            id="bad-token",
        )
    return f"Bearer {token}"


def basic(username: str, password: str) -> str:
    """The header's value for a name and a password (RFC 7617)."""
    return f"Basic {base64.b64encode(f'{username}:{password}'.encode('utf-8', 'surrogateescape')).decode()}"


def pem(entry: Mapping[str, Any], key: str, folder: Path, where: str) -> bytes | None:
    """A PEM given inline (`key-data`, which wins) or as a file beside the kubeconfig.

    Raises:
        InputError: it is not base64, or the file can't be read.
    """
    inline = entry.get(f"{key}-data")
    if inline:
        try:
            return base64.b64decode("".join(inline.split()), validate=True)
        except ValueError:
            raise InputError(f"'{key}-data' is not base64", where=where, hint="Fix the kubeconfig.") from None
    return read_file(folder / entry[key]) if entry.get(key) else None


def read_file(path: Path) -> bytes:
    """The content of a file that a kubeconfig names.

    Raises:
        InputError: it can't be read.
    """
    try:
        if path.exists() and not path.is_file():
            raise InputError("what the kubeconfig names is not a file", where=str(path), hint="Fix the kubeconfig.")
        return path.read_bytes()
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "its name holds a NUL"
        raise InputError(
            f"can't read a file that the kubeconfig names: {reason}",
            where=str(path).replace("\0", "\\0"),
            hint="Fix the kubeconfig.",
        ) from None


def _expiry(timestamp: str | None) -> float | None:
    """When to ask again; a moment that can't be read counts as none."""
    if not timestamp:
        return None
    try:
        return max(datetime.fromisoformat(timestamp).timestamp(), time.time() + 2 * _EARLY) - _EARLY
    except (ValueError, OverflowError):
        return None
