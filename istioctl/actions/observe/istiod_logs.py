"""What istiods log, and changing it, by ControlZ (istio `istioctl/pkg/admin/istiodconfig.go`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from istioctl.actions.observe.targets import Proxy
from istioctl.actions.pods import find_pod, no_pod
from istioctl.actions.revisions.revisions import default_revision
from istioctl.api.names import REVISION
from istioctl.cluster.answers import check, read_json
from istioctl.cluster.clients import takes_client
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.pod_http import ask_pod
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import Session
from istioctl.errors import InputError
from istioctl.patterns import lazy_pattern

LEVELS = ("none", "error", "warn", "info", "debug")
DEFAULT_LEVEL, DEFAULT_STACK_LEVEL = "info", "none"

_PAIR = lazy_pattern(rf"([\w\- ]+):({'|'.join(LEVELS)})")
_SCOPES = [{"name!": str, "description": str, "output_level": str, "stack_trace_level": str, "log_callers": bool}]


@dataclass(frozen=True, slots=True)
class Scope:
    """One subject that istiod logs about."""

    name: str
    description: str
    level: str
    stack_level: str

    def as_data(self) -> dict[str, str]:
        """As the real tool's JSON has it."""
        return {
            "scope_name": self.name,
            "log_level": self.level,
            "stack_trace_level": self.stack_level,
            "description": self.description,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """What shall be logged.

    Attributes:
        levels, stack_levels: by scope.
        reset, reset_stack: put the levels, or those of stack traces, of all scopes to their defaults.
    """

    levels: Mapping[str, str]
    stack_levels: Mapping[str, str]
    reset: bool = False
    reset_stack: bool = False


def read_levels(text: str, flag: str) -> dict[str, str]:
    """The levels by scope of `SCOPE:LEVEL,...`.

    Raises:
        InputError: a part is of another form.
    """
    found = {}
    for part in text.split(",") if text else ():
        pair = _PAIR.fullmatch(part)
        if pair is None:
            hint = f"Write SCOPE:LEVEL; the levels are {', '.join(LEVELS)}."
            raise InputError(f"{part!r} is not a scope with a level", where=flag, hint=hint)
        found[pair[1]] = pair[2]
    return found


@takes_client
def log_scopes(session: Session, istiod: Proxy, port: int) -> list[Scope]:
    """What an istiod logs, by name.

    Raises:
        ClusterError: it does not answer, or with something else.
    """
    where = f"ControlZ of {istiod}"
    data: Any = read_json(ask_pod(session, istiod.namespace, istiod.name, port, "/scopej/"), where)
    check(data, _SCOPES, where)
    found = [
        Scope(
            each["name"],
            each.get("description") or "",
            each.get("output_level") or "",
            each.get("stack_trace_level") or "",
        )
        for each in data
    ]
    return sorted(found, key=lambda scope: scope.name)


@takes_client
def change_scopes(session: Session, istiod: Proxy, port: int, change: Change) -> int:
    """Make an istiod log otherwise; how many scopes were changed.

    Raises:
        ClusterError: it does not answer, or refuses.
        ErrorGroup: it refuses several scopes.
    """
    wanted: dict[str, dict[str, str]] = {}
    if change.reset or change.reset_stack:
        for scope in log_scopes(session, istiod, port):
            defaults: dict[str, str] = {}
            if change.reset and scope.level != DEFAULT_LEVEL:
                defaults["output_level"] = DEFAULT_LEVEL
            if change.reset_stack and scope.stack_level != DEFAULT_STACK_LEVEL:
                defaults["stack_trace_level"] = DEFAULT_STACK_LEVEL
            if defaults:
                wanted[scope.name] = defaults
    for name, level in change.levels.items():
        wanted.setdefault(name, {})["output_level"] = level
    for name, level in change.stack_levels.items():
        wanted.setdefault(name, {})["stack_trace_level"] = level
    in_parallel([partial(_put, session, istiod, port, name, levels) for name, levels in wanted.items()])
    return len(wanted)


def _put(session: Session, istiod: Proxy, port: int, name: str, levels: Mapping[str, str]) -> None:
    body = json.dumps({"name": name, **levels}).encode()
    path = f"/scopej/{quote(name)}"
    ask_pod(session, istiod.namespace, istiod.name, port, path, method="PUT", body=body)


@takes_client
def find_istiods(session: Session, namespace: str, reference: str, selector: str, revision: str) -> list[Proxy]:
    """The control plane pods that are meant, ready or not, by name.

    Args:
        reference: `[TYPE/]NAME[.NAMESPACE]`; empty where the selector and the revision tell.
        revision: of the control plane; empty means the default one.

    Raises:
        ClusterError: there is none, or the server refuses.
    """
    if reference:
        metadata = find_pod(session, reference, namespace)["metadata"]
        return [Proxy(metadata["namespace"], metadata["name"])]
    labels = ",".join(filter(None, (selector, f"{REVISION}={revision or default_revision(session)}")))
    pods = list_objects(session, "v1", "Pod", namespace=namespace, labels=labels)
    if not pods:
        raise no_pod(labels, (namespace,))
    return sorted(Proxy(pod["metadata"]["namespace"], pod["metadata"]["name"]) for pod in pods)
