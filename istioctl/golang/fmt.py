"""Printing as Go's package fmt does: `sprint`, `sprintln` and `sprintf` with every verb and flag."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, cast

from istioctl.golang import types
from istioctl.golang.budget import joined, take
from istioctl.golang.printing import Printer
from istioctl.golang.strconv import format_float
from istioctl.golang.types import CallError
from istioctl.golang.values import kind, type_name, type_of
from istioctl.patterns import lazy_pattern

_MAX_WIDTH: Final = 1_000_000
_SIMPLE: Final = lazy_pattern(r"%([a-z%])")


def sprint(*args: object) -> str:
    """Each argument by `%v`, with a space between two that aren't strings."""
    if len(args) == 1:
        return show(args[0])
    parts: list[str] = []
    previous = True
    for arg in args:
        is_string = isinstance(arg, str)
        if parts and not is_string and not previous:
            parts.append(" ")
        parts.append(_counted(arg))
        previous = is_string
    return joined("", parts)


def sprintln(*args: object) -> str:
    """Each argument by `%v`, spaces between, a newline at the end."""
    parts = list(map(_counted, args))
    return joined(" ", parts) + "\n"


def _counted(value: object) -> str:
    """`%v` of one value among others, whose texts are there at once."""
    text = show(value)
    if text is not value:
        take(len(text))
    return text


def show(value: object) -> str:
    """`%v` of one value."""
    if type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int:
        return integer_text(value)
    if type(value) is float:
        return format_float(value)
    if value is None:
        return "<nil>"
    if isinstance(value, int) and (text := _number_text(value)) is not None:
        return text
    printer = Printer()
    printer.arg(value, "v")
    return printer.text()


def _number_text(value: int) -> str | None:
    """`%v` of a number of a declared type; None where that takes more than a plain `String` method."""
    of = type_of(value)
    if of is None or of.kind not in types.SIGNED or of.method("Error") is not None:
        return None
    method = of.method("String")
    if method is None:
        return integer_text(value)
    if method.params:
        return None
    try:
        text = method.call(value)
    except CallError:
        return None
    return text if type(text) is str else None


def integer_text(number: int) -> str:
    """A number in decimal; one that no Go integer holds wraps as Go's arithmetic would."""
    if not -(1 << 63) <= number < 1 << 64:
        number = (number + (1 << 63)) % (1 << 64) - (1 << 63)
    return int.__repr__(number)


@lru_cache(maxsize=1024)
def _simple_format(form: str) -> tuple[str, ...] | None:
    """The texts and verbs of a format without flags, widths and indexes, alternating; None if there are such."""
    parts = tuple(_SIMPLE.split(form))
    return None if any("%" in text for text in parts[::2]) else parts


def sprintf(form: str, *args: object) -> str:
    """`args` by the verbs of `form`; mistakes print as Go prints them (`%!d(string=x)`, `%!s(MISSING)`)."""
    parts = _simple_format(form) if len(form) < 1000 else None
    if parts is not None and len(parts) // 2 == len(args):
        out = [parts[0]]
        for at, arg in enumerate(args):
            verb = parts[2 * at + 1]
            if (verb == "s" or verb == "v") and type(arg) is str:
                out.append(arg)
            elif (verb == "d" or verb == "v") and type(arg) is int:
                out.append(integer_text(arg))
            elif (verb == "t" or verb == "v") and type(arg) is bool:
                out.append("true" if arg else "false")
            else:
                break
            out.append(parts[2 * at + 2])
        else:
            return joined("", out)
    formatter = _Formatter(form, args)
    formatter.run()
    return formatter.text()


