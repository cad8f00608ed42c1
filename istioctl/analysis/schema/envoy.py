"""Checks of the values of EnvoyFilter patches against Envoy's API."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from istioctl.api.schema.envoy import WELL_KNOWN, enum_names, fields_of, is_message
from istioctl.errors import InputError
from istioctl.golang.durations import read_duration

Steps = tuple[str | int, ...]

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_REAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_RANGES = {
    "i": (-(1 << 31), (1 << 31) - 1),
    "u": (0, (1 << 32) - 1),
    "I": (-(1 << 63), (1 << 63) - 1),
    "U": (0, (1 << 64) - 1),
}


class EnvoyMismatchError(Exception):
    """A value does not fit its message.

    Args:
        steps: where, below the value.
        problem: what is wrong.
        hint: what to do.
    """

    def __init__(self, steps: Steps, problem: str, hint: str = "") -> None:
        super().__init__(problem)
        self.steps = steps
        self.problem = problem
        self.hint = hint


def check_value(value: Any, message: str, *, strict: bool) -> None:
    """Check JSON data against a message, as protobuf's older JSON decoder does.

    Args:
        strict: whether unknown fields are wrong, too.

    Raises:
        EnvoyMismatchError: the first thing that is wrong.
    """
    _check_type(value, message, (), strict)


def without_typed_config(value: dict[str, Any], message: str) -> list[str]:
    """The names of extensions in a value that are chosen by name only, without `typed_config`."""
    fields = fields_of(message)
    given = {_proto_name(name, fields) for name in value if value[name] is not None}
    missing = []
    for name, inner in value.items():
        type_ = fields.get(_proto_name(name, fields), "")
        if isinstance(inner, dict) and is_message(type_):
            missing += without_typed_config(inner, type_)
    if "typed_config" in fields and not given & {"typed_config", "config_discovery"}:
        missing.append(str(value.get("name") or ""))
    return missing


def _proto_name(name: str, fields: dict[str, str]) -> str:
    if name in fields:
        return name
    return re.sub(r"[A-Z]", lambda found: "_" + found[0].lower(), name)


def _check_type(value: Any, type_: str, at: Steps, strict: bool) -> None:
    first = type_[0]
    if first == "[":
        if not isinstance(value, list):
            raise EnvoyMismatchError(at, "must be a list")
        for i, item in enumerate(value):
            _check_type(item, type_[1:-1], (*at, i), strict)
    elif first == "{":
        for name, item in _mapping(value, at).items():
            _check_type(item, type_[1:-1], (*at, name), strict)
    elif first == "#":
        _check_enum(value, type_, at)
    elif len(type_) == 1:
        _check_scalar(value, type_, at, strict)
    elif value is not None:
        _check_message(_mapping(value, at), type_, at, strict)


def _mapping(value: Any, at: Steps) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise EnvoyMismatchError(at, "must be a mapping")
    return value


def _check_message(value: dict[str, Any], message: str, at: Steps, strict: bool) -> None:
    fields = fields_of(message)
    unknown = []
    for name, inner in value.items():
        type_ = fields.get(_proto_name(name, fields))
        if type_ is None:
            unknown.append(name)
        elif inner is not None:
            _check_type(inner, type_, (*at, name), strict)
    if unknown and strict:
        from difflib import get_close_matches

        near = get_close_matches(_proto_name(unknown[0], fields), fields, n=1)
        hint = f"Did you mean {near[0]}?" if near else ""
        raise EnvoyMismatchError((*at, unknown[0]), f'Envoy\'s {message} has no field "{unknown[0]}"', hint)


def _check_enum(value: Any, type_: str, at: Steps) -> None:
    names = enum_names(type_)
    if isinstance(value, str) and value not in names:
        raise EnvoyMismatchError(at, f'"{value}" is not one of {", ".join(names)}')
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        raise EnvoyMismatchError(at, f"must be one of {', '.join(names)}")


def _check_scalar(value: Any, kind: str, at: Steps, strict: bool) -> None:
    if kind == "A":
        _check_any(_mapping(value, at), at, strict)
    elif kind == "S":
        _mapping(value, at)
    elif kind in "VL" or value is None:
        return
    elif kind == "b":
        if not isinstance(value, bool):
            raise EnvoyMismatchError(at, "must be true or false")
    elif kind in _RANGES:
        _check_whole(value, kind, at)
    elif kind == "d":
        is_text = isinstance(value, str) and (_REAL.match(value) or value in ("NaN", "Infinity", "-Infinity"))
        if not is_text and (isinstance(value, bool) or not isinstance(value, (int, float))):
            raise EnvoyMismatchError(at, "must be a number")
    elif not isinstance(value, str):
        raise EnvoyMismatchError(at, "must be text")
    elif kind == "D":
        _check_duration(value, at)
    elif kind == "y":
        _check_bytes(value, at)


def _check_whole(value: Any, kind: str, at: Steps) -> None:
    if isinstance(value, str) and _WHOLE.match(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
        raise EnvoyMismatchError(at, "must be a whole number")
    low, high = _RANGES[kind]
    if not low <= value <= high:
        raise EnvoyMismatchError(at, f"{value} is not in {low} to {high}")


def _check_duration(value: str, at: Steps) -> None:
    try:
        read_duration(value)
    except InputError as error:
        raise EnvoyMismatchError(at, error.message, error.hint or "") from None


def _check_bytes(value: str, at: Steps) -> None:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise EnvoyMismatchError(at, "must be text in base64") from None


def _check_any(value: dict[str, Any], at: Steps, strict: bool) -> None:
    url = value.get("@type")
    if not isinstance(url, str):
        raise EnvoyMismatchError(at, 'the "@type" is missing', "Name the message, as in type.googleapis.com/envoy….")
    message = url.rpartition("/")[2]
    if not (is_message(message) or message in WELL_KNOWN):
        hint = "Use the v3 API." if ".v2." in message else ""
        raise EnvoyMismatchError((*at, "@type"), f'"{message}" is no message that istiod knows', hint)
    if message in WELL_KNOWN:
        if "value" not in value:
            raise EnvoyMismatchError(at, 'the "value" is missing')
        _check_scalar(value["value"], WELL_KNOWN[message], (*at, "value"), strict)
    else:
        _check_message({name: inner for name, inner in value.items() if name != "@type"}, message, at, strict)
