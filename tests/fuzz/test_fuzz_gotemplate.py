"""Hostile templates and data end in text or a TemplateError, within the limits.

A few seconds by default; `ISTIOCTL_FUZZ_SECONDS=1200 pytest tests/fuzz` goes on for that long with fresh seeds, which
all follow from `ISTIOCTL_FUZZ_SEED`. A template is made from a seed rather than drawn part by part, which makes
thousands in the time of one hundred.
"""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from istioctl.errors import TemplateError
from istioctl.golang import types
from istioctl.golang.durations import SECOND
from istioctl.golang.times import Duration, Time
from istioctl.golang.values import Float32, Int, Pointer, Uint8, Uint64, make, nil, pointer
from istioctl.gotemplate.compiler import codegen
from istioctl.gotemplate.errors import ParseError
from istioctl.gotemplate.functions import functions_of, further_functions_of
from istioctl.gotemplate.language.parser import parse
from istioctl.gotemplate.limits import Limits
from istioctl.gotemplate.running.runtime import NAMES as RUNTIME
from istioctl.gotemplate.template import TemplateSet, render
from tests.support import sound_code

LIMITS = Limits(output=200_000, steps=20_000, seconds=1.0, includes=40)
PATIENCE = 10.0  # seconds that one example may take; far above the limit, since a single call can't be cut off

SHIP = types.struct("fuzz.Ship", {"Name": types.STRING, "Tags": types.SLICE_STRING, "Any": types.ANY})


