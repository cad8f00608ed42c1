"""The flags about logs, and the requests that are logged."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from istioctl.cluster.kubeconfig import ClientOptions
from istioctl.cluster.session import open_session
from tests.support.run import Done, run_cli

PODS = b'{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}'


class Api(BaseHTTPRequestHandler):
    """Every list is empty."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(PODS)))
        self.end_headers()
        self.wfile.write(PODS)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


Run = Callable[..., Done]


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Iterator[Path]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    file = tmp_path / "config"
    file.write_text(
        f"""\
apiVersion: v1
kind: Config
current-context: c
contexts: [{{name: c, context: {{cluster: c, user: u}}}}]
clusters: [{{name: c, cluster: {{server: "http://127.0.0.1:{server.server_port}"}}}}]
users: [{{name: u, user: {{token: hush}}}}]
"""
    )
    yield file
    server.shutdown()
    server.server_close()


@pytest.fixture
def version(kubeconfig: Path) -> Run:
    return lambda *flags: run_cli("version", "--kubeconfig", str(kubeconfig), *flags)


def requests(text: str) -> list[str]:
    """The lines about requests."""
    return [line for line in text.splitlines() if "\tkube\t" in line]


def test_nothing_is_logged_unless_asked_for(version: Run) -> None:
    for flags in ((), ("--vklog=5",), ("--log_output_level=all:info",), ("--log_output_level=ads:debug",)):
        assert requests(version(*flags).stderr) == []


@pytest.mark.parametrize(
    "flag",
    ["--vklog=6", "--log_output_level=all:debug", "--log_output_level=debug", "--log_output_level=a:none,kube:debug"],
)
def test_a_line_for_each_request(flag: str, version: Run) -> None:
    done = version(flag)

    assert "kube" not in done.stdout
    (line,) = requests(done.stderr)
    assert re.fullmatch(
        r"[\d-]{10}T[\d:.]{15}Z\tdebug\tkube\tGET http://127.0.0.1:\d+/api/v1/\S+ 200 OK in \d+ ms", line
    )


def test_nothing_is_logged_any_more_afterwards(version: Run, caplog: pytest.LogCaptureFixture) -> None:
    version("--vklog=8")
    version()

    assert caplog.text == ""


def test_bodies_are_for_those_who_want_more(version: Run) -> None:
    lines = requests(version("--vklog=8").stderr)

    assert any("response body of GET" in line and "PodList" in line for line in lines)
    assert not any("hush" in line for line in lines)


def test_bodies_of_secrets_are_never_shown(kubeconfig: Path, caplog: pytest.LogCaptureFixture) -> None:
    session = open_session(ClientOptions(kubeconfig=str(kubeconfig)))
    with caplog.at_level(1, logger="istioctl.cluster.requests"):
        session.request("GET", "/api/v1/namespaces/shop/secrets/key")
    session.close()

    assert "that are secret" in caplog.text
    assert "PodList" not in caplog.text


def test_json_is_an_object_a_line(version: Run) -> None:
    done = version("--log_as_json", "--log_output_level", "kube:debug", "--log_caller=all")

    (line,) = [line for line in done.stderr.splitlines() if line.startswith("{")]
    assert {"time", "level", "scope", "caller", "msg"} == set(json.loads(line))
    assert json.loads(line)["caller"].startswith("session.py:")


def test_a_stack_where_it_is_asked_for(version: Run) -> None:
    assert "session.py" in version("--vklog=6", "--log_stacktrace_level=kube:debug").stderr
    assert "session.py" not in version("--vklog=6", "--log_stacktrace_level=kube:error").stderr


def test_logs_go_where_they_are_told_to(version: Run, tmp_path: Path) -> None:
    done = version("--vklog=6", f"--log_target={tmp_path / 'log'}", "--log_target=stdout")

    assert requests(done.stderr) == []
    assert requests(done.stdout) == requests((tmp_path / "log").read_text())


def test_flags_may_stand_before_the_command(kubeconfig: Path) -> None:
    done = run_cli("--log_as_json", "--vklog", "6", "version", "--kubeconfig", str(kubeconfig))

    assert '"scope": "kube"' in done.stderr


@pytest.mark.parametrize("level", ["loud", "all:loud", "a:b:debug", "debug,"])
def test_a_level_that_is_none_is_misuse(level: str) -> None:
    done = run_cli("profile", "list", f"--log_output_level={level}")

    assert (done.status, done.stdout) == (64, "")
    assert "--log_output_level: invalid level" in done.stderr


def test_a_log_that_can_not_be_written_is_an_error(tmp_path: Path) -> None:
    done = run_cli("profile", "list", "--log_target", str(tmp_path / "none" / "log"))

    assert (done.status, done.stdout) == (65, "")
    assert "can't write logs: No such file or directory" in done.stderr


def test_options_lists_them_all() -> None:
    rows = json.loads(run_cli("options", "-o", "json").stdout)

    assert {"--log_target", "--vklog", "-c, --kubeconfig"} <= {row["flag"] for row in rows}
    assert "--log_output_level" in run_cli("options").stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is missing")
def test_a_log_that_is_full_is_said_once(kubeconfig: Path) -> None:
    words = ("tag", "list", "--kubeconfig", str(kubeconfig))
    done = run_cli(*words, "--log_output_level=all:debug", "--log_target=/dev/full")

    assert (done.status, done.stdout) == (0, run_cli(*words).stdout)
    assert done.stderr.count("Warning: /dev/full: logs are missing: No space left on device\n") == 1
    assert "Traceback" not in done.stderr
