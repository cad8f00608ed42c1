"""Settings of earlier releases, and what became of them."""

from __future__ import annotations

import re

import pytest

from istioctl.errors import IstioctlError
from istioctl.rendering.specification.build import SpecificationInputs, build_specification
from istioctl.rendering.specification.gone_settings import TABLE, gone


def refusal(flag: str) -> IstioctlError | None:
    try:
        build_specification(SpecificationInputs(set_flags=(flag,)))
    except IstioctlError as error:
        return error
    return None


@pytest.mark.parametrize("path", [path for path, found in TABLE.items() if found.moved_to])
def test_what_something_moved_to_is_there(path: str) -> None:
    """The new place is known: setting it to a text is at most a wrong type."""
    refused = refusal(f"{TABLE[path].moved_to}=x")
    assert refused is None or "unknown field" not in str(refused)


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("addonComponents.kiali.enabled", "addons install"),
        ("values.kiali.enabled", "addons install"),
        ("kiali.enabled", "addons install"),
        ("galley.enabled", "istiod does its work"),
        ("values.global.proxy.accessLogFile", "Set meshConfig.accessLogFile instead"),
        ("values.security.selfSigned", "istiod does its work"),
        ("values.telemetry.v1.enabled", "Telemetry objects"),
        ("components.citadel.enabled", "istiod does its work"),
    ],
)
def test_hints_of_unknown_fields_read_the_table(path: str, advice: str) -> None:
    refused = refusal(f"{path}=true")
    assert refused is not None
    assert advice in str(refused.hint)
    assert re.search(r"Istio 1\.\d+ removed it", str(refused.hint))


def test_a_name_that_is_like_none_is_not_likened() -> None:
    refused = refusal("values.global.qqqqqq=1")
    assert refused is not None
    assert refused.hint is None


def test_the_longest_path_counts() -> None:
    assert gone(("values", "global", "mtls", "auto")) is TABLE["values.global.mtls.auto"]
    assert gone(("values", "global", "mtls", "enabled")) is TABLE["values.global.mtls"]
    assert gone(("values", "global")) is None
