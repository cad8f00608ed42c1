"""`istioctl version`: the versions of this tool, of the control planes and of the proxies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from istioctl.api.release import VERSION
from istioctl.cli.client_version import client_information
from istioctl.cli.line.cluster_options import client_options
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.istiod_flags import IstiodFlags, open_istiods
from istioctl.cli.line.options import OutputOption, RevisionOption, global_options
from istioctl.cli.screen.printers import print_data
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import IstioctlError

if TYPE_CHECKING:
    from istioctl.actions.revisions.version import MeshVersions


def version(
    ctx: Context,
    short: Annotated[bool, Option("-s", "--short/--long", help="Only the version numbers.")] = True,
    remote: Annotated[bool, Option("--remote/--client", help="Ask the cluster, too.")] = True,
    output: OutputOption = None,
    revision: RevisionOption = "",
    timeout: Annotated[
        str, Option("--timeout", metavar="DURATION", help="How long istiod may take to answer over XDS.")
    ] = "30s",
    *,
    istiod: IstiodFlags,
) -> None:
    """Print the versions of this tool, of the control planes and of the proxies connected to them.

    A cluster that can't be asked is not a failure: the tool's own version is printed all the same.
    """
    found = _ask(ctx, revision, istiod, timeout) if remote else None
    if output is not None:
        print_data(_as_data(found), output)
        return
    console = terminal()
    console.write(f"client version: {VERSION}\n" if short else f"client version: {_long(client_information())}\n")
    if found is None:
        return
    control_planes = found.control_planes
    if short and len({plane.version for plane in control_planes}) == 1:
        console.write(f"control plane version: {control_planes[0].version}\n")
    else:
        for plane in control_planes:
            text = plane.version if short else _long(plane.as_data()["Info"])
            console.write(f"{plane.component} version: {text}\n")
    if found.proxies is not None:
        from istioctl.actions.revisions.version import summary

        if short:
            console.write(f"data plane version: {summary(found.proxies)}\n")
        else:
            for proxy in found.proxies:
                console.write(f"data plane version: {proxy.version} ({proxy.kind} {proxy.id})\n")


def _ask(ctx: Context, revision: str, istiod: IstiodFlags, timeout: str) -> MeshVersions | None:
    console = terminal()
    try:
        if istiod != IstiodFlags():
            from istioctl.actions.observe.versions import versions_over_xds

            found = versions_over_xds(open_istiods(ctx, istiod, revision, timeout))
        else:
            from istioctl.actions.revisions.version import mesh_versions

            found = mesh_versions(client_options(ctx), global_options(ctx).istio_namespace, revision, console.say)
    except IstioctlError as problem:
        present = "Istio is not present in the cluster" if problem.id == "no-istio" else "The cluster tells nothing"
        console.insist(f"{present}: {problem}")
        return None
    for text in found.problems:
        console.warn(text)
    return found


def _as_data(found: MeshVersions | None) -> dict[str, Any]:
    data: dict[str, Any] = {"clientVersion": client_information()}
    if found is not None:
        data["meshVersion"] = [plane.as_data() for plane in found.control_planes]
        if found.proxies is not None:
            data["dataPlaneVersion"] = [proxy.as_data() for proxy in found.proxies]
    return data


def _long(information: dict[str, Any]) -> str:
    version = information.get("version")
    rest = ", ".join(f"{key} {value}" for key, value in information.items() if value and key not in ("version", "tag"))
    return f"{version} ({rest})" if rest else f"{version}"
