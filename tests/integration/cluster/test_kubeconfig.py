from __future__ import annotations

import base64
import copy
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from istioctl.cluster import credential_program
from istioctl.cluster.kubeconfig import ClientOptions, context_names, load_connection
from istioctl.cluster.session import Session
from istioctl.errors import ClusterError, InputError, IstioctlError
from tests.support.cluster import wait_for

PEM = "-----BEGIN CERTIFICATE-----\n"


def write(path: Path, user: dict[str, Any] | None = None, *, current: str = "one") -> Path:
    """A kubeconfig with the contexts `one` and `two`."""
    names = ("one", "two")
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": current,
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}.example:6443/"}} for name in names],
        "contexts": [{"name": name, "context": {"cluster": name, "user": "me", "namespace": "work"}} for name in names],
        "users": [{"name": "me", "user": user or {}}],
    }
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def load(path: Path, **options: Any) -> Any:
    return load_connection(ClientOptions(kubeconfig=str(path), **options))


def test_current_context_and_token(tmp_path: Path) -> None:
    connection = load(write(tmp_path / "config", {"token": "secret"}))
    assert (connection.server, connection.context, connection.namespace) == ("https://one.example:6443", "one", "work")
    assert connection.headers == (("Authorization", "Bearer secret"),)
    assert "secret" not in repr(connection)


def test_context_flag_wins(tmp_path: Path) -> None:
    assert load(write(tmp_path / "config"), context="two").server == "https://two.example:6443"


