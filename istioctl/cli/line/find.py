"""From the words of a command line to the command they name, and to its function."""

from __future__ import annotations

from collections.abc import Callable

from istioctl.cli.line.commands import INSTEAD, PROGRAM, ROOT, Command
from istioctl.cli.line.tokens import HELP, tokens
from istioctl.errors import UsageError


def find_command(argv: list[str]) -> tuple[list[str], Command, list[str]]:
    """Follow the words of a command line through the table.

    Returns:
        The path of names, the command (a group where the words name no member), and the words left for it; flags that
        stood before the name, global ones and those of its groups, come first among these.
    """

    def takes(flag: str) -> bool | None:
        return group_flags[flag] if flag in group_flags else _global_flag_takes_value(flag)

    words = [*argv[1:], "--help"] if argv[:1] == ["help"] else argv
    path: list[str] = []
    command, flags, end = ROOT, list[str](), 0
    group_flags: dict[str, bool] = {}
    for token in tokens(words, takes):
        if token.flag in ("", "--"):
            found = None if token.flag else command.find(str(token.value))
            if found is None:
                break
            name, command = found
            path.append(name)
            group_flags |= {spelling: flag.takes_value for flag in command.flags for spelling in flag.names}
        elif token.known:
            flags += words[max(token.start, end) : token.end]
        else:
            break
        end = token.end
        if command.target:
            return path, command, flags + words[end:]
    return path, command, words[end:]


def _global_flag_takes_value(flag: str) -> bool | None:
    if flag in HELP:
        return False  # without the import, which a group's help can do without
    from istioctl.cli.line.slots import global_slots, takes_value

    return takes_value({name: slot for slot in global_slots() for name in slot.flags}, flag)


def unknown_command(path: list[str], group: Command, word: str) -> UsageError:
    """What to say where a group has no member called `word`."""
    from difflib import get_close_matches

    parent = " ".join([PROGRAM, *path])
    near = get_close_matches(word, [name for name, member in group.commands.items() if not member.replaced_by], n=3)
    if word in INSTEAD:
        hint = INSTEAD[word]
    elif near:
        hint = f"Did you mean {' or '.join(near)}?"
    else:
        hint = f"Run '{parent} --help' for the commands there are."
    return UsageError(f'unknown command "{word}" for "{parent}"', hint=hint, id="unknown-command")


def function_of(command: Command) -> Callable[..., int | None]:
    """Import a command's function."""
    from importlib import import_module

    module, _, function = command.target.partition(":")
    found: Callable[..., int | None] = getattr(import_module(f"istioctl.cli.{module}"), function)
    return found
