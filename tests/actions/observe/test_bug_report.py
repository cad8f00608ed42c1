"""What goes into a bug report, and what must not."""

from __future__ import annotations

import base64
import json
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.actions.observe.bug_report.archive import Archive
from istioctl.actions.observe.bug_report.content import Choice
from istioctl.actions.observe.bug_report.redaction import redact, redact_secret
from istioctl.actions.observe.bug_report.report import BugReportOptions, make
from istioctl.actions.observe.bug_report.selection import Container, is_namespace_wanted, is_wanted, parse_selection
from istioctl.actions.observe.bug_report.settings import read_settings, time_range
from istioctl.cluster.session import Session
from istioctl.errors import InputError, IstioctlError, UsageError

_KEY = b"-----BEGIN RSA PRIVATE KEY-----\nMIIabc+/=\n-----END RSA PRIVATE KEY-----"
_TOKEN = b"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "secret",
    [
        _KEY,
        _KEY.replace(b"RSA ", b""),
        b"-----BEGIN EC PRIVATE KEY-----\nMHc",  # cut off
        base64.b64encode(_KEY),
        _TOKEN,
    ],
)
@given(before=st.binary(max_size=20), after=st.binary(max_size=20))
def test_secrets_are_found_in_any_surroundings(secret: bytes, before: bytes, after: bytes) -> None:
    assert secret not in redact(before + b"\n " + secret + b"\n" + after)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        (b'"password": "hunter2", "x": 1', b'"password": "[redacted]", "x": 1'),
        (b"client-key-data: TUlJ", b"client-key-data: [redacted]"),
        (b"Authorization: Bearer abcdefghijklmnop", b"Authorization: Bearer [redacted]"),
        (b"access_token='a b'", b"access_token='[redacted]'"),
        (rb'"x": "{\"password\": \"hunter2\"}"', rb'"x": "{\"password\": \"[redacted]\"}"'),
        (b"{{ range $token := list }}", b"{{ range $token := list }}"),
        (b"api-key: null", b"api-key: null"),
        (b"automountServiceAccountToken: false", b"automountServiceAccountToken: false"),
        (b"tokenReviews: yes", b"tokenReviews: yes"),
        (b"-----BEGIN CERTIFICATE-----", b"-----BEGIN CERTIFICATE-----"),
        (b"plain text stays", b"plain text stays"),
    ],
)
def test_named_secrets(text: bytes, result: bytes) -> None:
    assert redact(text) == result


def test_json_stays_json() -> None:
    data = {"password": 'a"b', "list": [{"token": "x y", "n": 1}], "text": _KEY.decode()}
    found = json.loads(redact(json.dumps(data).encode()))
    assert found == {"password": "[redacted]", "list": [{"token": "[redacted]", "n": 1}], "text": "[redacted]"}


def test_secret_objects_keep_their_shape() -> None:
    annotation = {"kubectl.kubernetes.io/last-applied-configuration": "{data}", "kept": "1"}
    secret = {"metadata": {"name": "a", "annotations": annotation}, "data": {"key": "QUJD"}, "type": "Opaque"}
    assert redact_secret(secret) == {
        "metadata": {"name": "a", "annotations": {"kept": "1"}},
        "data": {"key": "[redacted, 4 characters]"},
        "type": "Opaque",
    }
    assert secret["data"] == {"key": "QUJD"}


_WEB = Container("shop", "web", "web-1", "istio-proxy", {"app": "web", "tier": "front"}, {"a": "1"})


@pytest.mark.parametrize(
    ("included", "excluded", "wanted"),
    [
        ([], [], True),
        (["shop"], [], True),
        (["other"], [], False),
        (["sh*,other"], [], True),
        (["*//web-*"], [], True),
        (["shop/web/none"], [], False),
        (["///app=web,tier=f*"], [], True),
        (["///app=web,missing=1"], [], False),
        (["////a=1/istio-proxy"], [], True),
        (["other", "shop"], [], True),
        (["shop"], ["shop/web"], False),
        ([], ["///app"], False),
        ([], ["kube-system"], True),
    ],
)
def test_selection(included: list[str], excluded: list[str], wanted: bool) -> None:
    chosen = [parse_selection(text, "--include") for text in included]
    left_out = [parse_selection(text, "--exclude") for text in excluded]
    assert is_wanted(_WEB, chosen, left_out) is wanted


def test_namespaces() -> None:
    excluded = [parse_selection("kube-*", "--exclude"), parse_selection("shop/web", "--exclude")]
    assert not is_namespace_wanted("kube-system", (), excluded)
    assert is_namespace_wanted("shop", (), excluded)
    assert not is_namespace_wanted("shop", [parse_selection("other", "--include")], ())


@pytest.mark.parametrize(
    "call",
    [
        lambda: parse_selection("a/b/c/d/e/f/g", "--include"),
        lambda: parse_selection("///=x", "--include"),
        lambda: time_range("2026-01-01T00:00:00Z", "", "1h"),
        lambda: time_range("soon", "", ""),
        lambda: time_range("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", ""),
        lambda: time_range("", "", "1 hour"),
        lambda: read_settings("- a", "file"),
        lambda: read_settings("nothing: 1", "file"),
        lambda: read_settings("tailLines: many", "file"),
        lambda: read_settings("include: [1]", "file"),
        lambda: read_settings("a: b: c", "file"),
    ],
)
def test_bad_settings(call: Callable[[], object]) -> None:
    with pytest.raises((UsageError, InputError)) as caught:
        call()
    assert isinstance(caught.value, IstioctlError)


def test_times() -> None:
    assert time_range("", "2026-01-01T12:00:00+02:00", "1h30m") == ("2026-01-01T08:30:00Z", "2026-01-01T10:00:00Z")
    assert time_range("2026-01-01", "", "") == ("2026-01-01T00:00:00Z", "")
    assert read_settings("include: [a]\ntailLines: 5", "file") == {"include": ["a"], "tailLines": 5}


def test_archive_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "out" / "bug-report.tar.gz"
    with Archive(path, tmp_path / "scratch") as archive:
        archive.add("a/b", b"data")
        assert not path.exists()
    assert path.stat().st_mode & 0o777 == 0o600
    with tarfile.open(path) as found:
        (member,) = found.getmembers()
        assert member.name == "bug-report/a/b"
        content = found.extractfile(member)
        assert content is not None
        assert content.read() == b"data"


def test_archive_leaves_nothing_behind_after_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "bug-report.tar.gz"
    with pytest.raises(RuntimeError), Archive(path):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_archive_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="can't be written"):
        Archive(tmp_path / "file" / "bug-report.tar.gz")


def test_what_comes_too_late_is_missing(session: Session, tmp_path: Path) -> None:
    begun = time.monotonic()

    def late() -> bytes:
        time.sleep(max(begun + 1.2 - time.monotonic(), 0))
        return b"late"

    nothing = Choice(proxy_debug=False, netstat=False, coredumps=False)
    options = BugReportOptions(
        tmp_path / "report.tar.gz", choice=nothing, timeout=1.0, cluster_dump=False, versions=late
    )
    done = make(session, options, lambda _: None)
    assert ("versions", "the time was over when it came") in done.missing
    assert "versions" not in done.names


def test_an_archive_takes_nothing_after_its_time(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.tar.gz") as archive:
        assert archive.add("one", b"1", time.monotonic() + 60)
        assert not archive.add("two", b"2", time.monotonic() - 1)
    assert archive.names == ["one"]
