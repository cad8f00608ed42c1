"""`istioctl experimental config list` and `istioctl options`: the global flags, their values and their sources."""

from __future__ import annotations

import os

from istioctl.cli.line.declare import Context
from istioctl.cli.line.options import OutputOption
from istioctl.cli.line.slots import Slot, global_slots
from istioctl.cli.screen.printers import print_data, print_table


def list_(ctx: Context, output: OutputOption = None) -> None:
    """Show each global setting with its value and its source: a flag, the environment, or the default.

    An environment variable sets what no flag sets; the kubeconfig also comes from KUBECONFIG.
    """
    rows = [_row(slot, ctx) for slot in global_slots()]
    if output is not None:
        print_data(rows, output)
        return
    cells = [(row["flag"], row["value"], row["source"]) for row in rows]
    print_table(("FLAG", "VALUE", "FROM"), cells)


def options(output: OutputOption = None) -> None:
    """Show the flags that every command takes, those for logs included."""
    rows = [
        {
            "flag": ", ".join(slot.flags),
            "value": str(slot.settings.get("metavar", "")),
            "help": str(slot.settings["help"]),
        }
        for slot in global_slots()
    ]
    if output is not None:
        print_data(rows, output)
        return
    cells = [(row["flag"], row["value"], row["help"]) for row in rows]
    print_table(("FLAG", "VALUE", "MEANING"), cells)


def _row(slot: Slot, ctx: Context) -> dict[str, str]:
    value = getattr(ctx.options, slot.name)
    variables = [str(slot.settings.get("envvar", "")), "KUBECONFIG" if slot.name == "kubeconfig" else ""]
    variable = next((name for name in variables if os.environ.get(name)), "")
    if slot.name in ctx.given:
        source = "flag"
    elif variable:
        source, value = f"environment {variable}", value or os.environ[variable]
    else:
        source = "default"
    return {
        "flag": next(flag for flag in slot.flags if flag.startswith("--")).removeprefix("--"),
        "value": _text(value),
        "source": source,
    }


def _text(value: object) -> str:
    """A value as one would type it; the only number with a fraction is a duration in seconds."""
    if isinstance(value, float):
        return f"{value:g}s"
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)
