"""The inputs, the command lines, and what of their output is a fact worth keeping.

A fact is what scripts and people rely on whatever the wording: a verdict, a message's code and its object, how many
objects of which kind, which images and ports, which containers and labels a pod gets.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from istioctl.yamldoc.reader import load_all

INPUTS = Path(__file__).parent / "inputs"
FACTS = Path(__file__).parent / "facts.json"


class Done(NamedTuple):
    """What a command line left behind."""

    status: int
    stdout: str


Run = Callable[[list[str]], Done]
"""Runs `istioctl` with these words, whichever istioctl it is."""

PROFILES = {
    "default": [],
    "minimal": ["--set", "profile=minimal"],
    "ambient": ["--set", "profile=ambient"],
    "canary": ["--set", "revision=canary", "--set", "profile=demo"],
    "settings": ["--set", "values.global.proxy.autoInject=disabled", "--set", "hub=registry.example.com/mesh"],
}


def cases(folder: Path) -> dict[str, Callable[[Run], Any]]:
    """Each case by name: given what runs a command line, its facts.

    Args:
        folder: where files may be written.
    """
    found: dict[str, Callable[[Run], Any]] = {}
    for name, text in _documents("validate.yaml"):
        found[f"validate {name}"] = lambda run, name=name, text=text: _verdict(run, _file(folder, name, text))
    for path in sorted(INPUTS.glob("analyze-*.yaml")):
        found[path.stem.replace("-", " ", 1)] = lambda run, path=path: _codes(run, path)
    for name, flags in PROFILES.items():
        found[f"generate {name}"] = lambda run, flags=flags: _objects(run, flags)
    for name, text in _documents("inject.yaml"):
        found[f"inject {name}"] = lambda run, name=name, text=text: _pod(run, folder, _file(folder, name, text))
    return found


def _documents(file: str) -> Iterator[tuple[str, str]]:
    """The documents of an input, each by the name of its object."""
    for text in (INPUTS / file).read_text(encoding="utf-8").split("---\n"):
        (data,) = load_all(text)
        yield data["metadata"]["name"], text


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def _verdict(run: Run, path: Path) -> dict[str, Any]:
    return {"refused": run(["validate", "-f", str(path)]).status != 0}


def _codes(run: Run, path: Path) -> list[str]:
    done = run(["analyze", "--use-kube=false", "-A", "-o", "json", str(path)])
    return sorted(f"{entry['code']} {entry['origin']}" for entry in json.loads(done.stdout))


def _objects(run: Run, flags: list[str]) -> dict[str, Any]:
    objects = [data for data in load_all(run(["manifest", "generate", *flags]).stdout) if data]
    return {
        "kinds": dict(sorted(Counter(data["kind"] for data in objects).items())),
        "images": sorted({container["image"] for data in objects for container in _containers(data)}),
        "ports": {
            data["metadata"]["name"]: [port["port"] for port in data["spec"]["ports"]]
            for data in sorted(objects, key=lambda data: str(data["metadata"]["name"]))
            if data["kind"] == "Service"
        },
    }


def _containers(data: dict[str, Any]) -> list[dict[str, Any]]:
    if data["kind"] not in ("Deployment", "DaemonSet"):
        return []
    containers: list[dict[str, Any]] = data["spec"]["template"]["spec"]["containers"]
    return containers


def _pod(run: Run, folder: Path, path: Path) -> dict[str, Any]:
    """What a workload's pod has once it is injected by the built-in templates."""
    flags = [
        *("--injectConfigFile", str(folder / "config")),
        *("--meshConfigFile", str(folder / "mesh")),
        *("--valuesFile", str(folder / "values")),
    ]
    # Without a revision the real tool waits for a cluster.
    text = run(["kube-inject", *flags, "--revision", "default", "-f", str(path)]).stdout
    (data,) = filter(None, load_all(text))
    pod = data if data["kind"] == "Pod" else data["spec"]["template"]
    return {
        "containers": [each["name"] for each in pod["spec"]["containers"]],
        "initContainers": [each["name"] for each in pod["spec"].get("initContainers") or []],
        "labels": sorted(pod["metadata"].get("labels") or {}),
        "annotations": sorted(pod["metadata"].get("annotations") or {}),
        "volumes": sorted(each["name"] for each in pod["spec"].get("volumes") or []),
    }


def write_injector(folder: Path, run: Run) -> None:
    """Write the injector's configuration of our own installation, which either tool injects with."""
    for data in load_all(run(["manifest", "generate"]).stdout):
        if data and data["kind"] == "ConfigMap":
            for key in {"istio-sidecar-injector": ("config", "values"), "istio": ("mesh",)}.get(
                data["metadata"]["name"], ()
            ):
                (folder / key).write_text(data["data"][key], encoding="utf-8")
