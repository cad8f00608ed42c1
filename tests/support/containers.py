"""A `docker` that builds and runs images, for the examples that need one.

That of the machine where its engine answers; else podman, which needs no engine, with a Python image made of Debian's
packages in place of the one from a registry.
"""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

#: What the project's Dockerfile starts from.
BASE = "docker.io/library/python:3.13-slim"

# Runtimes refuse the layout of cgroups that has both versions; so the command, and nothing else, sees only the second.
_PODMAN = """\
#!/bin/sh
export CONTAINERS_CONF={folder}/containers.conf CONTAINERS_STORAGE_CONF={folder}/storage.conf BUILDAH_ISOLATION=chroot
exec unshare --mount sh -c '
  umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec podman "$@"' podman "$@"
"""
_CONTAINERS = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
cgroups = "disabled"
netns = "host"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
_STORAGE = """\
[storage]
driver = "overlay"
graphroot = "{folder}/images"
runroot = "{folder}/run"
"""


def docker(folder: Path) -> Path:
    """The folder to look for `docker` in first; the test is skipped where no containers can be had.

    Args:
        folder: for the images and settings of this `docker`.
    """
    path = shutil.which("docker")
    if path and _answers([path, "info", "--format", "{{.ServerVersion}}"]):
        return Path(path).parent
    if os.geteuid() != 0:
        pytest.skip("no docker engine answers; podman stands in for root only")
    lacking = [name for name in ("podman", "crun", "debootstrap", "unshare") if not shutil.which(name)]
    if lacking:
        pytest.skip(f"no docker engine answers, and {', '.join(lacking)} to stand in is not installed")
    (folder / "containers.conf").write_text(_CONTAINERS)
    (folder / "storage.conf").write_text(_STORAGE.format(folder=folder))
    (folder / "docker").write_text(_PODMAN.format(folder=folder))
    (folder / "docker").chmod(0o755)
    _make_base(folder)
    return folder


def _answers(command: list[str]) -> bool:
    """Whether a command succeeds soon."""
    try:
        return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _make_base(folder: Path) -> None:
    """An image called like the Dockerfile's first one, of a Debian with Python."""
    root = folder / "base"
    bootstrap = ["debootstrap", "--variant=minbase", "--include=python3,python3-venv,ca-certificates", "bookworm", root]
    done = subprocess.run(bootstrap, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no docker engine answers, and no image can be made: {done.stdout[-300:]}")
    (root / "usr/bin/python").symlink_to("python3")
    shutil.copy(ssl.get_default_verify_paths().cafile or "", root / "etc/ssl/certs/ca-certificates.crt")
    with subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE) as tar:
        subprocess.run([folder / "docker", "import", "-", BASE], stdin=tar.stdout, capture_output=True, check=True)
    shutil.rmtree(root)