def test_unknown_context_names_the_known(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no context 'three'") as caught:
        load(write(tmp_path / "config"), context="three")
    assert caught.value.hint == "Choose one with --context: one, two."


def test_no_current_context(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no current context"):
        load(write(tmp_path / "config", current=""))


def test_token_file_is_relative_to_the_kubeconfig(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    assert load(write(tmp_path / "config", {"tokenFile": "token"})).headers == (("Authorization", "Bearer from-file"),)


def test_basic_authentication(tmp_path: Path) -> None:
    connection = load(write(tmp_path / "config", {"username": "u", "password": "p"}))
    assert connection.headers == (("Authorization", f"Basic {base64.b64encode(b'u:p').decode()}"),)


def test_client_certificate_inline_and_as_file(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("KEY")
    inline = base64.b64encode(PEM.encode()).decode()
    connection = load(write(tmp_path / "config", {"client-certificate-data": inline, "client-key": "key.pem"}))
    assert (connection.client_certificate, connection.client_key) == (PEM.encode(), b"KEY")


def test_impersonation_of_the_kubeconfig(tmp_path: Path) -> None:
    path = write(tmp_path / "config", {"as": "jane", "as-groups": ["dev"], "as-user-extra": {"scopes": ["view"]}})
    assert load(path).headers == (
        ("Impersonate-User", "jane"),
        ("Impersonate-Group", "dev"),
        ("Impersonate-Extra-scopes", "view"),
    )


def test_impersonation_by_flags_wins(tmp_path: Path) -> None:
    path = write(tmp_path / "config", {"as": "jane"})
    assert load(path, as_user="joe", as_groups=("ops", "dev"), as_uid="7").headers == (
        ("Impersonate-User", "joe"),
        ("Impersonate-Group", "ops"),
        ("Impersonate-Group", "dev"),
        ("Impersonate-Uid", "7"),
    )


def test_impersonating_a_group_needs_a_user(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs a user"):
        load(write(tmp_path / "config"), as_groups=("ops",))


def test_first_file_that_sets_a_value_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write(tmp_path / "first", {"token": "first"}, current="two")
    second = write(tmp_path / "second", {"token": "second"})
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(map(str, (tmp_path / "missing", first, second))))
    connection = load_connection(ClientOptions())
    assert (connection.context, connection.headers) == ("two", (("Authorization", "Bearer first"),))
    assert context_names(ClientOptions()) == ["one", "two"]


def test_default_place(tmp_path: Path) -> None:
    folder = tmp_path / "home" / ".kube"
    folder.mkdir(parents=True)
    write(folder / "config")
    assert load_connection(ClientOptions()).context == "one"


def test_no_file_at_all() -> None:
    with pytest.raises(ClusterError, match="no kubeconfig file") as caught:
        load_connection(ClientOptions())
    assert caught.value.hint == "Name one with --kubeconfig or KUBECONFIG."


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such kubeconfig file"):
        load(tmp_path / "missing")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("clusters: [", "not YAML"),
        ("- a", "it is a list, not a mapping"),
        ("clusters: [a]", r"clusters\[0\] is a text, not a mapping"),
    ],
)
def test_broken_file(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "config").write_text(text)
    with pytest.raises(InputError, match=words) as caught:
        load(tmp_path / "config")
    assert str(tmp_path / "config") in str(caught.value)


def test_context_without_a_cluster(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("{current-context: a, contexts: [{name: a, context: {cluster: b}}]}")
    with pytest.raises(InputError, match="names no cluster"):
        load(tmp_path / "config")


def test_named_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't read a file that the kubeconfig names") as caught:
        load(write(tmp_path / "config", {"tokenFile": "nowhere"}))
    assert caught.value.where == str(tmp_path / "nowhere")


def test_inline_data_that_is_no_base64(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'client-key-data' is not base64"):
        load(write(tmp_path / "config", {"client-key-data": "@@@"}))


def plugin(folder: Path, script: str) -> dict[str, Any]:
    program = folder / "plugin"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    api = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": api, "command": str(program), "interactiveMode": "Never"}}


def test_credentials_from_a_program(tmp_path: Path) -> None:
    answer = '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"fresh"}}'
    connection = load(write(tmp_path / "config", plugin(tmp_path, f"echo '{answer}'")))
    assert connection.headers == (("Authorization", "Bearer fresh"),)


def test_program_that_fails(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="way to get credentials") as caught:
        load(write(tmp_path / "config", plugin(tmp_path, "echo no >&2; exit 1")))
    assert caught.value.id == "credentials"


def test_program_that_is_too_slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credential_program, "SECONDS", 0.5)
    told: list[str] = []
    script = f"echo asking >&2; sleep 300 & echo $! > {tmp_path}/child; wait"
    path = write(tmp_path / "config", plugin(tmp_path, script))
    with pytest.raises(ClusterError, match=r"'plugin' did not end within 0\.5s: asking") as caught:
        load_connection(ClientOptions(kubeconfig=str(path)), told.append)
    assert caught.value.id == "credentials"
    wait_for(lambda: not is_running(int((tmp_path / "child").read_text())))


def test_program_is_ended_with_the_command(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    script = f"sleep 300 & echo $! > {begun}.new; mv {begun}.new {begun}; wait"
    path = write(tmp_path / "config", plugin(tmp_path, script))
    command = [sys.executable, "-m", "istioctl", "version", "-c", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_for(begun.exists)
        child = int(begun.read_text())
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 130, told
    wait_for(lambda: not is_running(child))


def is_running(number: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{number}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("yes", "prints more than 1 MiB"),
        ("echo '['", "is not JSON"),
        ("echo '{}'", "is not an ExecCredential"),
        (
            """echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1"}'""",
            "not of the apiVersion",
        ),
        ("read line && echo '{}'", "ended with status 1"),
    ],
)
def test_program_that_says_something_else(tmp_path: Path, script: str, words: str) -> None:
    with pytest.raises(ClusterError, match=words):
        load(write(tmp_path / "config", plugin(tmp_path, script)))


def test_program_that_has_to_ask(tmp_path: Path) -> None:
    entry = plugin(tmp_path, "exit 1")
    entry["exec"]["interactiveMode"] = "Always"
    with pytest.raises(ClusterError, match="has to ask the user, and stdin is not a terminal"):
        load(write(tmp_path / "config", entry))


def test_what_a_program_is_told(tmp_path: Path) -> None:
    entry = plugin(tmp_path, f'echo "$KUBERNETES_EXEC_INFO $GREETING $1" > {tmp_path}/told; exit 1')
    entry["exec"] |= {"provideClusterInfo": True, "args": ["word"], "env": [{"name": "GREETING", "value": "hello"}]}
    entry["exec"]["command"] = "./plugin"  # beside the kubeconfig
    path = write(tmp_path / "config", entry)
    config = yaml.safe_load(path.read_text())
    extension = {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "a"}}
    config["clusters"][0]["cluster"]["extensions"] = [extension]
    path.write_text(yaml.safe_dump(config))
    with pytest.raises(ClusterError):
        load(path)
    info, greeting, argument = (tmp_path / "told").read_text().rsplit(maxsplit=2)
    spec = json.loads(info)["spec"]
    assert (greeting, argument, spec["interactive"]) == ("hello", "word", False)
    assert spec["cluster"]["config"] == {"audience": "a"}
    assert spec["cluster"]["server"] == config["clusters"][0]["cluster"]["server"]


def test_other_settings_of_a_cluster(tmp_path: Path) -> None:
    path = write(tmp_path / "config")
    config = yaml.safe_load(path.read_text())
    settings = {"insecure-skip-tls-verify": True, "tls-server-name": "inside", "proxy-url": "http://proxy:3128"}
    config["clusters"][0]["cluster"] |= settings
    path.write_text(yaml.safe_dump(config))
    connection = load(path)
    assert (connection.insecure, connection.server_name, connection.proxy) == (True, "inside", "http://proxy:3128")


PLANTED = "pLaNtEd"
WHOLE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "one",
    "clusters": [
        {
            "name": "one",
            "cluster": {
                "server": "https://127.0.0.1:1",
                "certificate-authority": "ca",
                "certificate-authority-data": base64.b64encode(PEM.encode()).decode(),
                "insecure-skip-tls-verify": False,
                "tls-server-name": "a",
                "proxy-url": "http://127.0.0.1:1",
            },
        }
    ],
    "contexts": [{"name": "one", "context": {"cluster": "one", "user": "me", "namespace": "work"}}],
    "users": [
        {
            "name": "me",
            "user": {
                "token": PLANTED,
                "tokenFile": "token",
                "username": PLANTED,
                "password": PLANTED,
                "client-certificate": "certificate",
                "client-certificate-data": base64.b64encode(PEM.encode()).decode(),
                "client-key": "key",
                "client-key-data": base64.b64encode(PLANTED.encode()).decode(),
                "as": "jane",
                "as-uid": "1",
                "as-groups": ["a"],
                "as-user-extra": {"b": ["c"]},
                "exec": None,
                "auth-provider": None,
            },
        }
    ],
}
ODD_VALUES = [
    None,
    5,
    1.5,
    True,
    [],
    {},
    [5],
    {"a": 5},
    "",
    "\0",
    "a\nb",
    "漢",
    "\udc9b",
    "socks9://x",
    "a" * 5000,
]


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values."""
    if path:
        yield path
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from places(value, (*path, key))


@pytest.mark.parametrize("path", list(places(WHOLE)), ids=lambda path: ".".join(map(str, path)))
def test_odd_values_are_one_error_that_shows_no_secret(tmp_path: Path, path: tuple[Any, ...]) -> None:
    for name in ("token", "ca", "certificate", "key"):
        (tmp_path / name).write_text(PLANTED)
    shown: list[str] = []
    for value in ODD_VALUES:
        config = copy.deepcopy(WHOLE)
        if "cert" not in str(path) and "key" not in str(path):
            config["clusters"][0]["cluster"]["server"] = "http://127.0.0.1:1"  # without TLS it goes faster
        if path[:1] == ("users",):
            del config["clusters"][0]["cluster"]["certificate-authority-data"]
        inner = config
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value
        (tmp_path / "config").write_text(json.dumps(config))
        try:
            Session(load(tmp_path / "config"))
        except IstioctlError as problem:
            shown.append(f"{problem} {problem.hint}")
    assert PLANTED not in "".join(shown)
