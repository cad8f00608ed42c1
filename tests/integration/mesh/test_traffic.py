"""The guide's story with real requests: install, label, deploy, expose, and call what `ingress-endpoint` prints."""

from __future__ import annotations

import base64
import datetime
import http.client
import json
import socket
import ssl
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.cluster import wait_for
from tests.support.mesh import Mesh
from tests.support.ports import GatewayPorts

pytestmark = pytest.mark.mesh

NAMESPACE = "story"
HOST = "shop.example.com"
EXPOSED = f"""\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{name: front, namespace: {NAMESPACE}}}
spec:
  selector: {{istio: ingressgateway}}
  servers:
  - port: {{number: 80, name: http, protocol: HTTP}}
    hosts: [{HOST}]
  - port: {{number: 443, name: https, protocol: HTTPS}}
    tls: {{mode: SIMPLE, credentialName: front-certificate}}
    hosts: [{HOST}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: reviews, namespace: {NAMESPACE}}}
spec:
  host: reviews
  subsets:
  - {{name: first, labels: {{version: v1}}}}
  - {{name: second, labels: {{version: v2}}}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: front, namespace: {NAMESPACE}}}
spec:
  hosts: [{HOST}]
  gateways: [front]
  http:
  - match: [{{uri: {{prefix: /reviews}}, headers: {{x-version: {{exact: "2"}}}}}}]
    route: [{{destination: {{host: reviews, subset: second}}}}]
  - match: [{{uri: {{prefix: /reviews}}}}]
    route: [{{destination: {{host: reviews, subset: first}}}}]
  - route: [{{destination: {{host: ratings}}}}]
"""


@pytest.fixture(scope="module")
def story(mesh: Mesh) -> Iterator[Mesh]:
    """A labelled namespace with two versions of one application, and another."""
    if not mesh.network.local:
        pytest.skip("requests between pods need the right to give the loopback pods' addresses (root)")
    with GatewayPorts():
        mesh.namespace(NAMESPACE)
        assert mesh.run("injection", "enable", NAMESPACE).status == 0
        mesh.deploy("reviews", NAMESPACE, "v1", traffic=True)
        mesh.deploy("reviews", NAMESPACE, "v2", traffic=True)
        mesh.deploy("ratings", NAMESPACE, traffic=True)
        yield mesh
        mesh.session.send("DELETE", f"/api/v1/namespaces/{NAMESPACE}")
        wait_for(lambda: NAMESPACE not in mesh.names("Namespace"), 60)


def certificate(folder: Path) -> tuple[str, str]:
    """A certificate for the host, and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(hours=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM).decode(), secret.decode()


def request(address: tuple[str, int], path: str, trust: ssl.SSLContext | None = None, **headers: str) -> Any:
    """The status and the data of an answer; status 0 where there is none."""
    connection = http.client.HTTPConnection(*address, timeout=10)
    try:
        connection.sock = socket.create_connection(address, 10)
        if trust:
            connection.sock = trust.wrap_socket(connection.sock, server_hostname=HOST)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers={"Host": HOST, **named})
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        return 0, None
    finally:
        connection.close()
    return answer.status, json.loads(body) if answer.status == 200 else body


def test_story(story: Mesh, tmp_path: Path) -> None:
    chain, key = certificate(tmp_path)
    secret: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/tls",
        "metadata": {"name": "front-certificate", "namespace": "istio-system"},
        "data": {name: base64.b64encode(pem.encode()).decode() for name, pem in (("tls.crt", chain), ("tls.key", key))},
    }
    assert story.run("validate", "-f", "-", stdin=EXPOSED).status == 0
    story.apply(EXPOSED, secret)
    endpoint = json.loads(story.run("ingress-endpoint", "-o", "json").stdout)
    plain = (endpoint["host"], endpoint["httpPort"])
    wait_for(lambda: request(plain, "/")[0] == 200, 30)

    status, told = request(plain, "/reviews/1")
    assert (status, told["labels"]["app"], told["labels"]["version"]) == (200, "reviews", "v1")
    assert told["path"] == "/reviews/1"
    # it came through the gateway's Envoy and the application's, which know each other by certificate
    account = "spiffe://cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"
    assert account in told["headers"]["x-forwarded-client-cert"]
    _, told = request(plain, "/reviews/1", x_version="2")
    assert (told["labels"]["app"], told["labels"]["version"]) == ("reviews", "v2")
    _, told = request(plain, "/other")
    assert told["labels"]["app"] == "ratings"

    trust = ssl.create_default_context(cadata=chain)
    secure = (endpoint["host"], endpoint["httpsPort"])
    wait_for(lambda: request(secure, "/", trust)[0] == 200, 30)
    _, told = request(secure, "/reviews", trust)
    assert (told["labels"]["version"], told["headers"]["x-forwarded-proto"]) == ("v1", "https")
    with pytest.raises(ssl.SSLCertVerificationError):  # another's certificate would not do
        ssl.create_default_context().wrap_socket(socket.create_connection(secure, 10), server_hostname=HOST)
    assert story.run("ingress-endpoint", "--check").status == 0
    node = json.loads(story.run("ingress-endpoint", "--node-port", "-o", "json").stdout)
    assert request((node["host"], node["httpPort"]), "/reviews")[0] == 200
    story.remove(secret)


def test_weights_and_policies_between_workloads(story: Mesh) -> None:
    split = f"""\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: split, namespace: {NAMESPACE}}}
spec:
  hosts: [reviews]
  http:
  - route:
    - {{destination: {{host: reviews, subset: first}}, weight: 50}}
    - {{destination: {{host: reviews, subset: second}}, weight: 50}}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: readers, namespace: {NAMESPACE}}}
spec:
  selector: {{matchLabels: {{app: reviews}}}}
  rules:
  - from: [{{source: {{principals: [cluster.local/ns/{NAMESPACE}/sa/ratings]}}}}]
    to: [{{operation: {{methods: [GET], notPaths: [/secret]}}}}]
"""
    client = story.client_address(story.pod("ratings", NAMESPACE), 8000)
    host = f"reviews.{NAMESPACE}"
    story.apply(split)
    wait_for(lambda: request(client, "/secret", Host=host)[0] == 403, 30)
    seen = Counter(request(client, "/", Host=host)[1]["labels"]["version"] for _ in range(60))
    assert min(seen["v1"], seen["v2"]) > 10, seen
