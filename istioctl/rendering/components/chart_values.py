"""The values a component's manifests see: its defaults, what profiles and platforms lay over them, what was given.

The defaults are `manifests/<component>/values.yaml`. Source of the rules: upstream `manifests/zzz_profile.yaml` and the
`zzy_descope_legacy.yaml` of the charts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from istioctl.api.schema.scalars import described
from istioctl.api.trees import Values, copy_of, merge
from istioctl.errors import SpecError
from istioctl.rendering.specification.profiles import apply_value_overlays
from istioctl.rendering.text.cache import prepared
from istioctl.rendering.text.data_files import data_folder

#: The charts, and the key whose values count as if they stood at the top.
CHARTS = {"base": None, "istiod": "pilot", "ingress": None, "egress": None, "cni": "cni", "ztunnel": None}
_LISTS_OF_MAPPINGS = frozenset(
    {
        "configVolumes",
        "ingressPorts",
        "podAntiAffinityLabelSelector",
        "podAntiAffinityTermLabelSelector",
        "ports",
        "secretVolumes",
    }
)
#: Lists of names.
_LISTS_OF_TEXTS = frozenset({"imagePullSecrets"})
#: Mappings that a null takes away altogether; the manifests do without.
_DISPENSABLE = frozenset(
    {
        "cni",
        "defaultResources",
        "limits",
        "networkPolicy",
        "pdb",
        "podAnnotations",
        "proxy_init",
        "requests",
        "resources",
        "rollingUpdate",
        "startupProbe",
        "updateStrategy",
        "waypoint",
    }
)
#: What names and addresses are put together from.
_TEXTS = frozenset(
    {
        "values.global.istioNamespace",
        "values.global.proxy.clusterDomain",
        "values.global.proxy.image",
        "values.image",
        "values.istioNamespace",
        "values.revision",
    }
)
_DISPENSABLE_TEXTS = frozenset({"values.revision"})
_FOLDERS = ("base", "istiod", "cni", "ztunnel", "gateway")
_GATEWAY_KINDS = {"ingress": "gateway/ingress", "egress": "gateway/egress"}


def chart_values(chart: str, given: Values) -> Values:
    """All the values that a chart's templates see, as a tree of their own.

    Args:
        chart: a name of `CHARTS`.
        given: the installation's merged `spec.values`, in the form the chart takes them.

    Raises:
        SpecError: a profile, platform or compatibility version is not known, or something else stands where the
            manifests need a mapping or a list.
    """
    defaults = _defaults()[chart]
    values = apply_value_overlays(copy_of(defaults), copy_of(given), flatten_globals=chart == "ztunnel")
    prefix = CHARTS[chart]
    if prefix and isinstance(own := values.get(prefix), dict):
        merge(values, copy_of(own))
    _check(defaults, values, "values")
    return values


def _check(defaults: Values, values: Values, path: str) -> None:
    """Where the defaults have a mapping or a list there must be one, or nothing where that can be done without."""
    for key, default in defaults.items():
        value, place = values.get(key), f"{path}.{key}"
        if isinstance(default, dict):
            if isinstance(value, dict):
                _check(default, value, place)
            elif value is not None or (default and key not in _DISPENSABLE):
                raise _misplaced(place, "a mapping", value)
        elif isinstance(default, list):
            if not isinstance(value, list | None):
                raise _misplaced(place, "a list", value)
            if key in _LISTS_OF_MAPPINGS and not all(isinstance(item, dict) for item in value or []):
                raise _misplaced(place, "a list of mappings", value)
            if key in _LISTS_OF_TEXTS and not all(isinstance(item, str) for item in value or []):
                raise _misplaced(place, "a list of texts", value)
        elif place in _TEXTS and not (isinstance(value, str) or (value is None and place in _DISPENSABLE_TEXTS)):
            raise _misplaced(place, "a text", value)


def _misplaced(place: str, wanted: str, value: object) -> SpecError:
    return SpecError(f"{place} must be {wanted}, not {described(value)}", where=place, id="wrong-type")


@cache
def _defaults() -> dict[str, Values]:
    """The defaults of every chart."""
    return prepared(*preparation())


def preparation() -> tuple[str, list[Path], Callable[[], dict[str, Values]]]:
    """How `_defaults` come about; see `istioctl.rendering.text.cache.prepared`."""
    root = data_folder("manifests")
    files = {
        name: root / f"{name}.yaml" for name in (*(f"{name}/values" for name in _FOLDERS), *_GATEWAY_KINDS.values())
    }

    def build() -> dict[str, Values]:
        from istioctl.yamldoc.reader import load

        loaded: dict[str, Values] = {name: load(file.read_text("utf-8"), str(file)) for name, file in files.items()}
        charts = {name: loaded[f"{name}/values"] for name in _FOLDERS if name != "gateway"}
        for kind, file in _GATEWAY_KINDS.items():
            charts[kind] = _gateway_defaults(copy_of(loaded["gateway/values"]), loaded[file])
        return charts

    return "values", list(files.values()), build


def _gateway_defaults(shared: Values, own: Values) -> Values:
    gateways = shared["gateways"]
    assert isinstance(gateways, dict) and isinstance(own["gateways"], dict)  # noqa: S101, PT018 - our own files
    every = gateways.pop("every")
    gateways.update({name: copy_of(every) for name in own["gateways"]})
    merge(shared, own)
    return shared
