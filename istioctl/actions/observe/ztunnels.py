"""Finding ztunnels and asking them: for their dumps, and for what they log (istio `istioctl/pkg/ztunnelconfig`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from istioctl.actions.observe.targets import ADMIN_PORT, Answers, Proxy, ask_proxy, each_proxy
from istioctl.actions.pods import best_pod, find_pod, split_reference, workload_selector
from istioctl.api.labels import labels_of
from istioctl.api.names import SYSTEM_NAMESPACE
from istioctl.cluster.clients import takes_client
from istioctl.cluster.errors import ApiError
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import Session
from istioctl.errors import ClusterError, InputError, IstioctlError
from istioctl.proxies.ztunnel import ZtunnelDump, read_ztunnel_dump

DEFAULT_LEVEL = "info"
"""What a reset puts every logger to."""

#: The levels of a command line, and what ztunnel calls them.
LEVELS = {
    "trace": "trace", "debug": "debug", "info": "info", "warning": "warn", "error": "error", "critical": "error",
    "off": "off", "warn": "warn",
}  # fmt: skip

_NAME, _LABEL = "ztunnel", "app=ztunnel"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Source:
    """Which ztunnels are meant.

    Attributes:
        references: `[TYPE/]NAME[.NAMESPACE]` each: ztunnels, or workloads, which mean the ztunnels of their nodes.
        node: the ztunnel of this node; with `references` empty.
        everything: all ztunnels there are, where neither says which; else one of them.
        namespace: where pods are that are named without one; empty means the control plane's.
        istio_namespace: of the control plane, and of ztunnel's DaemonSet.
    """

    references: tuple[str, ...] = ()
    node: str = ""
    everything: bool = False
    namespace: str = ""
    istio_namespace: str = SYSTEM_NAMESPACE


@dataclass(frozen=True, slots=True, order=True)
class Ztunnel(Proxy):
    """One ztunnel, and the workload for whose sake it was chosen, if that is how.

    Attributes:
        workload, workload_namespace: of that pod; empty where the ztunnel itself was meant.
    """

    workload: str = ""
    workload_namespace: str = ""

    @property
    def asked_for(self) -> Proxy:
        """The pod that was meant."""
        return Proxy(self.workload_namespace, self.workload) if self.workload else self


class Found(NamedTuple):
    """The ztunnels that are meant.

    Attributes:
        problems: why others that are named can't be found, by what they are called.
    """

    ztunnels: list[Ztunnel]
    problems: Mapping[Proxy, IstioctlError] = MappingProxyType({})


@takes_client
def find_ztunnels(session: Session, source: Source) -> Found:
    """The ztunnels that are meant, in the order in which they are named, else by name.

    Raises:
        InputError: the one thing that is named has no pods.
        ClusterError: there is no such pod, node or ztunnel, or the server refuses.
    """
    if len(source.references) == 1:
        return Found([_of_reference(session, source.references[0], source)])
    if source.references:
        named = [Proxy("", reference) for reference in dict.fromkeys(source.references)]
        answers = each_proxy(session, named, lambda each: _of_reference(session, each.name, source))
        return Found(list(dict.fromkeys(answers.found.values())), answers.problems)
    if source.node:
        return Found([_on_node(session, source.node, source.istio_namespace)])
    namespace = source.namespace or source.istio_namespace
    pods = _of_daemon_set(session, namespace)
    if source.everything:
        return Found(sorted(Ztunnel(namespace, pod["metadata"]["name"]) for pod in pods))
    return Found([Ztunnel(namespace, best_pod(pods)["metadata"]["name"])])


@takes_client
def read_dumps(
    session: Session, found: Found, keep: Callable[[Ztunnel, ZtunnelDump], T], port: int = ADMIN_PORT
) -> Answers[T]:
    """What is kept of each ztunnel's dump; those that can't be asked are among the problems.

    Args:
        keep: is called from several threads, so that never more dumps than workers are in memory.
    """

    def read(ztunnel: Ztunnel) -> T:
        body = ask_proxy(session, ztunnel, "/config_dump", port=port)
        return keep(ztunnel, read_ztunnel_dump(body, f"what {ztunnel} answers"))

    return _each(session, found, read)


@takes_client
def log_levels(
    session: Session, found: Found, *, level: str = "", reset: bool = False, port: int = ADMIN_PORT
) -> Answers[str]:
    """What each ztunnel logs, after a change if one is asked for.

    Args:
        level: `LEVEL` or `LOGGER:LEVEL`, several separated by commas; empty changes nothing.
        reset: put every logger to `DEFAULT_LEVEL`.

    Raises:
        InputError: there is no such level, or a pod is not a ztunnel.
    """
    for ztunnel in found.ztunnels:
        if ztunnel.workload:
            hint = "Envoys log by `istioctl proxy-config log`."
            raise InputError("this is not a ztunnel", where=str(ztunnel.asked_for), hint=hint)
    query = f"level={quote(DEFAULT_LEVEL if reset else ztunnel_levels(level), safe=':=,')}" + (
        "&reset" if reset else ""
    )

    def ask(ztunnel: Proxy) -> str:
        body = ask_proxy(session, ztunnel, f"/logging?{query}", port=port, method="POST")
        return body.decode("utf-8", "replace").rstrip("\n")

    return _each(session, found, ask)


def _each(session: Session, found: Found, task: Callable[[Ztunnel], T]) -> Answers[T]:
    answers = each_proxy(session, found.ztunnels, task)
    return Answers(answers.found, {**found.problems, **answers.problems})


def ztunnel_levels(text: str) -> str:
    """Levels as ztunnel reads them.

    Raises:
        InputError: there is no such level.
    """
    return ",".join(_level(part) for part in text.split(",")) if text else ""


def _level(text: str) -> str:
    found = re.fullmatch(r"(.*[^:=])([:=])([^:=]*)", text)
    logger, level = (f"{found[1]}{found[2]}", found[3]) if found else ("", text)
    if level not in LEVELS:
        raise InputError(
            f"unrecognized logging level: {level}", where="--level", hint=f"Choose from {', '.join(list(LEVELS)[:-1])}."
        )
    return logger + LEVELS[level]


def _of_reference(session: Session, reference: str, source: Source) -> Ztunnel:
    own = source.namespace or source.istio_namespace
    try:
        pod = find_pod(session, reference, own)
    except ApiError as problem:
        kind, name, namespace = split_reference(reference, own)
        if problem.status == 403 and kind == "pod" and name.startswith(_NAME):
            return Ztunnel(namespace, name)  # who may forward to it may not be allowed to look at it
        if problem.status == 404:
            problem.hint = "Write NAME.NAMESPACE where it is not in the control plane's namespace."
        raise
    name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
    app = labels_of(pod).get("app")
    if app == _NAME or (app is None and name.startswith(_NAME)):
        return Ztunnel(namespace, name)
    node = (pod.get("spec") or {}).get("nodeName")
    if not node:
        raise ClusterError("the pod is not scheduled to a node", where=f"{name}.{namespace}", id="no-node")
    ztunnel = _on_node(session, node, source.istio_namespace)
    return Ztunnel(ztunnel.namespace, ztunnel.name, name, namespace)


def _on_node(session: Session, node: str, namespace: str) -> Ztunnel:
    return Ztunnel(namespace, best_pod(_of_daemon_set(session, namespace, node))["metadata"]["name"])


def _of_daemon_set(session: Session, namespace: str, node: str = "") -> list[dict[str, Any]]:
    """The pods of ztunnel's DaemonSet, at least one: of one node, or all.

    Whoever may not read DaemonSets gets those with the label that Istio gives them.
    """
    try:
        selector = workload_selector(session, "daemonset", _NAME, namespace)
    except ApiError as problem:
        if problem.status != 403:
            raise
        selector = _LABEL
    fields = f"spec.nodeName={node}" if node else ""
    pods = list_objects(session, "v1", "Pod", namespace=namespace, labels=selector, fields=fields)
    living = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
    if not living:
        where = f"node {node}" if node else f"namespace {namespace}"
        raise ClusterError(
            "no ztunnel runs there", where=where, hint="See `kubectl get pods -l app=ztunnel -A -o wide`."
        )
    return living
