"""One parameter of a command and what the words of a command line gave it: for the quick reader and completion."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, get_args, get_origin

from istioctl.cli.line.declare import Declaration, GlobalOptions
from istioctl.cli.line.parameters import REQUIRED, Parameter, group_parameters, parameters
from istioctl.errors import IstioctlError


class NotPlainError(Exception):
    """Typer has to read these words."""


class Slot:
    """One parameter, and what the words gave it.

    Attributes:
        default: its value where nothing is given, or `REQUIRED`.
        flags: its spellings, and whether each turns it on.
        settings: what its declaration says.
    """

    def __init__(self, name: str, kind: Any, default: object, declaration: Declaration) -> None:
        self.name = name
        self.is_option = declaration.is_option
        self.is_list = get_origin(kind) in (list, tuple)
        self.settings = declaration.settings
        self._kind = kind
        self.default = default
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
    def is_given(self) -> bool:
        """Whether the words say something of it; turning off what is off says nothing."""
        return bool(self.given) and not (self.is_switch and self.given[-1] == self.default)

    @property
    def choices(self) -> list[str]:
        """The values it takes, where these are few."""
        kinds = get_args(self._kind) or (self._kind,)
        return [str(each) for kind in kinds if isinstance(kind, type) and issubclass(kind, StrEnum) for each in kind]

    def value(self) -> Any:
        """What the function gets.

        Raises:
            NotPlainError: there is no value, and no default.
        """
        given = self.given
        if not given and (variable := self.settings.get("envvar")) and (text := os.environ.get(str(variable))):
            given = [self._convert(text)]
        if self.is_list:
            return self._kind(given or self._required_default())
        return given[-1] if given else self._required_default()

    def add(self, text: str) -> None:
        """One more value.

        Raises:
            NotPlainError: it is not plainly one.
        """
        self.given.append(self._convert(text))

    def switch(self, flag: str, text: str | None) -> None:
        """Turn it on or off by one of its flags, which may have a value behind `=`.

        Raises:
            NotPlainError: that value is not a boolean.
        """
        if text is None:
            self.given.append(self.flags[flag])
            return
        from istioctl.golang import strconv

        if text in strconv.TRUE:
            self.given.append(self.flags[flag])
        elif text in strconv.FALSE:
            self.given.append(not self.flags[flag])
        else:
            raise NotPlainError

    def _required_default(self) -> Any:
        if self.default is REQUIRED:
            raise NotPlainError
        return self.default

    def _convert(self, text: str) -> Any:
        parse = self.settings.get("parse")
        if callable(parse):
            try:
                return parse(text)
            except IstioctlError:
                raise NotPlainError from None
        options = [kind for kind in get_args(self._kind) if kind not in (type(None), ...)]
        kind = options[0] if options else self._kind
        if kind is str:
            return text
        if text and getattr(kind, "__module__", "") == "pathlib":  # importing it would slow down what has no paths
            return kind(text)
        if isinstance(kind, type) and issubclass(kind, StrEnum) and text in set(kind):
            return kind(text)
        if kind is int and text.isdecimal() and "min" not in self.settings and "max" not in self.settings:
            return int(text)
        raise NotPlainError


def slots(function: Callable[..., Any]) -> list[Slot]:
    """The declared parameters of a function, still empty."""
    return _empty(parameters(function))


def global_slots() -> list[Slot]:
    """The global flags, still empty."""
    return _empty(group_parameters(GlobalOptions))


def takes_value(by_flag: Mapping[str, Slot], flag: str) -> bool | None:
    """Whether a flag needs a value, None where there is no such flag; see `istioctl.cli.line.tokens`."""
    slot = by_flag.get(flag)
    return None if slot is None else not slot.is_switch


def _empty(declared: list[Parameter]) -> list[Slot]:
    found = []
    for name, kind, default, declaration in declared:
        if declaration is None:
            raise NotPlainError
        found.append(Slot(name, kind, default, declaration))
    return found