def data() -> dict[str, object]:
    """One value of each kind; made anew, since functions such as `set` change it."""
    return {
        "text": "some text",
        "empty": "",
        "bytes": b"\xff\x00x",
        "bad": "\udcff\ud800",
        "wide": "é漢😀",
        "whole": 7,
        "huge": 2**63 - 1,
        "vast": 10**40,
        "real": -2.5,
        "nan": float("nan"),
        "inf": float("inf"),
        "yes": True,
        "none": None,
        "list": [1, "a", None, 2.5, [1, 2], {"k": "v"}],
        "map": {"a": 1, "b": {"c": "deep", "n": None}, "__class__": "x", "": 0},
        "int": Int(5),
        "byte": Uint8(200),
        "max": Uint64(2**64 - 1),
        "single": Float32(1.5),
        "strings": make(types.SLICE_STRING, ["x", "y"]),
        "labels": make(types.MAP_STRING, {"a": "A"}),
        "ship": make(SHIP, {"Name": "Fram"}),
        "pointer": pointer(make(SHIP, {"Name": "Maud", "Any": 5})),
        "lost": nil(types.pointer_to(SHIP)),
        "number": Pointer(types.pointer_to(types.INT), Int(3)),
        "nothing": nil(types.MAP_STRING),
        "complex": 1 + 2j,
        "moment": Time(datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
        "while": Duration(90 * SECOND),
    }


LITERALS = [
    "0", "1", "-3", "2.5", "1e9", "999999999999", "0x7fffffffffffffff", "-9223372036854775808", "1i", "'x'", "nil",
    "true", "false", '""', '"a"', '"text,with,commas"', '"1.2.3"', '"%d %s %v"', '"%*d%[9]d%"', '"%1000000d"', "`raw`",
    '"2006-01-02"', '"(a+)+$"', '"["', '"\\xff\\u00e9"', '"{\\"a\\": [1, null]}"', '"main"', '"{{ . }}"', '"aGk="',
]  # fmt: skip
NAMES = [*data(), "absent", "Name", "Tags", "Any", "a", "b", "c", "n", "__class__", "__init__", "items", "keys"]
METHODS = ["moment.Format", "moment.Unix", "moment.Date", "while.Round", "while.String", "lost.Name", "none.Format"]
KNOWN = {dialect: {**functions_of(dialect), **further_functions_of(dialect)} for dialect in ("go", "helm", "istio")}
FUNCTIONS = {dialect: sorted(known) for dialect, known in KNOWN.items()}
SLOW = {"genPrivateKey", "genCA", "genSelfSignedCert", "genSignedCert", "derivePassword", "htpasswd", "bcrypt"}
SLOW |= {"genCAWithKey", "genSelfSignedCertWithKey", "genSignedCertWithKey"}


class _Writer:
    """Writes one random template."""

    def __init__(self, chance: random.Random, dialect: str) -> None:
        self.chance = chance
        self.known = KNOWN[dialect]
        self.functions = [name for name in FUNCTIONS[dialect] if name not in SLOW]
        self.variables = ["$"]

    def text(self) -> str:
        body = self.statements(0)
        if self.chance.random() < 0.1:  # deeper than one function of the generated code
            for _ in range(self.chance.randint(8, 30)):
                body = f"{self.statement(3)}{{{{ if {self.command(2)} }}}}{body}{{{{ end }}}}{self.statement(3)}"
        if self.chance.random() < 0.1:  # break it
            at = self.chance.randrange(len(body) + 1)
            body = (
                body[:at]
                + self.chance.choice(["{{", "}}", "(", '"', "|", "\x00", "{{/*", " -}}", "$", ".", "é"])
                + body[at:]
            )
        return body

    def statements(self, depth: int) -> str:
        kept = len(self.variables)
        body = "".join(self.statement(depth) for _ in range(self.chance.randint(1, 3)))
        del self.variables[kept:]
        return body

    def statement(self, depth: int) -> str:
        roll = self.chance.random()
        if depth > 4 or roll < 0.45:
            return f"{{{{ {self.pipe(0)} }}}}"
        if roll < 0.5:
            return self.chance.choice(["text", "\n  ", "{{/* note */}}", "{{- break }}", "{{ continue -}}"])
        if roll < 0.6:
            name = self.chance.choice(["$x", "$y", "$z"])
            sign = "=" if name in self.variables and self.chance.random() < 0.5 else ":="
            code = f"{{{{ {name} {sign} {self.pipe(0)} }}}}"
            self.variables.append(name)
            return code
        if roll < 0.65:
            return f'{{{{ template "{self.chance.choice(["main", "other", "none"])}" {self.operand(0)} }}}}'
        word = self.chance.choice(["if", "with", "range", "range $k, $v :=", "range $v :=", "range $x, $y ="])
        pipe = self.chance.choice(["list", "map", "whole", "strings"]) if self.chance.random() < 0.4 else ""
        head = f"{{{{ {word} {'.' + pipe if pipe else self.pipe(0)} }}}}"
        kept = len(self.variables)
        self.variables += [name for name in ("$k", "$v") if name in word]
        body = self.statements(depth + 1)
        del self.variables[kept:]
        tail = f"{{{{ else }}}}{self.statements(depth + 1)}" if self.chance.random() < 0.3 else ""
        return f"{head}{body}{tail}{{{{ end }}}}"

    def pipe(self, depth: int) -> str:
        stages = [self.command(depth) for _ in range(self.chance.choice([1, 1, 1, 2, 3]))]
        return " | ".join(stages)

    def command(self, depth: int) -> str:
        if self.chance.random() < 0.3:
            return self.operand(depth)
        roll = self.chance.random()
        if roll < 0.05:
            return f".{self.chance.choice(METHODS)} {self.operand(depth + 1)}"
        name = self.chance.choice(["and", "or", "not", "eq"]) if roll < 0.3 else self.chance.choice(self.functions)
        count = self.chance.choice([0, 1, 1, 2, 2, 3, 4])
        if self.chance.random() < 0.9:  # as many as it takes: what follows a certain failure is never reached
            function = self.known[name]
            count = max(count, function.fixed) if function.variadic else len(function.params)
        return " ".join([name, *(self.operand(depth + 1) for _ in range(count))])

    def operand(self, depth: int) -> str:
        roll = self.chance.random()
        if roll < 0.35:
            return self.chance.choice(LITERALS)
        if roll < 0.45:
            return self.chance.choice(self.variables)
        if roll < 0.8 or depth > 3:
            return "".join(f".{self.chance.choice(NAMES)}" for _ in range(self.chance.choice([1, 1, 1, 2, 3])))
        if roll < 0.83:
            self.variables.append("$w")
            return f"($w := {self.pipe(depth + 1)})"
        return f"({self.pipe(depth + 1)})"


def _check_code(name: str, text: str, dialect: str) -> None:
    """Proves the generated code sound, whatever the data."""
    functions = KNOWN[dialect]
    try:
        with mock.patch.object(codegen, "_UNWATCHED_CALLS", 0):  # the clock is looked at everywhere
            made = codegen.generate(name, text, parse(name, text, functions), functions)
    except ParseError:
        return
    sound_code.check(made.text, [*RUNTIME, *(f"f_{called}" for called in made.functions)])


def _survives(number: int) -> None:
    chance = random.Random(number)
    dialect = chance.choice(["go", "helm", "istio"])
    templates = {name: _Writer(chance, dialect).text() for name in ("main", "other")}
    missing_key = chance.choice(["default", "zero", "error"])
    for name, text in templates.items():
        _check_code(name, text, dialect)
    start = time.monotonic()
    try:
        text = render(templates, "main", data(), dialect=dialect, missing_key=missing_key, limits=LIMITS)
    except TemplateError as error:
        text = str(error)
    assert ": internal error: " not in text
    text.encode("utf-8", "surrogateescape")  # each character stands for a byte, or is one of Unicode
    assert time.monotonic() - start < PATIENCE


def _check(examples: int, chosen: int) -> None:
    @seed(chosen)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**64))
    def run(number: int) -> None:
        _survives(number)

    run()


@pytest.mark.timeout(0)  # it ends when told
def test_any_template_ends_in_text_or_an_error() -> None:
    seconds = float(os.environ.get("ISTIOCTL_FUZZ_SECONDS", "0"))
    end = time.monotonic() + seconds
    seeds = random.Random(os.environ["ISTIOCTL_FUZZ_SEED"])
    _check(400, seeds.getrandbits(64))
    while time.monotonic() < end:
        _check(2000, seeds.getrandbits(64))


@seed(int(os.environ["ISTIOCTL_FUZZ_SEED"]))
@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("{}-/*()|.$:=,'\"` \n\\abc019éx+"), max_size=60))
def test_any_text_is_a_template_or_an_error(text: str) -> None:
    for source in (f"{{{{{text}", f"{{{{{text}}}}}"):
        message = "template: main:"
        try:
            TemplateSet({"main": source}, dialect="go")
        except TemplateError as error:
            message = str(error)
        assert message.startswith("template: main:")
