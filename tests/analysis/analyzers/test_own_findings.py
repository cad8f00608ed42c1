"""What only this program says: each kind of problem, and near it what is in order."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from istioctl.actions.checks.analyze import Analysis, AnalyzeOptions, analyze
from istioctl.analysis.messages import Level

Key = ec.EllipticCurvePrivateKey


def analyzed(text: str, *, strict: bool = False, namespace: str = "shop") -> Analysis:
    options = AnalyzeOptions(("-",), namespace, all_namespaces=True, strict_files=strict)
    return analyze(options, stdin=lambda: text, download=str)


def own(text: str, *, strict: bool = False) -> list[tuple[str, str, str]]:
    """The code, the object and the words of each finding that the original does not have."""
    found = analyzed(text, strict=strict).findings
    return [(f.message.code, f.origin, f.text) for f in found if f.message.code > "IST9"]


def codes(text: str, *, strict: bool = False) -> list[str]:
    return [code for code, _, _ in own(text, strict=strict)]


def document(kind: str, name: str, spec: str, version: str = "networking.istio.io/v1") -> str:
    return f"---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n"


def mesh(config: str) -> str:
    name = "metadata: {name: istio, namespace: istio-system}"
    return f"---\napiVersion: v1\nkind: ConfigMap\n{name}\ndata:\n  mesh: |\n    {config}\n"


TELEMETRY = "telemetry.istio.io/v1"
ZIPKIN = "extensionProviders: [{name: z, zipkin: {service: z.shop.svc.cluster.local, port: 9411}}]"


@pytest.mark.parametrize(
    ("config", "objects", "expected"),
    [
        ("defaultProviders: {tracing: [z]}", "", ["IST9006"]),
        ("defaultProviders: {accessLogging: [envoy], metrics: [prometheus]}", "", []),
        (f"{{{ZIPKIN}, defaultProviders: {{tracing: [z]}}}}", "", []),
        (f"{{{ZIPKIN}, defaultProviders: {{tracing: [other], accessLogging: [z, x]}}}}", "", ["IST9006", "IST9006"]),
        (ZIPKIN, document("Telemetry", "t", "{tracing: [{providers: [{name: z}]}]}", TELEMETRY), []),
        (ZIPKIN, document("Telemetry", "t", "{tracing: [{providers: [{name: other}]}]}", TELEMETRY), ["IST9006"]),
        ("{}", document("Telemetry", "t", "{accessLogging: [{providers: [{name: otel}]}]}", TELEMETRY), ["IST9006"]),
        ("{}", document("Telemetry", "t", "{metrics: [{providers: [{name: prometheus}]}]}", TELEMETRY), []),
        (
            "{}",
            document("AuthorizationPolicy", "a", "{action: CUSTOM, provider: {name: x}}", "security.istio.io/v1"),
            ["IST9006"],
        ),
    ],
)
def test_providers(config: str, objects: str, expected: list[str]) -> None:
    assert codes(mesh(config) + objects) == expected


def test_a_provider_may_be_in_a_mesh_configuration_that_files_do_not_hold() -> None:
    text = document("Telemetry", "t", "{tracing: [{providers: [{name: other}]}]}", TELEMETRY)
    assert codes(text) == []
    assert codes(text, strict=True) == ["IST9006"]


ROOT = document("VirtualService", "root", "{hosts: [a.example.com], gateways: [g], http: [{delegate: {name: d}}]}")
ROUTE = "http: [{route: [{destination: {host: a.example.com}}]}]"


@pytest.mark.parametrize(
    ("others", "strict", "word"),
    [
        ("", False, ""),
        ("", True, "does not exist"),
        (document("VirtualService", "e", f"{{{ROUTE}}}"), False, "does not exist"),
        (document("VirtualService", "d", f"{{{ROUTE}}}"), True, ""),
        (document("VirtualService", "d", f"{{hosts: [b.example.com], {ROUTE}}}"), False, "has hosts"),
        (document("VirtualService", "d", f"{{exportTo: [other], {ROUTE}}}"), False, "is not exported to"),
        (document("VirtualService", "d", f"{{exportTo: ['.'], {ROUTE}}}"), False, ""),
    ],
)
def test_delegates(others: str, strict: bool, word: str) -> None:
    said = [words for code, _, words in own(ROOT + others, strict=strict) if code == "IST9007"]
    assert len(said) == bool(word)
    assert all(word in words for words in said)


def routed(name: str, rules: str, gateway: str = "g", host: str = "a.example.com") -> str:
    return document("VirtualService", name, f"{{hosts: ['{host}'], gateways: [{gateway}], {rules}}}")


PREFIX = "http: [{{match: [{{uri: {{prefix: {0}}}}}], route: [{{destination: {{host: x.example.com}}}}]}}]"


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        (ROUTE, ROUTE, True),
        (ROUTE, PREFIX.format("/"), True),
        (PREFIX.format("/a"), PREFIX.format("/a"), True),
        (PREFIX.format("/a"), PREFIX.format("/b"), False),
        (PREFIX.format("/a"), ROUTE, False),
        ("tcp: [{match: [{port: 1}], route: [{destination: {host: x.example.com}}]}]", ROUTE, False),
    ],
)
def test_virtual_services_on_one_gateway(first: str, second: str, clash: bool) -> None:
    assert codes(routed("a", first) + routed("b", second)) == (["IST9009"] * 2 if clash else ["IST9011"])


@pytest.mark.parametrize(
    ("gateway", "host"), [("other", "a.example.com"), ("away/g", "a.example.com"), ("g", "b.example.com")]
)
def test_virtual_services_that_do_not_meet(gateway: str, host: str) -> None:
    assert codes(routed("a", ROUTE) + routed("b", ROUTE, gateway, host)) == []
    assert codes(routed("a", ROUTE) + routed("b", ROUTE, "shop/g")) == ["IST9009", "IST9009"]


def entry(name: str, rest: str, namespace: str = "shop", host: str = "x.example.com") -> str:
    metadata = f"metadata: {{name: {name}, namespace: {namespace}}}"
    spec = f"spec: {{hosts: [{host}], location: MESH_EXTERNAL, {rest}}}"
    return f"---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\n{metadata}\n{spec}\n"


DNS, HTTPS, HTTP = (
    "resolution: DNS",
    "{number: 443, name: https, protocol: TLS}",
    "{number: 80, name: http, protocol: HTTP}",
)


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        (f"{DNS}, ports: [{HTTPS}]", f"{DNS}, ports: [{HTTPS}]", False),
        (f"{DNS}, ports: [{HTTPS}]", f"{DNS}, ports: [{HTTP}]", False),
        (f"{DNS}, ports: [{HTTPS}]", f"{DNS}, ports: [{{number: 443, name: x, protocol: HTTP}}]", True),
        (f"{DNS}, ports: [{HTTPS}]", f"ports: [{HTTPS}]", True),
        (f"{DNS}, ports: [{HTTPS}]", f"{DNS}, exportTo: ['.'], ports: [{HTTP}]", True),
    ],
)
def test_service_entries_of_one_namespace(first: str, second: str, clash: bool) -> None:
    assert codes(entry("a", first) + entry("b", second)) == (["IST9010"] * 2 if clash else ["IST9012"])
    assert codes(entry("a", first) + entry("b", second, host="y.example.com")) == []


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [("*", "*", True), (".", "*", False), (".", ".", False), ("common", "common", True), ("~", "~", False)],
)
def test_service_entries_of_two_namespaces(first: str, second: str, clash: bool) -> None:
    one, other = (f"{DNS}, ports: [{HTTPS}], exportTo: ['{scope}']" for scope in (first, second))
    assert codes(entry("a", one) + entry("b", other, "cart")) == ["IST9010"] * (2 if clash else 0)


def certificate(
    name: str, key: Key, issuer: str = "", by: Key | None = None, *, days: tuple[int, int] = (-9, 9)
) -> bytes:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(_name(name)).issuer_name(_name(issuer or name))
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(now + timedelta(days[0])).not_valid_after(now + timedelta(days[1]))
    return builder.sign(by or key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def pem(key: Key, encryption: KeySerializationEncryption | None = None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


OWN, AUTHORITY, STRANGER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
LEAF = certificate("leaf", OWN, "root", AUTHORITY)
ROOT_CERTIFICATE = certificate("root", AUTHORITY)
OLD = certificate("leaf", OWN, days=(-9, -1))


def secret(holds: dict[str, bytes]) -> str:
    data = "".join(f"  {name}: {b64encode(value).decode()}\n" for name, value in holds.items())
    return f"apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\ndata:\n{data}"


@pytest.mark.parametrize(
    ("presented", "key", "words"),
    [
        (LEAF, pem(OWN), []),
        (LEAF + ROOT_CERTIFICATE, pem(OWN), []),
        (LEAF, pem(STRANGER), ["tls.key does not fit the certificate"]),
        (ROOT_CERTIFICATE + LEAF, pem(OWN), ["is a broken chain", "belongs to certificate 2 (CN=leaf)"]),
        (
            LEAF + certificate("root", STRANGER),
            pem(OWN),
            ["certificate 2 (CN=root) did not issue certificate 1 (CN=leaf)"],
        ),
        (OLD, pem(OWN), ["ended on"]),
        (certificate("leaf", OWN, days=(1, 9)), pem(OWN), ["begins on"]),
        (b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n", pem(OWN), ["can't be read"]),
        (LEAF, b"-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n", ["holds no private key"]),
        (LEAF, pem(OWN, BestAvailableEncryption(b"secret")), ["is encrypted"]),
        (b"to be filled in", b"", []),
        (b"", pem(OWN), []),
    ],
)
def test_certificates_of_secrets(presented: bytes, key: bytes, words: list[str]) -> None:
    analysis = analyzed(secret({"tls.crt": presented, "tls.key": key}))
    said = sorted(finding.text for finding in analysis.findings)
    assert [finding.message.code for finding in analysis.findings] == ["IST9008"] * len(words)
    assert all(word in text for word, text in zip(words, said, strict=True)), said
    secrets = {line for line in key.decode().splitlines() if line and not line.startswith("-----")}
    assert not any(line in text for text in said for line in secrets if len(line) > 1)


def test_places_and_further_names_of_certificates() -> None:
    (finding,) = analyzed(secret({"cert": OLD, "key": pem(OWN), "cacert": OLD})).findings
    assert (finding.path, finding.line) == ("data.cert", 5)
    authority = {"ca-cert.pem": ROOT_CERTIFICATE, "ca-key.pem": pem(STRANGER), "cert-chain.pem": LEAF + OLD}
    assert sorted(text.partition(" ")[0] for _, _, text in own(secret(authority))) == [
        "ca-key.pem",
        "cert-chain.pem",
        "cert-chain.pem",
    ]
    assert own(secret({"tls.crt": OLD})) == []


def test_settings_of_injection_on_all_that_makes_pods() -> None:
    annotations = """annotations: {sidecar.istio.io/userVolume: '[{"name":"x","comfigMap":{}}]'}"""
    template = f"template: {{metadata: {{{annotations}}}, spec: {{containers: [{{name: c}}]}}}}"
    head = "metadata: {name: w, labels: {sidecar.istio.io/inject: 'true'}}"
    for version, kind, spec in (
        ("apps/v1", "Deployment", template),
        ("apps/v1", "StatefulSet", template),
        ("batch/v1", "CronJob", f"jobTemplate: {{spec: {{{template}}}}}"),
        ("argoproj.io/v1alpha1", "Rollout", template),
        ("serving.knative.dev/v1", "Service", template),
    ):
        text = f"apiVersion: {version}\nkind: {kind}\n{head}\nspec: {{{spec}}}\n"
        assert codes(text) == ["IST9001", "IST9002"], kind
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p, {annotations}}}\nspec: {{containers: [{{name: c}}]}}\n"
    assert codes(pod) == ["IST9002"]
    assert codes(pod.replace("name: p,", "name: p, ownerReferences: [{kind: ReplicaSet}],")) == []


def test_a_namespace_asks_by_another_label() -> None:
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: cart, labels: {%s: 'true'}}\n"
    assert codes(text % "sidecar.istio.io/inject") == ["IST9001"]
    assert codes(text % "istio.io/rev") == []


def test_what_another_code_says_is_not_said_twice() -> None:
    metadata = "metadata: {name: d, annotations: {sidecar.istio.io/inject: 'true', sidecar.istio.io/xyz: a}}"
    text = f"apiVersion: apps/v1\nkind: Deployment\n{metadata}\nspec: {{template: {{spec: {{containers: []}}}}}}\n"
    assert codes(text) == []


def test_they_fail_only_where_the_threshold_says_so() -> None:
    analysis = analyzed(entry("a", f"{DNS}, ports: [{HTTPS}]") + entry("b", f"ports: [{HTTPS}]"))
    assert (analysis.reaches(Level.ERROR), analysis.reaches(Level.WARNING)) == (False, True)
