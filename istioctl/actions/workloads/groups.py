"""Making a WorkloadGroup from words of a command line (istio `istioctl/pkg/workload/workload.go`)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from istioctl.errors import InputError

_LARGEST = (1 << 32) - 1  # ports and weights are uint32 in the API


@dataclass(frozen=True, slots=True)
class GroupOptions:
    """What the group shall hold.

    Attributes:
        labels, annotations: of the workloads, each `KEY=VALUE`; several may stand in one text, separated by commas.
        ports: of the workloads, each `NAME=NUMBER`, likewise.
        service_account: whose identity the workloads have.
        weight: their share of the load; 0 leaves it out.
    """

    name: str
    namespace: str
    labels: Sequence[str] = ()
    annotations: Sequence[str] = ()
    ports: Sequence[str] = ()
    service_account: str = "default"
    network: str = ""
    locality: str = ""
    weight: int = 0


def workload_group(options: GroupOptions) -> dict[str, Any]:
    """The WorkloadGroup; what is not given is left out.

    Raises:
        InputError: a port is not a number.
    """
    metadata = {"labels": _pairs(options.labels), "annotations": _pairs(options.annotations)}
    template = {
        "ports": {name: _number(name, text) for name, text in _pairs(options.ports).items()},
        "serviceAccount": options.service_account,
        "network": options.network,
        "locality": options.locality,
        "weight": options.weight,
    }
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "WorkloadGroup",
        "metadata": {"name": options.name, "namespace": options.namespace},
        "spec": {
            "metadata": {key: value for key, value in metadata.items() if value},
            "template": {key: value for key, value in template.items() if value},
        },
    }


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    """The pairs of a flag that takes several by comma; a comma within double quotes belongs to its value."""
    pairs = (part.partition("=") for text in texts for part in _parts(text))
    return {key: value for key, _, value in pairs}


def _parts(text: str) -> Iterator[str]:
    return iter(next(csv.reader([text]), []))


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text[:11]) > _LARGEST:
        raise InputError(f"{text!r} is not a port number", where=f"--ports {name}", hint="Write NAME=NUMBER.")
    return int(text)
