"""Which files hold the kubeconfig."""

from __future__ import annotations

import os
from pathlib import Path

from istioctl.errors import InputError


def kubeconfig_files(named: str) -> list[Path]:
    """The files that are read, in their order, as far as they are there.

    Args:
        named: by `--kubeconfig`; if empty, KUBECONFIG names them, or it is the one in the home folder.

    Raises:
        InputError: there is no such file as `named`.
    """
    if named:
        file = Path(named).expanduser()
        if not file.is_file():
            raise InputError(
                "there is no such kubeconfig file", where=named, hint="Fix --kubeconfig.", id="no-kubeconfig"
            )
        return [file]
    listed = os.environ.get("KUBECONFIG")
    candidates = (
        [Path(part) for part in listed.split(os.pathsep) if part] if listed else [Path.home() / ".kube" / "config"]
    )
    return [file for file in candidates if file.is_file()]
