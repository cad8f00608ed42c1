"""Types of fields that the API server refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.analysis.validation.api_types import fits_plainly, is_checked, misfits
from istioctl.yamldoc.reader import load
from tests.support.run import run_cli

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: a
  labels:
    app: %s
spec:
  hostNetwork: %s
  terminationGracePeriodSeconds: %s
  containers:
  - name: c
    image: %s
    args: [%s]
    command:
    - %s
    env:
    - name: D
      value: %s
    ports:
    - containerPort: %s
      name: http
    resources: {limits: {cpu: %s}}
"""
GOOD = ("web", "true", "30", "i:1", '"x"', "run", '"true"', "8080", "500m")


def pod(place: int = -1, value: str = "") -> str:
    return POD % tuple(value if index == place else good for index, good in enumerate(GOOD))


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (pod(), []),
        (pod(0, "yes"), ["metadata.labels.app"]),
        (pod(1, "maybe"), ["spec.hostNetwork"]),
        (pod(2, '"30"'), ["spec.terminationGracePeriodSeconds"]),
        (pod(3, "1.5"), ["spec.containers.0.image"]),
        (pod(4, "8080"), ["spec.containers.0.args.0"]),
        (pod(5, "8080"), ["spec.containers.0.command.0"]),
        (pod(6, "true"), ["spec.containers.0.env.0.value"]),
        (pod(7, "http"), ["spec.containers.0.ports.0.containerPort"]),
        (pod(8, "[1]"), ["spec.containers.0.resources.limits.cpu"]),
        ("apiVersion: v1\nkind: ConfigMap\ndata: {A: 1, B: x, C: y}\n", ["data.A", "data.C"]),
        ("apiVersion: v1\nkind: Secret\ndata: {A: '%'}\nstringData: {b: c}\n", ["data.A"]),
        ("apiVersion: v1\nkind: Service\nspec: {ports: [{port: '80', targetPort: web}]}\n", ["spec.ports.0.port"]),
        (
            "apiVersion: apps/v1\nkind: Deployment\nspec: {replicas: x, template: []}\n",
            ["spec.replicas", "spec.template"],
        ),
        ("apiVersion: serving.knative.dev/v1\nkind: Service\nspec: {ports: [{port: '80'}]}\n", []),
        ("apiVersion: v1\nkind: Pod\nspec: {nonsense: 1}\n", []),
        ("apiVersion: [v1]\nkind: {}\nspec: {nonsense: 1}\n", []),
    ],
)
def test_what_does_not_fit(text: str, paths: list[str]) -> None:
    assert [".".join(map(str, found.path)) for found in misfits(load(text))] == paths
    assert not (paths and fits_plainly(text))


def test_an_everyday_text_needs_no_parsing() -> None:
    assert fits_plainly(pod())
    assert fits_plainly("# nothing\n\n")
    assert is_checked("apps/v1", "Deployment")
    assert not is_checked("v1", "Deployment")


VALUES = st.sampled_from(
    ["true", "yes", "n", "on", "~", "1", "-1", "0x1F", "1e3", "1.5", ".5", "1_000", "0o7", "x", "http", '"x"', "'1'",
     "[]", "{}", "[x]", "{a: b}", "12:30", "2001-01-01", "", "null", "|\n      x", "x # y", "!!str 1", "&a x", "100m",
     ".inf"]
)  # fmt: skip


@given(st.integers(0, len(GOOD) - 1), VALUES)
def test_what_seems_to_fit_does(place: int, value: str) -> None:
    text = pod(place, value)
    if fits_plainly(text):
        assert misfits(load(text)) == []


@pytest.mark.parametrize(
    "items",
    [
        "args: [a, 1]",
        "args: ['a', true]",
        "args: [a, [b]]",
        "args: [a, {b: c}]",
        "args:\n    - a\n    - 1",
        "args:\n    - a\n    - b\n    - true",
        "args:\n    - a\n    - b: c",
        "args:\n    - a\n\n    - b: c",
        "args:\n    - a\n    # more\n    - b: c",
        "args:\n    - a\n    - {b: c}",
        "args:\n    - b: c\n    - a",
        "env:\n    - name: A\n    - B",
        "env:\n    - name: A\n      value: x\n    - B",
        "env:\n    - name: A\n      valueFrom:\n    - B",
        "env:\n    - {name: A}\n    - B",
        "ports: [{containerPort: 80}, 81]",
        "ports:\n    - containerPort: 80\n    - 81",
    ],
)
def test_every_item_of_a_list_is_looked_at(items: str) -> None:
    text = f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n  - name: a\n    {items}\n"
    assert misfits(load(text))
    assert not fits_plainly(text)


@pytest.mark.parametrize(
    "items",
    [
        "args: [a, b]",
        "args:\n    - a\n    - b\n  - name: b",
        "command:\n    - a\n    # more\n    - b\n\n  - name: b\n    args:\n    - c",
        "env:\n    - name: A\n      value: x\n    - name: B",
        "env:\n    - {name: A, value: x}\n    - {name: B, value: x}",
    ],
)
def test_lists_of_one_sort_need_no_parsing(items: str) -> None:
    text = f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n  - name: a\n    {items}\n"
    assert misfits(load(text)) == []
    assert fits_plainly(text)


@pytest.mark.parametrize("command", [["validate", "-f", "-"], ["analyze", "--use-kube=false", "-"]])
def test_both_commands_say_it_with_its_place(command: list[str]) -> None:
    done = run_cli(*command, stdin=f"# first\n---\n{pod(6, 'true')}")
    assert done.status != 0
    assert "spec.containers[0].env[0].value: must be text, not true" in done.stdout
    assert "20" in done.stdout
