from __future__ import annotations

from pathlib import Path

import yaml

from tests.support.run import run_cli


def test_values_hold_what_is_set_on_top_of_the_profile() -> None:
    done = run_cli(
        "manifest", "translate", "--set", "profile=ambient", "--set", "revision=x",
        "--set", "meshConfig.enableTracing=true", "--set", "components.pilot.k8s.resources.requests.cpu=1",
    )  # fmt: skip
    assert done.status == 0
    base, istiod, cni, ztunnel = yaml.safe_load_all(done.stdout)
    common = {
        "profile": "ambient",
        "revision": "x",
        "meshConfig": {"enableTracing": True},
        "pilot": {"cni": {"enabled": True}},
    }
    assert cni == ztunnel == common
    assert base == common | {"defaultRevision": ""}
    assert istiod == common | {"pilot": {"cni": {"enabled": True}, "resources": {"requests": {"cpu": 1}}}}
    command = "# helm upgrade --install istiod oci://registry.istio.io/release/charts/istiod --version 1.30.3 "
    assert command in done.stdout


SETTINGS = """\
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
spec:
  profile: ambient
  components:
    pilot:
      k8s:
        nodeSelector: {disk: fast}
        env: [{name: COLOUR, value: red}, {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]
        hpaSpec: {minReplicas: 2, maxReplicas: 7}
        strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 50%}}
    cni:
      k8s: {imagePullPolicy: Always, podAnnotations: {a: b}}
    ztunnel:
      k8s: {resources: {requests: {cpu: 1}}}
"""


def test_settings_that_the_charts_have_values_for(tmp_path: Path) -> None:
    (tmp_path / "mesh.yaml").write_text(SETTINGS)
    done = run_cli("manifest", "translate", "-f", str(tmp_path / "mesh.yaml"))
    assert (done.status, "no counterpart" in done.stderr) == (0, False), done.stderr
    assert "other objects of Cni" not in done.stderr
    assert "other objects of Ztunnel" not in done.stderr
    assert "other objects of Pilot" in done.stderr  # two replicas at least: the chart adds a disruption budget
    _, istiod, cni, ztunnel = yaml.safe_load_all(done.stdout)
    assert istiod["pilot"] == {
        "cni": {"enabled": True},
        "nodeSelector": {"disk": "fast"},
        "env": {"COLOUR": "red"},
        "envVarFrom": [{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
        "autoscaleMin": 2,
        "autoscaleMax": 7,
        "rollingMaxSurge": "50%",
    }
    assert cni["cni"] == {"pullPolicy": "Always", "podAnnotations": {"a": "b"}}
    assert (ztunnel["profile"], ztunnel["resources"]) == ("ambient", {"requests": {"cpu": 1}})


def test_components_have_their_own_images_and_ztunnel_its_values_at_the_top() -> None:
    settings = ("profile=ambient", "components.pilot.tag=x", "components.cni.hub=a.b/c", "components.ztunnel.tag=1.5",
                "values.ztunnel.logLevel=debug")  # fmt: skip
    done = run_cli("manifest", "translate", *(word for setting in settings for word in ("--set", setting)))
    assert "makes other objects" not in done.stderr
    base, istiod, cni, ztunnel = yaml.safe_load_all(done.stdout)
    assert "hub" not in base.get("base", {})
    assert istiod["pilot"]["tag"] == "x"
    assert cni["cni"] == {"hub": "a.b/c"}
    assert ztunnel == {"profile": "ambient", "logLevel": "debug", "tag": 1.5}


def test_profiles_that_are_no_overlays_of_the_charts() -> None:
    done = run_cli("manifest", "translate", "--set", "profile=openshift", "--set", "values.global.network=n")
    _, istiod, cni = yaml.safe_load_all(done.stdout)
    shared = {"global": {"platform": "openshift", "network": "n"}}
    assert istiod == cni == shared | {"pilot": {"cni": {"enabled": True}}}


def test_a_null_is_kept(tmp_path: Path) -> None:
    (tmp_path / "mesh.yaml").write_text("kind: IstioOperator\nspec: {values: {pilot: {resources: }}}\n")
    done = run_cli("manifest", "translate", "-f", str(tmp_path / "mesh.yaml"))
    assert done.stdout.endswith("\npilot:\n  resources: null\n"), done.stdout


def test_what_has_no_counterpart_is_told(tmp_path: Path) -> None:
    settings = (
        "profile=demo", "components.pilot.k8s.priorityClassName=high", "components.pilot.k8s.strategy.type=Recreate",
        "components.pilot.k8s.env[0].name=EMPTY", "components.base.k8s.replicaCount=2",
    )  # fmt: skip
    flags = [word for setting in settings for word in ("--set", setting)]
    done = run_cli("manifest", "translate", *flags, "-o", str(tmp_path))
    assert done.status == 0
    assert "ingressGateways[0] can't be translated" in done.stderr
    for path in ("pilot.k8s.priorityClassName", "pilot.k8s.strategy.type", "pilot.k8s.env[0]", "base.k8s.replicaCount"):
        assert f"spec.components.{path} has no counterpart" in done.stderr
    helm, istioctl = (tmp_path / f"diff-istiod-{who}-output.yaml" for who in ("helm", "istioctl"))
    added = set(istioctl.read_text().splitlines()) - set(helm.read_text().splitlines())
    assert "      priorityClassName: high" in added
    assert helm.name in (tmp_path / "README.md").read_text()
    assert not (tmp_path / "diff-istio-base-helm-output.yaml").exists()


def test_folder_with_scripts(tmp_path: Path) -> None:
    done = run_cli("manifest", "translate", "--set", "profile=minimal", "-o", str(tmp_path / "out"))
    assert done.status == 0
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "README.md", "install-istio-base.sh", "install-istiod.sh", "istio-base-values.yaml", "istiod-values.yaml",
    ]  # fmt: skip
    script = (tmp_path / "out" / "install-istiod.sh").read_text()
    assert "kubectl label --overwrite Deployment.apps istiod --namespace istio-system" in script
    assert script.splitlines()[-1].startswith("helm upgrade --install istiod ")
    assert "install-istiod.sh" in (tmp_path / "out" / "README.md").read_text()


def test_folder_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run_cli("manifest", "translate", "-o", str(tmp_path / "file"))
    assert done.status == 65
    assert "can't write there" in done.stderr
