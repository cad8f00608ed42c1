"""What holds for every test."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

# What tests draw is the same in every run, so that what fails is what changed. Another seed, and for properties the
# profile "search" (`pytest --hypothesis-profile=search`), go looking for other inputs. Workers inherit the seed.
os.environ.setdefault("ISTIOCTL_FUZZ_SEED", "1")

pytest_plugins = ["tests.support.cluster", "tests.support.mesh"]

# The first example pays for imports, and a busy machine is not a failure: no deadlines.
settings.register_profile("project", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=500)
settings.load_profile("project")

# A shell without job control starts background commands deaf to Ctrl-C, and what they start; tests press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header() -> str:
    """How to see the same inputs again."""
    return f"ISTIOCTL_FUZZ_SEED={os.environ['ISTIOCTL_FUZZ_SEED']}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that share a control plane, or a mesh, on one worker."""
    for item in items:
        for group in ("cluster", "mesh"):
            if item.get_closest_marker(group):
                item.add_marker(pytest.mark.xdist_group(group))
