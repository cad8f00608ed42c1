"""Injecting and taking out again: the same bytes, also where the text was edited in between; the user's own stays."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from istioctl.api.workloads import POD_TEMPLATES
from istioctl.errors import InputError
from istioctl.injection import streams, uninject
from istioctl.injection.inject import inject, uninject_piece
from istioctl.injection.injector import Injector, ObjectInjector
from istioctl.injection.templates import TemplateRenderer
from istioctl.yamldoc import long_lists
from istioctl.yamldoc.difference import applied
from istioctl.yamldoc.reader import load, load_all
from tests.recorded.cases import INPUTS
from tests.support.injecting import as_stored, builtin_injector, small_injector
from tests.support.odd_yaml import OddWriter
from tests.support.random_pods import pods, workload

DEPLOYMENT = """\
# who made this
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}   # what the Service selects
  template:
    metadata: { labels: {"app": web, version: 'v1'} }
    spec:
      containers:
        - name: "app"    # our code
          image: web:1
          ports: [{containerPort: 8080, name: http}]
          readinessProbe:
            tcpSocket: {port: http}   # by name
            periodSeconds: 3
          livenessProbe: {httpGet: {path: /up, port: http}}
"""
GATEWAY = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: gateway}
spec:
  selector: {matchLabels: {istio: gateway}}
  template:
    metadata:
      annotations: {inject.istio.io/templates: gateway}
      labels: {istio: gateway, sidecar.istio.io/inject: "true"}
    spec:
      containers:
      - name: istio-proxy
        image: auto # istiod chooses
"""


def uninjected(text: str) -> str:
    """A text without its sidecars."""
    return "".join(uninject_piece(piece).text for piece in streams.pieces(io.BytesIO(text.encode()), "<input>"))


def there_and_back(text: str, injector: ObjectInjector | None = None) -> tuple[str, str]:
    """One document injected, and uninjected again."""
    injected = inject(text, injector or builtin_injector()).text
    return injected, uninjected(injected)


def as_json(text: str, **style: Any) -> str:
    return json.dumps(load(text), **style)


def as_item(text: str) -> str:
    """A document as an item of a list."""
    return "- " + text.replace("\n", "\n  ").rstrip(" ")


@pytest.mark.parametrize("text", [DEPLOYMENT, GATEWAY], ids=["sidecar", "gateway"])
@pytest.mark.parametrize(
    "write",
    [
        lambda text: text,
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: "---  # first\n" + text + "\n\n# the end\n...\n",
        lambda text: as_json(text),
        lambda text: as_json(text, indent=2) + "\n",
        lambda text: as_json(text, indent="\t", separators=(" ,", " :")),
        lambda text: as_json(text, separators=(",", ":")) + "\r\n",
        lambda text: "---\n" + as_json(text, indent=4) + "\n",
        lambda text: as_json(text).replace('"kind"', "kind") + "  # not JSON\n",
        lambda text: f'{{"kind": "List", "items": [{as_json(text)}, null, {as_json(text)} ]}}',
        lambda text: f"kind: List\nitems:\n{as_item(text)}- null\n{as_item(text)}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("native", [False, True], ids=["", "native"])
def test_the_same_bytes_come_back(text: str, write: Callable[[str], str], native: bool):
    text = write(text)
    injected, back = there_and_back(text, builtin_injector(native))
    assert "istio-proxy" in injected
    assert '"sidecar.istio.io/status"' in injected.replace("sidecar.istio.io/status:", '"sidecar.istio.io/status"')
    assert back == text
    assert inject(injected, builtin_injector(native)).text == injected


@pytest.mark.parametrize("kind", [*POD_TEMPLATES, "Rollout"])
@pytest.mark.parametrize("indent", [None, 2])
def test_every_kind_comes_back(kind: str, indent: int | None):
    pod = {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "a", "image": "i"}]}}
    text = json.dumps(workload(kind, pod), indent=indent)
    for written in (text, OddWriter(Random(7)).write(json.loads(text))):
        injected, back = there_and_back(written)
        assert "istio-proxy" in injected
        assert back == written


