"""Rules that several kinds share: where a policy applies, to whom a resource is visible, TLS, weights, headers.

Source: istio `pkg/config/validation/validation.go` and `header_value_validator.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from istioctl.api import formats
from istioctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from istioctl.analysis.validation.decode import Spec
    from istioctl.analysis.validation.report import Place

#: The kinds a targetRef may name, with their groups.
TARGETS = {
    "Service": "core",
    "ServiceEntry": "networking.istio.io",
    "Gateway": "gateway.networking.k8s.io",
    "GatewayClass": "gateway.networking.k8s.io",
}
#: HTTP's own characters, and the comma, which istiod lets pass.
_HEADER_NAME = lazy_pattern(r"[!#$%&'*+,\-.^_`|~A-Za-z0-9]+\Z")
_STRICT_HEADER_NAME = lazy_pattern(r"[-_A-Za-z0-9]+\Z")
_CONTROL = lazy_pattern(r"[\x00-\x08\x0a-\x1f\x7f]")
#: The parts of `%NAME(["a", "b"])%`: in each, the characters that lead on, and where any other leads (empty: astray).
_OPERATOR: dict[str, tuple[dict[str, str], str]] = {
    "name": ({"%": "text", "(": "arguments"}, "name"),
    "arguments": ({" ": "arguments", "[": "string"}, "inside"),
    "string": ({" ": "string", '"': "inside"}, ""),
    "inside": ({")": "close", '"': "next"}, "inside"),
    "next": ({" ": "next", ",": "string", "]": "end"}, ""),
    "end": ({" ": "end", ")": "close"}, ""),
    "close": ({" ": "close", "%": "text"}, ""),
}


def targets(spec: Spec, place: Place) -> None:
    """A policy's `selector`, `targetRef` and `targetRefs`: at most one of them, and each in order."""
    given = [
        name
        for name in ("selector", "targetRef", "targetRefs")
        if spec.get(name) or (name in spec and name != "targetRefs")
    ]
    if len(given) > 1:
        (place / given[1]).error(f"only one of {' and '.join(given)} can be set")
    match_labels(spec, place)
    if "targetRef" in spec:
        _target(spec["targetRef"], place / "targetRef")
    for i, reference in enumerate(spec.get("targetRefs", [])):
        _target(reference, place / "targetRefs" / i)


def _target(reference: Spec, place: Place) -> None:
    if not reference.get("name"):
        (place / "name").error("the name of the target is missing")
    if reference.get("namespace"):
        (place / "namespace").error("a target in another namespace is not supported", "Remove the namespace.")
    kind, group = reference.get("kind", ""), reference.get("group", "")
    if TARGETS.get(kind) != (group or "core"):
        known = ", ".join(f"{group}/{name}" for name, group in TARGETS.items())
        (place / "kind").error(f'a target of group "{group}" and kind "{kind}" is not supported; there are {known}')


def match_labels(spec: Spec, place: Place, field: str = "selector", labels: str = "matchLabels") -> None:
    """A selector of pods: no empty key, no wildcard; one without labels is most likely a mistake."""
    if field not in spec:
        return
    place = place / field
    found = spec[field].get(labels, {})
    for key, value in found.items():
        if not key:
            (place / labels).error(f'the selector has an empty key, for "{value}"')
        if "*" in key or "*" in value:
            (place / labels / key).error(f'a wildcard is not supported in a selector: "{key}={value}"')
    if not found:
        place.warn("the selector has no labels, so it selects every workload of the namespace")


def export_to(spec: Spec, place: Place, namespace: str, *, may_hide: bool = False, selected: bool = False) -> None:
    """The namespaces a resource is visible in.

    Args:
        may_hide: whether `~` (nobody) is allowed, as it is for ServiceEntries.
        selected: whether the resource is a DestinationRule with a workload selector, which stays in its namespace.
    """
    entries = spec.get("exportTo", [])
    if not entries:
        return
    place = place / "exportTo"
    seen: set[str] = set()
    for i, entry in enumerate(entries):
        key = namespace if entry == "." else entry
        if key in seen:
            (place / i).error(f'"{entry}" is exported to twice' + (f" (. is {namespace})" if entry == "." else ""))
        elif key == "~" and not may_hide:
            (place / i).error("~ (nobody) is only for ServiceEntries")
        elif key not in ("*", "~", ".") and not formats.is_label(key):
            (place / i).error("must be ., * or the name of a namespace")
        else:
            seen.add(key)
    if selected and seen:
        if namespace not in seen:
            place.error("a rule with a workload selector can't be exported beyond its own namespace")
        elif len(seen) > 1:
            place.error("a rule with a workload selector can be exported to its own namespace only")
    if "*" in seen and len(entries) > 1:
        place.error("* (everybody) can't be combined with other entries")
    if "~" in seen and len(entries) > 1:
        place.error("~ (nobody) can't be combined with other entries")


def duration(spec: Spec, field: str, place: Place) -> None:
    """A duration, where it is given."""
    if field in spec:
        (place / field).expect(formats.duration(spec[field]))


