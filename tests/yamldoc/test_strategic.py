"""Strategic merge patch: merge keys, order, nulls and directives."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.errors import InputError
from istioctl.yamldoc import strategic


def containers(*names: str) -> dict:
    return {"spec": {"containers": [{"name": name} for name in names]}}


def names(pod: dict, field: str = "containers") -> list[str]:
    return [item["name"] for item in pod["spec"][field]]


def test_containers_merge_by_name_and_new_ones_come_first():
    base = {"spec": {"containers": [{"name": "app", "image": "a"}]}}
    patch = {"spec": {"containers": [{"name": "istio-proxy"}, {"name": "app", "command": ["x"]}]}}
    assert strategic.merge(base, patch, "Pod") == {
        "spec": {"containers": [{"name": "istio-proxy"}, {"name": "app", "image": "a", "command": ["x"]}]}
    }


@pytest.mark.parametrize(
    ("base", "patch", "want"),
    [
        (("a", "b"), ("c",), ["c", "a", "b"]),
        (("a", "b", "c"), ("c", "x"), ["a", "b", "c", "x"]),
        (("a", "b", "c"), ("x", "b"), ["x", "a", "b", "c"]),
        (("a", "b", "c"), ("c", "a"), ["b", "c", "a"]),
    ],
)
def test_order_of_a_merged_list(base, patch, want):
    assert names(strategic.merge(containers(*base), containers(*patch), "Pod")) == want


def test_lists_without_merge_key_replace():
    got = strategic.merge({"spec": {"tolerations": [{"key": "a"}]}}, {"spec": {"tolerations": [{"key": "b"}]}}, "Pod")
    assert got == {"spec": {"tolerations": [{"key": "b"}]}}


def test_env_ports_and_mounts_have_their_own_keys():
    base = {
        "env": [{"name": "A", "value": "1"}],
        "ports": [{"containerPort": 80}],
        "volumeMounts": [{"mountPath": "/a", "name": "v"}],
    }
    patch = {
        "env": [{"name": "A", "value": "2"}],
        "ports": [{"containerPort": 80, "name": "http"}],
        "volumeMounts": [{"mountPath": "/a", "readOnly": True}],
    }
    assert strategic.merge(base, patch, "Container") == {
        "env": [{"name": "A", "value": "2"}],
        "ports": [{"containerPort": 80, "name": "http"}],
        "volumeMounts": [{"mountPath": "/a", "name": "v", "readOnly": True}],
    }


def test_scalar_lists_with_merge_strategy_become_a_union():
    got = strategic.merge(
        {"metadata": {"finalizers": ["a", "b"]}}, {"metadata": {"finalizers": ["b", "c"]}}, "Anything"
    )
    assert got == {"metadata": {"finalizers": ["a", "b", "c"]}}


def test_null_deletes_and_unmatched_nulls_are_dropped():
    got = strategic.merge({"a": 1, "b": 2}, {"a": None, "new": {"x": None, "y": 1, "z": [{"k": None}]}}, "Pod")
    assert got == {"b": 2, "new": {"y": 1, "z": [{}]}}


@pytest.mark.parametrize(
    ("patch", "want"),
    [
        ({"spec": {"$patch": "replace", "hostNetwork": True}}, {"spec": {"hostNetwork": True}}),
        ({"spec": {"$patch": "delete"}}, {"spec": {}}),
        ({"spec": {"containers": [{"name": "a", "$patch": "delete"}]}}, containers("b")),
        ({"spec": {"containers": [{"name": "c"}, {"$patch": "replace"}]}}, containers("c")),
        ({"spec": {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}}, containers("b", "a")),
        ({"spec": {"$retainKeys": ["dnsPolicy"], "dnsPolicy": "None"}}, {"spec": {"dnsPolicy": "None"}}),
        ({"other": {"$patch": "replace", "a": 1}}, containers("a", "b")),
    ],
)
def test_directives(patch, want):
    assert strategic.merge(containers("a", "b"), patch, "Pod") == want


def test_delete_from_primitive_list():
    base = {"metadata": {"finalizers": ["a", "b"]}}
    got = strategic.merge(base, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"]}}, "Pod")
    assert got == {"metadata": {"finalizers": ["b"]}}


def test_order_with_patch_items():
    patch = {
        "spec": {
            "$setElementOrder/containers": [{"name": "c"}, {"name": "a"}],
            "containers": [{"name": "c", "image": "i"}],
        }
    }
    got = strategic.merge(containers("a", "b"), patch, "Pod")
    assert got["spec"]["containers"] == [{"name": "c", "image": "i"}, {"name": "a"}, {"name": "b"}]


def test_a_selector_of_a_disruption_budget_is_replaced():
    base = {"spec": {"selector": {"matchLabels": {"a": "1"}}}}
    patch = {"spec": {"selector": {"matchLabels": {"b": "2"}}}}
    assert strategic.merge(base, patch, "PodDisruptionBudget") == patch
    assert strategic.merge(base, patch, "Other") == {"spec": {"selector": {"matchLabels": {"a": "1", "b": "2"}}}}


@pytest.mark.parametrize(
    ("patch", "said"),
    [
        ({"spec": {"$patch": "wipe"}}, "unknown $patch"),
        ({"spec": {"containers": [{"image": "x"}]}}, "has no 'name'"),
        ({"spec": {"containers": ["x"]}}, "not of one type"),
        ({"spec": {"containers": [{"name": "a", "$patch": "merge"}]}}, "$patch: merge"),
        ({"spec": {"$retainKeys": ["a"], "b": 1}}, "does not name the field 'b'"),
        ({"spec": {"$retainKeys": 1}}, "$retainKeys must be a list"),
        ({"spec": {"$setElementOrder/containers": 1}}, "$setElementOrder must be a list"),
        ({"spec": {"$setElementOrder/containers": [], "containers": {}}}, "lists only"),
        ({"metadata": {"finalizers": [{"a": 1}]}}, "scalars"),
    ],
)
def test_malformed_patches_say_where(patch, said):
    with pytest.raises(InputError) as caught:
        strategic.merge({"spec": {"containers": [{"name": "a"}]}, "metadata": {"finalizers": []}}, patch, "Pod")
    assert said in caught.value.message
    assert caught.value.where.startswith("Pod.")


_items = st.lists(st.sampled_from("abcdef"), unique=True)


@given(_items, _items)
def test_merging_keeps_both_orders_and_every_item_once(base, patch):
    merged = names(strategic.merge(containers(*base), containers(*patch), "Pod"))
    assert sorted(merged) == sorted({*base, *patch})
    assert [name for name in merged if name in patch] == patch
    assert [name for name in merged if name not in patch] == [name for name in base if name not in patch]


DATA = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner) | st.lists(inner, max_size=3),
)


@given(DATA.map(lambda data: {"spec": data}))
def test_arguments_stay_as_they_are(patch):
    base = {"spec": {"a": {"b": 1}, "containers": [{"name": "x"}]}}
    before = copy.deepcopy((base, patch))
    strategic.merge(base, patch, "Pod")
    assert (base, patch) == before


def test_items_of_one_identity_stand_together():
    base = {"volumes": [{"name": "a", "x": 1}, {"name": "b"}, {"name": "a", "x": 2}]}
    merged = strategic.merge(base, {"volumes": [{"name": "c"}]}, "PodSpec")
    assert [item["name"] for item in merged["volumes"]] == ["c", "a", "a", "b"]
