"""Strategic merge patch: laying a partial Kubernetes object over a whole one.

Maps merge, scalars replace, `null` deletes. Lists replace, except where the type of the object says that its items
have identities (containers by `name`, ports by `containerPort`, …): these merge item by item. Directives in the patch
(`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`) steer it.

The rules are those of k8s.io/apimachinery `util/strategicpatch`; the merge keys are the `patchStrategy` and
`patchMergeKey` tags of k8s.io/api.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from istioctl.errors import InputError

_PATCH = "$patch"
_RETAIN = "$retainKeys"
_ORDER = "$setElementOrder/"
_DELETE = "$deleteFromPrimitiveList/"


class Field(NamedTuple):
    """How one field of a type merges.

    Attributes:
        fields: the fields below it that need a word; for a list, those of its items.
        merge: a list merges item by item.
        key: the field that identifies an item of such a list; empty where the items are scalars.
        replace: a map is replaced as a whole.
    """

    fields: Mapping[str, Field] = MappingProxyType({})
    merge: bool = False
    key: str = ""
    replace: bool = False


_PLAIN = Field()


def _by(key: str, **fields: Field) -> Field:
    return Field(fields, merge=True, key=key)


def _of(**fields: Field) -> Field:
    return Field(fields)


_CONTAINER = {
    "ports": _by("containerPort"),
    "env": _by("name"),
    "volumeMounts": _by("mountPath"),
    "volumeDevices": _by("devicePath"),
}
_META = _of(ownerReferences=_by("uid"), finalizers=Field(merge=True))
_POD_SPEC = _of(
    volumes=_by("name"),
    initContainers=_by("name", **_CONTAINER),
    containers=_by("name", **_CONTAINER),
    ephemeralContainers=_by("name", **_CONTAINER),
    imagePullSecrets=_by("name"),
    hostAliases=_by("ip"),
    topologySpreadConstraints=_by("topologyKey"),
    schedulingGates=_by("name"),
    resourceClaims=_by("name"),
)
_CONDITIONS = _of(conditions=_by("type"))
_TEMPLATE = _of(metadata=_META, spec=_POD_SPEC)
_WORKLOAD = _of(metadata=_META, spec=_of(template=_TEMPLATE), status=_CONDITIONS)
_WEBHOOKS = _of(metadata=_META, webhooks=_by("name", matchConditions=_by("name")))
_SERVICE_SPEC = _of(ports=_by("port"))
_BUDGET_SPEC = _of(selector=Field(replace=True))
_ANY = _of(metadata=_META)

#: What merges specially, by kind; a kind that is not here has only its metadata's lists merged.
KINDS: Mapping[str, Field] = {
    **dict.fromkeys(("Deployment", "DaemonSet", "ReplicaSet", "StatefulSet", "Job"), _WORKLOAD),
    **dict.fromkeys(("ReplicationController", "DeploymentConfig"), _WORKLOAD),
    "CronJob": _of(metadata=_META, spec=_of(jobTemplate=_of(metadata=_META, spec=_of(template=_TEMPLATE)))),
    "Pod": _of(
        metadata=_META,
        spec=_POD_SPEC,
        status=_of(
            conditions=_by("type"),
            hostIPs=_by("ip"),
            podIPs=_by("ip"),
            resourceClaimStatuses=_by("name"),
        ),
    ),
    "PodTemplate": _of(metadata=_META, template=_TEMPLATE),
    "Service": _of(metadata=_META, spec=_SERVICE_SPEC, status=_CONDITIONS),
    "ServiceAccount": _of(metadata=_META, secrets=_by("name")),
    "Node": _of(
        metadata=_META,
        spec=_of(podCIDRs=Field(merge=True)),
        status=_of(conditions=_by("type"), addresses=_by("type")),
    ),
    "PodDisruptionBudget": _of(metadata=_META, spec=_BUDGET_SPEC, status=_CONDITIONS),
    "MutatingWebhookConfiguration": _WEBHOOKS,
    "ValidatingWebhookConfiguration": _WEBHOOKS,
    "ValidatingAdmissionPolicy": _of(
        metadata=_META, spec=_of(matchConditions=_by("name"), variables=_by("name")), status=_CONDITIONS
    ),
    "CSINode": _of(metadata=_META, spec=_of(drivers=_by("name"))),
    # Parts of objects, for callers that hold only a part.
    "ObjectMeta": _META,
    "PodSpec": _POD_SPEC,
    "PodTemplateSpec": _TEMPLATE,
    "Container": Field(_CONTAINER),
    "ServiceSpec": _SERVICE_SPEC,
    "PodDisruptionBudgetSpec": _BUDGET_SPEC,
}


def merge(base: dict[str, Any] | None, patch: dict[str, Any], kind: str, *, is_clean: bool = False) -> dict[str, Any]:
    """`base` with `patch` laid over it, as a new mapping; neither argument changes.

    Args:
        base: the object, or the part of one, that `kind` names.
        patch: a partial object of the same kind, directives included.
        kind: a Kubernetes kind, or one of the parts in `KINDS` such as `PodSpec`.
        is_clean: promises that the patch has neither nulls nor directives; parts of it may then be in the result.

    Raises:
        InputError: a directive is malformed, or an item of a merging list lacks its merge key.
    """
    schema = KINDS.get(kind, _ANY)
    return _merge_clean(base or {}, patch, schema, kind) if is_clean else _merge_map(base or {}, patch, schema, kind)


def _merge_clean(base: dict[str, Any], patch: dict[str, Any], schema: Field, where: str) -> dict[str, Any]:
    """`_merge_map` for a patch without nulls and directives."""
    result = dict(base)
    for name, value in patch.items():
        current = result.get(name)
        if isinstance(value, dict) and isinstance(current, dict):
            below = schema.fields.get(name, _PLAIN)
            result[name] = value if below.replace else _merge_clean(current, value, below, f"{where}.{name}")
        elif isinstance(value, list) and isinstance(current, list):
            result[name] = _merge_list(current, value, schema.fields.get(name, _PLAIN), f"{where}.{name}")
        else:
            result[name] = value
    return result


def _merge_map(base: dict[str, Any], patch: dict[str, Any], schema: Field, where: str) -> dict[str, Any]:
    directive = patch.get(_PATCH)
    if directive is not None:
        if directive == "replace":
            return {key: value for key, value in patch.items() if key != _PATCH}
        if directive == "delete":
            return {}
        raise InputError(f"unknown $patch directive '{directive}'", where=where)
    result = _retained(base, patch, where)
    done = set()
    for name in [key for key in patch if key.startswith("$")]:
        done.add(name)
        if name.startswith(_ORDER):
            target = name[len(_ORDER) :]
            _merge_ordered(result, patch, target, patch[name], schema.fields.get(target, _PLAIN), f"{where}.{target}")
            done.add(target)
        elif name.startswith(_DELETE):
            target = name[len(_DELETE) :]
            if isinstance(result.get(target), list):
                result[target] = [item for item in result[target] if item not in patch[name]]
    for name, value in patch.items():
        if name in done:
            continue
        if value is None:
            result.pop(name, None)
            continue
        current = result.get(name)
        if isinstance(value, dict) and isinstance(current, dict):
            below = schema.fields.get(name, _PLAIN)
            result[name] = value if below.replace else _merge_map(current, value, below, f"{where}.{name}")
        elif isinstance(value, list) and isinstance(current, list):
            result[name] = _merge_list(current, value, schema.fields.get(name, _PLAIN), f"{where}.{name}")
        else:
            kept, value = _clean(value)
            if kept:
                result[name] = value
            else:
                result.pop(name, None)
    return result


def _retained(base: dict[str, Any], patch: dict[str, Any], where: str) -> dict[str, Any]:
    if _RETAIN not in patch:
        return dict(base)
    retained = patch[_RETAIN]
    if not isinstance(retained, list):
        raise InputError("$retainKeys must be a list of field names", where=where)
    for name, value in patch.items():
        if value is not None and not name.startswith("$") and name not in retained:
            raise InputError(f"$retainKeys does not name the field '{name}' that stands beside it", where=where)
    return {name: value for name, value in base.items() if name in retained}


def _merge_ordered(
    result: dict[str, Any], patch: dict[str, Any], name: str, order: Any, schema: Field, where: str
) -> None:
    """Merge the list `name` of `patch` into `result` and arrange it as `order` says."""
    if not isinstance(order, list):
        raise InputError("$setElementOrder must be a list", where=where)
    ours, theirs = result.get(name), patch.get(name)
    if ours is None and theirs is None:
        return
    if not isinstance(ours, list | None) or not isinstance(theirs, list | None):
        raise InputError("$setElementOrder applies to lists only", where=where)
    if theirs is None:
        merged = list(ours or ())
    elif ours is None:
        merged = _clean(theirs)[1]
    else:
        merged = _merge_list(ours, theirs, schema, where)
    result[name] = _arranged(merged, order, ours or [], schema.key)


def _merge_list(base: list[Any], patch: list[Any], schema: Field, where: str) -> list[Any]:
    if not schema.merge:
        return patch
    if not base and not patch:
        return base
    maps = sum(isinstance(item, dict) for item in (*base, *patch))
    if maps not in (0, len(base) + len(patch)):
        raise InputError("the list's items are not of one type", where=where)
    if any(isinstance(item.get(schema.key) if maps else item, dict | list) for item in (*base, *patch)):
        raise InputError("what tells the items of this list apart must be a scalar", where=where)
    if not maps:
        merged = list(dict.fromkeys((*base, *patch)))
        return _arranged(merged, patch, base, "")
    key = schema.key
    if not key:
        raise InputError("a list of scalars is expected here", where=where)
    base, patch = _without_special_items(base, patch, key, where)
    merged = list(base)
    places: dict[Any, int] = {}
    for index, item in enumerate(merged):
        places.setdefault(item.get(key), index)
    for item in patch:
        identity = _identity(item, key, where)
        place = places.get(identity)
        if place is None:
            places[identity] = len(merged)
            merged.append(item)
        else:
            merged[place] = _merge_map(merged[place], item, schema, f"{where}[{identity}]")
    if len(places) == len(base) + len(patch):  # no two items are the same
        return [*patch, *base]
    return _arranged(merged, patch, base, key)


def _identity(item: dict[str, Any], key: str, where: str) -> Any:
    if key not in item:
        raise InputError(f"an item of this list has no '{key}', which tells its items apart", where=where)
    return item[key]


def _without_special_items(
    base: list[Any], patch: list[Any], key: str, where: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Obey the items of `patch` that carry `$patch`; give both lists without them."""
    plain, gone, replace = [], [], False
    for item in patch:
        directive = item.get(_PATCH)
        if directive is None:
            plain.append(item)
        elif directive == "delete":
            gone.append(_identity(item, key, where))
        elif directive == "replace":
            replace = True
        else:
            raise InputError(f"a list item can't have the directive '$patch: {directive}'", where=where)
    if replace:
        return plain, []
    return [item for item in base if item.get(key) not in gone] if gone else base, plain


