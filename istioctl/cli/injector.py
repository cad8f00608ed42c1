"""`istioctl experimental injector list`: who injects sidecars into what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from istioctl.api.identity import ObjectKey
from istioctl.api.webhooks import INJECTOR
from istioctl.cli.line.cluster_options import open_cluster
from istioctl.cli.line.declare import Context
from istioctl.cli.line.options import ListFlags
from istioctl.cli.screen.printers import print_table
from istioctl.cli.screen.terminal import terminal

if TYPE_CHECKING:
    from istioctl.actions.sidecars.injectors import Injection, PodCount

_GAP = 1
_NO_SIDECAR = "<non-Istio>"


def list_(ctx: Context, shown: ListFlags) -> None:
    """List the injectors, the namespaces they take, and how many pods await a restart."""
    from istioctl.actions.sidecars.injectors import list_injectors

    session = open_cluster(ctx)
    found = list_injectors(session, ctx.options.istio_namespace, ctx.options.namespace)
    if shown.output is not None:
        data = {
            "namespaces": [each.as_data() for each in found.namespaces],
            "injectors": [each.as_data() for each in found.injectors],
        }
        names = [ObjectKey(*INJECTOR, "", each.name).resource_name for each in found.injectors]
        shown.print_data(data, names, items=data["injectors"])
        return
    _print_namespaces(found)
    terminal().write("\n")
    _print_injectors(found)


def _print_namespaces(found: Injection) -> None:
    rows = [
        (each.name, each.revision, text)
        for each in found.namespaces
        for text in ([_count(revision, count) for revision, count in each.counts.items()] or ["<no pods>"])
    ]
    if rows:
        print_table(("NAMESPACE", "ISTIO-REVISION", "POD-REVISIONS"), rows, _GAP)
    else:
        terminal().write("No Istio injected namespaces present.\n")


def _print_injectors(found: Injection) -> None:
    rows = [
        (namespace, each.name, each.revision, each.image)
        for each in found.injectors
        for namespace in each.namespaces or ("DOES NOT AUTOINJECT",)
    ]
    if rows:
        print_table(("NAMESPACES", "INJECTOR-HOOK", "ISTIO-REVISION", "SIDECAR-IMAGE"), rows, _GAP)
    else:
        terminal().write("No Istio injection hooks present.\n")


def _count(revision: str, count: PodCount) -> str:
    text = f"{revision or _NO_SIDECAR}: {count.pods}"
    text += f" (injection disabled: {count.disabled})" if count.disabled else ""
    return text + (f" NEEDS RESTART: {count.outdated}" if count.outdated else "")
