"""Our own sentence on each message of Istio's API."""

from __future__ import annotations

from pathlib import Path


def descriptions() -> dict[str, str]:
    """The sentences by the full names of the messages."""
    lines = (Path(__file__).parent / "descriptions.txt").read_text(encoding="utf-8").splitlines()
    return {name: text for name, _, text in (line.partition(" ") for line in lines if line and line[0] != "#")}
