"""WorkloadGroups made from words."""

from __future__ import annotations

import pytest

from istioctl.actions.workloads.groups import GroupOptions, workload_group
from istioctl.errors import InputError


def test_only_what_is_given() -> None:
    group = workload_group(GroupOptions("vm", "shop"))
    assert group["metadata"] == {"name": "vm", "namespace": "shop"}
    assert group["spec"] == {"metadata": {}, "template": {"serviceAccount": "default"}}


def test_everything() -> None:
    options = GroupOptions(
        "vm", "shop", ["app=vm,tier=", "plain"], ['note="a,b"', '"list=1,2"'], ["http=80,grpc=90"], "sa", "n", "r/z", 7
    )
    spec = workload_group(options)["spec"]
    assert spec["metadata"]["labels"] == {"app": "vm", "tier": "", "plain": ""}
    assert spec["metadata"]["annotations"]["list"] == "1,2"
    assert spec["template"] == {
        "ports": {"http": 80, "grpc": 90}, "serviceAccount": "sa", "network": "n", "locality": "r/z", "weight": 7,
    }  # fmt: skip


@pytest.mark.parametrize("port", ["http=x", "http=-1", "http=", "http", "http=4294967296", "http=" + "9" * 5000])
def test_ports_that_are_not_numbers(port: str) -> None:
    with pytest.raises(InputError, match="is not a port number") as caught:
        workload_group(GroupOptions("vm", "shop", ports=[port]))
    assert caught.value.where == "--ports http"
