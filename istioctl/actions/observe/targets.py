"""One way to name proxies, and to ask many of them at once.

A proxy is a pod that runs Envoy or ztunnel. People name one by its pod (`web-1`, `web-1.shop`), by what owns it
(`deploy/web`, `gateway/public.ingress`), or many at once: by labels, by namespace (`ns/shop`), or all there are. Each
is then asked for a page of its admin API; a proxy that can't be asked does not keep the others from being shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from istioctl.actions.pods import first_pod, no_pod, split_reference, workload_selector
from istioctl.api import ports
from istioctl.api.labels import annotations_of
from istioctl.api.names import TEMPLATES
from istioctl.api.pods import proxy_of
from istioctl.cluster.clients import takes_client
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.pod_http import ask_pod
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import Session
from istioctl.errors import ClusterError, ErrorGroup, InputError, IstioctlError

T = TypeVar("T")
P = TypeVar("P", bound="Proxy")

ADMIN_PORT = ports.ENVOY_ADMIN
"""Where Envoy and ztunnel serve their admin API, on the pod's own loopback address."""

_NAMESPACES = ("namespace/", "namespaces/", "ns/")
_PROXYLESS = "grpc-agent"
"""The template of pods whose `istio-proxy` container runs the agent alone, without Envoy."""


@dataclass(frozen=True, slots=True)
class Targets:
    """Which proxies are meant.

    Attributes:
        references: `[TYPE/]NAME[.NAMESPACE]` each; `namespace/NAME` is all proxies of that namespace.
        selector: labels of the pods, as the API writes them; with `references` empty.
        everything: all proxies of the namespace; with `references` empty.
        all_namespaces: `selector` and `everything` mean pods anywhere.
        namespace: where pods are that are named without one; empty means the kubeconfig's.
    """

    references: tuple[str, ...] = ()
    selector: str = ""
    everything: bool = False
    all_namespaces: bool = False
    namespace: str = ""

    @property
    def means_one(self) -> bool:
        """Whether these words stand for a single proxy, so that its output needs no pod beside each row."""
        return len(self.references) == 1 and not self.references[0].startswith(_NAMESPACES)


@dataclass(frozen=True, slots=True, order=True)
class Proxy:
    """One pod with a proxy."""

    namespace: str
    name: str

    @property
    def key(self) -> str:
        """`NAMESPACE/NAME`, by which outputs of several proxies are keyed."""
        return f"{self.namespace}/{self.name}"

    def __str__(self) -> str:
        return f"{self.name}.{self.namespace}"


@dataclass(frozen=True, slots=True)
class Answers(Generic[T]):
    """What several proxies answered.

    Attributes:
        found: the answers by proxy, in the order in which the proxies were named.
        problems: why the other proxies have none.
    """

    found: Mapping[Proxy, T]
    problems: Mapping[Proxy, IstioctlError] = field(default_factory=dict)

    @property
    def failure(self) -> IstioctlError | None:
        """The problems as one error; None where every proxy answered. Raise it once the answers are shown."""
        problems = list(self.problems.values())
        if len(problems) < 2:
            return problems[0] if problems else None
        return ErrorGroup(problems)


@takes_client
def find_proxies(session: Session, targets: Targets, *, each_pod: bool = False, ztunnel: bool = False) -> list[Proxy]:
    """The proxies that are meant, each once, in the order in which they are named, else by namespace and name.

    A pod that is named itself is taken as it is, without a request. A workload stands for one of its pods, a running
    and ready one before others, as in the real tool.

    Args:
        each_pod: a workload stands for all its pods.
        ztunnel: proxies that are found, not named, are ztunnels instead of Envoys.

    Raises:
        InputError: nothing is named, or what is named has no pods.
        ClusterError: there is no such object or pod, or the server refuses.
    """
    own = targets.namespace or session.namespace
    ways = [bool(targets.references), bool(targets.selector), targets.everything or targets.all_namespaces]
    if targets.references and any(ways[1:]):
        raise InputError("proxies are named in two ways", hint="Name pods, or select them by label or namespace.")
    if not any(ways):
        raise InputError("no proxy is named", hint="Name a pod, pass --selector, --all or --all-namespaces.")
    if targets.references:
        found = [
            proxy
            for reference in targets.references
            for proxy in _of_reference(session, reference, own, each_pod=each_pod, ztunnel=ztunnel)
        ]
    else:
        namespace = "" if targets.all_namespaces else own
        found = _of_namespace(session, namespace, targets.selector, ztunnel=ztunnel)
    return list(dict.fromkeys(found))


