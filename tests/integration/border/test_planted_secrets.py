"""No token, password, key or Secret's data shows in logs, errors or tracebacks, at any level."""

from __future__ import annotations

import base64
import io
import json
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from istioctl.cli.main import run
from istioctl.cli.screen.terminal import Terminal
from tests.integration.border.commands import COMMANDS, FILES
from tests.support.malformed import KINDS
from tests.support.stub_cluster import StubCluster, write_kubeconfig

PLANTED = "pLaNtEd"
"""In each secret; so it must be in no output."""
TOKEN, PASSWORD = f"{PLANTED}-token", f"{PLANTED}-password"
KEY = f"-----BEGIN PRIVATE KEY-----\n{PLANTED}\n-----END PRIVATE KEY-----\n"
SECRET = base64.b64encode(f"{PLANTED} in a Secret".encode()).decode()
KEY_DATA = base64.b64encode(KEY.encode()).decode()
FORBIDDEN = (PLANTED, SECRET, KEY_DATA[:40])

COMMAND_NAMES = [name for name in COMMANDS if not name.startswith(("dashboard", "install", "upgrade", "uninstall"))]
ANSWERS = ("right", "page", "list", "unauthorized", "refusal of numbers", "metadata is a list", "dropped", "redirect")


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StubCluster]:
    folder = tmp_path_factory.mktemp("stub")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    with StubCluster(folder) as cluster:
        write_kubeconfig(cluster.kubeconfig, cluster.address, token=TOKEN)
        yield cluster


def outputs(*argv: str) -> str:
    """What a command line writes on stderr, with the traceback of what nobody caught."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(3)]
    try:
        run([*argv, "--vklog", "10"], Terminal(*streams, environ={"ISTIOCTL_TRACEBACK": "1"}))
    except Exception:
        return traceback.format_exc()
    streams[2].flush()
    return streams[2].buffer.getvalue().decode()  # type: ignore[attr-defined]


def assert_clean(text: str) -> None:
    for word in FORBIDDEN:
        assert word not in text


@pytest.mark.parametrize("command", COMMAND_NAMES)
def test_commands(stub: StubCluster, command: str) -> None:
    stub.reset()
    metadata = {"name": "planted", "namespace": "istio-system", "labels": {}}
    annotations = {"kubernetes.io/service-account.name": "istio-reader-service-account"}
    data = {"token": SECRET, "ca.crt": SECRET, "tls.key": SECRET}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {**metadata, "annotations": annotations}, "data": data}
    stub.objects["/api/v1/namespaces/istio-system/secrets/planted"] = secret
    words = [word.replace("FOLDER", str(stub.kubeconfig.parent)) for word in COMMANDS[command]]
    for kind in ANSWERS:
        stub.bend = KINDS.get(kind, lambda asked, answer: answer)
        text = outputs(*words, "-c", str(stub.kubeconfig), "--kubeclient-timeout", "1s")
        assert_clean(text)
    assert stub.seen


USERS: dict[str, dict[str, Any]] = {
    "token with a line break": {"token": f"{TOKEN}\nmore"},
    "token with a NUL": {"token": f"{TOKEN}\0"},
    "token beyond latin-1": {"token": f"{TOKEN}漢"},
    "token with a space": {"token": f"{TOKEN} x"},
    "token as a list": {"token": [TOKEN]},
    "token as a mapping": {"token": {TOKEN: 1}},
    "password as a number": {"username": "u", "password": 5},
    "password of odd characters": {"username": "u", "password": f"{PASSWORD}\n\0漢"},
    "key that is none": {
        "client-certificate-data": base64.b64encode(KEY.encode()).decode(),
        "client-key-data": PLANTED,
    },
    "key without base64": {"client-key-data": f"@{PLANTED}@"},
    "key beyond ASCII": {"client-key-data": f"{PLANTED}漢"},
    "certificate that is a key": {
        "client-certificate-data": KEY_DATA,
        "client-key-data": KEY_DATA,
    },
    "program that tells": {"exec": {"apiVersion": "v1", "command": "echo", "args": [TOKEN]}},
    "program that gives an odd token": {
        "exec": {
            "apiVersion": "v1",
            "command": "echo",
            "args": [json.dumps({"apiVersion": "v1", "kind": "ExecCredential", "status": {"token": f"{TOKEN}\n\n x"}})],
        }
    },
    "program that gives a list": {
        "exec": {
            "apiVersion": "v1",
            "command": "echo",
            "args": [json.dumps({"apiVersion": "v1", "kind": "ExecCredential", "status": {"token": [TOKEN]}})],
        }
    },
    "provider": {"auth-provider": {"name": "oidc", "config": {"id-token": f"{TOKEN}.a.b", "refresh-token": TOKEN}}},
    "provider of texts": {"auth-provider": {"name": "oidc", "config": TOKEN}},
}


@pytest.mark.parametrize("name", USERS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_credentials_that_cannot_be_used(tmp_path: Path, stub: StubCluster, name: str, scheme: str) -> None:
    address = stub.address.replace("http", scheme, 1)
    file = write_kubeconfig(tmp_path / "kubeconfig", address, **USERS[name])
    text = outputs("tag", "list", "-c", str(file), "--kubeclient-timeout", "1s")
    assert_clean(text)
    assert "Traceback" not in text
    assert "Error: " in text or name == "password of odd characters"


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"\xff\xfe", TOKEN.encode() + b"\nmore", TOKEN.encode() + b"\0", b"x" * 2_000_000],
    ids=range(6),
)
def test_token_files(tmp_path: Path, stub: StubCluster, content: bytes) -> None:
    token = tmp_path / "token"
    token.write_bytes(content)
    file = write_kubeconfig(tmp_path / "kubeconfig", stub.address, tokenFile=str(token))
    text = outputs("tag", "list", "-c", str(file))
    assert_clean(text)
    assert f"Error: {token}: " in text


def test_credentials_in_addresses(tmp_path: Path, stub: StubCluster) -> None:
    file = write_kubeconfig(tmp_path / "kubeconfig", f"http://user:{PASSWORD}@127.0.0.1:1/")
    text = outputs("tag", "list", "-c", str(file), "--kubeclient-timeout", "1s")
    assert_clean(text)
    assert "http://127.0.0.1:1" in text
    config = json.loads(file.read_text())
    config["clusters"][0]["cluster"] |= {"server": stub.address, "proxy-url": f"http://user:{PASSWORD}@127.0.0.1:1"}
    file.write_text(json.dumps(config))
    assert_clean(outputs("tag", "list", "-c", str(file), "--kubeclient-timeout", "1s"))
