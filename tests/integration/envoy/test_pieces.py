"""A real Envoy that holds a refused resource of a type it does not know can still be looked at."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from pathlib import Path

from istioctl.cluster.protobuf_wire import bytes_field, text_field
from istioctl.errors import ClusterError
from istioctl.proxies import bootstrap, clusters, listeners
from istioctl.proxies.clusters import ClusterFilter
from istioctl.proxies.config_dump import ConfigDump
from istioctl.proxies.listeners import ListenerFilter
from istioctl.proxies.pieces import read_dump
from istioctl.proxies.views import EVERYTHING, LISTENERS
from tests.support.one_envoy import one_envoy

_LISTENER = "envoy.config.listener.v3.Listener"
_TCP = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"
_SECONDS = 20


def typed(name: str, value: bytes) -> bytes:
    return text_field(1, f"type.googleapis.com/{name}") + bytes_field(2, value)


def listener(name: str, pipe: Path, filter_type: str) -> bytes:
    """A listener on a pipe whose one filter has a configuration of this type."""
    config = typed(filter_type, text_field(1, "prefix") + text_field(2, "upstream"))
    network = text_field(1, "envoy.filters.network.tcp_proxy") + bytes_field(4, config)
    address = bytes_field(2, text_field(1, str(pipe)))
    return text_field(1, name) + bytes_field(2, address) + bytes_field(3, bytes_field(3, network))


def test_what_is_in_force_is_told_beside_what_is_refused(tmp_path: Path) -> None:
    sent = [listener("good", tmp_path / "good", _TCP), listener("bad", tmp_path / "bad", "example.no.Such")]
    resources = b"".join(bytes_field(2, typed(_LISTENER, each)) for each in sent)
    (tmp_path / "listeners.pb").write_bytes(text_field(1, "1") + resources)
    dynamic = {"lds_config": {"path_config_source": {"path": str(tmp_path / "listeners.pb")}}}
    upstream = {"clusters": [{"name": "upstream", "connect_timeout": "1s"}]}
    with one_envoy(tmp_path, upstream, dynamic) as admin:

        def get(path: str) -> bytes:
            try:
                with urllib.request.urlopen(admin + path, timeout=10) as answer:
                    body: bytes = answer.read()
                    return body
            except urllib.error.HTTPError as problem:
                raise ClusterError(problem.read().decode()) from problem

        deadline = time.monotonic() + _SECONDS
        while not (whole := get(EVERYTHING)).startswith(b"Failed to convert"):
            assert time.monotonic() < deadline, whole[:300]
            time.sleep(0.05)
        found = ConfigDump(read_dump(get, LISTENERS), "Envoy")
        assert listeners.trees(found, ListenerFilter(), lambda tree: tree["name"]) == ["good"]
        everything = ConfigDump(read_dump(get, EVERYTHING), "Envoy")
        assert listeners.table(everything, ListenerFilter()).rows == [
            [str(tmp_path / "good"), "0", "ALL", "Cluster: upstream"]
        ]
        assert [row[0] for row in clusters.table(everything, ClusterFilter()).rows] == ["upstream"]
        assert bootstrap.tree(everything)["bootstrap"]["node"]["id"] == "one"