@pytest.mark.parametrize("native", [False, True])
def test_recorded_inputs_come_back(native: bool):
    text = (INPUTS / "inject.yaml").read_text(encoding="utf-8")
    for document in text.split("---\n"):
        assert there_and_back(document, builtin_injector(native))[1] == document


def test_templates_of_ones_own_come_back():
    template = "metadata: {labels: {mesh: m, app: ours}}\nspec: {containers: [{name: app, image: ours}], hostPID: true}"
    injected, back = there_and_back(DEPLOYMENT, small_injector(template))
    assert load(injected)["spec"]["template"]["metadata"]["labels"]["app"] == "ours"
    assert back == DEPLOYMENT


def test_what_was_never_injected_passes():
    for text in (DEPLOYMENT, as_json(DEPLOYMENT), "kind: Service\n", ""):
        assert uninjected(text) == text
    stale = DEPLOYMENT + inject(DEPLOYMENT, builtin_injector()).text.splitlines(keepends=True)[-1]
    assert "kube-uninject" in stale
    assert uninjected(stale) == stale
    injected, back = there_and_back(stale)
    assert "istio-proxy" in injected
    assert back == stale


#: Without those whose values are checked.
_AMBIGUOUS = sorted(name for name in uninject.AMBIGUOUS if "interception" not in name and "traffic" not in name)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["Deployment", "Pod", "CronJob", "Rollout", "DeploymentConfig"]),
    pods(_AMBIGUOUS, _AMBIGUOUS),
    st.integers(0, 10**6),
    st.booleans(),
    st.sampled_from(["yaml", "anchors", "crlf", "json", "lines", "compact"]),
)
def test_whatever_is_written_comes_back(kind: str, pod: dict[str, Any], seed: int, native: bool, style: str):
    data = workload(kind, pod)
    if style in ("json", "lines", "compact"):
        options: dict[str, Any] = {"json": {}, "lines": {"indent": 3}, "compact": {"separators": (",", ":")}}[style]
        text = json.dumps(data, **options)
    else:
        text = OddWriter(Random(seed), anchors=style == "anchors").write(data)
        text = text.replace("\n", "\r\n") if style == "crlf" else text
        text = text if seed % 3 else text.rstrip("\r\n")
    injector = builtin_injector(native)
    injected, back = there_and_back(text, injector)
    assert back == text
    outcome = injector.inject(data)
    if outcome is not None and outcome.decision.inject:
        noted = re.sub(r',\\"uninject\\":\\"[^"]*\\"', "", injected)
        assert load(noted) == applied(data, outcome.workload.data, outcome.after)


