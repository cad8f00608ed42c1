"""Every command that talks to a server meets malformed answers."""

from __future__ import annotations

from collections.abc import Iterator

from istioctl.cli.line.commands import ROOT, Command
from istioctl.cli.line.find import find_command
from tests.integration.border.commands import COMMANDS

#: What reads files and its own data only.
OFFLINE = {
    "addons:list_",
    "completion:completion",
    "config:list_",
    "config:options",
    "images:images",
    "kube_uninject:kube_uninject",
    "manifest_diff:manifest_diff",
    "manifest_edit:manifest_set",
    "manifest_edit:manifest_unset",
    "manifest_migrate:manifest_migrate",
    "manifest_translate:manifest_translate",
    "profile:diff",
    "profile:dump",
    "profile:list_",
    "validate:validate",
    "waypoint:generate",
    "workload:create_group",
}


def targets(group: Command = ROOT) -> Iterator[str]:
    for member in group.commands.values():
        yield from [member.target] if member.target else targets(member)


def test_every_command_with_a_server_is_in_the_table() -> None:
    met = {find_command(list(line))[1].target for line in COMMANDS.values()}
    assert set(targets()) - met == OFFLINE
