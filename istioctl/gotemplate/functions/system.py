"""sprig's functions that look outside the template (`functions.go`, `network.go`), and `fail`."""

from __future__ import annotations

import os

from istioctl.golang.budget import Text
from istioctl.golang.types import CallError
from istioctl.gotemplate.functions.table import FunctionTable
from istioctl.patterns import lazy_pattern

TABLE = FunctionTable()

_VARIABLE = lazy_pattern(r"\$(?:\{([^}]*)\}|([*#$@!?0-9-])|([A-Za-z0-9_]+))")


@TABLE.function("env", "string")
def env(name: str) -> str:
    """An environment variable, an empty text if it isn't set."""
    return os.environ.get(name, "")


@TABLE.function("expandenv", "string")
def expand_env(text: str) -> str:
    """The text with environment variables for `$NAME` and `${NAME}`."""
    expanded = Text()
    at = 0
    for found in _VARIABLE.finditer(text):
        expanded.write(text[at : found.start()])
        expanded.write(os.environ.get(found[1] or found[2] or found[3] or "", ""))
        at = found.end()
    expanded.write(text[at:])
    return str(expanded)


@TABLE.function("getHostByName", "string")
def get_host_by_name(name: str) -> str:
    """An address of a host: none, since templates don't ask the network here."""
    raise CallError("invalid argument to Intn")


@TABLE.function("fail", "string")
def fail(message: str) -> str:
    """Ends the template with an error."""
    raise CallError(message)
