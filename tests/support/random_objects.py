"""Random VirtualServices, DestinationRules and AuthorizationPolicies, and random requests that they tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

PORT = 8000
PATHS = ["/", "/a", "/a/", "/a/b", "/A/b", "/ab", "/a/b?p=1", "/a?p=x&q=2", "/b/c/d", "/b%20c", "/a//b", "/x/../a"]
METHODS = ["GET", "GET", "POST", "DELETE"]
VALUES = ["1", "12", "abc", "ABC", "x-y"]
HEADERS = ["x-a", "x-b"]
Object = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """A request as a client writes it."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]


def request(random: Random) -> Sent:
    """A request; a header may be missing, but none comes twice."""
    headers = tuple((name, random.choice(VALUES)) for name in HEADERS if random.random() < 0.5)
    return Sent(random.choice(METHODS), random.choice(PATHS), headers)


def virtual_service(random: Random, name: str, namespace: str, hosts: list[str], gateways: list[str]) -> Object:
    """Routes to the subsets `v1`, `v2` and `none` (which no pod is in) of `a`, and to `b`."""
    routes = [_route(random) for _ in range(random.randrange(1, 6))]
    if random.random() < 0.7:
        routes.append({"route": _destinations(random)})
    spec = {"hosts": hosts, "gateways": gateways, "http": routes}
    return _object("networking.istio.io/v1", "VirtualService", name, namespace, spec)


def destination_rule(host: str, namespace: str, subsets: list[str]) -> Object:
    """Subsets by version. A connection serves one request, so that none outlives the policies it was opened under."""
    policy = {"connectionPool": {"http": {"maxRequestsPerConnection": 1}}}
    named = [{"name": version, "labels": {"version": version}} for version in subsets]
    spec = {"host": host, "trafficPolicy": policy, "subsets": named}
    return _object("networking.istio.io/v1", "DestinationRule", host, namespace, spec)


def authorization_policy(random: Random, name: str, namespace: str, apps: list[str], clients: list[str]) -> Object:
    """A policy for one application, or for all of the namespace, about these clients' identities and others."""
    spec: Object = {"action": random.choice(["ALLOW", "ALLOW", "DENY"])}
    if random.random() < 0.8:
        spec["selector"] = {"matchLabels": {"app": random.choice(apps)}}
    spec["rules"] = [
        _rule(random, [*clients, "cluster.local/ns/other/sa/other"]) for _ in range(random.randrange(1, 4))
    ]
    return _object("security.istio.io/v1", "AuthorizationPolicy", name, namespace, spec)


def peer_authentication(random: Random, app: str, namespace: str) -> Object:
    """How an application's pods may be reached; clients follow by themselves."""
    mode = random.choice(["STRICT", "PERMISSIVE", "DISABLE"])
    spec = {"selector": {"matchLabels": {"app": app}}, "mtls": {"mode": mode}}
    return _object("security.istio.io/v1", "PeerAuthentication", app, namespace, spec)


def _object(api_version: str, kind: str, name: str, namespace: str, spec: Object) -> Object:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def _string(random: Random) -> Object:
    kind = random.choice(["exact", "prefix", "regex"])
    return {kind: random.choice(["[a-c]+", ".*2", "[A-Zx].*"] if kind == "regex" else VALUES)}


def _path(random: Random) -> Object:
    kind = random.choice(["exact", "prefix", "prefix", "regex"])
    return {
        kind: random.choice(
            ["/a/?.*", "/[ab]+", ".*/b", "/[^/]+"] if kind == "regex" else ["/", "/a", "/a/", "/b", "/A"]
        )
    }


def _condition(random: Random) -> Object:
    match: Object = {}
    if random.random() < 0.8:
        match["uri"] = _path(random)
        if random.random() < 0.25:
            match["ignoreUriCase"] = True
    if random.random() < 0.4:
        match[random.choice(["headers", "withoutHeaders"])] = {random.choice(HEADERS): _string(random)}
    if random.random() < 0.3:
        match["method"] = {"exact": random.choice(["GET", "POST"])}
    if random.random() < 0.2:
        match["queryParams"] = {random.choice("pq"): _string(random)}
    return match or {"uri": {"prefix": "/"}}


def _route(random: Random) -> Object:
    route: Object = {"match": [_condition(random) for _ in range(random.randrange(1, 3))]}
    kind = random.choice(["route"] * 6 + ["redirect", "directResponse", "fault"])
    if kind == "redirect":
        redirect: Object = {"redirectCode": random.choice([301, 302, 307])}
        if random.random() < 0.6:
            redirect["uri"] = random.choice(["/new", "/new/x"])
        if random.random() < 0.6 or len(redirect) == 1:
            redirect["authority"] = "elsewhere.example"
        return {**route, "redirect": redirect}
    if kind == "directResponse":
        return {**route, "directResponse": {"status": random.choice([200, 418, 503]), "body": {"string": "own answer"}}}
    route["route"] = _destinations(random)
    if kind == "fault":
        route["fault"] = {"abort": {"httpStatus": random.choice([418, 429]), "percentage": {"value": 100}}}
    if random.random() < 0.3 and all("regex" not in match.get("uri", {}) for match in route["match"]):
        route["rewrite"] = {"uri": random.choice(["/", "/rewritten", "/a/"])}
    return route


def _destinations(random: Random) -> list[Object]:
    found = [
        {"host": "a", "subset": "v1"},
        {"host": "a", "subset": "v2"},
        {"host": "a", "subset": "none"},
        {"host": "a"},
        {"host": "b"},
    ]
    chosen = random.choices(found, [4, 4, 1, 2, 3])
    if random.random() < 0.35:
        chosen = random.sample(found, 2)
    weights = [100] if len(chosen) == 1 else random.choice([[50, 50], [80, 20], [100, 0]])
    return [
        {"destination": {**each, "port": {"number": PORT}}, "weight": weight}
        for each, weight in zip(chosen, weights, strict=True)
    ]


def _rule(random: Random, clients: list[str]) -> Object:
    rule: Object = {}
    if random.random() < 0.5:
        key = random.choice(["principals", "notPrincipals", "namespaces"])
        values = [random.choice(clients)]
        if key == "namespaces":
            values = [random.choice([client.split("/")[2] for client in clients])]
        rule["from"] = [{"source": {key: values}}]
    if random.random() < 0.7:
        operation: Object = {}
        if random.random() < 0.6:
            operation[random.choice(["paths", "notPaths"])] = random.sample(
                ["/a", "/a/*", "*b", "/rewritten", "/b*"], 2
            )
        if random.random() < 0.5 or not operation:
            operation[random.choice(["methods", "notMethods"])] = random.sample(["GET", "POST", "DELETE"], 2)
        rule["to"] = [{"operation": operation}]
    if random.random() < 0.4 or not rule:
        key = f"request.headers[{random.choice(HEADERS)}]"
        rule["when"] = [
            {"key": key, random.choice(["values", "notValues"]): random.sample(["1", "abc*", "*y", "*"], 2)}
        ]
    return rule
