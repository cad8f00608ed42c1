"""The help of groups, printed from the command table alone."""

from __future__ import annotations

from istioctl.cli.line.commands import Command

_GLOBAL_FLAGS = """\
Global flags:
  -c, --kubeconfig FILE          The kubeconfig file
      --context NAME             The kubeconfig context
  -n, --namespace NAME           The namespace to work in
  -i, --istioNamespace NAME      The namespace of the control plane (default istio-system)
      --kubeclient-timeout TIME  How long one request to the cluster may take (default 15s)
      --as NAME, --as-group NAME, --as-uid UID
                                 The user, group or UID to impersonate
  -h, --help                     This text
"""


def group_help(path: list[str], group: Command) -> str:
    """The text of `--help` for a group.

    Args:
        path: the words typed to reach the group, the program's name first.
        group: its entry in the command table.
    """
    panels: dict[str, list[tuple[str, str]]] = {}
    for name, command in group.commands.items():
        if group.replaced_by or not command.replaced_by:
            panels.setdefault(command.panel, []).append((name, command.help))
    width = max(len(name) for rows in panels.values() for name, _ in rows)
    lines = [group.help, "", f"Usage: {' '.join(path)} COMMAND [FLAGS]"]
    for title, rows in panels.items():
        lines += ["", f"{title}:", *(f"  {name.ljust(width)}  {text}" for name, text in rows)]
    if group.flags:
        width = max(len(flag.shown) for flag in group.flags)
        lines += ["", "Flags:", *(f"  {flag.shown.ljust(width)}  {flag.help}" for flag in group.flags)]
    if group.aliases:
        lines += ["", f"Other names: {', '.join(group.aliases)}"]
    return "\n".join([*lines, "", _GLOBAL_FLAGS, f"Run '{' '.join(path)} COMMAND --help' for one command.", ""])