class _Formatter(Printer):
    """One format at work on its arguments."""

    __slots__ = ("after_index", "args", "at", "end", "form", "good", "next_arg", "reordered")

    def __init__(self, form: str, args: Sequence[object]) -> None:
        super().__init__()
        self.form = form
        self.args = args
        self.at, self.end = 0, len(form)
        self.next_arg = 0
        self.reordered = False  # whether an index such as [2] occurred
        self.after_index = False  # whether one has just been read
        self.good = True  # whether the indexes of this directive make sense

    def run(self) -> None:
        """Writes everything."""
        form = self.form
        while self.at < self.end:
            percent = form.find("%", self.at)
            if percent < 0:
                self.write(form[self.at :])
                break
            if percent > self.at:
                self.write(form[self.at : percent])
            self.at = percent + 1
            self.clear()
            self.good, self.after_index = True, False
            self.read_flags()
            if not (self.at < self.end and "a" <= form[self.at] <= "z" and self.next_arg < len(self.args)):
                self.read_index()
                self.read_width()
                self.read_precision()
                if not self.after_index:
                    self.read_index()
            if self.at >= self.end:
                self.write("%!(NOVERB)")
                break
            self.at += 1
            self.directive(form[self.at - 1])
        if not self.reordered and self.next_arg < len(self.args):
            self.surplus(self.args[self.next_arg :])

    def directive(self, verb: str) -> None:
        """Writes the next argument under `verb`."""
        if verb == "%":
            self.write("%")
        elif not self.good:
            self.write(f"%!{verb}(BADINDEX)")
        elif self.next_arg >= len(self.args):
            self.write(f"%!{verb}(MISSING)")
        else:
            if verb == "v":
                self.sharp_v, self.sharp = self.sharp, False
                self.plus_v, self.plus = self.plus, False
            self.next_arg += 1
            self.arg(self.args[self.next_arg - 1], verb)

    def read_flags(self) -> None:
        while self.at < self.end and self.form[self.at] in "#0+- ":
            flag = self.form[self.at]
            self.sharp |= flag == "#"
            self.zero |= flag == "0"
            self.plus |= flag == "+"
            self.minus |= flag == "-"
            self.space |= flag == " "
            self.at += 1

    def read_width(self) -> None:
        if self.at < self.end and self.form[self.at] == "*":
            self.width = self.star()
            if self.width is None:
                self.write("%!(BADWIDTH)")
            elif self.width < 0:
                self.width = -self.width
                self.minus, self.zero = True, False
        else:
            self.width, self.at = _number(self.form, self.at, self.end)
            if self.after_index and self.width is not None:
                self.good = False

    def read_precision(self) -> None:
        if not (self.at + 1 < self.end and self.form[self.at] == "."):
            return
        self.at += 1
        self.good = self.good and not self.after_index
        self.read_index()
        if self.at < self.end and self.form[self.at] == "*":
            self.precision = self.star()
            if self.precision is None or self.precision < 0:
                self.precision = None
                self.write("%!(BADPREC)")
        else:
            self.precision, self.at = _number(self.form, self.at, self.end)
            self.precision = self.precision or 0

    def star(self) -> int | None:
        """The argument that `*` takes as a number, None if it can't be one."""
        self.at += 1
        self.after_index = False
        if self.next_arg >= len(self.args):
            return None
        arg = self.args[self.next_arg]
        self.next_arg += 1
        whole = isinstance(arg, int) and (kind(arg) in types.SIGNED or kind(arg) in types.UNSIGNED)
        return int(cast("int", arg)) if whole and abs(cast("int", arg)) <= _MAX_WIDTH else None

    def read_index(self) -> None:
        """Reads `[n]`, the argument to go on with."""
        form, at = self.form, self.at
        self.after_index = False
        if not form.startswith("[", at):
            return
        self.reordered = True
        close = form.find("]", at)
        if len(form) - at < 3 or close < 0:
            self.good = False
            self.at = at + 1
            return
        self.at = close + 1
        number, end = _number(form, at + 1, close)
        if number is None or end != close:
            self.good = False
            return
        self.after_index = True
        if 1 <= number <= len(self.args):
            self.next_arg = number - 1
        else:
            self.good = False

    def surplus(self, args: Sequence[object]) -> None:
        """Complains of arguments that the format leaves over."""
        self.clear()
        self.write("%!(EXTRA ")
        for at, arg in enumerate(args):
            if at:
                self.write(", ")
            if arg is None:
                self.write("<nil>")
            else:
                self.write(type_name(arg) + "=")
                self.arg(arg, "v")
        self.write(")")


def _number(form: str, start: int, end: int) -> tuple[int | None, int]:
    """The number at `start` of the format and where it ends; a crazy one ends the format, as in Go."""
    at = start
    number = 0
    while at < end and "0" <= form[at] <= "9":
        if number > _MAX_WIDTH:
            return None, end
        number = number * 10 + int(form[at])
        at += 1
    return (number, at) if at > start else (None, start)
