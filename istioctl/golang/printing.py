"""One value as Go's package fmt prints it under a verb and flags (print.go and format.go)."""

from __future__ import annotations

from functools import cmp_to_key, lru_cache
from typing import Final, cast

from istioctl.golang import quoting, types
from istioctl.golang.budget import MAX_SIZE, check_size, work
from istioctl.golang.strconv import format_float
from istioctl.golang.types import CallError, GoType
from istioctl.golang.values import HIDDEN, Pointer, decode, deref, encode, is_nil, make, type_name, type_of

_STRINGABLE: Final = frozenset("vsxXq")
_MANY_PIECES: Final = 4096
_MOST_KEPT: Final = 1 << 20


class Printer:
    """One printing: the text so far and the flags of the verb at work."""

    __slots__ = ("chunks", "erroring", "minus", "out", "plus", "plus_v", "precision", "sharp", "sharp_v", "size", "space", "width", "zero")  # fmt: skip # noqa: E501

    def __init__(self) -> None:
        self.out: list[str] = []
        self.chunks: list[str] = []
        self.size = 0
        self.erroring = False
        self.clear()

    def clear(self) -> None:
        """Forgets all flags."""
        self.minus = self.plus = self.sharp = self.space = self.zero = self.plus_v = self.sharp_v = False
        self.width: int | None = None
        self.precision: int | None = None

    def write(self, text: str) -> None:
        """Adds text as it is."""
        self.size += len(text)
        self.out.append(text)
        if len(self.out) > _MANY_PIECES or self.size > MAX_SIZE:
            self.settle()

    def settle(self) -> None:
        """Joins the pieces so far, unless they are too many."""
        check_size(self.size)
        work(0)
        self.chunks.append("".join(self.out))
        self.out.clear()

    def text(self) -> str:
        """All that was written."""
        return "".join((*self.chunks, *self.out)) if self.chunks else "".join(self.out)

    def pad(self, text: str, *, zeros: bool = True) -> None:
        """Writes `text` in the width; with the zero flag and `zeros` the filling on the left is zeros."""
        fill = (self.width or 0) - len(text)
        if fill <= 0:
            self.write(text)
        elif self.minus:
            self.write(text + " " * fill)
        else:
            self.write(("0" if zeros and self.zero else " ") * fill + text)

    def arg(self, value: object, verb: str) -> None:
        """A value at the top: `%T` and `%p` are for it alone."""
        if value is None:
            if verb in "Tv":
                self.pad("<nil>")
            else:
                self.write(f"%!{verb}(<nil>)")
        elif verb == "T":
            self.string(type_name(value), "s")
        elif verb == "p":
            self.pointer(value, verb)
        elif verb == "w":
            self.bad(value, verb)
        elif not self.methods(value, verb):
            self.value(value, verb, 0)

    def methods(self, value: object, verb: str) -> bool:
        """Lets the value's own Error or String speak; False if it has none or the verb wants none."""
        if self.erroring or self.sharp_v or verb not in _STRINGABLE:
            return False
        of = type_of(value)
        if of is None:
            return False
        method = of.method("Error") or of.method("String")
        if method is None or method.params:
            return False
        receiver = value
        if of.kind == "ptr" and method.name not in of.elem.pointer_methods:
            if is_nil(value):
                self.write("<nil>")
                return True
            receiver = deref(value)
        try:
            text = method.call(receiver)
        except CallError as error:
            text = None
            self.write("<nil>" if is_nil(value) else f"%!{verb}(PANIC={method.name} method: {error.text})")
        if text is not None:
            self.string(cast("str", text), verb)
        return True

    def bad(self, value: object, verb: str) -> None:
        """A verb that does not fit the value."""
        self.erroring = True
        self.write(f"%!{verb}(")
        self.write(type_name(value) + "=")
        self.value(value, "v", 0)
        self.write(")")
        self.erroring = False

    def value(self, value: object, verb: str, depth: int) -> None:
        """A value by its kind; deeper ones let their methods speak first."""
        if value is None:
            self.write("interface {}(nil)" if self.sharp_v else "<nil>")
            return
        if depth and self.methods(value, verb):
            return
        of = type_of(value)
        if of is None:
            return
        shape = of.kind
        if shape == "string":
            self.string(str.__str__(cast("str", value)), verb) if verb in _STRINGABLE else self.bad(value, verb)
        elif shape == "bool":
            self.pad("true" if value else "false") if verb in "tv" else self.bad(value, verb)
        elif shape in types.SIGNED or shape in types.UNSIGNED:
            self.integer(value, int(cast("int", value)), verb, signed=shape in types.SIGNED)
        elif shape in types.FLOATS:
            self.float(value, float(cast("float", value)), verb, 32 if shape == "float32" else 64)
        elif shape in types.COMPLEX:
            self.complex(complex(cast("complex", value)), verb)
        elif shape == "slice":
            self.slice(of, cast("list[object]", value), verb, depth)
        elif shape == "map":
            self.map(of, cast("dict[object, object]", value), verb, depth)
        elif shape == "struct":
            self.struct(of, value, verb, depth)
        elif shape == "ptr" and depth == 0 and not is_nil(value) and of.elem.kind in {"slice", "struct", "map"}:
            self.write("&")
            self.value(deref(value), verb, 1)
        else:
            self.pointer(value, verb)

    def string(self, text: str, verb: str) -> None:
        """A string by v, s, q, x or X."""
        if verb == "q" or (verb == "v" and self.sharp_v):
            text = text if self.precision is None else text[: self.precision]
            if self.sharp and quoting.can_backquote(text):
                self.pad(f"`{text}`")
            else:
                self.pad(quoting.quote(text, ascii_only=self.plus))
        elif verb in "xX":
            self.hex(encode(text), verb)
        else:
            self.pad(text if self.precision is None else text[: self.precision])

    def hex(self, raw: bytes, verb: str) -> None:
        """Bytes by x or X."""
        if self.precision is not None:
            raw = raw[: self.precision]
        check_size(len(raw) * (2 + 3 * (self.space or self.sharp)))
        prefix = "0x" if self.sharp and raw else ""
        text = prefix + raw.hex(" ").replace(" ", f" {prefix}" if self.space else "")
        self.pad(text.upper() if verb == "X" else text)

    def integer(self, value: object, number: int, verb: str, *, signed: bool) -> None:
        """A whole number; `value` is what a wrong verb complains of."""
        if not -(1 << 63) <= number < 1 << 64:
            number = (number + (1 << 63)) % (1 << 64) - (1 << 63)
        match verb:
            case "v" if self.sharp_v and not signed:
                self.digits(number, "x", sharp=True)
            case "v" | "d":
                self.digits(number, "d", sharp=self.sharp)
            case "b" | "o" | "O" | "x" | "X":
                self.digits(number, verb, sharp=self.sharp)
            case "c":
                self.pad(_character(number))
            case "q":
                self.pad(quoting.quote_rune(number, ascii_only=self.plus))
            case "U":
                self.unicode(number)
            case _:
                self.bad(value, verb)

    def digits(self, number: int, verb: str, *, sharp: bool) -> None:
        """A whole number by d, b, o, O, x or X."""
        text = format(abs(number), "o" if verb == "O" else verb)
        sign = "-" if number < 0 else "+" if self.plus else " " if self.space else ""
        least = 0
        if self.precision is not None:
            least = self.precision
            if least == 0 and number == 0:
                self.pad("", zeros=False)
                return
        elif self.zero and not self.minus and self.width is not None:
            least = self.width - bool(sign)
        text = text.rjust(least, "0")
        if sharp and verb != "d":
            text = {"b": "0b", "o": "" if text[0] == "0" else "0", "x": "0x", "X": "0X"}.get(verb, "") + text
            if verb == "O" and text[0] != "0":
                text = "0" + text
        if verb == "O":
            text = "0o" + text
        self.pad(sign + text, zeros=False)

    def unicode(self, number: int) -> None:
        """A code point by U."""
        code = number % (1 << 64)
        text = "U+" + f"{code:X}".rjust(max(self.precision or 0, 4), "0")
        if self.sharp and code <= 0x10FFFF and chr(code).isprintable():
            text += f" '{chr(code)}'"
        self.pad(text, zeros=False)

    def float(self, value: object, number: float, verb: str, bits: int) -> None:
        """A floating-point number; `value` is what a wrong verb complains of."""
        if verb not in "vbgGxXfFeE":
            self.bad(value, verb)
            return
        form = {"v": "g", "F": "f"}.get(verb, verb)
        precision = self.precision if self.precision is not None else 6 if form in "feE" else -1
        text = format_float(number, form, precision, bits)
        sign, text = (text[0], text[1:]) if text[0] in "+-" else ("+", text)
        if self.space and sign == "+" and not self.plus:
            sign = " "
        if text in {"Inf", "NaN"}:
            bare = text == "NaN" and not self.space and not self.plus
            self.pad(text if bare else sign + text, zeros=False)
            return
        if self.sharp and form != "b":
            text = _with_point(text, form, precision)
        if not self.plus and sign == "+":
            self.pad(text)
        elif self.zero and not self.minus and (self.width or 0) > len(text) + 1:
            self.write(sign)
            self.write(text.rjust((self.width or 0) - 1, "0"))
        else:
            self.pad(sign + text)

    def complex(self, number: complex, verb: str) -> None:
        """A complex number, in parentheses."""
        if verb not in "vbgGxXfFeE":
            self.bad(number, verb)
            return
        plus = self.plus
        self.write("(")
        self.float(number, number.real, verb, 64)
        self.plus = True
        self.float(number, number.imag, verb, 64)
        self.write("i)")
        self.plus = plus

    def slice(self, of: GoType, items: list[object], verb: str, depth: int) -> None:
        """The elements in brackets."""
        if of.elem.kind == "uint8" and verb in "sqxX":
            raw = bytes(cast("list[int]", items))
            if verb in "xX":
                self.hex(raw, verb)
            else:
                self.string(decode(raw), verb)
            return
        if self.sharp_v:
            self.write("[]byte" if of is types.BYTES and depth == 0 else of.name)
            if is_nil(items):
                self.write("(nil)")
                return
        if isinstance(items, bytes) and verb in "vd" and not (self.sharp_v or self._has_flags()):
            self.write(_decimal_bytes(items))
            return
        self.write("{" if self.sharp_v else "[")
        for at, item in enumerate(items):
            if at:
                self.write(", " if self.sharp_v else " ")
            if of.elem.kind == "uint8" and isinstance(items, bytes):
                if verb in "vd":
                    self.digits(items[at], "x" if self.sharp_v else "d", sharp=self.sharp_v)
                else:
                    self.integer(make(types.UINT8, item), items[at], verb, signed=False)
            else:
                self.value(item, verb, depth + 1)
        self.write("}" if self.sharp_v else "]")

    def _has_flags(self) -> bool:
        return bool(self.plus or self.space or self.sharp or self.width or self.precision is not None)

    def map(self, of: GoType, entries: dict[object, object], verb: str, depth: int) -> None:
        """The entries in the order of their keys."""
        if self.sharp_v:
            self.write(of.name)
            if is_nil(entries):
                self.write("(nil)")
                return
        self.write("{" if self.sharp_v else "map[")
        for at, key in enumerate(sorted_keys(entries)):
            if at:
                self.write(", " if self.sharp_v else " ")
            self.value(key, verb, depth + 1)
            self.write(":")
            self.value(entries[key], verb, depth + 1)
        self.write("}" if self.sharp_v else "]")

    def struct(self, of: GoType, value: object, verb: str, depth: int) -> None:
        """The fields in braces."""
        if self.sharp_v:
            self.write(of.name)
        self.write("{")
        fields = value.items() if isinstance(value, dict) else ()  # a moment keeps its own to itself
        for at, (name, item) in enumerate(fields):
            if at:
                self.write(", " if self.sharp_v else " ")
            if self.plus_v or self.sharp_v:
                self.write(name.removeprefix(HIDDEN) + ":")
            erroring = self.erroring
            self.erroring = erroring or name.startswith(HIDDEN)  # what is unexported prints without its methods
            self.value(item, verb, depth + 1)
            self.erroring = erroring
        self.write("}")

    def pointer(self, value: object, verb: str) -> None:
        """An address."""
        of = type_of(value)
        if of is None or of.kind not in {"ptr", "slice", "map", "func"}:
            self.bad(value, verb)
            return
        target = value.target if isinstance(value, Pointer) else value
        address = 0 if is_nil(value) else id(target)
        match verb:
            case "v" if self.sharp_v:
                self.write(f"({of.name})({f'{address:#x}' if address else 'nil'})")
            case "v" if not address:
                self.pad("<nil>")
            case "v" | "p":
                self.digits(address, "x", sharp=not self.sharp)
            case "b" | "o" | "d" | "x" | "X":
                self.digits(address, verb, sharp=self.sharp)
            case _:
                self.bad(value, verb)