@takes_client
def ask_proxies(
    session: Session,
    proxies: Sequence[Proxy],
    path: str,
    read: Callable[[bytes], T],
    *,
    port: int = ADMIN_PORT,
    method: str = "GET",
) -> Answers[T]:
    """What each proxy's admin API answers to one request; several are asked at the same time.

    Args:
        path: with its query, such as `/config_dump?include_eds`.
        read: turns an answer's body into what is kept of it, so that never more dumps than workers are in memory;
            its errors count as the proxy's. Called from several threads.
    """
    return each_proxy(session, proxies, lambda proxy: read(ask_proxy(session, proxy, path, port=port, method=method)))


def each_proxy(session: Session, proxies: Sequence[P], task: Callable[[P], T]) -> Answers[T]:
    """What a task makes of each proxy; several run at the same time, and errors are kept beside the results.

    Of large answers one at a time is in memory, until its task is done with it.
    """

    def run(proxy: P) -> T | IstioctlError:
        try:
            with session.turns.kept():
                return task(proxy)
        except IstioctlError as problem:
            return problem

    found: dict[Proxy, T] = {}
    problems: dict[Proxy, IstioctlError] = {}
    results = in_parallel([partial(run, proxy) for proxy in proxies])
    for proxy, result in zip(proxies, results, strict=True):
        if isinstance(result, IstioctlError):
            problems[proxy] = result
        else:
            found[proxy] = result
    return Answers(found, problems)


@takes_client
def ask_proxy(
    session: Session,
    proxy: Proxy,
    path: str,
    *,
    port: int = ADMIN_PORT,
    method: str = "GET",
    in_parts: bool = False,
) -> bytes:
    """The body of what a proxy's admin API answers.

    Args:
        in_parts: see `istioctl.cluster.pod_http.ask_pod`.

    Raises:
        ApiError: there is no such pod, the server does not forward, or the proxy refuses.
        Unreachable: nothing answers in time.
    """
    return ask_pod(session, proxy.namespace, proxy.name, port, path, method=method, in_parts=in_parts)


def _of_reference(session: Session, reference: str, own: str, *, each_pod: bool, ztunnel: bool) -> Iterator[Proxy]:
    if reference.startswith(_NAMESPACES):
        yield from _of_namespace(session, reference.partition("/")[2], "", ztunnel=ztunnel)
        return
    kind, name, namespace = split_reference(reference, own)
    if kind == "pod":
        yield Proxy(namespace, name)
        return
    selector = workload_selector(session, kind, name, namespace)
    if each_pod:
        yield from _of_namespace(session, namespace, selector, ztunnel=ztunnel)
    else:
        yield _proxy(first_pod(session, selector, (namespace,)))


def _of_namespace(session: Session, namespace: str, selector: str, *, ztunnel: bool) -> list[Proxy]:
    """The running proxies of a namespace (of all, where it is empty) whose pods the selector matches."""
    pods = list_objects(session, "v1", "Pod", namespace=namespace, labels=selector, fields="status.phase=Running")
    found = sorted(_proxy(pod) for pod in pods if _runs(pod, ztunnel=ztunnel))
    if not found and selector and not pods:
        raise no_pod(selector, (namespace,) if namespace else ())
    if not found:
        kind = "ztunnel" if ztunnel else "Envoy"
        raise ClusterError(
            f"no pod runs {kind}" + (f" and matches {selector}" if selector else ""),
            where=f"namespace {namespace}" if namespace else "all namespaces",
            hint="See which pods have a sidecar: istioctl injection status",
            id="no-proxy",
        )
    return found


def _runs(pod: Mapping[str, Any], *, ztunnel: bool) -> bool:
    """Whether the pod has a proxy of the kind, and is not on its way out."""
    proxy = proxy_of(pod.get("spec") or {})
    if proxy is None or pod["metadata"].get("deletionTimestamp") or annotations_of(pod).get(TEMPLATES) == _PROXYLESS:
        return False
    return ("ztunnel" in (proxy.get("args") or [])) == ztunnel


def _proxy(pod: Mapping[str, Any]) -> Proxy:
    return Proxy(pod["metadata"]["namespace"], pod["metadata"]["name"])
