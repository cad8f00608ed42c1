"""Template text to tokens, by the rules of text/template/parse (lex.go).

The whole text is read at once. A fault ends the list with an ERROR token, so that the parser reports whatever comes
first, as Go does. Lines count from 1; positions are offsets in the str.
"""

from __future__ import annotations

import enum
import re
from typing import NamedTuple

from istioctl.golang.quoting import quote
from istioctl.gotemplate.limits import MAX_TOKENS
from istioctl.patterns import lazy_pattern


class Kind(enum.IntEnum):
    """What a token is; those above KEYWORD are the words of the language."""

    ERROR = 0
    BOOL = 1
    CHAR = 2  # any other printable ASCII character
    CHARACTER = 3  # a rune literal
    COMPLEX = 4
    ASSIGN = 5
    DECLARE = 6
    EOF = 7
    FIELD = 8
    IDENTIFIER = 9
    LEFT = 10
    LEFT_PAREN = 11
    NUMBER = 12
    PIPE = 13
    RAW_STRING = 14
    RIGHT = 15
    RIGHT_PAREN = 16
    SPACE = 17
    STRING = 18
    TEXT = 19
    VARIABLE = 20
    KEYWORD = 21
    BLOCK = 22
    BREAK = 23
    CONTINUE = 24
    DOT = 25
    DEFINE = 26
    ELSE = 27
    END = 28
    IF = 29
    NIL = 30
    RANGE = 31
    TEMPLATE = 32
    WITH = 33


class Token(NamedTuple):
    """One token: its kind, offset, text (an error's is the message) and line."""

    kind: Kind
    pos: int
    text: str
    line: int

    def __str__(self) -> str:
        """As parse errors quote it."""
        if self.kind is Kind.EOF:
            return "EOF"
        if self.kind is Kind.ERROR:
            return self.text
        if self.kind > Kind.KEYWORD:
            return f"<{self.text}>"
        if len(self.text.encode("utf-8", "surrogatepass")) > 10:
            return f"{quote(self.text[:10])}..."
        return quote(self.text)


_WORDS = {
    kind.name.lower(): kind
    for kind in Kind
    if kind > Kind.KEYWORD and kind is not Kind.DOT
} | {"true": Kind.BOOL, "false": Kind.BOOL}  # fmt: skip

_SPACES = " \t\r\n"
_SPACE_RUN = lazy_pattern(r"[ \t\r\n]+")
_WORD = lazy_pattern(r"\w*")  # digits beyond Nd, which \w takes too, are cut off below
_NUMBER = lazy_pattern(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?"
    r"|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
)
_QUOTED = lazy_pattern(r'"(?:[^"\\\n]|\\[^\n])*"')
_RUNE = lazy_pattern(r"'(?:[^'\\\n]|\\[^\n])*'")
#: The commonest tokens, where there is no doubt about them; a group has the name of the kind.
_COMMON = lazy_pattern(
    r"(?P<SPACE>[ \t\r\n]+)(?!-}}|[ \t\r\n])"
    r"|(?:(?P<FIELD>\.[A-Za-z_]\w*)|(?P<IDENTIFIER>[A-Za-z_]\w*)|(?P<VARIABLE>\$\w*))(?=[ \t\r\n.|)]|}})"
    r"|(?:(?P<NUMBER>[1-9][0-9]*)|(?P<DOT>\.))(?=[ \t\r\n|)]|}})"
    r'|(?P<STRING>"[^"\\\n]*")|(?P<PIPE>\|)|(?P<DECLARE>:=)',
    re.ASCII,
)
_SIMPLE = {"=": Kind.ASSIGN, "|": Kind.PIPE}
_AFTER_WORD = frozenset(" \t\r\n.,|:)(")


def tokenize(text: str) -> list[Token]:
    """All tokens of `text`; the last is EOF or ERROR."""
    return _Lexer(text).run()


