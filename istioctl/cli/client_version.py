"""What the tool says of itself without asking a cluster, and without loading anything for it."""

from __future__ import annotations

from istioctl.api.release import VERSION


def client_version(args: list[str]) -> str | None:
    """The text of `version --remote=false`, without loading Typer; None where the words ask for anything else.

    This is the command of shell prompts and of scripts that check for the tool, so it starts as fast as Python does.
    """
    if "--remote=false" not in args or set(args) - {"--remote=false", "-s", "--short"}:
        return None
    return f"client version: {VERSION}\n"


def client_information() -> dict[str, str]:
    """What the tool says of itself in `-o json` and `-o yaml`, under the real tool's names where they apply."""
    import platform

    return {"version": VERSION, "tag": VERSION, "status": "Clean", "python_version": platform.python_version()}
