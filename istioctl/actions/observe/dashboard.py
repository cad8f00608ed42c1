"""Web interfaces of the mesh, led to this machine: which pod, which port, which page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from istioctl.actions.pods import find_pod, first_pod, scraped_port
from istioctl.api import ports
from istioctl.cluster.clients import takes_client
from istioctl.cluster.session import Session
from istioctl.cluster.tunnels import PodPort, PortForward
from istioctl.errors import ErrorGroup, InputError, IstioctlError

PROXY_ADMIN_PORT = ports.ENVOY_ADMIN
CONTROLZ_PORT = ports.CONTROLZ


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One web interface.

    Attributes:
        title: what it is, for people.
        port: the port the pod serves it on; 0 where the pod itself says.
        page: the path its first page has.
        selector: finds its pods, in the namespaces in this order; empty where `reference` names the pod.
        reference: a pod or workload, `[TYPE/]NAME[.NAMESPACE]`.
    """

    title: str
    port: int
    page: str = ""
    selector: str = ""
    reference: str = ""


#: The add-ons with a web interface, by the name they are asked for.
ADDONS = {
    "grafana": Dashboard("Grafana", ports.GRAFANA, selector="app.kubernetes.io/name=grafana"),
    "jaeger": Dashboard("Jaeger", ports.JAEGER, selector="app=jaeger"),
    "kiali": Dashboard("Kiali", ports.KIALI, "/kiali", selector="app=kiali"),
    "prometheus": Dashboard("Prometheus", ports.PROMETHEUS, selector="app.kubernetes.io/name=prometheus"),
    "skywalking": Dashboard("SkyWalking", ports.SKYWALKING, selector="app=skywalking-ui"),
    "zipkin": Dashboard("Zipkin", ports.ZIPKIN, selector="app=zipkin"),
}


@dataclass(frozen=True, slots=True)
class OpenOptions:
    """How dashboards are opened.

    Attributes:
        namespaces: where pods are looked for, in this order.
        address: the local address to listen on; `localhost` is both loopback addresses.
        port: the local port; 0 prefers the dashboard's own and takes any free one otherwise.
        report: takes a line about what happens to connections.
    """

    namespaces: tuple[str, ...]
    address: str = "localhost"
    port: int = 0
    report: Callable[[str], None] = lambda line: None


@dataclass(frozen=True, slots=True)
class OpenDashboard:
    """A dashboard that answers on this machine until its forward is closed."""

    dashboard: Dashboard
    target: PodPort
    url: str
    forward: PortForward

    def as_data(self) -> dict[str, str | int]:
        """What `-o json` says of it."""
        return {
            "dashboard": self.dashboard.title,
            "url": self.url,
            "pod": self.target.pod,
            "namespace": self.target.namespace,
            "port": self.target.port,
        }


def istiod_dashboard(title: str, port: int, page: str, *, reference: str, selector: str, revision: str) -> Dashboard:
    """A page of istiod, whose pod is given in one of three ways.

    Raises:
        InputError: none of them is given, or more than one.
    """
    given = [way for way in (reference, selector, revision) if way]
    if len(given) != 1:
        problem = "only one of them can be used" if given else "there is no pod to open"
        raise InputError(problem, where="pod, --selector, --revision", hint="Name a pod, a --selector or a --revision.")
    if reference:
        return Dashboard(title, port, page, reference=reference)
    chosen = f"istio.io/rev={revision}" if revision else selector
    return Dashboard(title, port, page, selector=f"{chosen},app=istiod")


@takes_client
def open_dashboards(session: Session, dashboards: Sequence[Dashboard], options: OpenOptions) -> list[OpenDashboard]:
    """Lead each dashboard to this machine; all or none.

    Raises:
        InputError: a local port can't be listened on.
        ClusterError: a pod can't be found.
        ErrorGroup: several dashboards can't be opened.
    """
    opened: list[OpenDashboard] = []
    problems: list[IstioctlError] = []
    try:
        for dashboard in dashboards:
            try:
                opened.append(_open(session, dashboard, options))
            except IstioctlError as problem:
                problems.append(problem)
        if problems:
            raise problems[0] if len(problems) == 1 else ErrorGroup(problems)
    except BaseException:  # an interrupt as well
        close_all(opened)
        raise
    return opened


def close_all(opened: Sequence[OpenDashboard]) -> None:
    """Stop listening for each."""
    for each in opened:
        each.forward.close()


def _open(session: Session, dashboard: Dashboard, options: OpenOptions) -> OpenDashboard:
    def find() -> PodPort:
        pod = (
            find_pod(session, dashboard.reference, options.namespaces[0])
            if dashboard.reference
            else first_pod(session, dashboard.selector, options.namespaces)
        )
        metadata = pod["metadata"]
        return PodPort(metadata["namespace"], metadata["name"], dashboard.port or scraped_port(pod, ports.MONITORING))

    target = find()
    forward = _listen(session, find, options, options.port or target.port)
    forward.start()
    host = f"[{options.address}]" if ":" in options.address else options.address
    return OpenDashboard(dashboard, target, f"http://{host}:{forward.port}{dashboard.page}", forward)


def _listen(session: Session, find: Callable[[], PodPort], options: OpenOptions, preferred: int) -> PortForward:
    ports = [preferred] if options.port else [preferred, 0]
    for port in ports[:-1]:
        try:
            return PortForward(session, find, address=options.address, port=port, report=options.report)
        except InputError:  # the dashboard's own port is taken: any other will do
            continue
    return PortForward(session, find, address=options.address, port=ports[-1], report=options.report)