def test_a_long_list_comes_back_group_by_group(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(long_lists, "LONG_LIST", 2000)
    monkeypatch.setattr(streams, "_GROUP", 1500)
    service = "- kind: Service\n  metadata: {name: s}\n  spec: {ports: [{port: 80}]}\n"
    own = DEPLOYMENT.removeprefix("# who made this\n")
    items = [as_item(own.replace("name: web", f"name: web{index}")) for index in range(9)]
    plain = "kind: List\nitems:\n" + service * 30 + "".join(items[:5]) + service * 30 + "".join(items[5:])
    for text in (plain, plain + "metadata: {}", plain.replace("\n", "\r\n"), "\ufeff" + plain):
        injected = inject(text, builtin_injector()).text
        assert injected.count("kube-uninject") > 2 or text[0] == "\ufeff"  # which is not cut
        assert uninjected(injected) == text
        assert inject(injected, builtin_injector()).text == injected
        edited = injected.replace("items:", "# all of them\nitems:", 1)
        assert uninjected(edited) == text.replace("items:", "# all of them\nitems:", 1)


# Edited since


EDITS = [
    ("the number of replicas", "spec:\n  selector", "spec:\n  replicas: 3 # many\n  selector"),
    ("another container before", "      containers:\n", "      containers:\n        - {name: more, image: x}\n"),
    ("the own container's image", "          image: web:1\n", "          image: web:2\n          tty: true\n"),
    ("the comment on top", "# who made this\n", ""),
]


@pytest.mark.parametrize(("old", "new"), [edit[1:] for edit in EDITS], ids=[edit[0] for edit in EDITS])
def test_edits_elsewhere_stay(old: str, new: str):
    injected = inject(DEPLOYMENT, builtin_injector()).text
    assert injected.count(old) == DEPLOYMENT.count(old) == 1
    assert uninjected(injected.replace(old, new)) == DEPLOYMENT.replace(old, new)


def test_edits_inside_of_what_was_injected_do_not_keep_it():
    injected = inject(DEPLOYMENT, builtin_injector()).text
    edited = re.sub(r"(name: istio-proxy\n\s+image: )\S+", r"\1 other:1", injected)
    edited = edited.replace("        security.istio.io/tlsMode: istio\n", "")
    assert edited != injected
    back = uninjected(edited)
    assert "istio" not in back
    assert load(back) == load(DEPLOYMENT)


def test_what_was_added_to_what_was_injected_is_the_users():
    injected = inject(DEPLOYMENT, builtin_injector()).text
    anchor = "        service.istio.io/canonical-revision: v1\n"
    edited = injected.replace(anchor, anchor + "        mine: x\n")
    assert edited != injected
    (back,) = load_all(uninjected(edited))
    want = load(DEPLOYMENT)
    want["spec"]["template"]["metadata"]["labels"]["mine"] = "x"
    assert back == want


def test_a_workload_that_has_gone_takes_its_part_of_the_note_along():
    items = [DEPLOYMENT.replace("name: web", f"name: web{i}") for i in range(3)]
    text = "kind: List\nitems:\n" + "".join(as_item(item.removeprefix("# who made this\n")) for item in items)
    injected = inject(text, builtin_injector()).text
    starts = [found.start() for found in re.finditer("^- api", injected, re.MULTILINE)]
    edited = injected[: starts[1]] + injected[starts[2] :]
    back = load(uninjected(edited))
    want = load(text)
    del want["items"][1]
    assert back["items"][0]["metadata"] == want["items"][0]["metadata"]
    for got, wanted in zip(back["items"], want["items"], strict=True):
        ports = [{**each, "readinessProbe": None, "livenessProbe": None} for each in _containers(got)]
        assert ports == [{**each, "readinessProbe": None, "livenessProbe": None} for each in _containers(wanted)]
        assert got["spec"]["template"]["metadata"] == wanted["spec"]["template"]["metadata"]


def _containers(item: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = item["spec"]["template"]["spec"]["containers"]
    return found


@pytest.mark.parametrize("write", [lambda text: text, lambda text: as_json(text, indent=2), as_json])
def test_a_note_that_was_cut_off_or_changed_does_no_harm(write: Callable[[str], str]):
    text = write(DEPLOYMENT)
    injected = inject(text, builtin_injector()).text
    for pattern, new in (
        (r"# istioctl kube-uninject.*\n", ""),
        (r',\\"uninject\\":\\"[^"]*\\"', ""),
        (r"(kube-uninject: .{30})", r"\1]"),
        (r'(uninject\\":\\".{20})', r"\1AAAA"),
        (r'("(lines|characters)":\[\[)\d+', r"\g<1>3"),
        (r'("lines":\[\[\d+,\d+,)\d+', r"\g<1>3"),
    ):
        edited = re.sub(pattern, new, injected)
        back = load(uninjected(edited))
        for probe in ("readinessProbe", "livenessProbe"):
            for action in _containers(back)[0][probe].values():
                if isinstance(action, dict) and action["port"] == 8080:
                    action["port"] = "http"
        assert back == load(text)


def test_injecting_anew_keeps_the_way_back():
    first = inject(DEPLOYMENT, builtin_injector()).text
    for text in (DEPLOYMENT, as_json(DEPLOYMENT, indent=1)):
        first = inject(text, builtin_injector()).text
        second = inject(first, builtin_injector(native=True)).text
        assert second != first
        assert uninjected(second) == text


@settings(max_examples=25, deadline=None)
@given(pods(["topology.istio.io/network"]), st.integers(0, 10**6), st.data())
def test_a_line_that_comes_in_anywhere_takes_nothing_along(pod: dict[str, Any], seed: int, data: st.DataObject):
    for container in pod["spec"]["containers"]:
        container["ports"] = [{"containerPort": 80, "name": "http"}]  # or a probe of a named port can't be worked out
    text = OddWriter(Random(seed)).write(workload("Deployment", pod))
    injected = inject(text, builtin_injector()).text
    assume(injected != text)
    lines = injected.splitlines(keepends=True)
    place = data.draw(st.integers(0, len(lines) - 1))
    edited = "".join([*lines[:place], "# a line of mine\n", *lines[place:]])
    try:
        assume(load(edited) == load(injected))
    except InputError:
        assume(False)
    got, wanted = (as_stored(load(each)) for each in (uninjected(edited), text))
    for data_of in (got, wanted):  # where one's own istio-proxy stood is in the text alone
        template = data_of["spec"]["template"]
        template["spec"]["containers"].sort(key=lambda item: str(item["name"]))
        template["metadata"] = {field: held for field, held in template.get("metadata", {}).items() if held}
    by_number = re.compile(r'"port": "(?:http|80)"')
    got, wanted = (by_number.sub('"port": 80', json.dumps(each, sort_keys=True)) for each in (got, wanted))
    assert got == wanted


# Without a note, as the real tool and clusters inject


def without_note(injected: str) -> str:
    return re.sub(r"# istioctl kube-uninject.*\n", "", injected)


OWN = {
    "kubectl.kubernetes.io/default-container": "app",
    "kubectl.kubernetes.io/default-logs-container": "app",
    "prometheus.io/path": "/stats/prometheus",
    "prometheus.io/port": "15020",
}


@pytest.mark.parametrize("revision", ["", "canary"])
def test_what_the_workload_says_as_well_is_the_users(revision: str):
    data = load(DEPLOYMENT)
    labels = {"app": "web", "topology.istio.io/network": "n", "service.istio.io/canonical-name": "web"}
    data["spec"]["selector"] = {"matchLabels": labels}
    data["metadata"] = {"name": "web", "annotations": OWN, "labels": {"security.istio.io/tlsMode": "istio"}}
    data["spec"]["template"]["metadata"] = {
        "labels": {**labels, "security.istio.io/tlsMode": "istio"},
        "annotations": {**OWN, "mine": "1"},
    }
    for container in _containers(data):
        del container["readinessProbe"], container["livenessProbe"]
    builtin = builtin_injector()
    injector = Injector(builtin.settings._replace(revision=revision), TemplateRenderer(builtin.settings))
    injected = without_note(inject(OddWriter(Random(1)).write(data), injector).text)
    assert "istio-proxy" in injected
    assert load(uninjected(injected)) == data


def test_a_gateway_is_as_it_was():
    injected = without_note(inject(GATEWAY, builtin_injector()).text)
    assert "net.ipv4.ip_unprivileged_port_start" in injected
    assert load(uninjected(injected)) == load(GATEWAY)


@pytest.mark.parametrize("template", ["sidecar", "grpc-agent", "grpc-simple"])
def test_templates_that_are_asked_for_come_out(template: str):
    annotations = f'}}, annotations: {{inject.istio.io/templates: "{template}"}} }}'
    text = DEPLOYMENT.replace("version: 'v1'} }", annotations)
    text = re.sub(r" +(readiness|liveness)Probe:[^\n]*\n( {12}.*\n)*", "", text)
    assert "Probe" not in text
    injected = without_note(inject(text, builtin_injector()).text)
    assert injected != text
    assert as_stored(load(uninjected(injected))) == as_stored(load(text))