def _arranged(merged: list[Any], order: list[Any], base: list[Any], key: str) -> list[Any]:
    """`merged` with the items that `order` knows in its order; the others keep the order of `base`.

    The two sequences interleave: an item that `order` does not know goes before the next one that stands behind it in
    `base`, else to the end.
    """

    def identity(item: Any) -> Any:
        return item.get(key) if key else item

    wanted: dict[Any, int] = {}
    for index, item in enumerate(order):
        wanted.setdefault(identity(item), index)
    before: dict[Any, int] = {}
    for index, item in enumerate(base):
        before.setdefault(identity(item), index)
    right = sorted((item for item in merged if identity(item) in wanted), key=lambda item: wanted[identity(item)])
    left = [item for item in merged if identity(item) not in wanted]
    left.sort(key=lambda item: before[identity(item)])  # those of one identity stand together
    result, taken = [], 0
    for item in right:
        place = before.get(identity(item))
        while place is not None and taken < len(left) and before.get(identity(left[taken]), place) < place:
            result.append(left[taken])
            taken += 1
        result.append(item)
    return result + left[taken:]


def _clean(value: Any) -> tuple[bool, Any]:
    """Whether a value that only the patch has is kept, and the value without nulls and directives."""
    if isinstance(value, dict):
        if _PATCH in value:
            return False, None
        pairs = ((name, _clean(item)) for name, item in value.items() if item is not None and not _is_directive(name))
        return True, {name: item for name, (kept, item) in pairs if kept}
    if isinstance(value, list):
        return True, [item for kept, item in map(_clean, value) if kept]
    return True, value


def _is_directive(name: str) -> bool:
    return name == _RETAIN or name.startswith((_ORDER, _DELETE))
