"""kube-inject on files: where input comes from, where output goes, and what happens when something is wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from istioctl.yamldoc.reader import load, load_all
from tests.support.run import run_cli

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}  # mine
spec:
  template:
    spec:
      containers:
      - name: app
        image: web:1
"""
SERVICE = "kind: Service\nmetadata: {name: web}\n"
TEMPLATE = "spec:\n  containers:\n  - name: istio-proxy\n    image: {{ .ProxyImage }}\n"


@pytest.fixture
def files(tmp_path, monkeypatch) -> list[str]:
    """The flags of a configuration in files; the test runs beside them."""
    monkeypatch.chdir(tmp_path)
    Path("inject.yaml").write_text(TEMPLATE)
    Path("mesh.yaml").write_text("trustDomain: a.b\n")
    Path("values.json").write_text(json.dumps({"global": {"hub": "h", "tag": "t"}}))
    Path("app.yaml").write_text(DEPLOYMENT)
    return ["--injectConfigFile", "inject.yaml", "--meshConfigFile", "mesh.yaml", "--valuesFile", "values.json"]


def containers(text: str) -> list[str]:
    return [item["name"] for item in load(text)["spec"]["template"]["spec"]["containers"]]


def test_result_on_stdout_and_summary_on_stderr(files):
    done = run_cli("kube-inject", *files, "-f", "app.yaml")
    assert done.status == 0
    assert containers(done.stdout) == ["app", "istio-proxy"]
    assert done.stderr == "injected Deployment web: the injector's policy is 'enabled'\n1 injected\n"
    assert run_cli("kube-inject", *files, "-f", "app.yaml", "-q").stderr == ""


def test_stdin_folders_and_several_inputs(files):
    Path("more").mkdir()
    Path("more/b.yaml").write_text(SERVICE.rstrip("\n"))
    Path("more/c.json").write_text(json.dumps(load(DEPLOYMENT)))
    Path("more/notes.txt").write_text("not: [read")
    done = run_cli("kube-inject", *files, "-f", "-", "-f", "more", "-f", "app.yaml", stdin=SERVICE)
    assert [data["kind"] for data in load_all(done.stdout)] == ["Service", "Service", "Deployment", "Deployment"]
    assert done.stderr.endswith("2 injected, 2 without a pod left as they are\n")


def test_settings_that_do_not_do_what_they_say_are_named_with_their_line(files):
    volume = (
        """    metadata:\n      annotations:\n        sidecar.istio.io/userVolume: '[{"name":"x","comfigMap":{}}]'\n"""
    )
    text = DEPLOYMENT.replace("    spec:\n", f"{volume}    spec:\n")
    done = run_cli("kube-inject", *files, "-f", "-", stdin=text)
    line = text[: text.index("sidecar.istio.io")].count("\n") + 1
    assert f"Warning: <stdin>:{line}: Deployment web: the annotation sidecar.istio.io/userVolume: " in done.stderr
    assert "Did you mean configMap?" in done.stderr
    quiet = run_cli("kube-inject", *files, "-q", "-f", "-", stdin=text)
    assert (quiet.status, quiet.stdout) == (0, done.stdout)
    assert quiet.stderr == done.stderr.partition("injected ")[0]


def test_keys_given_twice_are_named_with_both_lines(files):
    text = DEPLOYMENT.replace("image: web:1", "image: web:1\n        image: web:2")
    line = text[: text.index("image: web:2")].count("\n") + 1
    done = run_cli("kube-inject", *files, "-f", "-", stdin=f"---\n{text}")
    assert f"Warning: <stdin>:{line + 1}: Deployment web: image is set in line {line} as well; the last" in done.stderr
    assert (done.status, "image: web:1\n        image: web:2\n" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("replicaCount: 1\n", "skipped document <stdin>:1: it has neither apiVersion nor kind"),
        (DEPLOYMENT.replace("{name: web}", "{name: '{{ .Release.Name }}'}"), "it is a template to be rendered first"),
    ],
)
def test_values_and_templates_of_helm_stay_as_they_are(files, text, word):
    done = run_cli("kube-inject", *files, "-f", "-", stdin=text)
    assert (done.status, done.stdout) == (0, text)
    assert word in done.stderr


def test_a_template_that_is_no_yaml_is_to_be_rendered_first(files):
    done = run_cli("kube-inject", *files, "-f", "-", stdin="{{ if .Values.x }}\nkind: Deployment\n{{ end }}\n")
    assert (done.status, done.stdout) == (65, "")
    assert "helm template CHART | istioctl kube-inject -f -" in done.stderr


