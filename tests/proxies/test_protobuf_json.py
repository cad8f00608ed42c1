"""Messages in both spellings."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.api.schema.catalog import message
from istioctl.proxies.protobuf_json import camel_case, proto_names
from istioctl.proxies.redaction import without_secrets

CLUSTER = "envoy.config.cluster.v3.Cluster"
ROUTE = "envoy.config.route.v3.Route"
TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3"


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ({"connect_timeout": "10s"}, {"connectTimeout": "10s"}),
        ({"connectTimeout": "0.25s"}, {"connectTimeout": "0.250s"}),
        ({"connect_timeout": "1.000s"}, {"connectTimeout": "1s"}),
        ({"name": "", "alt_stat_name": None, "health_checks": [], "lb_policy": "ROUND_ROBIN"}, {}),
        ({"type": "STATIC"}, {"type": "STATIC"}),  # one of several that exclude each other: its presence tells
        ({"type": 3}, {"type": "EDS"}),
        ({"unheard_of": 1}, {}),
        ({"per_connection_buffer_limit_bytes": "32768"}, {"perConnectionBufferLimitBytes": 32768}),
        (
            {"metadata": {"filter_metadata": {"my_filter": {"some_key": None, "n": 0}}}},
            {"metadata": {"filterMetadata": {"my_filter": {"some_key": None, "n": 0}}}},
        ),
        (
            {"typed_extension_protocol_options": {"a_b": {"@type": "x/no.such.Message", "some_key": 1}}},
            {"typedExtensionProtocolOptions": {"a_b": {"@type": "x/no.such.Message", "some_key": 1}}},
        ),
    ],
)
def test_a_cluster_in_canonical_form(given: dict[str, Any], canonical: dict[str, Any]) -> None:
    assert camel_case(given, CLUSTER) == canonical


def test_messages_inside_an_any_are_converted_too() -> None:
    config = {"@type": f"{TLS}.UpstreamTlsContext", "common_tls_context": {"alpn_protocols": ["h2"]}}
    socket = {"transport_socket": {"name": "tls", "typed_config": config}}
    changed = camel_case(socket, CLUSTER)["transportSocket"]["typedConfig"]
    assert changed == {"@type": f"{TLS}.UpstreamTlsContext", "commonTlsContext": {"alpnProtocols": ["h2"]}}
    assert proto_names({"transportSocket": {"typedConfig": changed}}, CLUSTER) == {
        "transport_socket": {"typed_config": config}
    }


def test_an_empty_wrapper_is_not_an_absent_one() -> None:
    assert camel_case({"route": {"cluster": "", "retry_policy": {"num_retries": 0}}}, ROUTE) == {
        "route": {"cluster": "", "retryPolicy": {"numRetries": 0}}
    }


SECRETS: list[tuple[str, dict[str, Any]]] = [
    (
        "envoy.extensions.transport_sockets.tls.v3.Secret",
        {"name": "a", "tls_certificate": {"private_key": {"inline_bytes": "UExBTlRFRA=="}}},
    ),
    (
        "envoy.extensions.transport_sockets.tls.v3.Secret",
        {"name": "a", "tls_certificate": {"password": {"inline_string": "PLANTED"}}},
    ),
    ("envoy.extensions.transport_sockets.tls.v3.Secret", {"generic_secret": {"secret": {"inline_string": "PLANTED"}}}),
    (
        "envoy.config.core.v3.GrpcService",
        {"google_grpc": {"call_credentials": [{"access_token": "PLANTED"}]}},
    ),
    (
        "envoy.config.core.v3.GrpcService",
        {"initial_metadata": [{"key": "Authorization", "value": "PLANTED"}, {"key": "x", "value": "seen"}]},
    ),
    (
        "envoy.extensions.transport_sockets.tls.v3.Secret",
        {"session_ticket_keys": {"keys": [{"inline_bytes": "UExBTlRFRA=="}, {"filename": "/a"}]}},
    ),
]


@pytest.mark.parametrize(("name", "value"), SECRETS)
def test_secrets_are_hidden(name: str, value: dict[str, Any]) -> None:
    for shown in (camel_case(value, name), proto_names(value, name), without_secrets(value)):
        text = repr(shown)
        assert "PLANTED" not in text
        assert "UExBTlRFRA" not in text
        assert "redacted" in text or "W3JlZGFjdGVkXQ==" in text


@st.composite
def messages(draw: st.DrawFn, name: str = CLUSTER, depth: int = 3) -> dict[str, Any]:
    """A message with some of its fields, as Envoy spells it, without what a canonical form leaves out."""
    found: dict[str, Any] = {}
    fields = list(message(name).fields.values())
    chosen = st.lists(st.sampled_from(fields), max_size=4, unique_by=lambda each: each.name) if fields else st.just([])
    for field in draw(chosen):
        if field.sort == "message" and depth:
            inner: Any = draw(messages(field.of, depth - 1))
        elif field.of == "string":
            inner = draw(st.text("ab_C", min_size=1, max_size=5))
        elif field.of == "bool":
            inner = True
        elif field.of == "struct":
            inner = draw(st.dictionaries(st.text("ab_C", max_size=4), st.integers() | st.none(), max_size=2))
        else:
            continue
        many = {"list": [inner], "map": {"some_key": inner}}
        found[field.name] = many.get(field.many, inner)
    return found


@given(messages())
def test_both_spellings_mean_the_same(value: dict[str, Any]) -> None:
    canonical = camel_case(value, CLUSTER)
    assert camel_case(proto_names(canonical, CLUSTER), CLUSTER) == canonical
    assert camel_case(canonical, CLUSTER) == canonical
