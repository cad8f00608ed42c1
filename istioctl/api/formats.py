"""The formats of names, addresses and numbers in Istio's API: each function says what is wrong, or nothing.

Sources: istio `pkg/config/validation/agent/validation.go`, `pkg/config/labels/instance.go`, `pkg/config/host/name.go`.
"""

from __future__ import annotations

import re

from istioctl.golang.netip import is_address, is_prefix
from istioctl.patterns import lazy_pattern

_LABEL_TEXT = r"[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?"
_LABEL = lazy_pattern(rf"{_LABEL_TEXT}\Z")
_WILDCARD_LABEL = lazy_pattern(rf"(?:\*|(?:\*-?)?{_LABEL_TEXT})\Z")
_QUALIFIED = r"(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_KEY = lazy_pattern(rf"({_LABEL_TEXT}(?:\.{_LABEL_TEXT})*/)?({_QUALIFIED})\Z")
_LABEL_VALUE = lazy_pattern(rf"(?:{_QUALIFIED})?\Z")
_DIGITS = lazy_pattern(r"[-+]?[0-9]+\Z")
_SERVER_NAME_PREFIX = "outbound_"

MILLISECOND = 1_000_000
#: What is said of a duration below that.
TOO_SHORT = "must be at least 1ms"


def is_label(text: str) -> bool:
    """Whether the text is a DNS label (RFC 1123; capitals are allowed)."""
    return len(text) <= 63 and _LABEL.match(text) is not None


def domain_labels(domain: str) -> str:
    """What is wrong with the dot-separated labels of a domain; the last may be empty."""
    labels = domain.split(".")
    if _DIGITS.match(labels[-1]):
        return f'"{domain}" is not a domain name: its last label "{labels[-1]}" is a number'
    if labels[-1] == "":
        labels.pop()
    bad = next((label for label in labels if not is_label(label)), None)
    return "" if bad is None else f'"{domain}" is not a domain name: "{bad}" is not a DNS label'


def _domain_size(domain: str) -> str:
    if not domain:
        return "a domain name is missing"
    return f'"{domain[:40]}…" is too long for a domain name (255 characters)' if len(domain.encode()) > 255 else ""


def domain(name: str) -> str:
    """What is wrong with a fully qualified name, which may hold no wildcard."""
    return _domain_size(name) or domain_labels(name)


def wildcard_domain(name: str) -> str:
    """What is wrong with a domain whose first label may be, or start with, a `*`."""
    if problem := _domain_size(name):
        return problem
    first, dot, rest = name.partition(".")
    if len(first) > 63 or not _WILDCARD_LABEL.match(first):
        return f'"{name}" is not a domain name: "{first}" is not a DNS label'
    return domain_labels(rest) if dot else ""


def trust_domain(name: str) -> str:
    """What is wrong with a trust domain, whose labels may be numbers."""
    labels = name.split(".")
    if len(labels) > 1 and labels[-1] == "":
        labels.pop()
    return "" if all(map(is_label, labels)) else f'"{name}" is not a trust domain'


def host_and_port(address: str) -> str:
    """What is wrong with an address such as `istiod.istio-system.svc:15012` or `[::1]:15012`."""
    host, colon, number = address.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if bracketed else host
    if not colon or (":" in host and not bracketed) or not _DIGITS.match(number):
        return f'"{address}" is not of the form host:port'
    if problem := port(int(number)) if len(number) < 20 else f"port {number} is not in 1 to 65535":
        return f'"{address}": {problem}'
    return f'"{host}" is neither a domain name nor an IP address' if domain(host) and not is_address(host) else ""


def gateway_domain(name: str, *, sni: bool) -> str:
    """What is wrong with a host behind a gateway: SNI hosts may be those that AUTO_PASSTHROUGH makes."""
    if not sni or not name.startswith(_SERVER_NAME_PREFIX):
        return wildcard_domain(name)
    if problem := _domain_size(name):
        return problem
    parts = name.split("_")
    if len(parts) < 4 or not re.search(r"[0-9]", parts[1]) or not re.search(r"[a-zA-Z]", parts[3].strip(".")):
        return f'"{name}" should look like outbound_.<PORT>_._.<HOSTNAME>'
    return ""


def partial_wildcard(host: str) -> str:
    """What is wrong with the wildcard of a host, which must be a whole label."""
    if "*" in host and len(host) != 1 and not host.startswith("*."):
        return f'"{host}" has a wildcard for a part of a label'
    return ""


def is_wildcard(host: str) -> bool:
    """Whether a host name starts with a wildcard."""
    return host.startswith("*")


def hosts_overlap(one: str, other: str) -> bool:
    """Whether some name is meant by both hosts."""
    if is_wildcard(one) and is_wildcard(other):
        return other[1:].endswith(one[1:]) if len(one) < len(other) else one[1:].endswith(other[1:])
    if is_wildcard(one):
        return other.endswith(one[1:])
    return one.endswith(other[1:]) if is_wildcard(other) else one == other


def host_covers(wide: str, narrow: str) -> bool:
    """Whether `wide` means every name that `narrow` means."""
    if not is_wildcard(wide):
        return wide == narrow
    if is_wildcard(narrow):
        return len(narrow) >= len(wide) and narrow[1:].endswith(wide[1:])
    return narrow.endswith(wide[1:])


def address(text: str) -> str:
    """What is wrong with an IP address."""
    return "" if is_address(text) else f'"{text}" is not an IP address'


def subnet(text: str) -> str:
    """What is wrong with an IP address or CIDR block."""
    if text.count("/") == 1:
        return "" if is_prefix(text) else f'"{text}" is not a CIDR block'
    return address(text)


def port(number: int) -> str:
    """What is wrong with a port number."""
    return "" if 1 <= number <= 65535 else f"port {number} is not in 1 to 65535"


def port_name(name: str) -> str:
    """What is wrong with a port's name."""
    return "" if is_label(name) else f'"{name}" is not a port name: it must be a DNS label'


def duration(nanoseconds: int) -> str:
    """What is wrong with a duration: at least one millisecond, and whole ones."""
    if nanoseconds < MILLISECOND:
        return TOO_SHORT
    return "must be a whole number of milliseconds" if nanoseconds % MILLISECOND else ""


def labels(values: dict[str, str]) -> list[str]:
    """What is wrong with a set of Kubernetes labels."""
    problems = []
    for key, value in values.items():
        found = _LABEL_KEY.match(key)
        if not found or len(found[1] or "") > 254 or len(found[2]) > 63:
            problems.append(f'"{key}" is not a label key')
        if not _LABEL_VALUE.match(value):
            problems.append(f'"{value}" is not a label value')
    return problems


def unix_socket(path: str) -> str:
    """What is wrong with the path of a Unix socket, after `unix://`."""
    if not path:
        return "the path of the Unix socket is missing"
    if path.startswith("@") or (path.startswith("/") and not path.endswith("/")):
        return ""
    return f'"{path}" is not the absolute path of a file'


def pattern(expression: str) -> str:
    """What is wrong with a regular expression in RE2's syntax."""
    if len(expression.encode()) > 1024:
        return "the regular expression is longer than 1024 characters"
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(expression, options)
    except re2.error as error:
        reason = error.args[0] if error.args else "it can't be parsed"
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        return f'"{expression}" is not an RE2 expression: {text}'
    return ""