def test_skipped_objects_say_why(files):
    text = DEPLOYMENT.replace("    spec:\n", "    metadata: {labels: {sidecar.istio.io/inject: 'false'}}\n    spec:\n")
    done = run_cli("kube-inject", *files, "-f", "-", stdin=text)
    assert done.stdout == text
    assert done.stderr.startswith("skipped Deployment web: the label sidecar.istio.io/inject is false\n")
    odd = text.replace("'false'", "maybe")
    assert (
        "Warning: <stdin>:6: Deployment web: the label sidecar.istio.io/inject is 'maybe'"
        in run_cli("kube-inject", *files, "-f", "-", stdin=odd).stderr
    )


def test_the_output_file_is_whole_or_untouched(files):
    Path("out.yaml").write_text("old\n")
    Path("out.yaml").chmod(0o640)
    assert run_cli("kube-inject", *files, "-f", "app.yaml", "-o", "out.yaml").status == 0
    good = Path("out.yaml").read_text()
    assert containers(good) == ["app", "istio-proxy"]
    assert Path("out.yaml").stat().st_mode & 0o777 == 0o640
    Path("bad.yaml").write_text(f"{DEPLOYMENT}---\n{SERVICE}---\na: [\n")
    done = run_cli("kube-inject", *files, "-f", "bad.yaml", "-o", "out.yaml")
    assert done.status == 65
    assert done.stderr.startswith("Error: bad.yaml:15")
    assert Path("out.yaml").read_text() == good
    assert sorted(path.name for path in Path().iterdir()) == [
        "app.yaml",
        "bad.yaml",
        "inject.yaml",
        "mesh.yaml",
        "out.yaml",
        "values.json",
    ]


def test_nothing_is_printed_where_anything_fails(files):
    done = run_cli("kube-inject", *files, "-f", "-", stdin=f"{DEPLOYMENT}---\n- 1\n")
    assert (done.status, done.stdout) == (65, "")
    assert "<stdin>:11: a Kubernetes object is expected here" in done.stderr


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["-f", "nope.yaml"], "nope.yaml: the file can't be read: No such file or directory"),
        (["-f", "empty"], "empty: the folder has no .yaml, .yml or .json file"),
        (["-f", "app.yaml", "-o", "nope/out.yaml"], "nope/out.yaml: the file can't be written"),
        (["-f", "app.yaml", "--meshConfigFile", "nope"], "nope: the file can't be read"),
        (["-f", "app.yaml", "--meshConfigFile", "app.yaml", "--valuesFile", "list"], "list: this must be a mapping"),
        (["-f", "app.yaml", "--valuesFile", "wrong"], "wrong: global.proxy.privileged must be true or false, not 'no'"),
        (["-f", "app.yaml", "--valuesFile", "broken"], "broken:2:1: bad YAML"),
        ([], "no filename is given"),
        (["-f", "app.yaml", "--set", "profile=demo"], "--set is for --offline"),
    ],
)
def test_what_goes_wrong_is_said_in_one_line(files, flags, said):
    Path("empty").mkdir()
    Path("list").write_text("- 1\n")
    Path("broken").write_text("{\n")
    Path("wrong").write_text("unknown: 1\nglobal: {proxy: {privileged: 'no'}}\n")
    done = run_cli("kube-inject", *files, *flags)
    assert done.status != 0
    assert done.stdout == ""
    assert said in done.stderr


def test_the_difference_shows_only_what_changes(files):
    done = run_cli("kube-inject", *files, "-f", "app.yaml", "--diff", "-q")
    lines = done.stdout.splitlines()
    assert lines[:2] == ["--- app.yaml", "+++ app.yaml (injected)"]
    assert lines[2].startswith("@@ -")
    assert not [line for line in lines[3:] if line.startswith("-")]
    assert "+      - name: istio-proxy" in lines


@pytest.mark.skipif(not shutil.which("patch"), reason="patch is not installed")
def test_the_difference_of_several_files_applies_to_each(files, tmp_path):
    before = {name: Path("app.yaml").read_text().replace("name: app", f"name: {name}") for name in ("one", "two")}
    for name, text in before.items():
        Path(f"{name}.yaml").write_text(text)
    named = ("-f", "one.yaml", "-f", "two.yaml")
    shown = run_cli("kube-inject", *files, *named, "--diff", "-q").stdout
    subprocess.run(["patch", "-s"], input=shown, text=True, check=True, capture_output=True)
    for name, text in before.items():
        assert Path(f"{name}.yaml").read_text() != text
        Path("again.yaml").write_text(text)
        alone = run_cli("kube-inject", *files, "-f", "again.yaml").stdout
        assert Path(f"{name}.yaml").read_text() == alone
    back = run_cli("kube-uninject", *named, "--diff", "-q").stdout
    assert "+++ two.yaml (uninjected)" in back
    subprocess.run(["patch", "-s"], input=back, text=True, check=True, capture_output=True)
    assert {name: Path(f"{name}.yaml").read_text() for name in before} == before


