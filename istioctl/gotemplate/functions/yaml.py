"""Helm's YAML functions over a YAML library that is given from above: the engine itself knows none."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from istioctl.golang import json_text
from istioctl.golang.budget import ITEM, LimitError, take
from istioctl.golang.json_text import JSONError
from istioctl.gotemplate.functions.helm import into_dict, into_list
from istioctl.gotemplate.functions.table import FunctionTable

_LONGEST_READ = 4 << 20  # characters; reading so many takes a few seconds


class YAMLTextError(Exception):
    """A text is not YAML, or data can't be written as YAML; the message is Go's."""


class YAML(NamedTuple):
    """What the functions need of a YAML library; each raises `YAMLTextError`.

    Attributes:
        write: plain data (see `json_text.view`) as sigs.k8s.io/yaml prints them.
        write_pretty: plain data as yaml.v3 prints them with an indentation of two.
        read: the first document of a text as plain data, whose numbers may be int or float; they are copied.
    """

    write: Callable[[object], str]
    write_pretty: Callable[[object], str]
    read: Callable[[str], object]


def to_yaml(yaml: YAML, value: object) -> str:
    """The value as YAML with the newline at its end; an empty text where YAML can't say it."""
    try:
        return yaml.write(json_text.view(value))
    except (JSONError, YAMLTextError):
        return ""


def helm_yaml_functions(yaml: YAML) -> FunctionTable:
    """`toYaml`, `toYamlPretty`, `fromYaml` and `fromYamlArray` as Helm has them."""
    table = FunctionTable()

    @table.function("toYaml", "any")
    def _to_yaml(value: object) -> str:
        return to_yaml(yaml, value).removesuffix("\n")

    @table.function("toYamlPretty", "any")
    def _to_yaml_pretty(value: object) -> str:
        try:
            return yaml.write_pretty(json_text.view(value)).removesuffix("\n")
        except (JSONError, YAMLTextError):
            return ""

    @table.function("fromYaml", "string")
    def _from_yaml(text: str) -> dict[str, object]:
        try:
            return into_dict(_read(yaml, text))
        except (JSONError, YAMLTextError) as error:
            return {"Error": _explained(error)}

    @table.function("fromYamlArray", "string")
    def _from_yaml_array(text: str) -> list[object]:
        try:
            return into_list(_read(yaml, text))
        except (JSONError, YAMLTextError) as error:
            return [_explained(error)]

    return table


def _read(yaml: YAML, text: str) -> object:
    if len(text) > _LONGEST_READ:
        raise LimitError(f"size limit exceeded: YAML of at most {_LONGEST_READ} characters can be read")
    take(2 * ITEM * sum(map(text.count, "\n,:[{")) + len(text))
    return json_text.floats(yaml.read(text))


def _explained(error: Exception) -> str:
    if isinstance(error, JSONError):
        return f"error unmarshaling JSON: while decoding JSON: {error}"
    return f"error converting YAML to JSON: {error}"
