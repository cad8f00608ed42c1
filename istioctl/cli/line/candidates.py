"""What completion offers for the words typed so far: the hidden `istioctl __complete`.

It prints a candidate a line, a tab and its help behind it. Names of commands come from the command table without any
import; flags and their values from the command's declarations, without Typer.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from istioctl.cli.line.commands import ROOT, Command
from istioctl.cli.line.find import find_command, function_of
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import IstioctlError

if TYPE_CHECKING:
    from istioctl.cli.line.declare import GlobalOptions
    from istioctl.cli.line.slots import Slot

Candidate = tuple[str, str]


def answer(question: str, words: list[str]) -> bool:
    """Answer one of the hidden commands by which shells complete lines; False where it is none of them.

    Args:
        question: `__complete`, `__completeNoDesc`, or what asks the cluster for the names that may stand there, however
            long it takes, and keeps them for the next time.
        words: the words behind the program's name, the one being typed last.
    """
    is_shell = question in ("__complete", "__completeNoDesc")
    if is_shell and (members := _members(words or [""])) is not None:
        _print(members, with_help=question == "__complete")
        return True
    from istioctl.cli.line.live_names import REFRESH, completing  # names of commands do without it

    if not is_shell and question != REFRESH:
        return False
    with completing(words, patient=question == REFRESH):
        found = candidates(words or [""])
    if question != REFRESH:
        _print(found, with_help=question == "__complete")
    return True


def _print(found: list[Candidate], *, with_help: bool) -> None:
    for name, help_text in found:
        terminal().write(f"{name}\t{help_text}\n" if help_text and with_help else f"{name}\n")


def candidates(words: list[str]) -> list[Candidate]:
    """What may stand in place of the last word: names of commands, flags, or values.

    Args:
        words: the words behind the program's name, the one being typed last.
    """
    members = _members(words)
    if members is not None:
        return members
    *before, typed = words
    path, command, rest = find_command(before)
    if command.target:
        return _of_slots(_slots(command), rest, typed)
    if rest:
        return []
    return _of_slots(_slots_of_groups(path), before, typed, _named(command, typed))


def _members(words: list[str]) -> list[Candidate] | None:
    """The names of commands that may stand in place of the last word; None where something else may stand there."""
    *before, typed = words
    if typed.startswith("-") or (before and before[-1].startswith("-")):
        return None
    _, command, rest = find_command(before)
    if command.target:
        return None
    return [] if rest else _named(command, typed)


def _named(group: Command, typed: str) -> list[Candidate]:
    members = [(name, member.help) for name, member in group.commands.items() if not member.replaced_by]
    return [row for row in members if row[0].startswith(typed)]


def _slots(command: Command) -> list[Slot]:
    from istioctl.cli.line.slots import slots

    return slots(function_of(command))


def _slots_of_groups(path: list[str]) -> list[Slot]:
    """The flags of the groups on a path, which their members declare."""
    found, group = [], ROOT
    for name in path:
        group = group.commands[name]
        for flag in group.flags:
            members = (slot for member in group.commands.values() if member.target for slot in _slots(member))
            shown = (slot for slot in members if not slot.settings.get("hidden"))
            found += [slot for slot in shown if not slot.flags.keys().isdisjoint(flag.names)][:1]
    return found


def _of_slots(
    own: list[Slot], before: list[str], typed: str, members: list[Candidate] | None = None
) -> list[Candidate]:
    """The flags, values and positional words that may stand behind others.

    Args:
        own: what a command takes beside the global flags.
        members: what may stand there as a positional word, where this is not the command's to say.
    """
    from istioctl.cli.line.slots import global_slots

    shared = global_slots()
    by_flag = {flag: slot for slot in (*shared, *own) for flag in slot.flags}
    positional, pending = _read(before, by_flag)
    options = _global_options([slot for slot in shared if any(by_flag[flag] is slot for flag in slot.flags)])
    flag, equals, value = typed.partition("=")
    if pending is not None:
        return [(name, "") for name in _values(pending, options, typed)]
    if equals and flag in by_flag:
        return [(f"{flag}={name}", "") for name in _values(by_flag[flag], options, value)]
    if typed.startswith("-"):
        return [
            (name, str(slot.settings.get("help", "")))
            for name, slot in by_flag.items()
            if name.startswith("--") and name.startswith(typed) and not slot.settings.get("hidden")
        ]
    if members is not None:
        return members
    arguments = [slot for slot in own if not slot.is_option]
    at = min(positional, len(arguments) - 1) if arguments and arguments[-1].is_list else positional
    return [(name, "") for name in _values(arguments[at], options, typed)] if at < len(arguments) else []


def _read(words: list[str], by_flag: Mapping[str, Slot]) -> tuple[int, Slot | None]:
    """Give the flags among `words` their values.

    Returns:
        How many positional words there are, and the flag that waits for a value.
    """
    from istioctl.cli.line.slots import takes_value
    from istioctl.cli.line.tokens import tokens

    positional, pending = 0, None
    for flag, value, _, _, _ in tokens(words, lambda flag: takes_value(by_flag, flag)):
        slot = by_flag.get(flag)
        if not flag:
            positional += 1
        elif slot is not None and not slot.is_switch:
            if value is None:
                pending = slot
            else:
                _give(slot, value)
    return positional, pending


def _give(slot: Slot, value: str) -> None:
    from istioctl.cli.line.slots import NotPlainError

    with suppress(NotPlainError):  # the value of another flag can do without it
        slot.add(value)


def _global_options(shared: list[Slot]) -> GlobalOptions:
    from istioctl.cli.line.declare import GlobalOptions
    from istioctl.cli.line.slots import NotPlainError

    try:
        return GlobalOptions(**{slot.name: slot.value() for slot in shared})
    except NotPlainError:  # the environment
        return GlobalOptions()


def _values(slot: Slot, options: GlobalOptions, typed: str) -> list[str]:
    from istioctl.cli.line.completers import OF_GLOBAL_FLAGS

    found = slot.choices
    complete = slot.settings.get("autocompletion") or OF_GLOBAL_FLAGS.get(slot.name)
    if callable(complete):
        try:
            found = list(complete(options))
        except IstioctlError:
            found = []  # the cluster can't be asked, or the kubeconfig is broken: there is nothing to offer
    return sorted(name for name in found if name.startswith(typed) and name.isprintable())  # a line each
