"""The mesh configuration as injection reads it: from text, refusing what istiod would refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from istioctl.api.mesh import MESH_MESSAGE, proxy_over
from istioctl.api.mesh_rules import checked_mesh, proxy_config_problem, refusing
from istioctl.api.schema.decode import Data, decode
from istioctl.errors import InputError
from istioctl.yamldoc import reader


def mesh_config(given: str | Mapping[str, Any], source: str) -> Data:
    """A mesh configuration over Istio's defaults.

    Args:
        given: YAML or JSON, as in the `mesh` key of the `istio` ConfigMap, or what that says; may be empty.
        source: where it comes from, for errors.

    Raises:
        InputError: it is not YAML, a field has a wrong type, or a rule is broken.
    """
    return checked_mesh(reader.load(given, source) if isinstance(given, str) else given, source)


def mesh_as_given(text: str, source: str) -> Data:
    """A mesh configuration as it is written, without Istio's defaults; arguments and errors as for `mesh_config`."""
    return read(_mapping(text, source), MESH_MESSAGE, source)


def over_text(base: Data, text: str, source: str) -> Data:
    """`base` with the proxy configuration in `text` (YAML or JSON, as in `proxy.istio.io/config`) laid over it.

    Raises:
        InputError: it is not YAML, or a field has a wrong type.
    """
    return proxy_over(base, _mapping(text, source), refusing(source))


def check_proxy(text: str, source: str) -> None:
    """Check a proxy configuration that stands in an annotation, by itself over Istio's defaults.

    Raises:
        InputError: it is not YAML, a field has a wrong type, or a rule is broken.
    """
    if problem := proxy_config_problem(reader.load(text, source)):
        raise InputError(problem, where=source)


def read(data: Any, message: str, source: str) -> Data:
    """Plain data as a message without zeros below its own fields.

    Args:
        data: what a YAML or JSON text holds.
        message: the full name of the message.
        source: where it comes from, for errors.

    Raises:
        InputError: a field has a wrong type.
    """
    return decode(data, message, refusing(source), drop_zeros=True)


def _mapping(text: str, source: str) -> dict[str, Any]:
    data = reader.load(text, source)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise InputError("a mapping of settings is expected", where=source)
    return data
