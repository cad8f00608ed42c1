"""Injection of objects: plain data, data with comments, models of the official client."""

from __future__ import annotations

import copy
import re
from collections import OrderedDict
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest
from kubernetes import client

from istioctl import inject
from istioctl.errors import InputError, TemplateError
from istioctl.injection.reverse_patch import detached
from istioctl.yamldoc.reader import load
from tests.support.injecting import builtin_injector, small_injector
from tests.support.round_trip import round_trip, written

TEXT = """\
# the shop's front page
apiVersion: apps/v1
kind: Deployment
metadata:
  name: "web"  # as its Service
spec:
  template:
    metadata:
      labels: {app: web}
    spec:
      # one is enough
      containers:
      - name: web    # pinned
        image: web:1
        args: ["on", yes-and-no, '12:30']
      # what it needs

      nodeSelector:
        disk: ssd   # fast
  replicas: 2
# the end
"""
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}]}}


def names(spec: Any) -> list[str]:
    return [item["name"] if isinstance(item, dict) else item.name for item in spec]


@pytest.mark.parametrize("kind", [dict, OrderedDict, MappingProxyType])
def test_plain_data(kind: Any) -> None:
    given = kind(load(TEXT))
    before = copy.deepcopy(dict(given))
    result = inject(given, small_injector(), source="web")
    assert result.object == load(inject(TEXT, small_injector()).text)
    assert dict(given) == before
    (entry,) = result.entries
    assert (entry.title, entry.injected, entry.source) == ("Deployment web", True, "web")


def test_what_holds_no_pod_comes_back_itself() -> None:
    for given in ({"apiVersion": "v1", "kind": "Service"}, client.V1Service(), round_trip("kind: Service\n")):
        result = inject(given, small_injector())
        assert result.object is given
        assert (result.entries, result.foreign) == ((), 1)


def test_lists() -> None:
    service = {"apiVersion": "v1", "kind": "Service"}
    result = inject({"apiVersion": "v1", "kind": "List", "items": [POD, None, service, POD]}, small_injector())
    first, none, second, third = result.object["items"]
    assert names(first["spec"]["containers"]) == names(third["spec"]["containers"]) == ["a", "istio-proxy"]
    assert (none, second, len(result.entries), result.foreign) == (None, service, 2, 1)

    functions = {"kind": "ResourceList", "items": [POD], "results": [{"message": "before"}]}
    result = inject(functions, small_injector())
    assert result.object == load(inject(written(functions), small_injector()).text)


def unquoted(text: str) -> str:
    """Without what ruamel.yaml itself changes."""
    return re.sub(" +#", " #", text.replace('"', "").replace("'", ""))


def test_comments_stay_where_they_were() -> None:
    given = round_trip(TEXT)
    result = inject(given, small_injector())
    assert type(result.object) is type(given)
    text, _ = detached(inject(TEXT, small_injector()).text)
    assert unquoted(written(result.object)) == unquoted(text)
    assert written(given) == written(round_trip(TEXT))
    assert all(part in written(result.object) for part in ("  # pinned", "# what it needs", "  # as its", "# the end"))


@pytest.mark.parametrize("odd", ["012", "0o14", "12:30:45", "2001-01-01", "1e3", "0x1F", "1_0", "2024-01-01T00:00:00Z"])
def test_what_versions_of_yaml_read_differently_keeps_its_meaning(odd: str) -> None:
    """What is in the user's data counts, not how Kubernetes would read the file they came from."""
    text = TEXT.replace("disk: ssd", f"disk: {odd}")
    given = round_trip(text)
    made = inject(given, small_injector()).object
    pod = made["spec"]["template"]["spec"]
    assert type(made) is type(given)
    assert names(pod["containers"]) == ["web", "istio-proxy"]
    assert pod["nodeSelector"] == round_trip(text)["spec"]["template"]["spec"]["nodeSelector"]
    assert "# the shop's front page" in written(made)


def test_words_that_were_set_as_text_stay_text() -> None:
    given = round_trip(TEXT)
    given["spec"]["template"]["spec"]["nodeSelector"].update({"a": "yes", "b": "012", "c": "~"})
    made = inject(given, small_injector()).object
    assert {**made["spec"]["template"]["spec"]["nodeSelector"]} == {"disk": "ssd", "a": "yes", "b": "012", "c": "~"}


def test_aliases() -> None:
    text = TEXT.replace("labels: {app: web}", "labels: &l {app: web}").replace("replicas: 2", "selector: {x: *l}")
    made = inject(round_trip(text), small_injector()).object
    assert made["spec"]["selector"] == {"x": {"app": "web"}}
    assert made["spec"]["template"]["metadata"]["labels"]["mesh"] == "cluster.local"


def spec(**more: Any) -> Any:
    return client.V1PodSpec(containers=[client.V1Container(name="a")], **more)


