"""What installing, removing and checking tell of each component as they go."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from istioctl.actions.installation.install import install
from istioctl.actions.installation.install_plan import InstallOptions
from istioctl.actions.installation.stages import by_component, tell_removing, title_of
from istioctl.actions.installation.uninstall import UninstallOptions, uninstall
from istioctl.actions.installation.verify_install import VerifyOptions, verify_install
from istioctl.actions.progress import NOTHING, Silence, Stage
from istioctl.api.identity import ObjectKey
from istioctl.cluster.kubeconfig import ClientOptions
from istioctl.rendering.specification.build import SpecificationInputs
from tests.support.stub_cluster import StubCluster

Told = tuple[str, str, tuple[str, ...], tuple[int, int] | None]


class Listener(Silence):
    """Keeps what is told, in its order."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.ends = 0
        self._lock = threading.Lock()

    def working(
        self,
        component: str,
        stage: Stage,
        waiting: Mapping[str, str] = NOTHING,
        count: tuple[int, int] | None = None,
    ) -> None:
        with self._lock:
            self.told.append((component, str(stage), tuple(waiting), count))

    def installed(self, component: str) -> None:
        with self._lock:
            self.told.append((component, "installed", (), None))

    def end(self) -> None:
        self.ends += 1

    def of(self, component: str) -> list[str]:
        return list(dict.fromkeys(stage for name, stage, _, _ in self.told if name == component))


@pytest.fixture
def client(tmp_path: Path) -> Iterator[ClientOptions]:
    with StubCluster(tmp_path) as cluster:
        yield ClientOptions(kubeconfig=str(cluster.kubeconfig))


def test_an_installation_tells_each_component_in_turn(client: ClientOptions) -> None:
    listener = Listener()
    install(InstallOptions(SpecificationInputs(set_flags=("profile=demo",)), client), listener)
    titles = ["Istio core", "Istiod", "Ingress gateways", "Egress gateways"]
    assert [told[:3] for told in listener.told[:4]] == [
        (title, "next", (before,) if before else ())
        for title, before in zip(titles, ["", "Istio core", "Istiod", "Istiod"], strict=True)
    ]
    for title in titles:
        stages = [stage for stage in listener.of(title) if stage != "ready"]
        assert stages in (["next", "applying", "starting", "installed"], ["next", "applying", "installed"])
        counts = [count for name, stage, _, count in listener.told if (name, stage) == (title, "applying") and count]
        assert all(done <= total for done, total in counts)
        assert {done for done, total in counts} >= {0, counts[0][1]}
    assert listener.ends == 1


def test_a_removal_tells_how_many_objects_of_each_are_gone(client: ClientOptions) -> None:
    listener = Listener()
    report = uninstall(UninstallOptions(client, SpecificationInputs(), purge=True), listener)
    assert report is not None
    total = {count[1] for name, _, _, count in listener.told if name == "Istio core" and count}
    assert total == {sum(title == "Istio core" for title in report.removal.components.values())}
    assert listener.of("Istiod") == ["removing", "gone"]
    assert listener.ends == 1


def test_a_verification_that_waits_tells_what_it_checks(client: ClientOptions) -> None:
    listener = Listener()
    verify_install(VerifyOptions(client, None, wait=20.0), listener)
    assert listener.of("Istiod") in (["checking", "ready"], ["checking"])
    silent = Listener()
    verify_install(VerifyOptions(client, None), silent)
    assert silent.told == []


def test_objects_are_told_by_their_component() -> None:
    listener = Listener()
    one, two, three = (ObjectKey("v1", "Pod", "shop", name) for name in ("one", "two", "three"))
    titles = {one: "A", two: "A", three: "B"}
    tell_removing(titles, [one, three], listener)
    by_component(titles, listener, Stage.REMOVING)({str(two): "it is still there"})
    by_component(titles, listener, Stage.STARTING)({})
    assert listener.told == [
        ("A", "removing", (), (1, 2)), ("B", "removing", (), (1, 1)),
        ("A", "removing", ("Pod/shop/two",), None), ("B", "gone", (), None),
        ("A", "ready", (), None), ("B", "ready", (), None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "title"),
    [
        ({"operator.istio.io/component": "Pilot"}, "Istiod"),
        ({"operator.istio.io/component": "Mine"}, "Mine"),
        ({}, "Pod"),
    ],
)
def test_the_title_of_an_object(labels: dict[str, str], title: str) -> None:
    assert title_of({"kind": "Pod", "metadata": {"labels": labels}}) == title
