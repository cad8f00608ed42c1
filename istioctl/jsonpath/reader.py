"""The words of a template: texts, and what stands in braces as jsonpath-ng expressions."""

from __future__ import annotations

from typing import Any, NamedTuple

from jsonpath_ng import Child, Fields, This

from istioctl.errors import TemplateError
from istioctl.golang import strconv
from istioctl.golang.quoting import SyntaxFault, unquoted
from istioctl.jsonpath.steps import Condition, Constant, Filter, Instead, Items, Key, Nested, Union, Wildcard
from istioctl.patterns import lazy_pattern

_ENDS = frozenset(" \t\r\n.,[]$@{}")
_QUOTED_KEY = lazy_pattern(r"'([^']*)'\Z")
_SLICE = lazy_pattern(r"(-?\d*)(?::(-?\d*))?(?::(-?\d*))?\Z")
_COMPARISON = lazy_pattern(r"([^!<>=]+)([!<>=]+)(.+)\Z")
_OPERATORS = ("==", "!=", "<", "<=", ">", ">=")


class Action(NamedTuple):
    """What stands in one pair of braces.

    Attributes:
        expression: finds the values, in jsonpath-ng's terms.
        begins, ends: whether a range begins or ends with it.
    """

    expression: Any
    begins: bool = False
    ends: bool = False


def read(template: str) -> list[str | Action]:
    """The texts and actions of a template, in order.

    Raises:
        TemplateError: it is not one.
    """
    pieces: list[str | Action] = []
    depth = at = 0
    while (brace := template.find("{", at)) >= 0:
        if brace > at:
            pieces.append(template[at:brace])
        reader = _Reader(template, brace + 1)
        action = reader.action()
        depth += action.begins
        if action.ends:
            if not depth:
                raise TemplateError("not in range, nothing to end")
            depth -= 1
        pieces.append(action)
        at = reader.at
    if at < len(template):
        pieces.append(template[at:])
    return pieces


