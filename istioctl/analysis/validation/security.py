"""AuthorizationPolicy, PeerAuthentication and RequestAuthentication.

Source: istio `pkg/config/validation/validation.go` and `pkg/config/security/security.go`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from istioctl.analysis.validation import shared
from istioctl.api import formats
from istioctl.golang import urls
from istioctl.golang.netip import is_address, is_prefix
from istioctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from istioctl.analysis.validation.decode import Spec
    from istioctl.analysis.validation.objects import Metadata
    from istioctl.analysis.validation.report import Place

_ADDRESSES = ("ipBlocks", "remoteIpBlocks")
_IDENTITIES = ("principals", "namespaces")
_ACCOUNTS = ("serviceAccounts", "notServiceAccounts")
_SOURCE = (
    "principals",
    "requestPrincipals",
    "namespaces",
    "serviceAccounts",
    "ipBlocks",
    "remoteIpBlocks",
    "trustDomains",
)
_OPERATION = ("hosts", "ports", "methods", "paths")
_NOT_CUSTOM = ("namespaces", "serviceAccounts", "trustDomains", "principals", "requestPrincipals")
_NOT_CUSTOM_KEYS = ("source.namespace", "source.serviceAccount", "source.trustDomain", "source.principal")
_ANY_VALUE = ("source.namespace", "source.principal", "request.auth.principal", "request.auth.audiences",
              "request.auth.presenter", "connection.sni")  # fmt: skip
_ADDRESS_KEYS = ("source.ip", "remote.ip", "destination.ip")
_NAMED = ("request.headers", "request.auth.claims", "experimental.envoy.filters.")
_REPLACED = {
    "destination.namespace": "The policy's own namespace says it.",
    "destination.name": "",
    "destination.user": "",
}
_SEGMENT = lazy_pattern(r"[a-zA-Z0-9\-._~%!$&'()+,;:@=]+\Z")
_PRIVATE_KEY = ("d", "k")


def check_authorization_policy(spec: Spec, meta: Metadata, place: Place) -> None:
    """Check an AuthorizationPolicy."""
    del meta
    shared.targets(spec, place)
    action, rules = spec.get("action", "ALLOW"), spec.get("rules", [])
    if action in ("CUSTOM", "DENY") and not rules:
        place.error(f"action {action} without rules never applies", "Add an empty rule, {}, to mean every request.")
    if action == "CUSTOM":
        if rules and not spec.get("provider", {}).get("name"):
            (place / "provider").error("action CUSTOM needs the name of a provider")
        _only_custom(rules, place / "rules")
    elif "provider" in spec:
        (place / "provider").error(f"only action CUSTOM has a provider, and this is {action}")
    for i, rule in enumerate(rules):
        _rule(rule, i, action, place / "rules" / i)


def _only_custom(rules: list[Spec], place: Place) -> None:
    for i, rule in enumerate(rules):
        for j, origin in enumerate(rule.get("from", [])):
            source = origin.get("source", {})
            for field in (*_NOT_CUSTOM, *map(_negated, _NOT_CUSTOM)):
                if source.get(field):
                    (place / i / "from" / j / "source" / field).error("is not supported with action CUSTOM")
        for j, condition in enumerate(rule.get("when", [])):
            key = condition.get("key", "")
            if key in _NOT_CUSTOM_KEYS or key.startswith("request.auth."):
                (place / i / "when" / j / "key").error(f"{key} is not supported with action CUSTOM")


def _negated(field: str) -> str:
    return f"not{field[0].upper()}{field[1:]}"


def _both(fields: tuple[str, ...]) -> tuple[str, ...]:
    return (*fields, *map(_negated, fields))


def _rule(rule: Spec, number: int, action: str, place: Place) -> None:
    sources = tcp_sources = operations = tcp_operations = False
    for i, origin in enumerate(rule.get("from", [])):
        at = place / "from" / i
        if "source" not in origin:
            at.error(f"rule {number} lacks a source")
            continue
        sources = True
        _source(origin["source"], number, at / "source")
        tcp_sources |= any(
            origin["source"].get(field) for field in _both(("principals", "namespaces", *_ADDRESSES, "serviceAccounts"))
        )
    for i, target in enumerate(rule.get("to", [])):
        at = place / "to" / i
        if "operation" not in target:
            at.error(f"rule {number} lacks an operation")
            continue
        operations = True
        _operation(target["operation"], number, at / "operation")
        tcp_operations |= any(target["operation"].get(field) for field in _both(("ports",)))
    for i, condition in enumerate(rule.get("when", [])):
        _condition(condition, place / "when" / i)
    http_only = (sources and not operations and not tcp_sources) or (operations and not tcp_operations)
    if http_only and action == "DENY":
        place.warn(
            "this rule has HTTP attributes only, so it denies all traffic to TCP ports", "Add ports to the rule."
        )


def _source(source: Spec, rule: int, place: Place) -> None:
    accounts = next((field for field in _ACCOUNTS if source.get(field)), "")
    if accounts and any(source.get(field) for field in _both(_IDENTITIES)):
        (place / accounts).error(f"can't be combined with the principals or namespaces of rule {rule}")
    if not any(source.get(field) for field in _both(_SOURCE)):
        place.error(f"rule {rule} has an empty source", "Remove it to mean every source.")
    for field in _both(_SOURCE):
        values, at = source.get(field, []), place / field
        kind = field.removeprefix("not")
        kind = kind[0].lower() + kind[1:]
        if kind in _ADDRESSES:
            for i, problem in _bad_addresses(values):
                (at / i).error(problem)
        elif kind == "serviceAccounts":
            at.expect(_service_accounts(values))
        elif kind == "trustDomains":
            at.expect(_trust_domains(values))
        else:
            _not_empty(values, at)


def _operation(operation: Spec, rule: int, place: Place) -> None:
    if not any(operation.get(field) for field in _both(_OPERATION)):
        place.error(f"rule {rule} has an empty operation", "Remove it to mean every operation.")
    for field in _both(_OPERATION):
        values, at = operation.get(field, []), place / field
        if field in ("ports", "notPorts"):
            for i, problem in _bad_ports(values):
                (at / i).error(problem)
        else:
            _not_empty(values, at)
        if field in ("paths", "notPaths"):
            wrong = next((i for i, path in enumerate(values) if _path_template(path)), None)
            if wrong is not None:
                (at / wrong).error(_path_template(values[wrong]))


def _not_empty(values: list[str], place: Place) -> bool:
    """Report empty texts; whether there are none."""
    for i, value in enumerate(values):
        if not value:
            (place / i).error("the value is empty")
    return all(values)


def _bad_addresses(values: list[str]) -> list[tuple[int, str]]:
    return [
        (i, f'"{value}" is neither an IP address nor a CIDR block')
        for i, value in enumerate(values)
        if not (is_prefix(value) if "/" in value else is_address(value))
    ]


def _bad_ports(values: list[str]) -> list[tuple[int, str]]:
    return [
        (i, f'"{value}" is not a port number')
        for i, value in enumerate(values)
        if not re.match(r"[0-9]+\Z", value) or int(value) > 65535
    ]


def _service_accounts(values: list[str]) -> str:
    if len(values) > 16:
        return f"{len(values)} entries are more than the 16 that are allowed"
    for value in values:
        namespace, slash, name = value.rpartition("/")
        if not name or "*" in value or "/" in namespace or (slash and not namespace) or len(value) > 320:
            return f'"{value}" must be of the form account or namespace/account, without wildcards'
    return ""


def _wildcards(values: list[str]) -> str:
    for value in values:
        if not value:
            return "a value is empty"
        if value.count("*") > 1 or ("*" in value and not value.startswith("*") and not value.endswith("*")):
            return f'"{value}" may hold one *, at its start or end'
    return ""


def _trust_domains(values: list[str]) -> str:
    return _wildcards(values) or next(
        (f'"{value}" is not a trust domain: it holds a /' for value in values if "/" in value), ""
    )


def _path_template(path: str) -> str:
    """What is wrong with a path, in which `{*}` stands for one segment and `{**}` for any number."""
    is_template = "{*}" in path or "{**}" in path
    rest = False
    for segment in path.strip("/").split("/"):
        if segment in ("{*}", "{**}"):
            if rest:
                return f'"{path}" has a {segment} after {{**}}, which must be the last'
            rest = segment == "{**}"
        elif "{" in segment or "}" in segment:
            return f'"{path}" has a brace outside of {{*}} and {{**}}'
        elif is_template and not _SEGMENT.match(segment):
            return f'"{path}" has the segment "{segment}", which is not a part of a path'
    return ""


def _condition(condition: Spec, place: Place) -> None:
    key = condition.get("key", "")
    if not key:
        place.error("the key is missing")
    elif not condition.get("values") and not condition.get("notValues"):
        place.error(f"one of values and notValues must be set for {key}")
    else:
        for field in ("values", "notValues"):
            _attribute(key, condition.get(field, []), place / field)


def _attribute(key: str, values: list[str], place: Place) -> None:
    if not _not_empty(values, place):
        return
    if key.startswith(_NAMED):
        if not (key.endswith("]") and 0 < key.find("[") < len(key) - 2):
            place.error(f'"{key}" must be of the form attribute[name]')
    elif key in _ADDRESS_KEYS:
        place.expect("; ".join(problem for _, problem in _bad_addresses(values)))
    elif key == "source.serviceAccount":
        place.expect(_service_accounts(values))
    elif key == "source.trustDomain":
        place.expect(_wildcards(values))
    elif key == "destination.port":
        place.expect("; ".join(problem for _, problem in _bad_ports(values)))
    elif key in _REPLACED or key.startswith("destination.labels"):
        place.error(f'"{key}" is not supported', _REPLACED.get(key, "The policy's selector says it."))
    elif key not in _ANY_VALUE:
        place.error(f'"{key}" is not an attribute')


def check_peer_authentication(spec: Spec, meta: Metadata, place: Place) -> None:
    """Check a PeerAuthentication."""
    del meta
    ports, at = spec.get("portLevelMtls"), place / "portLevelMtls"
    if ports and not spec.get("selector", {}).get("matchLabels"):
        at.error("a policy for a whole namespace or mesh can't tell ports apart", "Set the selector's matchLabels.")
    if ports is not None and not ports:
        at.error("must have at least one port")
    for port in ports or ():
        (at / str(port)).expect(formats.port(port))
    shared.match_labels(spec, place)


def check_request_authentication(spec: Spec, meta: Metadata, place: Place) -> None:
    """Check a RequestAuthentication."""
    del meta
    shared.targets(spec, place)
    for i, rule in enumerate(spec.get("jwtRules", [])):
        _jwt_rule(rule, place / "jwtRules" / i)


def _jwt_rule(rule: Spec, place: Place) -> None:
    if not rule.get("issuer") and not rule.get("jwksUri"):
        place.error("one of issuer and jwksUri must be set")
    if rule.get("jwksUri"):
        (place / "jwksUri").expect(_jwks_uri(rule["jwksUri"]))
    if rule.get("jwks"):
        _jwks(rule["jwks"], place / "jwks")
    for field in ("audiences", "fromParams", "fromCookies"):
        _not_empty(rule.get(field, []), place / field)
    for i, header in enumerate(rule.get("fromHeaders", [])):
        if not header.get("name"):
            (place / "fromHeaders" / i).error("the header's name is missing")
    for i, claim in enumerate(rule.get("outputClaimToHeaders", [])):
        at = place / "outputClaimToHeaders" / i
        if not claim.get("claim") or not claim.get("header"):
            at.error("both header and claim must be set")
        else:
            (at / "header").expect(shared.strict_header_name(claim["header"]))
    shared.duration(rule, "timeout", place)


def _jwks_uri(uri: str) -> str:
    try:
        url = urls.parse_url(uri)
    except urls.URLError:
        return f'"{uri}" is not a URL'
    return "" if url.scheme in ("http", "https") else f'"{url.scheme}" is neither the scheme http nor https'


def _jwks(text: str, place: Place) -> None:
    """A JSON Web Key Set, or a single key; istiod's parser wants every key to be complete."""
    import json

    try:
        data = json.loads(text)
    except ValueError as error:
        place.error(f"is not JSON: {error}")
        return
    if not isinstance(data, dict):
        place.error("is not a JSON Web Key Set")
        return
    keys = data.get("keys", [data])
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        place.error('"keys" must be a list of keys')
        return
    for i, key in enumerate(keys):
        if problem := _jwk(key):
            place.error(f"key {i}: {problem}")
        elif key.get("kty") == "oct" or any(key.get(field) for field in _PRIVATE_KEY):
            place.warn(f"key {i} is a private key; a public one is enough to check tokens")


def _jwk(key: dict[str, Any]) -> str:
    wanted = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x"), "oct": ("k",)}
    kind = key.get("kty")
    if not isinstance(kind, str) or kind not in wanted:
        return f"{kind!r} is not a type of key (kty)"
    missing = [field for field in wanted[kind] if not isinstance(key.get(field), str)]
    return f"{' and '.join(missing)} must be set" if missing else ""
