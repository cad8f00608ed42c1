"""Injection webhooks that would inject one pod twice."""

from __future__ import annotations

from collections.abc import Sequence

from istioctl.api.webhooks import Configuration, clashes, hooks_of, is_injector, revisions_of


def conflicts(wanted: Configuration, present: Sequence[Configuration]) -> list[str]:
    """What would go wrong if `wanted` stood next to the `present` webhook configurations, one sentence each."""
    name = wanted["metadata"]["name"]
    others = [config for config in present if config["metadata"]["name"] != name and is_injector(config)]
    hooks = [(config["metadata"]["name"], hook) for config in (wanted, *others) for hook in hooks_of(config)]
    revisions = {revision for config in (wanted, *others) for revision in revisions_of(config)}
    found: dict[tuple[str, str], None] = {}
    for clash in clashes([hook for _, hook in hooks], revisions):
        own = [hook["name"] for config, hook in map(hooks.__getitem__, clash) if config == name]
        theirs = [f"{config}/{hook['name']}" for config, hook in map(hooks.__getitem__, clash) if config != name]
        found |= {(one, other): None for one in own for other in theirs}
    return [f"Webhook {name}/{own} overlaps with {other}: injection may occur twice" for own, other in sorted(found)]
