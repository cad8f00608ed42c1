"""Envoy's API as istiod links it: which messages an `Any` in an EnvoyFilter may name."""

from __future__ import annotations

import re

from tools.api_tables.descriptors import Protos, closure, files_of, protos
from tools.api_tables.sources import module_folder

#: The packages of each module that istiod has (`pkg/config/xds/filter_types.gen.go` and what that imports). Of others
#: it has what these need.
_PACKAGES = {
    "github.com/envoyproxy/go-control-plane/envoy": (
        r"(?!.*\.(?:v1alpha1|v2|v2alpha\d*)(?:\.|$))(?!envoy\.(?:annotations|type|type\.matcher)$)"
        r"(?!envoy\.config\.(?:cluster\.redis|retry\.previous_priorities)$)(?!.*\.tcp_bandwidth_limit\.)"
    ),
    "github.com/envoyproxy/go-control-plane/contrib": (
        r"envoy\.(?!.*\.(?:reverse_tunnel_reporters|stat_sinks\.wasm_filter)\.)|io\."
    ),
    "istio.io/api": r"istio\.envoy\.|envoy\.|stats$",
    "github.com/cncf/xds/go": r"(?!.*\.(?:v2|orca)(?:\.|$))",
    "github.com/prometheus/client_model": "",
    "cel.dev/expr": r"cel\.expr$",
    "go.opentelemetry.io/proto/otlp": r"opentelemetry\.proto\.common\.",
    "google.golang.org/genproto/googleapis/api": r"google\.api\.expr\.v1alpha1$",
    "google.golang.org/genproto/googleapis/rpc": "$",
    "google.golang.org/protobuf": "$",
}
#: The modules whose versions decide what is in Envoy's table.
ENVOY_MODULES = tuple(module for module in _PACKAGES if "/go-control-plane/" in module)
#: Where a module has its messages, if its other folders have some for tests.
_FOLDERS = {"google.golang.org/protobuf": "types/known"}


def envoy_messages() -> tuple[list[str], Protos]:
    """The names of the messages and enums (behind `#`), and their descriptors.

    Raises:
        SourceError: a module can't be fetched.
    """
    everything = Protos({}, {})
    chosen: list[str] = []
    for module, packages in _PACKAGES.items():
        found = protos(files_of(module_folder(module) / _FOLDERS.get(module, ".")))
        everything.messages.update(found.messages)
        everything.enums.update(found.enums)
        chosen += [name for name, message in found.messages.items() if re.match(packages, message.package)]
    return sorted(closure(chosen, everything)), everything
