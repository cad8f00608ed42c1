from __future__ import annotations

import pytest

from istioctl.api.identity import ObjectKey
from istioctl.errors import InputError

ISTIOD = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "istiod", "namespace": "istio-system"}}


def test_names_of_an_object() -> None:
    key = ObjectKey.of(ISTIOD)
    assert str(key) == "Deployment/istio-system/istiod"
    assert key.long_name == "apps/v1, Kind=Deployment/istiod.istio-system"
    assert (key.group, key.version) == ("apps", "v1")


def test_names_of_a_cluster_wide_object_of_the_core_group() -> None:
    key = ObjectKey.of({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})
    assert str(key) == "Namespace/a"
    assert key.long_name == "/v1, Kind=Namespace/a."
    assert (key.group, key.version) == ("", "v1")


def test_versions_of_an_api_are_one_object() -> None:
    other = ObjectKey.of(ISTIOD | {"apiVersion": "apps/v2"})
    assert other != ObjectKey.of(ISTIOD)
    assert other.versionless == ObjectKey.of(ISTIOD).versionless


@pytest.mark.parametrize("missing", ["apiVersion", "kind", "metadata"])
def test_what_lacks_a_name_is_no_object(missing: str) -> None:
    with pytest.raises(InputError, match="not a Kubernetes object"):
        ObjectKey.of({key: value for key, value in ISTIOD.items() if key != missing})
