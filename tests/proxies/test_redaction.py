"""What is secret in JSON is hidden, whatever it looks like and however it is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.proxies import json_parts, redaction
from istioctl.proxies.json_parts import open_json
from istioctl.proxies.redaction import SECRET_HEADERS, may_hold_secrets, redacted, without_secrets

PLANTED = "PLANTED"
HOLDERS: list[Any] = [
    {"private_key": {"inline_bytes": PLANTED}},
    {"privateKey": {"inlineString": PLANTED, "filename": "x"}},
    {"password": {"inline_string": PLANTED}},
    {"access_token": PLANTED},
    {"google_grpc": {"call_credentials": [{"accessToken": PLANTED}]}},
    {"keys": [{"inline_bytes": PLANTED}, {"filename": "/a"}]},
    {"secrets": {"a": {"inline_string": PLANTED}}},
    {"key": "Authorization", "value": PLANTED},
    {"raw_value": PLANTED, "key": "X-Api-Key"},
    {"secret": {"inline_string": PLANTED}, "key": "x"},
]
_NAMES = st.text("ab_C", max_size=3) | st.sampled_from(
    ["key", "value", "keys", "secret", "secrets", "token", "password", "inline_string", "privateKey"]
)
#: JSON of any shape, in which the names of secrets turn up in odd places, too.
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), 1 << 63) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5) | st.sampled_from(["cookie", "x-api-key"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3) | st.sampled_from(HOLDERS),
    max_leaves=10,
)  # fmt: skip
OBJECTS = st.dictionaries(_NAMES, ANY_JSON, max_size=4)


@pytest.fixture(params=["small texts", "large texts"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "large texts":
        monkeypatch.setattr(json_parts, "LARGE", 0)
        monkeypatch.setattr(redaction, "_SPLIT", 0)
    return str(request.param)


@pytest.mark.parametrize("holder", HOLDERS)
def test_secrets_are_hidden(way: str, holder: dict[str, Any]) -> None:
    for value in (holder, [[holder]], {"a": {"b": holder}, "c": [holder, holder]}):
        text = json.dumps(value).encode()
        assert may_hold_secrets(text)
        reader, document = open_json(text, "x")
        shown = reader.value(redacted(reader, document))
        assert PLANTED not in repr(shown)
        assert shown == without_secrets(value)


def test_names_may_be_spelled_with_escapes(way: str) -> None:
    for holder in HOLDERS:
        text = json.dumps(holder)
        for letter in "ekAT_-0":
            spelled = text.replace(letter, f"\\u{ord(letter):04x}").encode()
            assert may_hold_secrets(spelled)
            reader, document = open_json(spelled, "x")
            assert PLANTED not in reader.shown(redacted(reader, document))


@pytest.mark.parametrize("header", sorted(SECRET_HEADERS))
def test_headers_are_known_in_any_case(way: str, header: str) -> None:
    for name in (header, header.upper(), header.title()):
        assert may_hold_secrets(json.dumps({"key": name, "value": PLANTED}).encode())


def test_what_is_no_secret_stays() -> None:
    certificate = {"certificate_chain": {"inline_bytes": "cHVibGlj"}, "private_key": {"filename": "/etc/key.pem"}}
    held = {"secret": {"@type": "x", "tls_certificate": certificate, "keys": ["a"]}}
    assert without_secrets(held) == held
    assert not may_hold_secrets(b'{"text_format_source": {"inline_string": "%START% \\u003c\\n"}, "key": "a"}')


@given(st.lists(OBJECTS, max_size=3))
def test_a_quick_look_overlooks_nothing(values: list[Any]) -> None:
    text = json.dumps(values).encode()
    if without_secrets(values) != values:
        assert may_hold_secrets(text)
    assert may_hold_secrets(text) == any(pattern.search(text) for pattern in redaction._quick_patterns())


@given(st.lists(OBJECTS, max_size=3))
def test_part_by_part_it_is_the_same(values: list[Any]) -> None:
    text = json.dumps(values).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_parts, "LARGE", 0)
        patch.setattr(redaction, "_SPLIT", 30)
        reader, document = open_json(text, "x")
        assert reader.value(redacted(reader, document)) == without_secrets(values)
