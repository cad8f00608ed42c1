"""The components of an installation: names, titles, order, and what each waits for.

Source: upstream `operator/pkg/component/component.go` (names, order) and `operator/pkg/install/install.go` (waiting).
"""

from __future__ import annotations

from typing import NamedTuple

from istioctl.api.names import PROXY

INGRESS_GATEWAY, EGRESS_GATEWAY = "istio-ingressgateway", "istio-egressgateway"


class Component(NamedTuple):
    """One kind of part.

    Attributes:
        name: as labels and progress lines have it.
        title: for people.
        key: under `spec.components`.
        values_root: where its own values are, below `spec.values`.
        after: the component that has to be ready before its pods start; empty where it waits for none.
        workload: kind of the object that `k8s:` settings change; empty where there is none.
        workload_name: that object's name, unless the specification gives one.
        container: the container that `k8s:` settings change.
        chart: where its chart is in a release, below `manifests/charts`.
        helm_release, published_chart: the usual name of its Helm release, and its chart's name in Istio's chart
            repository; empty for gateways, which the repository has another chart for.
        default: whether it is there when a specification does not speak of it.
        is_list: whether `spec.components` has a list of such parts.
        flattened: whether its values stand at the top of what its manifests see.
    """

    name: str
    title: str
    key: str
    values_root: tuple[str, ...]
    after: str = ""
    workload: str = ""
    workload_name: str = ""
    container: str = ""
    chart: str = ""
    helm_release: str = ""
    published_chart: str = ""
    default: bool = False
    is_list: bool = False
    flattened: bool = False


BASE, PILOT, CNI, ZTUNNEL = "Base", "Pilot", "Cni", "Ztunnel"
INGRESS, EGRESS = "IngressGateways", "EgressGateways"

#: Every component, in the order in which they are rendered. Those that wait for the same one are installed together.
COMPONENTS = (
    Component(
        BASE, "Istio core", "base", ("global",),
        chart="base", helm_release="istio-base", published_chart="base", default=True,
    ),
    Component(
        PILOT, "Istiod", "pilot", ("pilot",), BASE, "Deployment", "istiod", "discovery",
        chart="istio-control/istio-discovery", helm_release="istiod", published_chart="istiod", default=True,
    ),
    Component(
        INGRESS, "Ingress gateways", "ingressGateways", ("gateways", INGRESS_GATEWAY), PILOT,
        "Deployment", INGRESS_GATEWAY, PROXY, chart="gateways/istio-ingress", default=True, is_list=True,
    ),
    Component(
        EGRESS, "Egress gateways", "egressGateways", ("gateways", EGRESS_GATEWAY), PILOT,
        "Deployment", EGRESS_GATEWAY, PROXY, chart="gateways/istio-egress", is_list=True,
    ),
    Component(
        CNI, "CNI", "cni", ("cni",), BASE, "DaemonSet", "istio-cni-node", "install-cni",
        chart="istio-cni", helm_release="istio-cni", published_chart="cni",
    ),
    Component(
        ZTUNNEL, "Ztunnel", "ztunnel", ("ztunnel",), CNI, "DaemonSet", "ztunnel", PROXY,
        chart="ztunnel", helm_release="ztunnel", published_chart="ztunnel", flattened=True,
    ),
)  # fmt: skip

#: The keys under `spec.components` that have lists, any number of gateways each, and the usual name of the first one.
GATEWAYS = {component.key: component.workload_name for component in COMPONENTS if component.is_list}
BY_NAME = {component.name: component for component in COMPONENTS}
