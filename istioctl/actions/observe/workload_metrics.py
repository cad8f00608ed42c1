"""Requests, errors and latencies of workloads, as the mesh's Prometheus knows them.

Source: istio `istioctl/pkg/metrics/metrics.go`; the answers are those of https://prometheus.io/docs/prometheus/latest/querying/api/.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from istioctl.actions.observe.dashboard import ADDONS
from istioctl.actions.pods import first_pod
from istioctl.cluster.answers import check, malformed, read_json
from istioctl.cluster.clients import takes_client
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.pod_http import ask_pod
from istioctl.cluster.session import Session
from istioctl.errors import InputError, IstioctlError
from istioctl.golang.durations import duration_text
from istioctl.patterns import lazy_pattern

_QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
_NAME = lazy_pattern(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)?")
_ANSWER = {"status!": str, "data!": {"resultType!": str, "result!": [{"value!": [int | float | str]}]}}


@dataclass(frozen=True, slots=True)
class WorkloadMetrics:
    """What a workload was asked, and how it answered, by its own proxies' account.

    Attributes:
        workload: as it was named, `NAME[.NAMESPACE]`; both are beginnings of names.
        requests, errors: a second; NaN where Prometheus can't tell.
        latencies: milliseconds by quantile: `p50`, `p90`, `p99`.
    """

    workload: str
    requests: float
    errors: float
    latencies: Mapping[str, float]

    def as_data(self) -> dict[str, Any]:
        """For `-o json` and `-o yaml`; what Prometheus can't tell is null."""
        return {
            "workload": self.workload,
            "requestsPerSecond": _known(self.requests),
            "errorsPerSecond": _known(self.errors),
            "latencyMilliseconds": {name: _known(value) for name, value in self.latencies.items()},
        }


@takes_client
def find_prometheus(session: Session, istio_namespace: str) -> tuple[str, str]:
    """Namespace and name of a pod that runs Prometheus.

    Raises:
        ClusterError: there is none, or the server refuses.
    """
    metadata = first_pod(session, ADDONS["prometheus"].selector, (istio_namespace,))["metadata"]
    return metadata["namespace"], metadata["name"]


def check_names(workloads: Sequence[str]) -> None:
    """Refuses what can't be the beginning of a workload's name.

    Raises:
        InputError: one can't.
    """
    for workload in workloads:
        if not _NAME.fullmatch(workload):
            raise InputError(f"{workload!r} can't name a workload", hint="Write NAME or NAME.NAMESPACE.")


@takes_client
def workload_metrics(
    session: Session, prometheus: tuple[str, str], workloads: Sequence[str], nanoseconds: int
) -> list[WorkloadMetrics | IstioctlError]:
    """The metrics of each workload, or why there are none.

    Args:
        prometheus: the namespace and name of its pod.
        nanoseconds: over which time rates are taken.
    """

    def ask(query: str) -> float | IstioctlError:
        try:
            return _value(session, prometheus, query)
        except IstioctlError as problem:
            return problem

    queries = [_queries(workload, duration_text(nanoseconds)) for workload in workloads]
    values = iter(in_parallel([partial(ask, query) for each in queries for query in each]))
    found: list[WorkloadMetrics | IstioctlError] = []
    for workload, each in zip(workloads, queries, strict=True):
        own = [next(values) for _ in each]
        problems = [value for value in own if isinstance(value, IstioctlError)]
        if problems:
            found.append(problems[0])
            continue
        requests, errors, *latencies = (value for value in own if not isinstance(value, IstioctlError))
        found.append(WorkloadMetrics(workload, requests, errors, dict(zip(_QUANTILES, latencies, strict=True))))
    return found


def _queries(workload: str, over: str) -> list[str]:
    name, _, namespace = workload.partition(".")
    chosen = f'destination_workload=~"{name}.*", destination_workload_namespace=~"{namespace}.*",reporter="destination"'
    failed = f'{chosen},response_code=~"[45][0-9]{{2}}"'
    rates = [f"sum(rate(istio_requests_total{{{labels}}}[{over}]))" for labels in (chosen, failed)]
    buckets = f"sum(rate(istio_request_duration_milliseconds_bucket{{{chosen}}}[{over}])) by (le)"
    return [*rates, *(f"histogram_quantile({quantile:f}, {buckets})" for quantile in _QUANTILES.values())]


def _value(session: Session, prometheus: tuple[str, str], query: str) -> float:
    """The first value of what a query finds; 0 where it finds nothing."""
    where = f"Prometheus in pod {'/'.join(prometheus)}"
    body = ask_pod(session, *prometheus, ADDONS["prometheus"].port, f"/api/v1/query?{urlencode({'query': query})}")
    data = read_json(body, where)
    check(data, _ANSWER, where)
    result = data["data"]["result"]
    try:
        return float(result[0]["value"][1]) if result else 0.0
    except (IndexError, TypeError, ValueError):
        raise malformed("the answer holds no number", where) from None


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
