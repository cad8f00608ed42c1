"""The help of groups, printed from the command table and the declarations of the global flags."""

from __future__ import annotations

from istioctl.cli.line.commands import Command
from istioctl.cli.line.declare import GlobalOptions


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
    return "\n".join([*lines, "", *_global_flags(), "", f"Run '{' '.join(path)} COMMAND --help' for one command.", ""])


def _global_flags() -> list[str]:
    rows = []
    for name, default in GlobalOptions._field_defaults.items():  # `group_parameters` has to import too much for this
        declaration = GlobalOptions.__annotations__[name].__metadata__[0]
        settings = declaration.settings
        if settings.get("hidden"):
            continue
        short = next((f"{flag}, " for flag in declaration.names if not flag.startswith("--")), "    ")
        long = next(flag for flag in declaration.names if flag.startswith("--"))
        default = settings.get("default_text") or default
        text = settings["help"].removesuffix(".") + (f" (default {default})" if default else "")
        rows.append((f"{short}{long} {settings.get('metavar', '')}".rstrip(), text))
    rows.append(("-h, --help", "This text"))
    width = max(len(flag) for flag, _ in rows)
    return ["Global flags:", *(f"  {flag.ljust(width)}  {text}" for flag, text in rows)]
