"""What holds for every test."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

pytest_plugins = ["tests.support.cluster", "tests.support.mesh"]

# The first example of a property pays for imports; a busy machine is no failure.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

# A shell without job control starts background commands deaf to Ctrl-C, and what they start; tests press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that share a control plane, or a mesh, on one worker."""
    for item in items:
        for group in ("cluster", "mesh"):
            if item.get_closest_marker(group):
                item.add_marker(pytest.mark.xdist_group(group))
