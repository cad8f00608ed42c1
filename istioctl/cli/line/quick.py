"""Starting a command without Typer, where the words are plain.

Loading Typer takes longer than many commands run. So the words of a command line are first read here, by the same
declarations; whatever is not perfectly plain (help, an unknown flag, a missing or odd value, flags run together) is
left to Typer, which then says what there is to say. Both readings agree: a test holds them together.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args, get_origin

from istioctl.cli.line import global_flags
from istioctl.cli.line.declare import Context, Declaration
from istioctl.cli.line.parameters import REQUIRED, call, parameters
from istioctl.golang import strconv


class _NotPlain(Exception):  # noqa: N818 - it is no error
    """Typer has to read these words."""


def bind(function: Callable[..., Any], name: str, args: list[str]) -> Callable[[], Any] | None:
    """The call that a command line means; None where Typer has to read it.

    Args:
        function: the command.
        name: its full name.
        args: the words behind it.

    Raises:
        InputError: a global flag's value can't be used.
    """
    try:
        own, shared = slots(function), slots(global_flags.declare)
        flags = {flag: (slot, value) for slot in (*shared, *own) for flag, value in slot.flags.items()}
        words = _read(args, flags)
        _fill([slot for slot in own if not slot.is_option], words)
        values = {slot.name: slot.value() for slot in own}
        given = {slot.name: slot.value() for slot in shared if any(flags[flag][0] is slot for flag in slot.flags)}
    except _NotPlain:
        return None
    context = Context(name, global_flags.collect(given), frozenset(slot.name for slot in shared if slot.given))
    return lambda: call(function, values, context)


class Slot:
    """One parameter, and what the words gave it.

    Attributes:
        flags: its spellings, and whether each turns it on.
        settings: what its declaration says.
    """

    def __init__(self, name: str, kind: Any, default: object, declaration: Declaration) -> None:
        self.name = name
        self.is_option = declaration.is_option
        self.is_list = get_origin(kind) is list
        self.settings = declaration.settings
        self._kind = kind
        self._default = default
        self.flags: dict[str, bool] = {}
        for spelling in declaration.names:
            plain, _, opposite = spelling.partition("/")
            self.flags[plain] = True
            if opposite:
                self.flags[opposite] = False
        self.given: list[Any] = []

    @property
    def is_switch(self) -> bool:
        """Whether it is a flag that needs no value."""
        return self._kind is bool

    @property
    def choices(self) -> list[str]:
        """The values it takes, where these are few."""
        kinds = get_args(self._kind) or (self._kind,)
        return [str(each) for kind in kinds if isinstance(kind, type) and issubclass(kind, StrEnum) for each in kind]

    def value(self) -> Any:
        """What the function gets."""
        given = self.given
        if not given and (variable := self.settings.get("envvar")) and (text := os.environ.get(str(variable))):
            given = [self._convert(text)]
        if self.is_list:
            return list(given) if given else list(self._required_default() or [])
        return given[-1] if given else self._required_default()

    def add(self, text: str) -> None:
        """One more value."""
        self.given.append(self._convert(text))

    def _required_default(self) -> Any:
        if self._default is REQUIRED:
            raise _NotPlain
        return self._default

    def _convert(self, text: str) -> Any:
        options = [kind for kind in get_args(self._kind) if kind is not type(None)]
        kind = options[0] if options else self._kind
        if kind is str:
            return text
        if kind is Path and text:
            return Path(text)
        if isinstance(kind, type) and issubclass(kind, StrEnum) and text in set(kind):
            return kind(text)
        if kind is int and text.isdecimal() and "min" not in self.settings and "max" not in self.settings:
            return int(text)
        raise _NotPlain


def slots(function: Callable[..., Any]) -> list[Slot]:
    """The declared parameters of a function."""
    found = []
    for name, kind, default, declaration in parameters(function):
        if declaration is None:
            raise _NotPlain
        found.append(Slot(name, kind, default, declaration))
    return found


def _read(args: list[str], flags: dict[str, tuple[Slot, bool]]) -> list[str]:
    """Give the flags among the words their values; what remains are the positional words."""
    positional, rest = [], iter(args)
    for word in rest:
        if not word.startswith("-") or word == "-":
            positional.append(word)
            continue
        flag, equals, text = word.partition("=")
        if flag not in flags:
            raise _NotPlain
        slot, meaning = flags[flag]
        if slot.is_switch:
            slot.given.append(_switched(meaning, text if equals else "true"))
        elif equals:
            slot.add(text)
        else:
            value = next(rest, None)
            if value is None or (value.startswith("-") and value != "-"):
                raise _NotPlain
            slot.add(value)
    return positional


def _switched(meaning: bool, text: str) -> bool:
    if text in strconv.TRUE:
        return meaning
    if text in strconv.FALSE:
        return not meaning
    raise _NotPlain


def _fill(arguments: list[Slot], words: list[str]) -> None:
    """Give the positional parameters their words; the last one takes all that remain if it is a list."""
    left = list(words)
    for slot in arguments:
        for text in left if slot.is_list else left[:1]:
            slot.add(text)
        del left[: len(left) if slot.is_list else 1]
    if left:
        raise _NotPlain
