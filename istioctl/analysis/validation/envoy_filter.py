"""EnvoyFilter: what is patched, where, and with what.

Source: istio `pkg/config/validation/envoyfilter/envoyfilter.go`, old filter names from `pkg/config/xds`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from istioctl.analysis.validation import shared
from istioctl.api import formats
from istioctl.api.schema.casing import snake_case
from istioctl.api.schema.catalog import fields_by_any_name, message
from istioctl.api.schema.decode import check as mismatches
from istioctl.api.schema.notation import proto_name

if TYPE_CHECKING:
    from istioctl.analysis.validation.decode import Spec
    from istioctl.analysis.validation.objects import Metadata
    from istioctl.analysis.validation.report import Place
    from istioctl.api.schema.decode import Mismatch

_CONNECTION_MANAGER = ("envoy.filters.network.http_connection_manager", "envoy.http_connection_manager")
#: The part of the match that goes with what is patched.
_MATCHES = {
    **dict.fromkeys(("LISTENER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER"), "listener"),
    **dict.fromkeys(("ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE"), "routeConfiguration"),
    "CLUSTER": "cluster",
}
#: The message of Envoy's API that a patch is, by what it is applied to.
_MESSAGES = {
    "CLUSTER": "envoy.config.cluster.v3.Cluster",
    "LISTENER": "envoy.config.listener.v3.Listener",
    "ROUTE_CONFIGURATION": "envoy.config.route.v3.RouteConfiguration",
    "FILTER_CHAIN": "envoy.config.listener.v3.FilterChain",
    "HTTP_FILTER": "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter",
    "NETWORK_FILTER": "envoy.config.listener.v3.Filter",
    "VIRTUAL_HOST": "envoy.config.route.v3.VirtualHost",
    "HTTP_ROUTE": "envoy.config.route.v3.Route",
    "EXTENSION_CONFIG": "envoy.config.core.v3.TypedExtensionConfig",
    "BOOTSTRAP": "envoy.config.bootstrap.v3.Bootstrap",
    "LISTENER_FILTER": "envoy.config.listener.v3.ListenerFilter",
}
_KINDS_OF_MATCH = ("listener", "routeConfiguration", "cluster", "waypoint")
#: Envoy's old filter names, and what they are called now.
_OLD_NAMES = {
    "envoy.buffer": "envoy.filters.http.buffer",
    "envoy.cors": "envoy.filters.http.cors",
    "envoy.csrf": "envoy.filters.http.csrf",
    "envoy.fault": "envoy.filters.http.fault",
    "envoy.gzip": "envoy.filters.http.gzip",
    "envoy.health_check": "envoy.filters.http.health_check",
    "envoy.ip_tagging": "envoy.filters.http.ip_tagging",
    "envoy.lua": "envoy.filters.http.lua",
    "envoy.router": "envoy.filters.http.router",
    "envoy.squash": "envoy.filters.http.squash",
    "envoy.grpc_web": "envoy.filters.http.grpc_web",
    "envoy.grpc_http1_bridge": "envoy.filters.http.grpc_http1_bridge",
    "envoy.grpc_json_transcoder": "envoy.filters.http.grpc_json_transcoder",
    "envoy.http_dynamo_filter": "envoy.filters.http.dynamo",
    "envoy.rate_limit": "envoy.filters.http.ratelimit",
    "envoy.listener.http_inspector": "envoy.filters.listener.http_inspector",
    "envoy.listener.original_dst": "envoy.filters.listener.original_dst",
    "envoy.listener.original_src": "envoy.filters.listener.original_src",
    "envoy.listener.proxy_protocol": "envoy.filters.listener.proxy_protocol",
    "envoy.listener.tls_inspector": "envoy.filters.listener.tls_inspector",
    "envoy.client_ssl_auth": "envoy.filters.network.client_ssl_auth",
    "envoy.ext_authz": "envoy.filters.network.ext_authz",
    "envoy.http_connection_manager": "envoy.filters.network.http_connection_manager",
    "envoy.mongo_proxy": "envoy.filters.network.mongo_proxy",
    "envoy.ratelimit": "envoy.filters.network.ratelimit",
    "envoy.redis_proxy": "envoy.filters.network.redis_proxy",
    "envoy.tcp_proxy": "envoy.filters.network.tcp_proxy",
}


def check(spec: Spec, meta: Metadata, place: Place) -> None:
    """Check an EnvoyFilter."""
    del meta
    before = len(place.report.errors)
    shared.match_labels(spec, place, "workloadSelector", "labels")
    if len(place.report.errors) > before:
        return
    place.warn("depends on Envoy's internals, which may change in any release", "Prefer another API where one exists.")
    for i, patch in enumerate(spec.get("configPatches", [])):
        if patch.get("match", {}).get("context") != "WAYPOINT":
            _config_patch(patch, place / "configPatches" / i)


def _config_patch(entry: Spec, place: Place) -> None:
    applies_to, patch, match = entry.get("applyTo", "INVALID"), entry.get("patch"), entry.get("match", {})
    if applies_to == "INVALID":
        place.error("applyTo is missing")
    elif patch is None:
        place.error("the patch is missing")
    elif patch.get("operation", "INVALID") == "INVALID":
        (place / "patch").error("the operation is missing")
    elif patch["operation"] != "REMOVE" and "value" not in patch:
        (place / "patch").error("the value is missing, which all operations but REMOVE need")
    else:
        version = match.get("proxy", {}).get("proxyVersion")
        before = len(place.report.errors)
        (place / "match" / "proxy" / "proxyVersion").expect(formats.pattern(version) if version else "")
        if len(place.report.errors) == before and _match(match, applies_to, place / "match") and "value" in patch:
            _value(patch["value"], applies_to, place / "patch" / "value")


def _value(value: Spec, applies_to: str, place: Place) -> None:
    """The patch itself, as data of Envoy's API."""
    name = _MESSAGES.get(applies_to)
    if name is None:
        place.error(f"there is no type {applies_to} of objects to patch", "Correct applyTo.")
        return
    found = mismatches(value, name, place.path)
    wrong = [mismatch for mismatch in found if mismatch.kind == "wrong-type"]
    unknown = [mismatch for mismatch in found if mismatch.kind == "unknown-field"]
    if wrong:
        type(place)(place.report, wrong[0].path).error(wrong[0].message, wrong[0].hint)
    elif unknown:
        _unknown_field(unknown[0], type(place)(place.report, unknown[0].path))
    elif missing := without_typed_config(value, name):
        chosen = ", ".join(f'"{one}"' for one in missing)
        place.warn(f"{chosen} is chosen by name only, without typed_config", "Set typed_config.")


