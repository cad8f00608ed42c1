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
    common = {"profile": "ambient", "revision": "x", "meshConfig": {"enableTracing": True}}
    assert base == cni == ztunnel == common
    assert istiod == common | {"pilot": {"resources": {"requests": {"cpu": 1}}}}
    assert "# helm upgrade --install istiod oci://registry.istio.io/release/charts/istiod " in done.stdout


def test_what_has_no_counterpart_is_told() -> None:
    done = run_cli("manifest", "translate", "--set", "profile=demo", "--set", "components.pilot.k8s.replicaCount=2")
    assert "ingressGateways[0] can't be translated" in done.stderr
    assert "k8s.replicaCount has no counterpart" in done.stderr


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
