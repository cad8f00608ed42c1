"""Who is left without an injector."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.actions.installation.left_behind import LeftBehind, of_hooks
from istioctl.api.webhooks import INJECTOR_SUFFIX, injector_selectors


def hook(name: str, tag: str = "", *, is_default: bool = False) -> dict[str, Any]:
    labels = {"istio.io/rev": name} | ({"istio.io/tag": tag} if tag else {})
    webhooks = [
        {
            "name": f"{each.prefix}{INJECTOR_SUFFIX}",
            "namespaceSelector": {"matchExpressions": each.namespaces},
            "objectSelector": {"matchExpressions": each.pods},
        }
        for each in injector_selectors(tag or name, is_default=is_default, everywhere=False)
    ]
    return {"metadata": {"name": f"injector-{tag or name}", "labels": labels}, "webhooks": webhooks}


def namespace(name: str, **labels: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "labels": {key.replace("_", "-"): value for key, value in labels.items()}}}


CANARY = {"metadata": {"name": "by-revision", "labels": {"istio.io/rev": "canary"}}}
PROD = {"metadata": {"name": "by-tag", "labels": {"istio.io/rev": "prod"}}}
USUAL = namespace("usual", istio_injection="enabled")
SILENT = {"metadata": {"name": "silent"}}


@pytest.mark.parametrize(
    ("going", "staying", "expected"),
    [
        ([hook("canary")], [], LeftBehind(("by-revision",))),
        ([hook("canary"), hook("canary", "prod")], [], LeftBehind(("by-revision", "by-tag"), ("prod",))),
        ([hook("default", is_default=True)], [hook("canary")], LeftBehind(("usual",))),
        ([hook("default", is_default=True)], [hook("canary", "default", is_default=True)], LeftBehind()),
        ([hook("canary")], [hook("canary")], LeftBehind()),
        ([], [hook("canary")], LeftBehind()),
    ],
)
def test_namespaces_that_only_what_goes_injects(
    going: list[dict[str, Any]], staying: list[dict[str, Any]], expected: LeftBehind
) -> None:
    assert of_hooks(going, staying, [SILENT, USUAL, PROD, CANARY]) == expected
