"""What a change of the cluster would do, in the few lines that are read before somebody agrees to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from istioctl.actions.installation.compare import Change, Verb

if TYPE_CHECKING:
    from istioctl.actions.installation.uninstall import Removal

_MOST_OBJECTS = 20
_MOST_PROXIES = 30


def changes_text(changes: list[Change]) -> list[str]:
    """What an installation would do; removals all by name."""
    lines = []
    for verb in (Verb.CREATE, Verb.CHANGE, Verb.REMOVE):
        names = [str(change.key) for change in changes if change.verb is verb]
        shown = names if verb is Verb.REMOVE else names[:_MOST_OBJECTS]
        if names:
            lines += [f"{_objects(len(names))} to {verb}:", *(f"  {name}" for name in shown)]
        if len(shown) < len(names):
            lines.append(f"  and {len(names) - len(shown)} more")
    left = sum(change.verb is Verb.LEAVE for change in changes)
    return [*lines, f"{_objects(left)} to leave as {'it is' if left == 1 else 'they are'}"] if left else lines


def _objects(count: int) -> str:
    return f"{count} object{'' if count == 1 else 's'}"


def removal_text(removal: Removal, *, every_object: bool) -> list[str]:
    """What an uninstallation would do."""
    lines = ["All Istio resources will be pruned from the cluster"] if removal.options.purge else []
    if not removal.objects:
        lines.append("No resources will be pruned from the cluster. Please double check the input configs")
        return lines
    if every_object:
        lines += ["These objects will be removed:", *(f"  {key}" for key in removal.objects)]
    if removal.custom_resources:
        kinds = ", ".join(f"{count} {kind}" for kind, count in removal.custom_resources.items())
        lines.append(f"Their definitions take {sum(removal.custom_resources.values())} custom resources along: {kinds}")
    if removal.gateways and not removal.options.purge:
        lines.append(f"These gateways go, and what they serve with them: {', '.join(removal.gateways)}")
    behind = removal.left_behind
    if behind.namespaces:
        lines.append("These namespaces lose their injector, and pods that start there get no sidecar:")
        lines += [f"  {namespace}" for namespace in behind.namespaces]
    if behind.tags:
        lines.append(f"These tags lead to it, and to nothing without it: {', '.join(behind.tags)}")
    if behind.problem:
        lines.append(f"Which namespaces lose their injector can't be told: {behind.problem}")
    if removal.proxies:
        shown = list(removal.proxies[:_MOST_PROXIES])
        more = [f"  and {len(removal.proxies) - _MOST_PROXIES} more"] if len(removal.proxies) > _MOST_PROXIES else []
        lines.append(f"{len(removal.proxies)} proxies lose their control plane:")
        lines += [*(f"  {proxy}" for proxy in shown), *more]
    elif removal.proxies is None and not removal.options.purge:
        lines.append("The control plane does not tell which proxies are connected to it; some may lose it.")
    return lines
