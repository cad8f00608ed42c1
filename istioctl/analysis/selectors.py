"""Which labels a selector picks (k8s.io/apimachinery `labels`)."""

from __future__ import annotations

from typing import Any

from istioctl.analysis.resources import listing, mapping, text, texts


def picks(wanted: dict[str, str], labels: dict[str, str]) -> bool:
    """Whether labels hold all wanted ones; nothing wanted is held by all."""
    return all(labels.get(key) == value for key, value in wanted.items())


def written(wanted: dict[str, str]) -> str:
    """A selector as messages show it: `a=b,c=d`."""
    return ",".join(f"{key}={value}" for key, value in sorted(wanted.items()))


def label_selector_picks(selector: Any, labels: dict[str, str]) -> bool:
    """Whether a Kubernetes LabelSelector picks labels; None picks all, one that is not valid none."""
    if selector is None:
        return True
    selector = mapping(selector)
    if not picks(texts(selector.get("matchLabels")), labels):
        return False
    return all(_holds(mapping(expression), labels) for expression in listing(selector.get("matchExpressions")))


def _holds(expression: dict[str, Any], labels: dict[str, str]) -> bool:
    key, values = text(expression.get("key")), listing(expression.get("values"))
    match expression.get("operator"):
        case "In":
            return bool(values) and labels.get(key) in values
        case "NotIn":
            return bool(values) and labels.get(key) not in values
        case "Exists":
            return not values and key in labels
        case "DoesNotExist":
            return not values and key not in labels
    return False
