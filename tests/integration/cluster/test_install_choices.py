"""What `install` and `upgrade` offer beyond installing: previews, several clusters, roll back, checks."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
import yaml

from istioctl.actions.installation.install import install
from istioctl.actions.installation.install_plan import InstallOptions, InstallPlan
from istioctl.cli.main import run
from istioctl.cli.screen.terminal import Terminal
from istioctl.cluster.kubeconfig import ClientOptions
from istioctl.cluster.session import MERGE
from istioctl.errors import IstioctlError
from istioctl.rendering.specification.build import SpecificationInputs
from tests.support.cluster import Cluster, ControlPlane
from tests.support.screen import Screen

pytestmark = pytest.mark.cluster

ISTIOD = "/apis/apps/v1/namespaces/istio-system/deployments/istiod"


def test_question_lists_what_will_happen(installed: Cluster) -> None:
    done = installed.run("install", "--set", "profile=minimal", stdin="n\n")
    assert done.status == 1
    assert "10 objects to remove:\n  Deployment/istio-system/istio-egressgateway\n" in done.stderr
    assert "1 object to create:\n  HorizontalPodAutoscaler/istio-system/istiod\n" in done.stderr
    assert "istio-ingressgateway" in installed.names("Deployment", "apps/v1")


def test_differences_before_the_installation(installed: Cluster) -> None:
    done = installed.run("install", "--set", "profile=demo", "--set", "values.pilot.env.COLOUR=red", "--diff", "-y")
    assert done.status == 0, done.stderr
    assert "+        - name: COLOUR\n+          value: red\n" in done.stdout
    environment = installed.session.get(ISTIOD)["spec"]["template"]["spec"]["containers"][0]["env"]
    assert {"name": "COLOUR", "value": "red"} in environment


def test_without_pruning_everything_stays(installed: Cluster) -> None:
    done = installed.run("install", "--set", "profile=minimal", "--no-prune", "-y")
    assert done.status == 0, done.stderr
    assert "istio-ingressgateway" in installed.names("Deployment", "apps/v1")


def test_failed_atomic_installation_leaves_what_was_there(installed: Cluster, control_plane: ControlPlane) -> None:
    before = installed.session.get(ISTIOD)["spec"]
    control_plane.behave({"selector": "app=istiod", "fault": "crashing"})
    flags = ("--set", "profile=minimal", "--set", "values.pilot.env.COLOUR=red", "--readiness-timeout", "5s")
    done = installed.run("install", *flags, "--atomic", "-y")
    control_plane.behave()
    assert done.status == 1
    assert "- Putting back what was there" in done.stderr
    assert installed.session.get(ISTIOD)["spec"] == before
    assert "istio-ingressgateway" in installed.names("Deployment", "apps/v1")
    verified = installed.run("verify-install", "--set", "profile=demo", "--wait")
    assert verified.status == 0, verified.stdout


def test_a_library_asks_and_puts_back_as_the_command_does(installed: Cluster, control_plane: ControlPlane) -> None:
    before = installed.session.get(ISTIOD)["spec"]
    inputs = SpecificationInputs(set_flags=("profile=minimal", "values.pilot.env.COLOUR=red"))
    options = InstallOptions(inputs, ClientOptions(str(installed.kubeconfig)), readiness_timeout=5.0, atomic=True)
    shown: list[InstallPlan] = []

    def declined(plan: InstallPlan) -> bool:
        shown.append(plan)
        return False

    assert install(options, confirm=declined) is None
    assert (shown[0].namespace, shown[0].specification.profile) == ("istio-system", "minimal")
    control_plane.behave({"selector": "app=istiod", "fault": "crashing"})
    with pytest.raises(IstioctlError):
        install(options, confirm=lambda plan: True)
    control_plane.behave()
    assert installed.session.get(ISTIOD)["spec"] == before


def test_a_specification_from_stdin_is_there_for_the_verification_too(installed: Cluster) -> None:
    operator = "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {profile: minimal}\n"
    done = installed.run("install", "-f", "-", "-y", "--verify", stdin=operator)
    assert done.status == 0, done.stderr
    assert "objects checked successfully" in done.stderr


def test_verified_installation(installed: Cluster) -> None:
    done = installed.run("install", "--set", "profile=demo", "-y", "--verify")
    assert done.status == 0, done.stderr
    assert "✔ 45 objects checked successfully\n" in done.stderr


@pytest.fixture
def two(installed: Cluster, kubeconfig: Path, tmp_path: Path) -> Cluster:
    """A cluster that has a second context, `again`."""
    config = yaml.safe_load(kubeconfig.read_text())
    admin = next(entry["context"] for entry in config["contexts"] if entry["name"] == config["current-context"])
    config["contexts"] += [{"name": "again", "context": admin}, {"name": "admin", "context": admin}]
    file = tmp_path / "config"
    file.write_text(yaml.safe_dump(config))
    return Cluster(file)


def test_several_clusters(two: Cluster) -> None:
    both = ("--context", "admin", "--context", "again")
    done = two.run("install", "--set", "profile=demo", "-y", *both, "-o", "json")
    assert done.status == 0, done.stderr
    assert [report["context"] for report in json.loads(done.stdout)] == ["admin", "again"]
    assert "[again] ✔ Istiod installed\n" in done.stderr
    assert "again   installed in " in done.stderr
    half = two.run("install", "--set", "profile=demo", "-y", "--context", "again", "--context", "nobody")
    assert half.status == 1
    assert "nobody   failed\n" in half.stderr
    asked = two.run("install", "--set", "profile=demo", *both)
    assert asked.status == 64


@pytest.mark.parametrize("environ", [{"TERM": "xterm"}, {"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1"}])
def test_several_clusters_on_a_terminal(two: Cluster, environ: dict[str, str]) -> None:
    screen = Screen()
    argv = ["install", "--set", "profile=demo", "-y", "--context", "again", "--context", "nobody"]
    console = Terminal(io.StringIO(), io.StringIO(), screen, {**environ, "COLUMNS": "140"})
    assert run([*argv, "--kubeconfig", str(two.kubeconfig)], console) == 1
    if environ != {"TERM": "xterm"}:
        assert "\x1b" not in screen.getvalue()
        assert "[again] ✔ Istiod installed\n" in screen.getvalue()
        return
    again, nobody, *errors = screen.last_frame()[-4:]
    assert re.match(r"again +installed in \d", again)
    assert re.match(r"nobody +failed", nobody)
    assert errors[0].startswith("Error: ")


def test_upgrade_to_what_is_there(installed: Cluster) -> None:
    done = installed.run("upgrade", "--set", "profile=demo", "-y")
    assert done.status == 0, done.stderr
    assert "Istio 1.30.3 is installed already" in done.stderr
    assert "✔ Installation complete" in done.stderr


def label(cluster: Cluster, version: str) -> None:
    labels = {"metadata": {"labels": {"operator.istio.io/version": version}}}
    cluster.session.send("PATCH", ISTIOD, labels, None, MERGE)


def test_upgrade_tells_versions_changes_and_the_gradual_way(installed: Cluster) -> None:
    label(installed, "1.29.1")
    done = installed.run("upgrade", "--set", "profile=demo", "-y")
    assert done.status == 0, done.stderr
    assert "Istio is being upgraded from 1.29.1 to 1.30.3 (revision default)" in done.stderr
    assert "istioctl install --revision 1-30-3" in done.stderr
    assert "has another default since 1.29" in done.stderr


@pytest.mark.parametrize(
    ("version", "words"),
    [("1.31.0", "1.30.3 is older than the installed 1.31.0"), ("1.26.0", "more than 2 minor versions at once")],
)
def test_unsafe_upgrades_need_force(installed: Cluster, version: str, words: str) -> None:
    label(installed, version)
    done = installed.run("upgrade", "--set", "profile=demo", "-y")
    assert done.status == 1
    assert words in done.stderr
    assert "--force" in done.stderr
    assert installed.run("upgrade", "--set", "profile=demo", "-y", "--force").status == 0


def test_nothing_to_upgrade(empty: Cluster) -> None:
    done = empty.run("upgrade", "-y")
    assert done.status == 1
    assert "Run `istioctl install` instead" in done.stderr


def test_revisions(installed: Cluster) -> None:
    assert installed.run("revision", "list").stdout.splitlines()[1].split() == [
        "default",
        "default",
        "1.30.3",
        "1",
        "-",
    ]
    data = json.loads(installed.run("x", "revision", "describe", "default", "-o", "json").stdout)
    assert (data["version"], data["tags"]) == ("1.30.3", ["default"])
    assert len(data["gatewayPods"]) == 2
    assert set(data["controlPlanePods"].values()) == {"ready"}
    unknown = installed.run("revision", "describe", "nope")
    assert unknown.status == 1
    assert "Choose one of default" in unknown.stderr


def test_webhook_that_would_inject_twice_is_refused(installed: Cluster) -> None:
    kind = ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration")
    second = installed.get(*kind, "istio-revision-tag-default", "")
    second["metadata"] = {"name": "second-injector", "labels": {"app": "sidecar-injector", "istio.io/rev": "other"}}
    installed.create(second)
    try:
        done = installed.run("install", "--set", "profile=demo", "-y")
        forced = installed.run("install", "--set", "profile=demo", "-y", "--force")
    finally:
        installed.session.send("DELETE", installed.session.discovery.resource(*kind).path("", "second-injector"))
    assert done.status == 1
    assert "overlaps with second-injector/" in done.stderr
    assert forced.status == 0
    assert "overlaps with second-injector/" in forced.stderr


def test_another_version_is_told_of(installed: Cluster) -> None:
    label(installed, "1.29.1")
    done = installed.run("install", "--set", "profile=demo", "-y")
    assert done.status == 0
    assert "Istio 1.29.1 is replaced by 1.30.3" in done.stderr


def test_a_network_plugin_that_is_set_up_wrongly_is_named(bare: Cluster) -> None:
    metadata = {"name": "cilium-config", "namespace": "kube-system"}
    bare.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"bpf-lb-sock": "true"}})
    try:
        install = bare.run("install", "--set", "profile=minimal", "--dry-run", "-y")
        generate = bare.run("manifest", "generate", "--set", "profile=minimal", "--cluster-specific")
    finally:
        bare.session.request("DELETE", "/api/v1/namespaces/kube-system/configmaps/cilium-config")

    for done in (install, generate):
        assert done.status == 0, done.stderr
        assert "Istio needs 'bpf-lb-sock-hostns-only=true' in the Cilium configuration" in done.stderr
