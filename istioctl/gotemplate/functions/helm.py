"""Helm 3's functions beside sprig's (`pkg/engine/funcs.go`, `engine.go`); those for YAML are in `functions.yaml`."""

from __future__ import annotations

from typing import cast

from istioctl.golang import json_text, toml_text
from istioctl.golang.json_text import JSONError
from istioctl.golang.quoting import quote
from istioctl.golang.types import CallError
from istioctl.gotemplate.errors import ExecutionError, FailureError, ParseError
from istioctl.gotemplate.functions.encoding import to_json
from istioctl.gotemplate.functions.table import FunctionTable
from istioctl.gotemplate.running.execution import Execution

TABLE = FunctionTable()

_NESTED_INCLUDES = 1000
_SET_NAME = "gotpl"
#: How text/template prints a value that isn't there; Helm shows nothing instead.
NO_VALUE = "<no value>"


@TABLE.function("include", "string, any", context=True)
def include(execution: Execution, name: str, data: object) -> str:
    """The output of another template."""
    depths = cast("dict[str, int]", execution.state.setdefault("included", {}))
    depth = depths.get(name, 0)
    if depth > _NESTED_INCLUDES:
        raise CallError(f"rendering template has a nested reference name: {name}: unable to execute template")
    if name not in execution.templates:
        raise CallError(f"template: no template {quote(name)} associated with template {quote(_SET_NAME)}")
    depths[name] = depth + 1
    text = execution.include(name, data)
    depths[name] = depth
    return text


@TABLE.function("tpl", "string, any", context=True)
def tpl(execution: Execution, text: str, data: object) -> str:
    """The output of a text as a template that sees all others."""
    if "{{" not in text:
        return text.replace(NO_VALUE, "")
    try:
        return execution.render_text(_SET_NAME, text, data).replace(NO_VALUE, "")
    except ParseError as error:
        raise CallError(f"cannot parse template {quote(text)}: {error.message}") from None
    except ExecutionError as error:
        error.message = f"error during tpl function execution for {quote(text)}: {error.message}"
        raise


@TABLE.function("required", "string, any", passes=True)
def required(message: str, value: object) -> object:
    """The value; an error with the message where it is nil or an empty text."""
    if value is None or (type(value) is str and not value):
        raise FailureError(message)
    return value


@TABLE.function("fail", "string", passes=True)
def fail(message: str) -> str:
    """Ends the rendering with an error."""
    raise FailureError(message)


@TABLE.function("lookup", "string, string, string, string", passes=True)
def lookup(api_version: str, kind: str, namespace: str, name: str) -> dict[str, object]:
    """An object of the cluster: without one, as here, always an empty dict."""
    return {}


@TABLE.function("getHostByName", "string", passes=True)
def get_host_by_name(name: str) -> str:
    """An address of a host; Helm does not ask the network unless it is told to."""
    return ""


TABLE.function("toJson", "any")(to_json)


@TABLE.function("fromJson", "string")
def from_json(text: str) -> dict[str, object]:
    """The dict that a JSON text says; its `Error` says why there is none."""
    try:
        return into_dict(json_text.read(text))
    except JSONError as error:
        return {"Error": str(error)}


@TABLE.function("fromJsonArray", "string")
def from_json_array(text: str) -> list[object]:
    """The list that a JSON text says; its only item says why there is none."""
    try:
        return into_list(json_text.read(text))
    except JSONError as error:
        return [str(error)]


def into_dict(data: object) -> dict[str, object]:
    """Decoded data as a dict, null as an empty one.

    Raises:
        JSONError: Go's message about what else they are.
    """
    if data is None:
        return {}
    if not isinstance(data, dict):
        kind = json_text.kind_of(data)
        raise JSONError(f"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}")
    return data


def into_list(data: object) -> list[object]:
    """Decoded data as a list, null as an empty one.

    Raises:
        JSONError: Go's message about what else they are.
    """
    if data is None:
        return []
    if not isinstance(data, list):
        raise JSONError(f"json: cannot unmarshal {json_text.kind_of(data)} into Go value of type []interface {{}}")
    return data


@TABLE.function("toToml", "any")
def to_toml(value: object) -> str:
    """The value as TOML; an error's text where TOML can't say it."""
    try:
        return toml_text.write(value)
    except toml_text.TOMLError as error:
        return str(error)


@TABLE.function("fromToml", "string")
def from_toml(text: str) -> dict[str, object]:
    """The dict that a TOML text says; its `Error` says why there is none."""
    try:
        return toml_text.read(text)
    except toml_text.TOMLError as error:
        return {"Error": str(error)}
