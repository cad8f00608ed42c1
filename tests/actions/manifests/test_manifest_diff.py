"""Two rendered manifests, and what differs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.actions.installation.compare import Verb
from istioctl.actions.manifests.manifest_diff import Selection, manifest_diff
from istioctl.api.identity import ObjectKey
from istioctl.errors import InputError
from tests.support.run import run_cli

FIRST = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: old, namespace: shop}
"""
SECOND = """\
# in another order and layout
apiVersion: v1
kind: Secret
metadata: {name: new, namespace: shop}
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  ports:
  - port: 81
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "a.yaml").write_text(FIRST)
    (tmp_path / "b.yaml").write_text(SECOND)
    return str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")


def nothing() -> str:
    raise AssertionError("nobody reads stdin")


def names(first: str, second: str, **selection: list[str]) -> list[str]:
    changes = manifest_diff(first, second, Selection(**selection), nothing)
    return [f"{change.verb} {change.key}" for change in changes]


def test_what_is_new_gone_and_other(files: tuple[str, str]) -> None:
    assert names(*files) == ["remove ConfigMap/shop/old", "create Secret/shop/new", "change Service/shop/web"]


@pytest.mark.parametrize(
    ("selection", "kinds"),
    [
        ({"only": ["Service"]}, ["Service"]),
        ({"only": ["*:*:old", "Secret::"]}, ["ConfigMap", "Secret"]),
        ({"only": ["::w*"]}, ["Service"]),
        ({"only": ["*:mall"]}, []),
        ({"ignored": ["S*:shop"]}, ["ConfigMap"]),
        ({"only": ["S*"], "ignored": ["*:*:new"]}, ["Service"]),
    ],
)
def test_some_objects(selection: dict[str, list[str]], kinds: list[str], files: tuple[str, str]) -> None:
    assert [line.split()[1].split("/")[0] for line in names(*files, **selection)] == kinds


def test_folders_are_taken_whole(tmp_path: Path, files: tuple[str, str]) -> None:
    (tmp_path / "b" / "inner").mkdir(parents=True)
    first, second = SECOND.split("---\n")
    (tmp_path / "b" / "one.yaml").write_text(second)
    (tmp_path / "b" / "inner" / "two.yml").write_text(first)

    assert names(files[1], str(tmp_path / "b")) == []


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_does_not_matter(order: list[str]) -> None:
    def manifest(of: list[str]) -> str:
        return "---\n".join(f"{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}\n" for name in of)

    texts = iter([manifest(sorted(order)), manifest(order)])
    assert manifest_diff("-", "-", Selection(), lambda: next(texts)) == []


def test_what_is_added_one_way_is_removed_the_other(files: tuple[str, str]) -> None:
    there = manifest_diff(*files, Selection(), nothing)
    back = manifest_diff(*reversed(files), Selection(), nothing)

    opposite = {Verb.CREATE: Verb.REMOVE, Verb.REMOVE: Verb.CREATE, Verb.CHANGE: Verb.CHANGE}
    assert [(change.key, opposite[change.verb]) for change in there] == [(change.key, change.verb) for change in back]


def test_a_specification_is_no_manifest(tmp_path: Path, files: tuple[str, str]) -> None:
    (tmp_path / "spec.yaml").write_text("kind: IstioOperator\nspec: {profile: demo}\n")
    with pytest.raises(InputError, match="are not Kubernetes objects"):
        names(files[0], str(tmp_path / "spec.yaml"))


def test_the_command(files: tuple[str, str], tmp_path: Path) -> None:
    done = run_cli("manifest", "diff", *files)
    assert done.status == 1
    assert "--- a/Service/shop/web\n+++ b/Service/shop/web\n" in done.stdout
    assert "-  - port: 80\n+  - port: 81\n" in done.stdout
    assert run_cli("manifest", "diff", *files, "--brief", "--select=Service").stdout == "change Service/shop/web\n"
    assert '"create": [\n    "Secret/shop/new"' in run_cli("manifest", "diff", *files, "-o", "json").stdout

    same = run_cli("manifest", "diff", "-r", str(tmp_path), str(tmp_path))
    assert (same.status, same.stdout) == (0, "Manifests are identical\n")

    lost = run_cli("manifest", "diff", files[0], "nowhere.yaml")
    assert (lost.status, lost.stdout) == (65, "")
    assert "nowhere.yaml" in lost.stderr


def test_keys_are_told_apart_by_version() -> None:
    assert Selection(only=["Service"]).takes(ObjectKey("v1", "Service", "", "a"))
    assert not Selection(only=["Service"]).takes(ObjectKey("v1", "ServiceEntry", "", "a"))


@pytest.mark.parametrize("pattern", ["ClusterRole::istio:reader", "ClusterRole:*:istio:*", "::istio:reader"])
def test_names_hold_colons(pattern: str) -> None:
    selection = Selection(only=[pattern])
    assert selection.takes(ObjectKey("rbac.authorization.k8s.io/v1", "ClusterRole", "", "istio:reader"))
    assert not selection.takes(ObjectKey("rbac.authorization.k8s.io/v1", "ClusterRole", "", "istio"))


def test_patterns_that_fit_nothing_are_warned_of(files: tuple[str, str]) -> None:
    said: list[str] = []
    selection = Selection(only=["Servcie", "Service", "::old"], ignored=["Pod:shop"])
    assert len(manifest_diff(*files, selection, nothing, said.append)) == 2
    assert [text.split()[-1] for text in said] == ["'Servcie'", "'Pod:shop'"]

    done = run_cli("manifest", "diff", *files, "--select=Servcie")
    assert (done.status, done.stdout) == (0, "Manifests are identical\n")
    assert "Warning: neither manifest has an object that fits 'Servcie'" in done.stderr
