"""kubectl for examples and comparisons: the one on PATH, or one that is built from its public Go module."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.controlplane.go_program import build

_SOURCES = Path(__file__).resolve().parents[1] / "kubectlprogram"
_VERSION = "-X k8s.io/component-base/version.gitVersion=v1.34.2"  # that of the module


def need_kubectl() -> None:
    """Sees that `kubectl` is on PATH from now on; skips the test where it can't be."""
    if shutil.which("kubectl"):
        return
    if not shutil.which("go"):
        pytest.skip("kubectl is not on PATH, and neither is Go to build it with")
    try:
        folder = build(_SOURCES, "kubectl", _VERSION).parent
    except subprocess.CalledProcessError as problem:
        pytest.skip(f"kubectl is not on PATH and can't be built: {problem}")
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