def labels(values: dict[str, str], place: Place) -> None:
    """A set of labels."""
    for problem in formats.labels(values):
        place.error(problem)


def weights(routes: list[Spec], place: Place) -> None:
    """The shares of several destinations: none negative, not all zero."""
    for i, route in enumerate(routes):
        if route.get("weight", 0) < 0:
            (place / i / "weight").error(f"the weight {route['weight']} is negative")
    if len(routes) > 1 and not sum(route.get("weight", 0) for route in routes):
        place.error("the weights of the destinations add up to 0")


def destination(spec: Spec, place: Place) -> None:
    """A host, subset and port to send traffic to."""
    host = spec.get("host", "")
    (place / "host").expect('"*" is not a host to send traffic to' if host == "*" else formats.wildcard_domain(host))
    if spec.get("subset"):
        (place / "subset").expect(subset_name(spec["subset"]))
    if "port" in spec:
        (place / "port").expect(formats.port(spec["port"].get("number", 0)))


def subset_name(name: str) -> str:
    """What is wrong with the name of a subset."""
    if not name:
        return "the subset has no name"
    return "" if formats.is_label(name) else f'"{name}" is not a subset name: it must be a DNS label'


def client_tls(spec: Spec, place: Place, namespace: str) -> None:
    """TLS settings towards an upstream."""
    mode, credential = spec.get("mode", "DISABLE"), spec.get("credentialName", "")
    if credential.startswith("configmap://"):
        own, _, name = credential.removeprefix("configmap://").partition("/")
        name = name.partition("/")[0]
        if not own or not name:
            (place / "credentialName").error("configmap:// must be followed by a namespace and a name")
        elif own != namespace:
            (place / "credentialName").error(f'configmap:// must name the resource\'s own namespace, "{namespace}"')
    if spec.get("insecureSkipVerify"):
        unused = {
            "SIMPLE": ("caCertificates", "credentialName", "subjectAltNames"),
            "MUTUAL": ("caCertificates", "subjectAltNames"),
        }
        if wrong := [field for field in unused.get(mode, ()) if spec.get(field)]:
            (place / wrong[0]).error(f"{_listed(wrong)} can't be set with insecureSkipVerify, which checks nothing")
    if mode in ("SIMPLE", "MUTUAL") and credential:
        certificates = ("clientCertificate", "caCertificates", "privateKey", "caCrl")
        if wrong := [field for field in certificates if spec.get(field)]:
            (place / wrong[0]).error(f"{_listed(wrong)} can't be combined with credentialName, which names all of them")
    elif mode == "MUTUAL":
        for field in ("clientCertificate", "privateKey"):
            if not spec.get(field):
                place.error(f"mode MUTUAL needs {field}", f"Set {field}, or credentialName.")


def _listed(words: list[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def header_name(name: str) -> str:
    """What is wrong with a header's name by HTTP's grammar."""
    if not name:
        return "a header has no name"
    return "" if _HEADER_NAME.match(name) else f'"{name}" is not a header name'


def strict_header_name(name: str) -> str:
    """What is wrong with a header's name of letters, digits, dashes and underscores."""
    if not name:
        return "a header has no name"
    return "" if _STRICT_HEADER_NAME.match(name) else f'"{name}" is not a header name'


def is_authority(name: str) -> bool:
    """Whether a header is the request's authority."""
    return name.lower() in (":authority", "host")


def header_changes(headers: Spec, place: Place) -> None:
    """The headers that a route sets, adds and removes."""
    for side in ("request", "response"):
        changes = headers.get(side, {})
        for action in ("add", "set"):
            for name, value in changes.get(action, {}).items():
                at = place / side / action / name
                at.expect(_changed_header(name, may_be_authority=side == "request"))
                at.expect(header_value(value))
        for i, name in enumerate(changes.get("remove", [])):
            (place / side / "remove" / i).expect(_changed_header(name, may_be_authority=False))


def _changed_header(name: str, *, may_be_authority: bool) -> str:
    if not name:
        return "a header has no name"
    if may_be_authority and is_authority(name):
        return ""
    if name.lower() == "host":
        return "the Host header can't be changed here"
    return f'"{name}" is a pseudo header, which can\'t be changed' if name.startswith(":") else ""


def header_value(value: str) -> str:
    """What is wrong with a header's value, in which `%` starts an Envoy command operator."""
    if _CONTROL.search(value):
        return "a header's value holds a control character"
    state, skip = "text", False
    for i, character in enumerate(value):
        if skip:
            skip = False
        elif state == "text":
            if character == "%":
                skip = value[i + 1 : i + 2] == "%"
                state = "text" if skip else "name"
        elif state == "inside" and character == "\\":
            skip = True
        else:
            following, otherwise = _OPERATOR[state]
            state = following.get(character, otherwise)
        if not state:
            break
    if state == "text":
        return ""
    return f'"{value}" has a % that starts no complete operator; write %% for a percent sign'


def duplicates(values: Iterable[str]) -> list[int]:
    """The indices of values that stood before."""
    seen: set[str] = set()
    found = []
    for i, value in enumerate(values):
        if value in seen:
            found.append(i)
        seen.add(value)
    return found
