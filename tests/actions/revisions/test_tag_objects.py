from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from istioctl.actions.revisions.tag_objects import TagOptions, tag_objects
from istioctl.actions.revisions.webhook_conflicts import conflicts
from istioctl.api.webhooks import deactivated, tag_injector_name
from istioctl.errors import ClusterError, InputError

LABELS = {
    "app": "sidecar-injector",
    "istio.io/rev": "canary",
    "operator.istio.io/component": "Pilot",
    "release": "istio",
}
SERVICE = {
    "metadata": {"name": "istiod-canary", "labels": {"app": "istiod", "istio": "istiod", "istio.io/rev": "canary"}},
    "spec": {"ports": [{"port": 443}], "selector": {"app": "istiod"}, "clusterIP": "10.0.0.1"},
}


def injector(**client: Any) -> dict[str, Any]:
    config = client or {
        "service": {"name": "istiod-canary", "namespace": "istio-system", "path": "/inject", "port": 443}
    }
    hook = {"name": "rev.namespace.sidecar-injector.istio.io", "clientConfig": config, "reinvocationPolicy": "IfNeeded"}
    return {"metadata": {"name": "istio-sidecar-injector-canary", "labels": LABELS}, "webhooks": [hook]}


def made(options: TagOptions, **client: Any) -> dict[str, dict[str, Any]]:
    return {obj["kind"]: obj for obj in tag_objects(options, injector(**client), SERVICE, None)}


def test_user_managed_tag() -> None:
    objects = made(TagOptions("prod", user_managed=True))
    assert set(objects) == {"MutatingWebhookConfiguration", "Service"}
    hook = objects["MutatingWebhookConfiguration"]
    assert hook["metadata"]["name"] == "istio-revision-tag-prod"
    assert hook["metadata"]["labels"] == {
        "app": "sidecar-injector", "istio.io/rev": "canary", "istio.io/tag": "prod", "release": "istio",
    }  # fmt: skip
    assert [entry["reinvocationPolicy"] for entry in hook["webhooks"]] == ["IfNeeded", "IfNeeded"]
    assert objects["Service"]["spec"] == {
        "ports": [{"port": 443}],
        "selector": {"app": "istiod", "istio.io/rev": "canary"},
    }


CHART = """\
{{- range .Values.revisionTags }}
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: istio-revision-tag-{{ . }}}
webhooks:
- name: {{ $.Values.revision }}.{{ . }}.example.com
  reinvocationPolicy: {{ $.Values.sidecarInjectorWebhook.reinvocationPolicy }}
  clientConfig: {url: "https://nobody.example.com"}
{{- end }}
"""


def release(folder: Path, template: str) -> Path:
    """A release's manifests whose control plane is this one template."""
    files = {
        "charts/istio-control/istio-discovery/Chart.yaml": "name: istiod\nversion: 1.0.0\n",
        "charts/istio-control/istio-discovery/templates/webhook.yaml": template,
        "profiles/default.yaml": "spec: {components: {base: {enabled: false}, ingressGateways: []}}\n",
        "profiles/empty.yaml": "spec: {components: {pilot: {enabled: false}}}\n",
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def test_webhooks_of_a_releases_own_charts(tmp_path: Path) -> None:
    options = TagOptions("prod", user_managed=True, manifests=release(tmp_path, CHART))

    hook = made(options)["MutatingWebhookConfiguration"]

    assert hook["metadata"]["name"] == "istio-revision-tag-prod"
    assert hook["metadata"]["labels"]["istio.io/tag"] == "prod"
    assert hook["webhooks"] == [
        {
            "name": "canary.prod.example.com",
            "reinvocationPolicy": "IfNeeded",
            "clientConfig": injector()["webhooks"][0]["clientConfig"],
        }
    ]


def test_a_release_without_tags_is_refused(tmp_path: Path) -> None:
    folder = release(tmp_path, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    with pytest.raises(InputError, match="no webhook for tags"):
        made(TagOptions("prod", manifests=folder))


def test_default_tag_validates_and_answers_to_the_old_label() -> None:
    objects = made(TagOptions("default", labels={"more": "yes"}))
    names = [entry["name"] for entry in objects["MutatingWebhookConfiguration"]["webhooks"]]
    assert names == [
        "rev.namespace.sidecar-injector.istio.io", "rev.object.sidecar-injector.istio.io",
        "namespace.sidecar-injector.istio.io", "object.sidecar-injector.istio.io",
    ]  # fmt: skip
    validator = objects["ValidatingWebhookConfiguration"]
    assert validator["webhooks"][0]["failurePolicy"] == "Ignore"
    assert validator["webhooks"][0]["clientConfig"]["service"]["path"] == "/validate"
    assert {obj["metadata"]["labels"]["more"] for obj in objects.values()} == {"yes"}


def test_hardened_failure_policy_stays_istiods() -> None:
    present = {"webhooks": [{"name": "validation.istio.io", "failurePolicy": "Fail"}]}
    validator = tag_objects(TagOptions("default"), injector(), None, present)[1]
    assert "failurePolicy" not in validator["webhooks"][0]


def test_all_namespaces() -> None:
    hook = tag_objects(TagOptions("default", all_namespaces=True), injector(), None, None)[0]
    last = hook["webhooks"][-1]
    assert last["name"] == "auto.sidecar-injector.istio.io"
    assert "kube-system" in last["namespaceSelector"]["matchExpressions"][-1]["values"]


def test_remote_injector_by_address() -> None:
    objects = made(TagOptions("default"), url="https://istiod.example:15017/inject/cluster/a?x=1", caBundle="Q0E=")
    client = objects["ValidatingWebhookConfiguration"]["webhooks"][0]["clientConfig"]
    assert client == {"url": "https://istiod.example:15017/validate", "caBundle": "Q0E="}


def test_webhook_without_an_injector() -> None:
    with pytest.raises(ClusterError, match="no sidecar injector"):
        tag_objects(TagOptions("prod"), {"metadata": {"name": "x"}, "webhooks": []}, None, None)


def test_name_outside_of_the_usual_namespace() -> None:
    assert tag_injector_name("prod", "istio-system") == "istio-revision-tag-prod"
    assert tag_injector_name("prod", "mesh") == "istio-revision-tag-prod-mesh"


def test_two_tags_do_not_get_in_each_others_way() -> None:
    prod, test = (tag_objects(TagOptions(tag), injector(), None, None)[0] for tag in ("prod", "test"))
    assert conflicts(prod, [test]) == []


def test_the_same_tag_twice_injects_twice() -> None:
    prod = tag_objects(TagOptions("prod"), injector(), None, None)[0]
    other = tag_objects(TagOptions("prod", webhook_name="other"), injector(), None, None)[0]
    found = conflicts(prod, [other])
    assert len(found) == 2
    assert "overlaps with other/rev.namespace.sidecar-injector.istio.io" in found[0]
    assert conflicts(prod, [deactivated(other)]) == []


def test_webhooks_of_others_do_not_count() -> None:
    prod = tag_objects(TagOptions("prod"), injector(), None, None)[0]
    foreign = {"metadata": {"name": "vault"}, "webhooks": [{"name": "vault.example.com"}]}
    assert conflicts(prod, [foreign]) == []
