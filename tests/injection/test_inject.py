"""Injection of texts: what the data say afterwards, what of the text stays, and what is said of each object."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from istioctl.errors import InputError, TemplateError
from istioctl.injection import workloads
from istioctl.injection.inject import inject
from istioctl.yamldoc.commented import plain
from istioctl.yamldoc.difference import applied
from istioctl.yamldoc.reader import load, load_all
from tests.support.injecting import builtin_injector, small_injector
from tests.support.odd_yaml import OddWriter
from tests.support.random_pods import pods, workload
from tests.support.round_trip import round_trip

DEPLOYMENT = """\
# who made this
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}  # a name
spec:
  template:
    metadata:
      labels:
        app: web

    spec:
      # the only one
      containers:
      - name: "app"    # our code
        image: 'web:1'
        ports: [{containerPort: 8080}]
"""
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"


def test_only_injection_shows_in_the_text():
    result = inject(DEPLOYMENT, small_injector())
    lines = iter(result.text.splitlines())
    assert all(line in lines for line in DEPLOYMENT.splitlines())
    pod = load(result.text)["spec"]["template"]
    assert [item["name"] for item in pod["spec"]["containers"]] == ["app", "istio-proxy"]
    assert pod["spec"]["containers"][1]["env"] == [{"name": "APP", "value": "app"}]
    assert pod["metadata"]["labels"] == {"app": "web", "mesh": "cluster.local"}
    assert pod["metadata"]["annotations"]["owner"] == "Deployment/web"
    status = json.loads(pod["metadata"]["annotations"]["sidecar.istio.io/status"])
    assert status == {
        "initContainers": None,
        "containers": ["istio-proxy"],
        "volumes": ["istio-data"],
        "imagePullSecrets": None,
        "revision": "default",
    }


def test_what_stands_in_empty_metadata_stays():
    own = "      labels: {}  # none\n      # none either\n      annotations:\n      mine: {a: 1}\n"
    made = inject(DEPLOYMENT.replace("      labels:\n        app: web\n\n", own), small_injector()).text
    assert "# none\n" in made
    assert "      # none either\n      annotations:\n        owner: Deployment/web\n" in made
    metadata = load(made)["spec"]["template"]["metadata"]
    assert (metadata["labels"], metadata["mine"]) == ({"mesh": "cluster.local"}, {"a": 1})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "---\n---\n",
        SERVICE,
        "a: [1,  2]\n",
        "kind: DeploymentList\nitems: []\n",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  x: |\n    kind: Deployment\n",
        "kind: Widget\nspec: {template: {spec: {}}}\n",
        "null\n",
        SERVICE.replace("\n", "\r\n"),
        "%YAML 1.1\n---\n" + SERVICE,
    ],
)
def test_what_holds_no_pod_passes_byte_for_byte(text):
    assert inject(text, small_injector()).text == text


def test_a_stream_keeps_its_separators_and_order():
    text = f"--- # first\n{DEPLOYMENT}---\n{SERVICE}...\n---\n{DEPLOYMENT}"
    result = inject(text, small_injector())
    assert [data["kind"] for data in load_all(result.text)] == ["Deployment", "Service", "Deployment"]
    assert result.text.startswith("--- # first\n# who made this\n")
    assert f"---\n{SERVICE}...\n---\n" in result.text
    assert [(entry.title, entry.injected, entry.source) for entry in result.entries] == [
        ("Deployment shop/web", True, "<input>:3"),
        ("Deployment shop/web", True, "<input>:25"),
    ]
    assert result.foreign == 1


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_line_ends_stay(newline, end):
    text = DEPLOYMENT.rstrip("\n").replace("\n", newline) + end.replace("\n", newline)
    got = inject(text, small_injector()).text
    assert got.endswith(newline) is bool(end)
    assert got.count("\r\n") == (got.count("\n") if newline == "\r\n" else 0)


def test_a_byte_order_mark_stays():
    assert inject("\ufeff" + DEPLOYMENT, small_injector()).text == "\ufeff" + inject(DEPLOYMENT, small_injector()).text


def test_json_stays_json():
    text = json.dumps(load(DEPLOYMENT), indent=3) + "\n"
    got = inject(text, small_injector()).text
    assert json.loads(got)["spec"]["template"]["spec"]["volumes"] == [{"name": "istio-data", "emptyDir": {}}]
    assert got.startswith('{\n   "apiVersion"')
    compact = json.dumps(load(DEPLOYMENT), separators=(",", ":"))
    assert "\n" not in inject(compact, small_injector()).text


def test_items_of_lists_are_injected_where_they_stand():
    items = "".join("- " + text.replace("\n", "\n  ").rstrip() + "\n" for text in (SERVICE, DEPLOYMENT[16:]))
    text = f"apiVersion: v1\nkind: List\nmetadata: {{resourceVersion: ''}}\nitems:\n{items}"
    result = inject(text, small_injector())
    service, deployment = load(result.text)["items"]
    assert service == load(SERVICE)
    assert len(deployment["spec"]["template"]["spec"]["containers"]) == 2
    assert "# our code" in result.text
    assert result.entries[0].source == "<input>:8"


def test_a_resource_list_gets_results():
    text = json.dumps({"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": [load(DEPLOYMENT)]})
    got = json.loads(inject(text, small_injector()).text)
    assert len(got["items"][0]["spec"]["template"]["spec"]["containers"]) == 2
    (result,) = got["results"]
    assert result["resourceRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "namespace": "shop"}
    assert result["severity"] == "info"
    assert result["message"].startswith("injected: ")


def test_kinds_that_nobody_declared_have_their_pod_at_the_usual_place():
    text = DEPLOYMENT.replace("apps/v1", "argoproj.io/v1alpha1").replace("kind: Deployment", "kind: Rollout")
    pod = load(inject(text, small_injector()).text)["spec"]["template"]
    assert pod["metadata"]["annotations"]["owner"] == "Rollout/web"


def test_a_cron_job_has_its_metadata_at_the_job():
    pod = "template: {spec: {containers: [{name: a}]}}"
    text = f"kind: CronJob\nmetadata: {{name: c}}\nspec:\n  jobTemplate:\n    spec:\n      {pod}\n"
    job = load(inject(text, small_injector()).text)["spec"]["jobTemplate"]
    assert job["metadata"]["annotations"]["owner"] == "CronJob/c"
    assert len(job["spec"]["template"]["spec"]["containers"]) == 2


def test_a_deployment_config_loses_zeros_that_say_nothing():
    zeros = "minReadySeconds: 0, paused: false, replicas: 0, revisionHistoryLimit: 0"
    text = f"kind: DeploymentConfig\nspec: {{{zeros}, template: {{spec: {{containers: [{{name: c}}]}}}}}}\n"
    spec = load(inject(text, small_injector("spec: {containers: [{name: p}]}")).text)["spec"]
    del spec["template"]
    assert spec == {"replicas": 0, "revisionHistoryLimit": 0, "test": False}


def test_scalars_that_are_no_text_become_text_only_where_they_read_otherwise():
    text = DEPLOYMENT + "        args: [8080, 1e3, 12:30:45, yes]\n"
    got = inject(text, small_injector()).text
    assert 'args: [8080, "1000", "12:30:45", "true"]' in got


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("a: [1\n", "<input>:2", "bad YAML"),
        (f"{SERVICE}---\n{SERVICE}---\nx: {{\n", "<input>:10", "bad YAML"),
        ("- 1\n", "<input>:1", "a Kubernetes object is expected"),
        ("just words\n", "<input>:1", "a Kubernetes object is expected"),
        ("a: 1\n---x\n", "<input>:2", "only a comment may follow"),
        (DEPLOYMENT.replace("image: 'web:1'", "image: [1]"), "<input>:15", "spec.template.spec.containers[0].image"),
        (DEPLOYMENT.replace("containerPort: 8080", "containerPort: 'x'"), "<input>:16", "a whole number"),
        (f"---\n{DEPLOYMENT}".replace("app: web", "app: {}"), "<input>:10", "text is expected"),
        ("kind: ReplicationController\nspec: {replicas: 1}\n", "<input>:2", "spec.template"),
        ("kind: DeploymentConfig\nspec: {replicas: 1}\n", "<input>:2", "spec.template"),
        (DEPLOYMENT.replace("apps/v1", "1"), "<input>:2", "text is expected here, not the number 1"),
        ("a: 1\nkind: [Pod]\n", "<input>:2", "kind: text is expected"),
        ("kind: List\nitems:\n- kind: Service\n- Pod\n", "<input>:4", "a Kubernetes object is expected"),
        ("kind: List\nitems: {}\n", "<input>:2", "a list is expected"),
        ("a: \x00\n", "<input>", "control characters"),
        (DEPLOYMENT.replace("app: web\n", "app: web\n      annotations: {sidecar.istio.io/proxyCPU: lots}\n"),
         "<input>:2", "annotation sidecar.istio.io/proxyCPU: 'lots'"),
    ],
)  # fmt: skip
def test_malformed_input_names_its_line(text, where, said):
    with pytest.raises(InputError) as caught:
        inject(text, small_injector())
    assert said in str(caught.value)
    assert caught.value.where is not None
    assert caught.value.where.startswith(where)


def test_bytes_that_are_no_text():
    from io import BytesIO

    from istioctl.injection.streams import pieces

    with pytest.raises(InputError, match="UTF-8") as caught:
        list(pieces(BytesIO(b"a: 1\n---\nb: 1\nc: \xff\xfe\n"), "f"))
    assert caught.value.where == "f:4"


def test_documents_beyond_the_limit(monkeypatch):
    from istioctl.injection import streams

    monkeypatch.setattr(streams, "MAX_DOCUMENT", 100)
    with pytest.raises(InputError, match="larger than"):
        inject("a: " + "x" * 200, small_injector())


def test_an_alias_bomb():
    lines = ["a: &a [x,x,x,x,x,x,x,x,x,x]"] + [
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 10)}]" for i in range(8)
    ]
    with pytest.raises(InputError, match="aliases"):
        inject("kind: Pod\n" + "\n".join(lines), small_injector())


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("spec: {{ .Nope }}", "can't evaluate field Nope"),
        ("spec: {{ if }}", "missing value for if"),
        ("spec: [a", "it renders output:"),
        ("- 1", "it renders no mapping"),
        ("spec: {containers: [{image: x}]}", "has no 'name'"),
        ("spec: {containers: [{name: x, image: 1}]}", "text is expected here, not the number 1"),
    ],
)
def test_templates_that_fail_say_which_and_for_whom(template, said):
    with pytest.raises((TemplateError, InputError)) as caught:
        inject(DEPLOYMENT, small_injector(template))
    assert said in caught.value.message
    assert caught.value.message.startswith("Deployment web: template sidecar: ")
    assert caught.value.where == "<input>:2"


def test_a_template_that_is_not_there():
    text = DEPLOYMENT.replace("app: web\n", "app: web\n      annotations: {inject.istio.io/templates: nope}\n")
    with pytest.raises(TemplateError, match="no injection template 'nope'"):
        inject(text, small_injector())


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(["Deployment", "Pod", "CronJob", "StatefulSet", "Rollout"]),
    pods(),
    st.integers(0, 10**6),
    st.booleans(),
    st.booleans(),
)
def test_text_and_data_agree_and_injecting_twice_is_injecting_once(kind, pod, seed, anchors, native):
    injector = builtin_injector(native)
    data = workload(kind, pod)
    text = OddWriter(Random(seed), anchors=anchors).write(data)
    outcome = injector.inject(data)
    expected = data if outcome is None else applied(data, outcome.workload.data, outcome.after)
    once = inject(text, injector)
    assert load(once.text) == expected
    if not any(item["name"] == "istio-proxy" for item in pod["spec"]["containers"]):
        # istiod gives a proxy that the user customised its own settings again when it injects a second time
        assert inject(once.text, injector).text == once.text
    if workloads.find(data) is None or not once.entries[0].injected:
        assert once.text == text
    assert inject(data, injector).object == expected
    assert plain(inject(round_trip(text), injector).object) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (DEPLOYMENT.replace("kind: Deployment\n", "kind: Deployment\n$patch: delete\n"), "Kustomize patch"),
        (DEPLOYMENT.replace("    spec:\n", "    spec:\n      $patch: replace\n"), "Kustomize patch"),
        (DEPLOYMENT.replace('- name: "app" ', '- $patch: delete\n        name: "app" '), "Kustomize patch"),
        ("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 3}\n", "no containers"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n", "no containers"),
    ],
)
def test_what_makes_no_pod_stays_as_it_is(text: str, why: str) -> None:
    result = inject(text, small_injector())
    assert result.text == text
    (entry,) = result.entries
    assert not entry.injected
    assert why in entry.reason