def deployment() -> Any:
    pod = client.V1PodTemplateSpec(
        metadata=client.V1ObjectMeta(labels={"app": "web"}),
        spec=client.V1PodSpec(
            containers=[
                client.V1Container(
                    name="web",
                    image="web:1",
                    liveness_probe=client.V1Probe(http_get=client.V1HTTPGetAction(path="/", port=80)),
                    resources=client.V1ResourceRequirements(requests={"cpu": "1"}),
                )
            ]
        ),
    )
    return client.V1Deployment(
        metadata=client.V1ObjectMeta(name="web", creation_timestamp=datetime(2026, 1, 2, tzinfo=UTC)),
        spec=client.V1DeploymentSpec(selector=client.V1LabelSelector(match_labels={"app": "web"}), template=pod),
    )


def test_models_come_back_as_models() -> None:
    given = deployment()
    result = inject(given, builtin_injector())
    made = result.object
    assert type(made) is client.V1Deployment
    assert names(made.spec.template.spec.containers) == ["web", "istio-proxy"]
    assert names(given.spec.template.spec.containers) == ["web"]
    assert made.metadata.creation_timestamp == given.metadata.creation_timestamp
    assert made.kind is None  # as it was

    api = client.ApiClient()
    data = {"apiVersion": "apps/v1", "kind": "Deployment", **api.sanitize_for_serialization(given)}
    want = inject(data, builtin_injector()).object
    assert {"apiVersion": "apps/v1", "kind": "Deployment", **api.sanitize_for_serialization(made)} == want
    (entry,) = result.entries
    assert (entry.title, entry.api_version, entry.injected) == ("Deployment web", "apps/v1", True)


def test_a_class_derived_from_a_model() -> None:
    class Own(client.V1Pod):  # type: ignore[misc] # carries no types, or few
        pass

    given = Own(
        metadata=client.V1ObjectMeta(name="p"), spec=client.V1PodSpec(containers=[client.V1Container(name="a")])
    )
    assert type(inject(given, small_injector()).object) is Own


def test_lists_of_models() -> None:
    def pod(name: str) -> Any:
        return client.V1Pod(metadata=client.V1ObjectMeta(name=name), spec=spec(host_network=name == "host" or None))

    given = client.V1PodList(items=[pod("one"), pod("host")], metadata=client.V1ListMeta(resource_version="7"))
    result = inject(given, small_injector())
    one, host = result.object.items
    assert (names(one.spec.containers), names(host.spec.containers)) == (["a", "istio-proxy"], ["a"])
    assert [entry.injected for entry in result.entries] == [True, False]
    assert result.object.metadata.resource_version == "7"


def test_a_field_that_the_client_does_not_know_is_an_error() -> None:
    injector = small_injector()
    outcome = injector.inject(POD)
    assert outcome is not None
    injector.inject = lambda data: outcome._replace(  # type: ignore[method-assign, assignment]
        after={**outcome.after, "spec": {**outcome.after["spec"], "later": True}}
    )
    pod = client.V1Pod(
        metadata=client.V1ObjectMeta(name="p"), spec=client.V1PodSpec(containers=[client.V1Container(name="a")])
    )
    with pytest.raises(InputError, match=r"V1Pod has no field spec\.later") as caught:
        inject(pod, injector)
    assert caught.value.id == "old-client"


@pytest.mark.parametrize("given", [3, None, b"kind: Pod", ["kind"], object()])
def test_other_things_are_refused(given: Any) -> None:
    with pytest.raises(TypeError, match="is expected"):
        inject(given, small_injector())


def test_errors_name_the_object() -> None:
    wrong = {**POD, "metadata": {"name": "p", "annotations": {"status.sidecar.istio.io/port": "x"}}}
    for given in (wrong, {"kind": "List", "items": [wrong]}):
        with pytest.raises(InputError, match="Pod p: annotation") as caught:
            inject(given, small_injector(), source="the pod")
        assert caught.value.where == "the pod"
    with pytest.raises(InputError, match=r"Pod p: spec\.containers: a list"):
        inject({**POD, "spec": {"containers": "none"}}, small_injector())
    with pytest.raises(TemplateError, match="Pod p"):
        inject(POD, small_injector("{{ fail `no` }}"))
    with pytest.raises(InputError, match="not a set"):
        inject({**POD, "x": {1}}, small_injector())


def test_data_without_an_end_are_refused() -> None:
    endless: dict[str, Any] = {**POD}
    endless["metadata"] = {"name": "p", "owner": endless}
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"of": deep}
    for given in (endless, {**POD, "status": deep}, {**POD, "spec": {"containers": {1, 2}}}):
        with pytest.raises(InputError) as caught:
            inject(given, small_injector(), source="web")
        assert (caught.value.where, caught.value.id) == ("web", "no-object")
