"""Label selectors, as Kubernetes judges them.

Sources: apimachinery `pkg/apis/meta/v1/helpers.go` (LabelSelectorAsSelector) and `pkg/labels/selector.go`
(NewRequirement, Requirement.Matches).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from istioctl.patterns import lazy_pattern

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = lazy_pattern(rf"{_LABEL}(\.{_LABEL})*\Z")
_QUALIFIED = lazy_pattern(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\Z")


def picks(wanted: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether `labels` have all `wanted` ones, as in `matchLabels`; where nothing is wanted they do."""
    return all(labels.get(key) == value for key, value in wanted.items())


def format_equal(labels: Mapping[str, str]) -> str:
    """The selector text that asks for all of `labels`, such as `app=istiod,istio.io/rev=default`."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def is_label_key(text: str) -> bool:
    """Whether `text` may be a label's key: a name of up to 63 characters, after a domain and a slash if it has one."""
    prefix, slash, name = text.rpartition("/")
    if slash and not (len(prefix) <= 253 and _SUBDOMAIN.match(prefix)):
        return False
    return len(name) <= 63 and _QUALIFIED.match(name) is not None


def is_label_value(text: str) -> bool:
    """Whether `text` may be a label's value: empty, or a name of up to 63 characters."""
    return not text or (len(text) <= 63 and _QUALIFIED.match(text) is not None)


def selector_problem(selector: object) -> str:
    """Why Kubernetes refuses a LabelSelector given as plain data; empty where it does not."""
    if not isinstance(selector, Mapping):
        return "a label selector must be a mapping"
    wanted = selector.get("matchLabels") or {}
    expressions = selector.get("matchExpressions") or []
    if not isinstance(wanted, Mapping) or not isinstance(expressions, list):
        return "matchLabels must be a mapping, and matchExpressions a list"
    for key, value in wanted.items():
        if problem := _requirement_problem(key, "In", [value]):
            return problem
    for expression in expressions:
        if not isinstance(expression, Mapping):
            return "each of matchExpressions must be a mapping"
        key, operator, values = expression.get("key"), expression.get("operator"), expression.get("values") or []
        if problem := _requirement_problem(key, operator, values):
            return problem
    return ""


def _requirement_problem(key: object, operator: object, values: object) -> str:
    if not isinstance(key, str) or not is_label_key(key):
        return f"{key!r} is not a label's key"
    if not isinstance(values, list):
        return f"the values for {key} must be a list"
    match operator:
        case "In" | "NotIn":
            if not values:
                return f"{operator} needs values for {key}"
        case "Exists" | "DoesNotExist":
            if values:
                return f"{operator} takes no values for {key}"
        case _:
            return f"{operator!r} is not a label selector operator"
    bad = next((value for value in values if not isinstance(value, str) or not is_label_value(value)), None)
    return "" if bad is None else f"{bad!r} is not a label's value (for {key})"


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether a LabelSelector (`matchLabels`, `matchExpressions`) selects an object with `labels`.

    None selects nothing, an empty selector everything. One that Kubernetes refuses selects nothing: no object can be
    chosen by it. Where a missing selector means everything, as in webhooks, hand in an empty one.
    """
    if selector is None or selector_problem(selector):
        return False
    if not picks(selector.get("matchLabels") or {}, labels):
        return False
    return all(_fulfills(expression, labels) for expression in selector.get("matchExpressions") or ())


def _fulfills(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key = expression["key"]
    match expression["operator"]:
        case "In":
            return labels.get(key) in expression["values"]
        case "NotIn":
            return labels.get(key) not in expression["values"]
        case "Exists":
            return key in labels
    return key not in labels  # DoesNotExist: the others are refused above
