"""All that a configuration dump tells, table after table."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from istioctl.proxies import bootstrap, clusters, endpoints, listeners, routes, secrets
from istioctl.proxies.config_dump import ConfigDump
from istioctl.proxies.tables import Table


class Selection(NamedTuple):
    """Which of each kind are meant; `address` and `port` choose listeners and endpoints, `port` also clusters."""

    fqdn: str = ""
    direction: str = ""
    subset: str = ""
    port: int = 0
    address: str = ""
    listener_type: str = ""
    route_name: str = ""
    verbose: bool = True


def tables(dump: ConfigDump, wanted: Selection, now: datetime) -> list[Table]:
    """Tables of the bootstrap, clusters, listeners, routes, secrets and endpoints.

    Their rows are marked with what they are, such as `cluster/`.

    Raises:
        InputError: the dump lacks one of the kinds; only endpoints may be missing.
    """
    return [
        bootstrap.table(dump),
        clusters.table(
            dump, clusters.ClusterFilter(wanted.fqdn, wanted.port, wanted.subset, wanted.direction), typed=True
        ),
        listeners.table(
            dump,
            listeners.ListenerFilter(wanted.address, wanted.port, wanted.listener_type),
            verbose=wanted.verbose,
            typed=True,
        ),
        routes.table(dump, wanted.route_name, verbose=wanted.verbose, typed=True),
        secrets.table(secrets.certificates(dump), now, typed=True),
        endpoints.table(dump, endpoints.EndpointFilter(wanted.address, wanted.port), typed=True),
    ]