class _FaultError(Exception):
    """Ends the reading; the ERROR token is there already."""


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.line = 1
        self.counted = 0  # newlines up to here are in `line`
        self.depth = 0
        self.tokens: list[Token] = []

    def run(self) -> list[Token]:
        try:
            while self.outside():
                self.common()
                while self.inside():
                    self.common()
        except _FaultError:
            pass
        return self.tokens

    def emit(self, kind: Kind, end: int) -> None:
        """Adds the token up to `end` and goes there."""
        start = self.pos
        self.tokens.append(Token(kind, start, self.text[start:end], self.line_at(start)))
        self.pos = end

    def line_at(self, pos: int) -> int:
        self.line += self.text.count("\n", self.counted, pos)
        self.counted = pos
        return self.line

    def fail(self, message: str) -> _FaultError:
        self.tokens.append(Token(Kind.ERROR, self.pos, message, self.line_at(self.pos)))
        return _FaultError()

    def outside(self) -> bool:
        """Reads text and comments up to an action's first token; False at the end."""
        text = self.text
        while True:
            left = text.find("{{", self.pos)
            if left < 0:
                if self.pos < len(text):
                    self.emit(Kind.TEXT, len(text))
                self.emit(Kind.EOF, len(text))
                return False
            trims = text[left + 2 : left + 3] == "-" and text[left + 3 : left + 4] in _SPACES and left + 3 < len(text)
            end = left
            if trims:
                while end > self.pos and text[end - 1] in _SPACES:
                    end -= 1
            if end > self.pos:
                self.emit(Kind.TEXT, end)
            self.pos = left
            inner = left + 4 if trims else left + 2
            if not text.startswith("/*", inner):
                self.emit(Kind.LEFT, left + 2)
                self.pos = inner
                self.depth = 0
                return True
            self.pos = inner
            self.comment()

    def comment(self) -> None:
        end = self.text.find("*/", self.pos + 2)
        if end < 0:
            raise self.fail("unclosed comment")
        right = self.right_delimiter(end + 2)
        if right == 0:
            raise self.fail("comment ends before closing delimiter")
        self.pos = end + 2 + right
        if right == 4:
            self.skip_spaces()

    def right_delimiter(self, at: int) -> int:
        """The length of the right delimiter at `at`, 4 with its trim marker, 0 if there is none."""
        text = self.text
        if text.startswith("}}", at):
            return 2
        if text.startswith("-}}", at + 1) and text[at] in _SPACES:
            return 4
        return 0

    def skip_spaces(self) -> None:
        run = _SPACE_RUN.match(self.text, self.pos)
        if run:
            self.pos = run.end()

    def common(self) -> None:
        """Reads tokens of an action for as long as they are the commonest ones, which `inside` would read alike."""
        text, pos, tokens, match, kinds = self.text, self.pos, self.tokens, _COMMON.match, Kind.__members__
        line = self.line_at(pos)
        while found := match(text, pos):
            group, word = found.lastgroup, found[0]
            kind = _WORDS.get(word, Kind.IDENTIFIER) if group == "IDENTIFIER" else kinds[group or ""]
            tokens.append(Token(kind, pos, word, line))
            pos = found.end()
            if group == "SPACE" and "\n" in word:
                line = self.line_at(pos)
        self.pos = pos
        if len(tokens) > MAX_TOKENS:
            raise self.fail(f"size limit exceeded: a template has at most {MAX_TOKENS} tokens")

    def inside(self) -> bool:
        """Reads one token of an action; False after its right delimiter."""
        text, pos = self.text, self.pos
        right = self.right_delimiter(pos)
        if right:
            if self.depth:
                raise self.fail("unclosed left paren")
            self.pos += right - 2
            self.emit(Kind.RIGHT, self.pos + 2)
            if right == 4:
                self.skip_spaces()
            return False
        if pos >= len(text):
            raise self.fail("unclosed action")
        char = text[pos]
        if char in _SPACES:
            run = _SPACE_RUN.match(text, pos)
            end = run.end() if run else pos + 1
            # the last space belongs to a trimming delimiter; a space before it is a token of its own
            if text.startswith("-}}", end):
                end -= 1
            if end > pos:
                self.emit(Kind.SPACE, end)
        elif char in _SIMPLE:
            self.emit(_SIMPLE[char], pos + 1)
        elif char == ".":
            following = text[pos + 1 : pos + 2]
            if not following or "0" <= following <= "9":
                self.number()
            else:
                self.word(Kind.FIELD, pos + 1)
        elif char == "$":
            self.word(Kind.VARIABLE, pos + 1)
        elif char == '"':
            self.literal(Kind.STRING, _QUOTED, "unterminated quoted string")
        elif char in "+-" or "0" <= char <= "9":
            self.number()
        elif char == "_" or _alphanumeric(char):
            self.word(Kind.IDENTIFIER, pos)
        elif char == "(":
            self.depth += 1
            self.emit(Kind.LEFT_PAREN, pos + 1)
        elif char == ")":
            self.emit_right_paren()
        elif char == "`":
            end = text.find("`", pos + 1)
            if end < 0:
                raise self.fail("unterminated raw quoted string")
            self.emit(Kind.RAW_STRING, end + 1)
        elif char == "'":
            self.literal(Kind.CHARACTER, _RUNE, "unterminated character constant")
        elif char == ":":
            if not text.startswith(":=", pos):
                raise self.fail("expected :=")
            self.emit(Kind.DECLARE, pos + 2)
        elif char.isascii() and char.isprintable():
            self.emit(Kind.CHAR, pos + 1)
        else:
            raise self.fail(f"unrecognized character in action: {unicode_point(char)}")
        return True

    def emit_right_paren(self) -> None:
        if not self.depth:
            raise self.fail("unexpected right paren")
        self.depth -= 1
        self.emit(Kind.RIGHT_PAREN, self.pos + 1)

    def literal(self, kind: Kind, form: re.Pattern[str], fault: str) -> None:
        found = form.match(self.text, self.pos)
        if not found:
            raise self.fail(fault)
        self.emit(kind, found.end())

    def word(self, kind: Kind, start: int) -> None:
        """Reads a field, variable or identifier whose letters begin at `start`."""
        text = self.text
        run = _WORD.match(text, start)
        end = run.end() if run else start
        if not text.isascii():
            end = next((at for at in range(start, end) if not (text[at] == "_" or _alphanumeric(text[at]))), end)
        if end < len(text) and text[end] not in _AFTER_WORD and not text.startswith("}}", end):
            raise self.fail(f"bad character {unicode_point(text[end])}")
        if kind is Kind.IDENTIFIER:
            kind = _WORDS.get(text[start:end], kind)
        elif kind is Kind.FIELD and end == start:
            kind = Kind.DOT
        self.emit(kind, end)

    def number(self) -> None:
        kind, end = Kind.NUMBER, self.scan_number(self.pos)
        if self.text[end : end + 1] in {"+", "-"}:
            kind, end = Kind.COMPLEX, self.scan_number(end)
            if self.text[end - 1] != "i":
                raise self.bad_number(end)
        self.emit(kind, end)

    def scan_number(self, start: int) -> int:
        found = _NUMBER.match(self.text, start)
        end = found.end() if found else start
        if end < len(self.text) and (self.text[end] == "_" or _alphanumeric(self.text[end])):
            raise self.bad_number(end + 1)
        return end

    def bad_number(self, end: int) -> _FaultError:
        return self.fail(f"bad number syntax: {quote(self.text[self.pos : end])}")


def _alphanumeric(char: str) -> bool:
    """A letter or decimal digit of any script."""
    return char.isalpha() or char.isdecimal()


def unicode_point(char: str) -> str:
    """A character as `%#U` prints it: `U+002B '+'`."""
    shown = f" '{char}'" if char.isprintable() else ""
    return f"U+{ord(char):04X}{shown}"
