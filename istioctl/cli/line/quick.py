"""Starting a command without Typer, where the words are plain.

Loading Typer takes longer than many commands run. So the words of a command line are first read here, by the same
declarations; whatever is not perfectly plain (help, an unknown flag, a missing or odd value) is left to Typer, which
then says what there is to say. Both readings agree: a test holds them together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from istioctl.cli.line.declare import Context, GlobalOptions
from istioctl.cli.line.parameters import Call
from istioctl.cli.line.slots import NotPlainError, Slot, global_slots, slots, takes_value
from istioctl.cli.line.tokens import END_OF_FLAGS, tokens


def bind(function: Callable[..., Any], name: str, args: list[str]) -> Call | None:
    """The call that a command line means; None where Typer has to read it.

    Args:
        function: the command.
        name: its full name.
        args: the words behind it.
    """
    try:
        own, shared = slots(function), global_slots()
        by_flag = {flag: slot for slot in (*shared, *own) for flag in slot.flags}
        words = _read(args, by_flag)
        _fill([slot for slot in own if not slot.is_option], words)
        values = {slot.name: slot.value() for slot in own}
        given = {slot.name: slot.value() for slot in shared if any(by_flag[flag] is slot for flag in slot.flags)}
    except NotPlainError:
        return None
    context = Context(name, GlobalOptions(**given), frozenset(slot.name for slot in shared if slot.is_given))
    return Call(function, values, context)


def _read(args: list[str], by_flag: dict[str, Slot]) -> list[str]:
    """Give the flags among the words their values; what remains are the positional words."""
    positional = []
    for flag, value, known, _, _ in tokens(args, lambda flag: takes_value(by_flag, flag)):
        if not flag:
            positional.append(str(value))
        elif not known:
            raise NotPlainError
        elif flag == END_OF_FLAGS:
            continue
        elif by_flag[flag].is_switch:
            by_flag[flag].switch(flag, value)
        elif value is None:
            raise NotPlainError
        else:
            by_flag[flag].add(value)
    return positional


def _fill(arguments: list[Slot], words: list[str]) -> None:
    """Give the positional parameters their words; the last one takes all that remain if it is a list."""
    left = list(words)
    for slot in arguments:
        for text in left if slot.is_list else left[:1]:
            slot.add(text)
        del left[: len(left) if slot.is_list else 1]
    if left:
        raise NotPlainError
