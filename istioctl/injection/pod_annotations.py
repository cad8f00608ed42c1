"""Checking the annotations by which a pod steers its sidecar."""

from __future__ import annotations

from collections.abc import Mapping

from istioctl.api.annotations import value_problems
from istioctl.api.names import PROXY_CONFIG
from istioctl.errors import InputError
from istioctl.golang import strconv
from istioctl.injection import mesh


def read_bool(text: str) -> bool | None:
    """The boolean that an annotation says; None where it says none."""
    return strconv.parse_bool(text) if strconv.is_bool(text) else None


def check(annotations: Mapping[str, str]) -> None:
    """Check the values of all annotations that Istio knows.

    Raises:
        InputError: one or more values are wrong; the message names each annotation.
    """
    problems = value_problems(annotations)
    if PROXY_CONFIG in annotations:
        try:
            mesh.check_proxy(annotations[PROXY_CONFIG], PROXY_CONFIG)
        except InputError as error:
            problems[PROXY_CONFIG] = error.message
    if problems:
        said = (f"annotation {name}: '{annotations[name]}': {problems[name]}" for name in sorted(problems))
        raise InputError("; ".join(said), id="bad-annotation")