def _unknown_field(mismatch: Mismatch, place: Place) -> None:
    from difflib import get_close_matches

    given = str(mismatch.path[-1])
    fields = [proto_name(field) for field in message(mismatch.of).fields.values()]
    near = get_close_matches(snake_case(given), fields, n=1)
    text = f'Envoy\'s {mismatch.of} has no field "{given}"'
    place.warn(text, f"Did you mean {near[0]}?" if near else "")


def without_typed_config(value: dict[str, Any], name: str) -> list[str]:
    """The names of extensions in a value that are chosen by name only, without `typed_config`.

    Args:
        value: data of Envoy's API.
        name: the full name of the message that it is.
    """
    fields = fields_by_any_name(name)
    given = {fields[key].name for key in value if key in fields and value[key] is not None}
    missing = []
    for key, inner in value.items():
        field = fields.get(key)
        if field and field.sort == "message" and not field.many and isinstance(inner, dict):
            missing += without_typed_config(inner, field.of)
    if "typed_config" in fields and not given & {"typedConfig", "configDiscovery"}:
        missing.append(str(value.get("name") or ""))
    return missing


def _match(match: Spec, applies_to: str, place: Place) -> bool:
    """Check what is matched; whether the patch is worth looking at."""
    wanted = _MATCHES.get(applies_to)
    given = next((kind for kind in _KINDS_OF_MATCH if kind in match), "")
    if wanted and given and given != wanted:
        place.error(f"only a match by {wanted} goes with what this applies to")
        return wanted != "listener"
    if wanted == "listener":
        chain = match.get("listener", {}).get("filterChain", {})
        if "filter" in chain:
            return _filter(chain["filter"], applies_to, place / "listener" / "filterChain" / "filter")
    return True


def _filter(found: Spec, applies_to: str, place: Place) -> bool:
    """Check a match by filters; whether the patch is worth looking at."""
    if applies_to in ("LISTENER", "FILTER_CHAIN"):
        place.warn(f"has no effect with applyTo {applies_to}")
    name, inner, before = found.get("name", ""), found.get("subFilter"), len(place.report.errors)
    at = place / "subFilter"
    if not name:
        place.error("the filter's name is missing")
    elif inner is not None and applies_to != "HTTP_FILTER":
        at.error("goes with applyTo HTTP_FILTER only")
    elif inner is not None and name not in _CONNECTION_MANAGER:
        at.error(f"needs the filter {_CONNECTION_MANAGER[0]} around it")
    elif inner is not None and not inner.get("name"):
        at.error("the filter's name is missing")
    if len(place.report.errors) > before:
        return False
    _old_name(name, place / "name")
    if inner is not None:
        _old_name(inner["name"], at / "name")
    return True


def _old_name(name: str, place: Place) -> None:
    if name in _OLD_NAMES:
        place.warn(f'"{name}" is an old filter name', f"Use {_OLD_NAMES[name]}.")
