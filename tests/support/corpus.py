"""Finds the recorded behaviour of the real istioctl, which is not part of this repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


def corpus_dir(name: str = "corpus") -> Path:
    """The folder `name` of recorded data: `$ISTIOCTL_CORPUS/../name`, or `../shared/name` beside the checkout.

    Skips the calling test (or module) where there is none.
    """
    given = os.environ.get("ISTIOCTL_CORPUS")
    base = Path(given).resolve().parent if given else _ROOT.parent / "shared"
    folder = base / name
    if not folder.is_dir():
        pytest.skip(f"no recorded behaviour at {folder}: set ISTIOCTL_CORPUS to use some", allow_module_level=True)
    return folder
