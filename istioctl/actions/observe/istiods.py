"""Asking every istiod of a cluster at the same time.

Each replica knows the proxies that are connected to it and no other, so a question about the mesh goes to all of them.
One that does not answer, because it restarts or a right is missing, hides nothing of what the others say.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

from istioctl.actions.revisions.control_planes import DUMP_PAGE, Pod, ask_istiod, control_plane_pods
from istioctl.api.labels import labels_of
from istioctl.api.names import REVISION
from istioctl.api.webhooks import INJECTOR, hooks_of
from istioctl.cluster.answers import check_weight, too_large
from istioctl.cluster.bodies import lean_errors
from istioctl.cluster.clients import session_of
from istioctl.cluster.errors import ApiError, Unreachable
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.pod_http import LARGEST
from istioctl.cluster.queries import list_objects
from istioctl.errors import ClusterError, ErrorGroup, InputError, IstioctlError

if TYPE_CHECKING:
    from istioctl.cluster.session import Client, Session
    from istioctl.cluster.xds import XdsOptions

_NOT_HERE = "Proxy not connected to this Pilot instance"
_NO_PAGE = "404 page not found"


class Answer(NamedTuple):
    """What one istiod says.

    Attributes:
        istiod: the name of its pod.
        revision: of that control plane.
        body: the answer as it came.
        identity: what it says of itself, over XDS alone: `Component`, `ID` and `Info`, its build.
    """

    istiod: str
    revision: str
    body: bytes
    identity: Mapping[str, Any] = MappingProxyType({})


class Answers(NamedTuple):
    """What all of them say; at least one answers.

    Attributes:
        problems: why others do not, one for each.
    """

    given: tuple[Answer, ...]
    problems: tuple[IstioctlError, ...] = ()


class Istiods:
    """The control planes of a cluster.

    Args:
        session: the cluster; None where `xds` needs none.
        namespace: where the control planes are.
        revision: only those of this one; empty means all.
        labels: the selector of their pods; `app=istiod` if left out.
        xds: how to ask over XDS; without it HTTP is used, and XDS where istiod has its HTTP pages turned off.
        timeout: seconds that an answer over XDS may take.
    """

    def __init__(
        self,
        session: Session | Client | None,
        namespace: str,
        revision: str = "",
        labels: str = "",
        xds: XdsOptions | None = None,
        timeout: float = 15.0,
    ) -> None:
        self._session = None if session is None else session_of(session)
        self.namespace = namespace
        self.revision = revision
        self.labels = labels
        self._xds = xds
        self._timeout = timeout
        self._pods: list[Pod] | None = None
        self._lock = threading.Lock()
        self._kept_bytes = 0

    @property
    def has_cluster(self) -> bool:
        """Whether there is a cluster to ask, too; XDS may do without."""
        return self._session is not None

    @property
    def session(self) -> Session:
        """The cluster.

        Raises:
            ClusterError: there is none.
        """
        if self._session is None:
            raise ClusterError("no cluster is configured", hint="Name a kubeconfig with --kubeconfig or KUBECONFIG.")
        return self._session

    def pods(self) -> Sequence[Pod]:
        """Those that run and are ready.

        Raises:
            ClusterError: there is none, or the server can't be reached or refuses.
        """
        if self._pods is None:
            found = control_plane_pods(self.session, self.namespace, self.revision, self.labels)
            if not found:
                which = f' of revision "{self.revision}"' if self.revision else ""
                which += f' with the labels "{self.labels}"' if self.labels else ""
                raise ClusterError(
                    f'no istiod{which} is ready in namespace "{self.namespace}"',
                    where=self.session.server,
                    hint=self._whereabouts(),
                    id="no-istio",
                )
            self._pods = found
        return self._pods

    def _whereabouts(self) -> str:
        """What to do where there is no istiod: one outside the cluster is called by the injection webhook's URL."""
        try:
            found = list_objects(self.session, *INJECTOR)
        except ClusterError:
            found = []
        for configuration in found:
            for webhook in hooks_of(configuration):
                host = urlsplit(str((webhook.get("clientConfig") or {}).get("url") or "")).hostname
                if host and str(webhook.get("name", "")).endswith("istio.io"):
                    return f"The control plane is outside this cluster, at {host}: pass --xds-address {host}:15012."
        return "See `istioctl revision list`; --istioNamespace names another namespace."

    def ask(self, page: str) -> Answers:
        """What each istiod shows on a debug page.

        Where none answers because they have just been replaced, their successors are asked.

        Args:
            page: the path below `/debug/` with its query, such as `syncz`.

        Raises:
            ClusterError: no istiod answers; the error of the first one, or of all in an ErrorGroup.
        """
        self._kept_bytes = 0
        if self._xds is not None and self._xds.address:
            return Answers((self._over_xds(page, "", self.revision),))
        answers, problems = self._ask(page)
        if not answers and all(_is_passing(problem) for problem in problems):
            self._pods = None
            answers, problems = self._ask(page)
        if not answers:
            raise problems[0] if len({str(problem) for problem in problems}) == 1 else ErrorGroup(problems)
        return Answers(tuple(answers), tuple(problems))

    def _ask(self, page: str) -> tuple[list[Answer], list[IstioctlError]]:
        found = in_parallel([partial(self._ask_one, pod, page) for pod in self.pods()])
        return [each for each in found if isinstance(each, Answer)], [e for e in found if isinstance(e, IstioctlError)]

    def _ask_one(self, pod: Pod, page: str) -> Answer | IstioctlError:
        name, revision = pod["metadata"]["name"], labels_of(pod).get(REVISION, "default")
        try:
            if self._xds is not None:
                return self._over_xds(page, name, revision)
            with lean_errors():
                return Answer(name, revision, self._counted(ask_istiod(self.session, pod, f"/debug/{page}"), name))
        except (ClusterError, InputError) as problem:
            if not (isinstance(problem, ApiError) and _NO_PAGE in problem.message):
                return problem
        try:
            return self._over_xds(page, name, revision)
        except (ClusterError, InputError) as problem:
            return problem if problem.id != "missing-extra" else _pages_are_off(problem, name)

    def _over_xds(self, page: str, pod: str, revision: str) -> Answer:
        from istioctl.cluster.xds import XdsClient, XdsOptions

        options = self._xds or XdsOptions()
        answer = XdsClient(self._session, self.namespace, revision, options, self._timeout).page(page, pod)
        body = b"".join(answer.resources)
        if _NOT_HERE.encode() in body[:200]:
            raise ApiError(404, "NotFound", _NOT_HERE, where=answer.istiod)
        if not page.startswith(DUMP_PAGE):
            check_weight(body, f"istiod {answer.istiod}")
        return Answer(pod or answer.istiod, revision, self._counted(body, answer.istiod), answer.identity)

    def _counted(self, body: bytes, istiod: str) -> bytes:
        """An answer, counted against the size of all that are kept of one question.

        Raises:
            Malformed: together they are too large.
        """
        with self._lock:
            self._kept_bytes += len(body)
            if self._kept_bytes > LARGEST:
                too_large(f"istiod {istiod}, with what the others answer", LARGEST)
        return body

    def config_of(self, proxy: str, types: Sequence[str]) -> Answer:
        """The configuration that istiod has for a proxy, from the istiod it is connected to.

        Secrets are not asked for, ever: where istiod makes a gateway's configuration anew for the answer, that made it
        forget which certificates the gateway watches (istio/istio#57789).

        Args:
            proxy: `POD.NAMESPACE`.
            types: short names of the types of configuration, such as `CDS`.

        Raises:
            ClusterError: no istiod knows the proxy, or none answers.
        """
        page = f"{DUMP_PAGE}?proxyID={quote(proxy)}&types={','.join(each for each in types if each != 'SDS')}"
        try:
            return self.ask(page).given[0]
        except ClusterError as problem:
            if isinstance(problem, ApiError) and _NOT_HERE in problem.message:
                raise _not_connected(proxy) from problem
            raise
        except ErrorGroup as problems:
            telling = [each for each in problems.errors if _NOT_HERE not in each.message]
            if not telling:
                raise _not_connected(proxy) from problems
            raise telling[0] from problems


def _is_passing(problem: IstioctlError) -> bool:
    """Whether it may be otherwise in a moment: the pod is gone, or has just stopped listening."""
    if isinstance(problem, ApiError):
        return problem.status == 404 and _NOT_HERE not in problem.message and _NO_PAGE not in problem.message
    return isinstance(problem, Unreachable)


def _pages_are_off(problem: IstioctlError, istiod: str) -> ClusterError:
    return ClusterError(
        f"istiod's debug pages are off, and {problem.message}", where=istiod, hint=problem.hint, id="debug-off"
    )


def _not_connected(proxy: str) -> ClusterError:
    return ClusterError(
        "no istiod is connected to this proxy",
        where=proxy,
        hint="See that the pod has a sidecar and is ready; `istioctl proxy-status` lists all that are connected.",
        id="not-connected",
    )
