"""A client of the official library in place of a kubeconfig: what it would send, this program sends."""

from __future__ import annotations

import base64
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes.client import ApiClient, Configuration

from istioctl.cluster.errors import Unreachable
from istioctl.cluster.kubeconfig import ClientOptions
from istioctl.cluster.session import Session, open_session
from istioctl.cluster.transport import open_stream
from istioctl.errors import ClusterError, InputError
from tests.support.certificates import make_certificate
from tests.support.tls_server import Headers, proxy, tls_server

Server = tuple[int, list[Headers]]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """For the address 127.0.0.1."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def server(certificate: tuple[str, str]) -> Iterator[Server]:
    with tls_server(certificate) as started:
        yield started


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def configuration(server: Server, certificate: tuple[str, str], host: str = "127.0.0.1", **fields: Any) -> Any:
    made = Configuration(host=f"https://{host}:{server[0]}")
    made.ssl_ca_cert = certificate[0]
    for name, value in fields.items():
        assert hasattr(made, name), name
        setattr(made, name, value)
    return made


def asked(client: Any, server: Server) -> Headers:
    """The headers that a request with this client has."""
    session = open_session(client)
    try:
        session.request("GET", "/api/v1")
    finally:
        session.close()
    return server[1][-1]


def test_a_client_is_known_without_importing_its_library() -> None:
    code = (
        "import sys, istioctl.cluster.session as session\n"
        "from istioctl.cluster.kubeconfig import ClientOptions\n"
        "try: session.open_session(ClientOptions(kubeconfig='/nowhere'))\n"
        "except Exception: pass\n"
        "assert 'kubernetes' not in sys.modules and 'istioctl.cluster.official_client' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_no_client_is_refused() -> None:
    with pytest.raises(TypeError, match="ApiClient"):
        open_session("a.kubeconfig")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({"api_key": {"authorization": "Bearer one"}}, "Bearer one"),
        ({"api_key": {"authorization": "one"}, "api_key_prefix": {"authorization": "Bearer"}}, "Bearer one"),
        ({"api_key": {"authorization": "two\n"}, "api_key_prefix": {"authorization": "Bearer"}}, "Bearer two"),
        ({"username": "u", "password": "p"}, f"Basic {base64.b64encode(b'u:p').decode()}"),
        ({}, None),
    ],
)
def test_credentials(server: Server, certificate: tuple[str, str], fields: Any, sent: str | None) -> None:
    given = configuration(server, certificate, **fields)
    assert asked(given, server).get("authorization") == sent
    assert asked(ApiClient(given), server).get("authorization") == sent


def test_the_hook_is_asked_for_each_request(server: Server, certificate: tuple[str, str]) -> None:
    given = configuration(server, certificate, api_key={"authorization": "Bearer none"})
    tokens = iter(range(100))

    def refresh(which: Any) -> None:
        which.api_key["authorization"] = f"Bearer {next(tokens)}"

    given.refresh_api_key_hook = refresh
    session = open_session(ApiClient(given))
    for _ in range(2):
        session.request("GET", "/api/v1")
    session.close()
    first, second = (int(headers["authorization"].removeprefix("Bearer ")) for headers in server[1][-2:])
    assert first < second


def test_a_hook_that_fails_at_the_start_is_an_error(server: Server, certificate: tuple[str, str]) -> None:
    given = configuration(server, certificate, api_key={"authorization": "Bearer none"})

    def refresh(_: Any) -> None:
        raise RuntimeError("token-secret")

    given.refresh_api_key_hook = refresh
    with pytest.raises(ClusterError, match="RuntimeError") as caught:
        open_session(given)
    assert caught.value.id == "credentials"
    assert "token-secret" not in str(caught.value)


def test_headers_of_the_client(server: Server, certificate: tuple[str, str]) -> None:
    client = ApiClient(configuration(server, certificate), "X-Team", "mesh", cookie="a=b")
    own = asked(client, server)
    assert (own["x-team"], own["cookie"]) == ("mesh", "a=b")
    assert own["user-agent"].startswith("istioctl/")

    client.user_agent = "shop-operator/2"
    client.set_default_header("Accept", "text/plain")
    client.set_default_header("Host", "inside.example")
    told = asked(client, server)
    assert (told["user-agent"], told["host"]) == ("shop-operator/2", "inside.example")
    assert told["accept"] == "application/json"


@pytest.mark.parametrize("value", ["Bearer a\nb", "Bearer \0"])
def test_what_no_header_can_carry_is_refused_and_not_shown(
    server: Server, certificate: tuple[str, str], value: str
) -> None:
    with pytest.raises(InputError, match="control character") as caught:
        open_session(configuration(server, certificate, api_key={"authorization": value}))
    assert value not in f"{caught.value} {caught.value.hint}"


def test_options_lie_over_a_client(server: Server, certificate: tuple[str, str]) -> None:
    options = ClientOptions(official=ApiClient(configuration(server, certificate)), as_user="me", timeout=7)
    assert open_session(options).timeout == 7
    assert asked(options, server)["impersonate-user"] == "me"


@pytest.mark.parametrize("given", ["file", "text", "PEM", "DER", "both"])
def test_authorities(server: Server, certificate: tuple[str, str], given: str) -> None:
    pem = Path(certificate[0]).read_text()
    data = {"text": pem, "PEM": pem.encode(), "DER": ssl.PEM_cert_to_DER_cert(pem), "both": pem}.get(given)
    made = configuration(server, certificate)
    if given not in ("file", "both"):
        made.ssl_ca_cert = None
    made.ca_cert_data = data
    assert asked(made, server)


@pytest.mark.parametrize(
    ("host", "fields", "trusted"),
    [
        ("127.0.0.1", {"ssl_ca_cert": None}, False),
        ("127.0.0.1", {"ssl_ca_cert": None, "verify_ssl": False}, True),
        ("localhost", {}, False),
        ("localhost", {"verify_ssl": False}, True),
        ("localhost", {"assert_hostname": False}, True),
        ("localhost", {"assert_hostname": False, "ssl_ca_cert": None}, False),
        ("localhost", {"assert_hostname": "127.0.0.1"}, True),
        ("127.0.0.1", {"assert_hostname": "other.example"}, False),
        ("localhost", {"tls_server_name": "127.0.0.1"}, True),
        ("127.0.0.1", {"tls_server_name": "other.example"}, False),
        ("127.0.0.1", {"tls_server_name": "other.example", "assert_hostname": "127.0.0.1"}, True),
    ],
)
def test_trust(server: Server, certificate: tuple[str, str], host: str, fields: Any, trusted: bool) -> None:
    """For requests, and for the sockets below exec and port-forwards."""
    session = open_session(configuration(server, certificate, host, **fields))
    if trusted:
        session.request("GET", "/api/v1")
        open_stream(session.connection, 5).close()
    else:
        with pytest.raises(Unreachable) as caught:
            session.request("GET", "/api/v1")
        assert caught.value.id == "tls"
        assert "Configuration" in str(caught.value.hint)
        with pytest.raises(ssl.SSLCertVerificationError):
            open_stream(session.connection, 5)
    session.close()


@pytest.mark.parametrize("form", ["two files", "one file"])
def test_client_certificates(certificate: tuple[str, str], tmp_path: Path, form: str) -> None:
    cert, key = make_certificate(tmp_path)
    with tls_server(certificate, client_authority=cert) as server:
        given = configuration(server, certificate)
        with pytest.raises(Unreachable):
            asked(ClientOptions(official=given, timeout=2), server)
        given.cert_file = cert
        given.key_file = key
        if form == "one file":
            Path(cert).write_text(Path(key).read_text() + Path(cert).read_text())
            given.key_file = None
        assert asked(given, server)


def test_files_that_are_not_there(server: Server, certificate: tuple[str, str]) -> None:
    for name in ("ssl_ca_cert", "cert_file"):
        with pytest.raises(InputError, match=name) as caught:
            open_session(configuration(server, certificate, **{name: "/no/such/file"}))
        assert caught.value.where == "/no/such/file"


@pytest.mark.parametrize(
    "headers", [{"proxy-authorization": "Basic dTpw"}, {"Proxy-Authorization": "Basic dTpw", "X-Way": "1"}]
)
def test_proxies_and_their_headers(server: Server, certificate: tuple[str, str], headers: Headers) -> None:
    with proxy() as (port, through):
        given = configuration(server, certificate, proxy=f"http://127.0.0.1:{port}", proxy_headers=headers)
        session = open_session(given)
        session.request("GET", "/api/v1")
        open_stream(session.connection, 5).close()
        session.close()
    assert [address for address, _ in through] == [f"127.0.0.1:{server[0]}"] * 2
    for _, sent in through:
        assert sent["proxy-authorization"] == "Basic dTpw"
        assert ("x-way" in sent) is ("X-Way" in headers)
    assert "proxy-authorization" not in server[1][-1]


def test_proxies_that_speak_tls(server: Server, certificate: tuple[str, str]) -> None:
    """TLS to the server within TLS to the proxy, for requests and for the sockets below exec and port-forwards."""
    with proxy(certificate) as (port, through):
        given = configuration(server, certificate, proxy=f"https://127.0.0.1:{port}", proxy_headers={"X-Way": "1"})
        given.proxy_ssl_context = ssl.create_default_context(cafile=certificate[0])
        session = open_session(given)
        session.request("GET", "/api/v1")
        stream = open_stream(session.connection, 5)
        stream.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\nX-Stream: 1\r\nConnection: close\r\n\r\n")
        assert stream.recv(12) == b"HTTP/1.1 200"
        stream.shutdown(socket.SHUT_RDWR)
        stream.close()
        session.close()
    assert [headers["x-way"] for _, headers in through] == ["1", "1"]
    assert server[1][-1]["x-stream"] == "1"


def test_a_password_in_the_address_of_a_proxy(server: Server, certificate: tuple[str, str]) -> None:
    with proxy() as (port, through):
        asked(configuration(server, certificate, proxy=f"http://u:p@127.0.0.1:{port}"), server)
    assert through[0][1]["proxy-authorization"] == "Basic dTpw"


@pytest.mark.parametrize("fields", [{"no_proxy": "127.0.0.0/8"}, {"no_proxy": "a.example,127.0.0.1"}, {"proxy": None}])
def test_past_the_proxy(
    server: Server, certificate: tuple[str, str], fields: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the client goes to directly, it goes to directly here, whatever the environment says."""
    dead = "http://127.0.0.1:1"
    given = configuration(server, certificate, **{"proxy": dead, **fields})
    monkeypatch.setenv("HTTPS_PROXY", dead)
    if "no_proxy" in fields and "/" in fields["no_proxy"]:
        rest = pytest.importorskip("kubernetes.client.rest")
        if not rest.should_bypass_proxies(given.host, fields["no_proxy"]):
            pytest.skip("this release of the kubernetes package does not know subnets in no_proxy")
    assert asked(given, server)


def test_no_connection_names_the_client(certificate: tuple[str, str]) -> None:
    session: Session = open_session(ClientOptions(official=configuration((1, []), certificate), timeout=1))
    with pytest.raises(Unreachable) as caught:
        session.request("GET", "/api/v1")
    assert "Configuration is the one you mean" in str(caught.value.hint)