def _decimal_bytes(raw: bytes) -> str:
    """Bytes as Go prints them; a chart that prints all it sees by mistake does so for all its files."""
    check_size(3 * len(raw))
    return _kept_decimal_bytes(raw) if len(raw) < _MOST_KEPT else str(list(raw)).replace(",", "")


@lru_cache(maxsize=32)
def _kept_decimal_bytes(raw: bytes) -> str:
    return str(list(raw)).replace(",", "")


def _with_point(text: str, form: str, precision: int) -> str:
    """A number under the sharp flag: a point always, and g keeps its zeros."""
    digits = 0
    if form in "gGx":
        digits = 6 if precision == -1 else precision
    mark = min((at for at in map(text.find, "pP" if form in "xX" else "eEpP") if at > 0), default=len(text))
    text, tail = text[:mark], text[mark:]
    significant = text.removeprefix("0x").removeprefix("0X").replace(".", "") if form in "xX" else text.replace(".", "")
    if form in "xX":
        digits -= len((text.replace(".", "")).lstrip("0"))
    else:
        digits -= len(significant.lstrip("0"))
    if "." not in text:
        if text == "0":
            digits -= 1
        text += "."
    return text + "0" * max(digits, 0) + tail


def _character(number: int) -> str:
    return chr(number) if 0 <= number <= 0x10FFFF and not 0xD800 <= number < 0xE000 else "\ufffd"


def sorted_keys(entries: dict[object, object]) -> list[object]:
    """A map's keys in the order in which Go prints and ranges over them."""
    keys = list(entries)
    if all(type(key) is str for key in keys):
        return sorted(keys, key=str)  # code points sort as UTF-8 does
    return sorted(keys, key=cmp_to_key(_compare))


def _compare(left: object, right: object) -> int:
    first, second = type_of(left), type_of(right)
    if first is not second:
        if first is None or second is None:
            return -1 if first is None else 1
        return -1 if first.name < second.name else 1
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    if isinstance(left, int | float) and isinstance(right, int | float):
        if left != left or right != right:
            return (right == right) - (left == left) if (left != left) != (right != right) else 0
        return (left > right) - (left < right)
    return 0