class _Reader:
    """Reads one action, from behind its brace to behind the other.

    Args:
        is_whole: whether it may be a range: it is not a part of another action.
    """

    def __init__(self, text: str, at: int, *, is_whole: bool = True) -> None:
        self.text = text
        self.at = at
        self._is_whole = is_whole

    def action(self, start: Any = None) -> Action:
        """The action that begins here, its path leading on from `start`."""
        path, word_of_range = This() if start is None else start, ""
        while not self._skip("}"):
            if self._skip("[?("):
                path = Child(path, self._filter())
            elif self._skip(".."):
                if isinstance(path, Child) and isinstance(path.right, Nested):
                    raise self._fault("invalid multiple recursive descent")
                path = Child(path, Nested())
                if _is_alphanumeric(self._peek()):
                    path = self._field(path)
            elif self._peek() in (" ", "@", "$"):
                self.at += 1
            elif self._skip("["):
                path = self._brackets(path)
            elif self._peek() in ("'", '"'):
                path = Instead(path, [self._quoted()])
            elif self._skip("."):
                path = self._field(path)
            elif self._peek() in ("+", "-") or self._peek().isdecimal():
                path = Child(path, Constant(self._number()))
            elif _is_alphanumeric(self._peek()):
                word = self._word()
                if word in ("true", "false"):
                    path = Child(path, Constant(word == "true"))
                elif word in ("range", "end") and self._is_whole:
                    if word_of_range:
                        raise TemplateError(f"{word_of_range} and {word} in the same braces")
                    word_of_range = word
                    path = Instead(path, []) if word == "end" else path
                else:
                    raise TemplateError(f"unrecognized identifier {word}", hint=f"A path begins with a dot: .{word}")
            else:
                raise self._fault("unclosed action" if self._peek() in ("", "\r", "\n") else "unrecognized character")
        return Action(path, word_of_range == "range", word_of_range == "end")

    def _fault(self, message: str) -> TemplateError:
        rest = self.text[self.at : self.at + 20]
        return TemplateError(f"{message} at {rest!r}" if rest else f"{message} at its end")

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _skip(self, word: str) -> bool:
        if not self.text.startswith(word, self.at):
            return False
        self.at += len(word)
        return True

    def _word(self) -> str:
        """What stands here, to the next character that ends a name."""
        start = self.at
        while self._peek() and self._peek() not in _ENDS:
            self.at += 1
        return self.text[start : self.at]

    def _field(self, path: Any) -> Any:
        start = self.at
        while self._peek() and self._peek() not in _ENDS:
            self.at += 2 if self._peek() == "\\" else 1
        name = self.text[start : self.at]
        if name == "*":
            return Child(path, Wildcard())
        name = name.replace("\\", "")
        return Child(path, Key(name) if name in ("", "*") else Fields(name))

    def _number(self) -> int | float:
        start = self.at
        self.at += self._peek() in ("+", "-")
        while self._peek() == "." or self._peek().isdecimal():
            self.at += 1
        word = self.text[start : self.at]
        for convert in (lambda text: strconv.parse_int(text, 10), strconv.parse_float):
            try:
                return convert(word)
            except (ValueError, OverflowError):
                continue
        raise TemplateError(f"cannot parse number {word}")

    def _quoted(self) -> str:
        mark, start = self._peek(), self.at + 1
        end = start
        while True:
            end = self.text.find(mark, end)
            if end < 0 or "\n" in self.text[start:end]:
                raise self._fault("unterminated quoted string")
            if self.text[end - 1] != "\\":
                break
            end += 1
        self.at = end + 1
        try:
            return unquoted(self.text[start:end], mark)
        except SyntaxFault:
            raise TemplateError(f"bad escape in {self.text[start - 1 : end + 1]}") from None

    def _brackets(self, path: Any) -> Any:
        """What stands between `[` and `]`, which is not a filter."""
        end = self.text.find("]", self.at)
        if end < 0 or "\n" in self.text[self.at : end]:
            raise self._fault("unterminated array")
        text = self.text[self.at : end]
        self.at = end + 1
        members = text.split(",")
        if len(members) > 1:
            return Union([_part(f"[{member.strip(' ')}]", path) for member in members])
        if quoted := _QUOTED_KEY.match(text):
            return _part(f".{quoted[1]}", path)
        numbers = _SLICE.match(":" if text == "*" else text)
        if numbers is None:
            raise TemplateError(f"invalid array index {text}", hint="Write [0], [-1:], [*], ['key'] or [?(@.key)].")
        start, end_, step = (_index(number) for number in numbers.groups())
        if numbers[2] is None:
            return Child(path, Items(start, (start or 0) + 1, step, is_index=True))
        return Child(path, Items(start, end_, step, is_index=False))

    def _filter(self) -> Filter:
        """What stands between `[?(` and `)]`.

        kubectl compares once; several comparisons with `&&` and `||` are ours.
        """
        words, start, mark = [""], self.at, ""
        while True:
            char = self._peek()
            if char in ("", "\n"):
                self.at = start
                raise self._fault("unterminated filter")
            if not mark and char == ")":
                break
            if not mark and self.text[self.at : self.at + 2] in ("&&", "||"):
                words += [self.text[self.at : self.at + 2], ""]
                self.at += 2
                continue
            if char in ("'", '"') and self.text[self.at - 1] != "\\":
                mark = char if not mark else "" if mark == char else mark
            words[-1] += char
            self.at += 1
        self.at += 1
        if not self._skip("]"):
            raise self._fault("unclosed array expect ]")
        alternatives = [[_condition(words[0])]]
        for operator, word in zip(words[1::2], words[2::2], strict=True):
            if operator == "||":
                alternatives.append([])
            alternatives[-1].append(_condition(word))
        return Filter(alternatives)


def _condition(text: str) -> Condition:
    found = _COMPARISON.match(text)
    if found is None:
        return Condition(_part(text))
    if found[2] not in _OPERATORS:
        raise TemplateError(f"unrecognized filter operator {found[2]}", hint=f"Use one of {' '.join(_OPERATORS)}")
    return Condition(_part(found[1]), found[2], _part(found[3]))


def _part(text: str, start: Any = None) -> Any:
    """The path that a part of an action means."""
    return _Reader(f"{text}}}", 0, is_whole=False).action(start).expression


def _index(text: str | None) -> int | None:
    if not text:
        return None
    try:
        return strconv.parse_int(text, 10)
    except (ValueError, OverflowError):
        raise TemplateError(f"array index {text} is not a number") from None


def _is_alphanumeric(char: str) -> bool:
    return char == "_" or char.isalpha() or char.isdecimal()
