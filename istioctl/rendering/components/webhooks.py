"""Which pods the sidecar injector is asked about: the selectors of its webhooks.

A pod's namespace or the pod itself names a revision (`istio.io/rev`) or just wants injection (`istio-injection`,
`sidecar.istio.io/inject`); the webhooks divide these cases so that each pod meets one of them at most.
"""

from __future__ import annotations

from istioctl.rendering.components.facts import Tree

_REVISION, _NAMESPACE, _POD = "istio.io/rev", "istio-injection", "sidecar.istio.io/inject"
_SYSTEM_NAMESPACES = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"]


def injector_hooks(name: str, *, is_default: bool, everywhere: bool) -> list[Tree]:
    """The webhooks of one configuration.

    Args:
        name: of the revision or tag that selects.
        is_default: whether it also serves whoever names no revision.
        everywhere: whether the default serves namespaces that say nothing at all.
    """
    hooks = [
        _hook("rev.namespace.", [_is(_REVISION, name), _no(_NAMESPACE)], [_is_not(_POD, "false")]),
        _hook("rev.object.", [_no(_REVISION), _no(_NAMESPACE)], [_is_not(_POD, "false"), _is(_REVISION, name)]),
    ]
    if is_default:
        hooks += [
            _hook("namespace.", [_is(_NAMESPACE, "enabled")], [_is_not(_POD, "false")]),
            _hook("object.", [_no(_NAMESPACE), _no(_REVISION)], [_is(_POD, "true"), _no(_REVISION)]),
        ]
        if everywhere:
            elsewhere = _is_not("kubernetes.io/metadata.name", *_SYSTEM_NAMESPACES)
            hooks.append(
                _hook("auto.", [_no(_NAMESPACE), _no(_REVISION), elsewhere], [_no(_POD), _no(_REVISION)])
            )  # fmt: skip
    return hooks


def _hook(prefix: str, namespaces: list[Tree], pods: list[Tree]) -> Tree:
    return {"prefix": prefix, "namespaces": namespaces, "pods": pods}


def _is(key: str, *values: str) -> Tree:
    return {"key": key, "operator": "In", "values": list(values)}


def _is_not(key: str, *values: str) -> Tree:
    return {"key": key, "operator": "NotIn", "values": list(values)}


def _no(key: str) -> Tree:
    return {"key": key, "operator": "DoesNotExist"}
