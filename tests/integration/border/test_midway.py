"""What happens to a cluster in the middle of an installation ends in one clear error, or is got over."""

from __future__ import annotations

import json
import os
import socket
import ssl
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from istioctl.cluster.kubeconfig import Connection
from istioctl.cluster.transport import tls_context
from tests.support.certificates import make_certificate
from tests.support.run import Done, run_cli
from tests.support.stub_cluster import Answer, Asked, StubCluster, write_kubeconfig

INSTALL = ("install", "--set", "profile=minimal", "-y", "--kubeclient-timeout", "20s", "--readiness-timeout", "20s")


@pytest.fixture
def stub(tmp_path: Path) -> Iterator[StubCluster]:
    with StubCluster(tmp_path) as cluster:
        yield cluster


def install(stub: StubCluster) -> Done:
    return run_cli(*INSTALL, "-c", str(stub.kubeconfig))


def status(code: int, reason: str, message: str) -> Answer:
    body = {"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message}
    return Answer(code, json.dumps(body).encode())


REFUSALS = {
    "quota": (403, "Forbidden", 'deployments.apps "istiod" is forbidden: exceeded quota: small, used: 1, limited: 1'),
    "denying webhook": (403, "Forbidden", 'admission webhook "policy.example" denied the request: not on Fridays'),
    "webhook that is away": (500, "InternalError", 'failed calling webhook "policy.example": connection refused'),
    "namespace that goes": (
        403,
        "Forbidden",
        'deployments.apps "istiod" is forbidden: unable to create new content in namespace istio-system because it is '
        "being terminated",
    ),
    "expired credentials": (401, "Unauthorized", "Unauthorized"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals_are_one_clear_error(stub: StubCluster, name: str) -> None:
    refusal = status(*REFUSALS[name])
    stub.bend = lambda asked, answer: (
        refusal if asked.method == "PATCH" and asked.path.endswith("deployments/istiod") else answer
    )
    done = install(stub)
    assert done.status == 1
    assert done.stderr.count("Error: ") == 1
    assert done.stderr.count("Hint: ") == 1
    words = "does not accept the credentials" if name == "expired credentials" else REFUSALS[name][2]
    assert words in done.stderr


def test_a_namespace_that_is_removed_is_named_before_anything_is_done(stub: StubCluster) -> None:
    stub.objects["/api/v1/namespaces/istio-system"]["status"] = {"phase": "Terminating"}
    methods: list[str] = []

    def bend(asked: Asked, answer: Answer) -> Answer:
        methods.append(asked.method)
        return answer

    stub.bend = bend
    done = install(stub)
    assert done.status == 1
    assert "Error: " in done.stderr
    assert "namespace istio-system is being removed" in done.stderr
    assert set(methods) == {"GET"}


def test_a_server_that_restarts_is_waited_for(stub: StubCluster) -> None:
    down = [0.0, 0.0]

    def bend(asked: Asked, answer: Answer) -> Answer:
        if asked.path.endswith("deployments/istiod") and not down[0]:
            down[:] = time.monotonic(), time.monotonic() + 1.5
        return replace(answer, raw=b"") if down[0] <= time.monotonic() < down[1] else answer

    stub.bend = bend
    done = install(stub)
    assert done.status == 0, done.stderr


def test_a_token_file_is_read_again(stub: StubCluster, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first")
    write_kubeconfig(stub.kubeconfig, stub.address, tokenFile=str(token))

    lock, valid = threading.Lock(), ["first"]

    def rotating(asked: Asked, answer: Answer) -> Answer:
        with lock:
            if stub.served >= 20 and valid == ["first"]:
                fresh = tmp_path / "fresh"  # put in place at once, as the kubelet does: it may be read at any moment
                fresh.write_text("second")
                fresh.replace(token)
                valid[0] = "second"
        return answer if asked.authorization == f"Bearer {valid[0]}" else status(401, "Unauthorized", "Unauthorized")

    stub.bend = rotating
    done = install(stub)
    assert done.status == 0, done.stderr
    assert {seen["Authorization"] for seen in stub.seen} == {"Bearer first", "Bearer second"}


def test_a_program_is_asked_again_before_its_token_ends(stub: StubCluster, tmp_path: Path) -> None:
    program = tmp_path / "plugin"
    program.write_text(
        "#!/bin/sh\n"
        f"echo x >> {tmp_path}/asked\n"
        'echo "{\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"kind\\":\\"ExecCredential\\",'
        f'\\"status\\":{{\\"token\\":\\"token-$(wc -l < {tmp_path}/asked | tr -d " ")\\"}}}}"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    entry = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(program), "interactiveMode": "Never"}
    write_kubeconfig(stub.kubeconfig, stub.address, exec=entry)

    def bend(asked: Asked, answer: Answer) -> Answer:
        current = "token-2" if stub.served > 20 else "token-1"
        shown = stub.seen[-1].get("Authorization")
        return answer if shown == f"Bearer {current}" else status(401, "Unauthorized", "Unauthorized")

    stub.bend = bend
    done = install(stub)
    assert done.status == 0, done.stderr
    assert (tmp_path / "asked").read_text() == "x\nx\n"


def test_certificates_that_have_expired(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path, days=-1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = server.accept()
                    with client, suppress(OSError):
                        context.wrap_socket(client, server_side=True).close()

        threading.Thread(target=serve, daemon=True).start()
        file = write_kubeconfig(tmp_path / "config", f"https://127.0.0.1:{server.getsockname()[1]}")
        config = json.loads(file.read_text())
        config["clusters"][0]["cluster"]["certificate-authority"] = certificate
        file.write_text(json.dumps(config))
        done = run_cli(*INSTALL, "-c", str(file))
    assert done.status == 1
    assert done.stderr.count("Error: ") == 1
    assert "the server's certificate is not trusted: certificate has expired" in done.stderr


def test_client_certificates_leave_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = make_certificate(tmp_path)
    private = tmp_path / "private"
    private.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(private))
    data = {"client_certificate": Path(certificate).read_bytes(), "client_key": Path(key).read_bytes()}
    connection = Connection(server="https://127.0.0.1:1", **data)
    tls_context(connection)
    monkeypatch.delattr(os, "memfd_create")  # as on other systems
    tls_context(connection)
    assert not list(private.iterdir())
