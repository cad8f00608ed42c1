"""The program's own manifests: which part makes which component."""

from __future__ import annotations

from istioctl.api.trees import Values
from istioctl.rendering.components.chart_values import chart_values
from istioctl.rendering.components.facts import Target


def render_builtin(component: str, namespace: str, values: Values, kube_version: str | None = None) -> list[str]:
    """The documents of one component from the manifests that come with the program.

    Args:
        component: its name, such as `Pilot`.
        namespace: where it goes.
        values: the installation's merged `spec.values`, in the form the component takes them.
        kube_version: the cluster's version, such as `v1.31.2-gke.1`; None where no cluster was asked.

    Raises:
        SpecError: the values can't be used.
    """
    target = Target(namespace, kube_version or "")
    match component:
        case "Base":
            from istioctl.rendering.components.base import base_documents

            return base_documents(chart_values("base", values), target)
        case "Pilot":
            from istioctl.rendering.components.istiod import istiod_documents

            return istiod_documents(chart_values("istiod", values), values, target)
        case "IngressGateways":
            from istioctl.rendering.components.gateway import INGRESS, gateway_documents

            return gateway_documents(INGRESS, chart_values("ingress", values), target)
        case "EgressGateways":
            from istioctl.rendering.components.gateway import EGRESS, gateway_documents

            return gateway_documents(EGRESS, chart_values("egress", values), target)
        case "Cni":
            from istioctl.rendering.components.cni import cni_documents

            return cni_documents(chart_values("cni", values), target)
        case "Ztunnel":
            from istioctl.rendering.components.ztunnel import ztunnel_documents

            return ztunnel_documents(chart_values("ztunnel", values), target)
    raise ValueError(f"no component is called {component}")