def test_no_difference_is_shown_where_a_later_file_fails(files):
    Path("broken.yaml").write_text("a: [\n")
    done = run_cli("kube-inject", *files, "-f", "app.yaml", "-f", "broken.yaml", "--diff")
    assert (done.status, done.stdout) == (65, "")
    assert "broken.yaml:2" in done.stderr


def test_offline_needs_no_configuration(tmp_path):
    done = run_cli("kube-inject", "--offline", "--set", "values.global.tag=1.2.3", "-f", "-", stdin=DEPLOYMENT)
    assert done.status == 0
    assert "proxyv2:1.2.3" in done.stdout
    assert "# mine" in done.stdout


def test_without_a_kubeconfig_it_is_offline(tmp_path):
    done = run_cli("kube-inject", "-f", "-", stdin=DEPLOYMENT, environ={"HOME": str(tmp_path)})
    assert done.status == 0
    assert done.stderr.startswith("There is no kubeconfig: ")


def test_a_cluster_that_does_not_answer_is_an_error_that_names_offline(tmp_path):
    config = tmp_path / "config"
    cluster = {"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}
    context = {"name": "c", "context": {"cluster": "c", "user": ""}}
    config.write_text(json.dumps({"clusters": [cluster], "contexts": [context], "current-context": "c"}))
    done = run_cli("kube-inject", "-c", str(config), "--kubeclient-timeout", "1s", "-f", "-", stdin=DEPLOYMENT)
    assert (done.status, done.stdout) == (1, "")
    assert "--offline" in done.stderr


def test_a_profile_without_istiod_can_not_inject():
    done = run_cli("kube-inject", "--offline", "--set", "profile=empty", "-f", "-", stdin=DEPLOYMENT)
    assert done.status != 0
    assert "installs no istiod" in done.stderr


def test_uninjecting_gives_the_text_back(files):
    injected = run_cli("kube-inject", "--offline", "-f", "app.yaml").stdout
    done = run_cli("kube-uninject", "-f", "-", stdin=injected)
    assert done.stdout == DEPLOYMENT
    assert done.stderr.endswith("1 uninjected\n")
    again = run_cli("kube-uninject", "-f", "-", stdin=DEPLOYMENT)
    assert again.stdout == DEPLOYMENT
    assert again.stderr.startswith("skipped Deployment web: no injector has put a sidecar into it\n")


def test_uninjecting_restores_probes_scraping_and_the_users_proxy(files):
    text = DEPLOYMENT.replace(
        "    spec:\n", '    metadata: {annotations: {prometheus.io/port: "9090"}}\n    spec:\n'
    ) + (
        "        readinessProbe:\n          tcpSocket: {port: 80}\n          periodSeconds: 3\n"
        "      - name: istio-proxy\n        image: auto\n        resources: {limits: {cpu: 1}}\n"
    )
    injected = run_cli("kube-inject", "--offline", "-f", "-", stdin=text).stdout
    pod = load(injected)["spec"]["template"]["spec"]
    assert pod["containers"][0]["readinessProbe"]["httpGet"]["path"] == "/app-health/app/readyz"
    restored = load(run_cli("kube-uninject", "-f", "-", stdin=injected).stdout)["spec"]["template"]
    assert restored["spec"]["containers"][0] == load(text)["spec"]["template"]["spec"]["containers"][0]
    assert restored["spec"]["containers"][1] == {
        "name": "istio-proxy",
        "image": "auto",
        "resources": {"limits": {"cpu": 1}},
    }
    assert restored["metadata"]["annotations"] == {"prometheus.io/port": "9090"}


@pytest.mark.parametrize("networks", ["", "mine", '[{"name": "mine"}]'])
def test_uninjecting_takes_back_what_was_noted_for_the_cni_plugin(files, networks):
    own = {"traffic.sidecar.istio.io/includeInboundPorts": "80"}
    own |= {"k8s.v1.cni.cncf.io/networks": networks} if networks else {}
    pod = {"kind": "Pod", "metadata": {"name": "p", "annotations": own}, "spec": {"containers": [{"name": "a"}]}}
    cni = ["--set", "components.cni.enabled=true", "--set", "values.cni.provider=multus"]
    injected = run_cli("kube-inject", "--offline", *cni, "-f", "-", stdin=json.dumps(pod)).stdout
    assert "istio-cni" in load(injected)["metadata"]["annotations"]["k8s.v1.cni.cncf.io/networks"]
    assert load(run_cli("kube-uninject", "-f", "-", stdin=injected).stdout) == pod


def test_uninjecting_what_is_left_without_a_container(files):
    text = "kind: Pod\nmetadata: {name: p}\nspec: {containers: []}\n"
    injected = run_cli("kube-inject", *files, "-f", "-", stdin=text).stdout
    assert load(run_cli("kube-uninject", "-f", "-", stdin=injected).stdout) == load(text)


def test_a_long_stream_keeps_its_order(files):
    texts = [DEPLOYMENT.replace("name: web", f"name: web-{i}") if i % 2 else SERVICE for i in range(1200)]
    Path("long.yaml").write_text("---\n".join(texts))
    done = run_cli("kube-inject", *files, "-f", "long.yaml")
    documents = done.stdout.split("---\n")
    assert len(documents) == 1200
    assert all(documents[i] == SERVICE for i in range(0, 1200, 2))
    assert all(f"name: web-{i}}}  # mine" in documents[i] and "istio-proxy" in documents[i] for i in range(1, 1200, 2))
    Path("long.yaml").write_text("---\n".join([*texts, "a: [\n"]))
    assert run_cli("kube-inject", *files, "-f", "long.yaml").stderr.startswith("Error: long.yaml:7802:1: ")


def test_the_library_offers_inject():
    import istioctl

    settings = istioctl.InjectionSettings.read(TEMPLATE, "", "global: {hub: h, tag: t}")
    result = istioctl.inject(DEPLOYMENT, settings)
    assert containers(result.text) == ["app", "istio-proxy"]
    assert [entry.injected for entry in result.entries] == [True]
    with pytest.raises(AttributeError):
        istioctl.nothing  # noqa: B018


def test_a_result_beyond_memory_goes_through_a_file(files, monkeypatch):
    monkeypatch.setattr("istioctl.actions.sidecars.kube_inject._SPOOL", 200)
    text = "---\n".join([SERVICE] * 40)
    assert run_cli("kube-inject", *files, "-f", "-", stdin=text).stdout == text


POD = (
    '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "%s"},'
    ' "spec": {"containers": [{"name": "c", "image": "i"}]}}'
)


@pytest.mark.parametrize("between", ["", "\n", "\n---\n"])
def test_json_objects_in_a_row_are_documents(files, between):
    Path("row.json").write_text(between.join(POD % name for name in "abc"))
    done = run_cli("kube-inject", *files, "-f", "row.json")
    assert done.status == 0
    assert [document["metadata"]["name"] for document in load_all(done.stdout)] == ["a", "b", "c"]
    assert all("istio-proxy" in str(document) for document in load_all(done.stdout))


PIECES = {
    "a": POD % "a",
    "s": '{"kind": "Service"}',
    "b": (POD % "b").replace('"image"', '"livenessProbe": {"exec":{}}, "image"'),
}


@pytest.mark.parametrize(
    "order", ["{a}{b}", "{a}\n{b}\n", "{a}{s}{b}\n{s}\n\n{a}\n", "{s}{a}", "{a}\n---\n{b}\n", "{a}\n{b}\n# the end\n"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_json_objects_in_a_row_come_back(files, order, encoding):
    text = order.format(**PIECES)
    given = text.encode() if encoding == "utf-8" else f"\ufeff{text}".encode(encoding)
    Path("row.json").write_bytes(given)
    assert run_cli("kube-inject", *files, "-f", "row.json", "-o", "made").status == 0
    assert Path("made").read_bytes() != given
    assert run_cli("kube-uninject", "-f", "made", "-o", "back").status == 0
    assert Path("back").read_bytes() == given


def test_a_file_in_utf_16_stays_one(files):
    pod = "apiVersion: v1\r\nkind: Pod\r\nmetadata: {name: a}\r\nspec:\r\n  containers: [{name: c, image: i}]\r\n"
    text = f"\ufeff# ä\r\n{pod}"
    Path("wide.yaml").write_bytes(text.encode("utf-16-le"))
    done = run_cli("kube-inject", *files, "-f", "wide.yaml", "-o", "out.yaml")
    assert done.status == 0
    written = Path("out.yaml").read_bytes().decode("utf-16-le")
    assert written.startswith("\ufeff# ä\r\n")
    assert "istio-proxy" in written


def test_a_kubeconfig_that_is_nothing_means_offline(tmp_path, monkeypatch):
    monkeypatch.setenv("KUBECONFIG", os.devnull)
    Path(tmp_path, "pod.json").write_text(POD % "a")
    done = run_cli("kube-inject", "-f", str(tmp_path / "pod.json"))
    assert done.status == 0
    assert "as with --offline" in done.stderr
