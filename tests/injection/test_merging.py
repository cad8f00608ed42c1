"""Templates laid over pods, and what the pods themselves say about the proxy laid over that."""

from __future__ import annotations

import pytest

from istioctl.errors import InputError
from istioctl.injection import merging
from istioctl.injection.rendered import RenderedTexts

_PROXY = {"name": "istio-proxy", "image": "auto", "securityContext": {"runAsUser": 7}}


def test_the_users_proxy_decides_whose_traffic_is_redirected():
    namesake = {"name": "istio-init", "args": ["-u", "1"]}
    original = {"metadata": {}, "spec": {"containers": [namesake, _PROXY]}}
    inits = [{"name": "istio-init", "args": ["-u", "1337"]}]
    merged = {"metadata": {}, "spec": {**original["spec"], "initContainers": inits}}
    spec = merging.reapplied(merged, original, {"spec": {}}, {})["spec"]
    assert spec["initContainers"][0]["args"] == ["-u", "7"]
    assert spec["containers"] == [namesake, _PROXY]


def test_zeros_of_a_template_count_however_often_it_was_rendered():
    texts = RenderedTexts()
    text = "spec:\n  containers:\n  - name: p\n    image: %s\n    readinessProbe:\n      initialDelaySeconds: 0\n"
    own = {"name": "p", "readinessProbe": {"initialDelaySeconds": 5, "periodSeconds": 6}}
    for image in ("a", "b", "c"):
        merged = merging.overlaid({"spec": {"containers": [own]}}, texts.read(text % image), "t")
        assert merged == {
            "spec": {"containers": [{"name": "p", "image": image, "readinessProbe": {"periodSeconds": 6}}]}
        }


def test_numbers_of_a_template_must_fit_however_often_it_was_rendered():
    texts = RenderedTexts()
    text = "spec:\n  containers:\n  - name: p\n    readinessProbe:\n      periodSeconds: %d\n"
    assert merging.overlaid({}, texts.read(text % 15), "t") == merging.overlaid({}, texts.read(text % 15), "t")
    with pytest.raises(InputError, match="is not in"):
        merging.overlaid({}, texts.read(text % (1 << 32)), "t")


def test_nulls_of_a_template_take_away():
    pod = {"metadata": {"labels": {"a": "b", "c": "d"}}, "spec": {"containers": [{"name": "p"}]}}
    for text in ("metadata: {labels: {a: null, x: null}}", "metadata: {labels: {a: , x: }}\n"):
        merged = merging.overlaid(pod, RenderedTexts().read(text), "t")
        assert merged["metadata"] == {"labels": {"c": "d"}}
    overlay = RenderedTexts().read("spec: {containers: null}")
    assert merging.run(pod, ["t"], lambda name: overlay, native=False)[0] == {"metadata": pod["metadata"], "spec": {}}


@pytest.mark.parametrize(
    ("text", "containers"),
    [
        ('{"containers": ["a"]}', ["a"]),
        ('{"containers": null}', []),
        ("[]", None),
        ("{", None),
        ('{"volumes": 1}', None),
    ],
)
def test_what_was_put_in(text, containers):
    status = merging.status_of({"metadata": {"annotations": {"sidecar.istio.io/status": text}}})
    assert (status and status["containers"]) == containers


@pytest.mark.parametrize("text", ['{"containers": "a"}', '{"initContainers": [1]}', '{"containers": false}'])
def test_a_status_that_names_no_containers(text):
    with pytest.raises(InputError, match="must be a list of names"):
        merging.status_of({"metadata": {"annotations": {"sidecar.istio.io/status": text}}})
