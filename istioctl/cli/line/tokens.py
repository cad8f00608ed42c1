"""The words of a command line as flags with their values and positional words: what all readers of it share.

The finder of commands, the quick reader, the rewriting for Typer and completion differ in what they make of a flag
that nobody knows or whose value is missing; where a flag ends and the next word begins is the same for all. The rules
are pflag's, which reads the real tool's command lines: `--flag=VALUE`, `--flag VALUE`, `-f=VALUE`, `-fVALUE`, `-f
VALUE`, `-yf VALUE`; a switch has a value only behind `=`, and words after `--` are positional.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

#: Says of a flag's spelling whether a value follows; None where there is no such flag.
TakesValue = Callable[[str], bool | None]
#: The word after which all are positional.
END_OF_FLAGS = "--"
#: What asks for help, behind every command and group.
HELP = ("-h", "--help")


class Token(NamedTuple):
    """A flag with its value, or a positional word.

    Attributes:
        flag: the flag as spelled; empty for a positional word, `--` for the word that ends the flags.
        value: the flag's value, None where it has none; the positional word itself.
        known: whether there is such a flag.
        start: the index of the word in which it begins.
        end: the index of the word behind it.
    """

    flag: str
    value: str | None
    known: bool
    start: int
    end: int


def tokens(words: Sequence[str], takes_value: TakesValue) -> Iterator[Token]:
    """Read the words of a command line, from the first to the last.

    Args:
        words: the words; what stands in quotes is one word, as the shell hands it over.
        takes_value: says which flags there are; it is asked only for words that look like flags.
    """
    at = 0
    while at < len(words):
        word = words[at]
        if word == END_OF_FLAGS:
            yield Token(word, None, True, at, at + 1)
            yield from (Token("", word, True, i, i + 1) for i, word in enumerate(words[at + 1 :], at + 1))
            return
        if not word.startswith("-") or word == "-":
            yield Token("", word, True, at, at + 1)
            at += 1
        elif word.startswith("--"):
            flag, equals, value = word.partition("=")
            token = _token(flag, value if equals else None, takes_value(flag), words, at)
            yield token
            at = token.end
        else:
            for token in _letters(words, at, takes_value):
                yield token
                at = token.end


def _letters(words: Sequence[str], at: int, takes_value: TakesValue) -> Iterator[Token]:
    """The flags of one letter that the word at `at` runs together, the last perhaps with its value."""
    letters = words[at][1:]
    while letters:
        flag, letters = f"-{letters[0]}", letters[1:]
        takes = takes_value(flag)
        value = None
        if letters and (takes or letters[0] == "="):
            value, letters = letters.removeprefix("="), ""
        yield _token(flag, value, takes, words, at)


def _token(flag: str, value: str | None, takes: bool | None, words: Sequence[str], at: int) -> Token:
    if takes and value is None and at + 1 < len(words):
        return Token(flag, words[at + 1], True, at, at + 2)
    return Token(flag, value, takes is not None, at, at + 1)
