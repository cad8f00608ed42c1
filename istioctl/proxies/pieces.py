"""A configuration dump in pieces, where Envoy can't give it whole.

An Envoy that was sent a resource with a type it does not know refuses it, but keeps it to show why. Then it can't write
its dump as JSON and answers with a sentence in plain text. Asked for one list at a time, without what it refused, it
still tells all that is in force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from istioctl.errors import ClusterError
from istioctl.proxies.config_dump import (
    BOOTSTRAP,
    CLUSTERS,
    ENDPOINTS,
    EXTENSIONS,
    LISTENERS,
    ROUTES,
    SECRETS,
    TYPE_PREFIX,
)
from istioctl.proxies.json_parts import open_json

_NOTHING = "not found in config dump"
"""What Envoy says of a list that it has no part for."""
_TOLD = "error_state.details"
"""Why a resource was refused, which can be told where the resource can't."""
#: The lists of each section, with what is asked of their items; `error_state` as a whole is what can't be written.
_LISTS: dict[str, dict[str, str]] = {
    CLUSTERS: {
        "dynamic_active_clusters": f"version_info,cluster,last_updated,{_TOLD}",
        "dynamic_warming_clusters": f"version_info,cluster,last_updated,{_TOLD}",
        "static_clusters": "",
    },
    ENDPOINTS: {"dynamic_endpoint_configs": "", "static_endpoint_configs": ""},
    LISTENERS: {
        "dynamic_listeners": f"name,active_state,warming_state,draining_state,{_TOLD}",
        "static_listeners": "",
    },
    ROUTES: {"dynamic_route_configs": f"version_info,route_config,last_updated,{_TOLD}", "static_route_configs": ""},
    SECRETS: {"dynamic_active_secrets": "", "dynamic_warming_secrets": ""},
    EXTENSIONS: {"ecds_filters": f"version_info,ecds_filter,last_updated,{_TOLD}"},
}


def read_dump(get: Callable[[str], bytes], request: str) -> bytes:
    """The page that a request asks for; put together from pieces where Envoy can't write it as a whole.

    Args:
        get: asks Envoy's admin API for a path with its query.
        request: `/config_dump` with `mask=` and the lists wanted, or with something else, which means everything.

    Raises:
        ClusterError: Envoy does not answer, or can't write one of the pieces either.
    """
    body = get(request)
    if not request.startswith("/config_dump") or _is_json(body):
        return body
    wanted = request.partition("mask=")[2].split(",")
    configs = []
    if wanted in ([""], ["bootstrap"]):
        configs += list(_piece(get, "mask=bootstrap"))
    for section, lists in _LISTS.items():
        found = {
            name: list(_piece(get, _query(name, mask)))
            for name, mask in lists.items()
            if wanted == [""] or name in wanted
        }
        if any(found.values()):
            members = [b'"%s":[%s]' % (name.encode(), b",".join(items)) for name, items in found.items()]
            type_ = f'"@type":"{TYPE_PREFIX}envoy.admin.v3.{section}"'.encode()
            configs.append(b"{%s}" % b",".join([type_, *members]))
    return b'{"configs":[%s]}' % b",".join(configs)


def _query(name: str, mask: str) -> str:
    eds = "include_eds=true&" if name.endswith("endpoint_configs") else ""
    return f"{eds}resource={name}" + (f"&mask={mask}" if mask else "")


def _piece(get: Callable[[str], bytes], query: str) -> Iterator[bytes]:
    """The items of a piece, each as JSON; those of a list without their type, which the list's own tells."""
    request = f"/config_dump?{query}"
    try:
        body = get(request)
    except ClusterError as problem:
        if _NOTHING in problem.message:
            return
        raise
    if not _is_json(body):
        raise ClusterError(
            f"Envoy can't write its configuration: {body[:300].decode('utf-8', 'replace').strip()}",
            where=request,
            hint="See which resource it refuses: istioctl proxy-status",
            id="unwritable-dump",
        )
    reader, document = open_json(body, request)
    for part in reader.lists(document, "configs").get("configs", ()):
        item = reader.value(part)
        if query != "mask=bootstrap":
            yield reader.text({name: value for name, value in item.items() if name != "@type"})
        elif str(item.get("@type")).endswith(f".{BOOTSTRAP}"):
            yield reader.text(item)


def _is_json(body: bytes) -> bool:
    return body[:100].lstrip()[:1] in (b"{", b"[")
