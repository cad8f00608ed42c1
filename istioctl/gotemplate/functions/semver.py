"""sprig's semantic versions (`semver.go`), as Masterminds/semver 3.5 reads and compares them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from istioctl.golang import types
from istioctl.golang.quoting import quote
from istioctl.golang.types import STRING, UINT64, CallError, GoType, function, pointer_to
from istioctl.golang.values import HIDDEN, Int, Uint64, encode, make
from istioctl.gotemplate.functions.table import FunctionTable
from istioctl.patterns import lazy_pattern

TABLE = FunctionTable()

_VERSION = lazy_pattern(
    r"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?\Z"
)
_OPERATOR = r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^"
_PATTERN = (
    r"v?([0-9|x|X|*]+)(\.[0-9|x|X|*]+)?(\.[0-9|x|X|*]+)?(-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_PLAIN_PATTERN = re.sub(r"\((?!\?)", "(?:", _PATTERN)
_UINT64 = 1 << 64
_INVALID = "invalid semantic version"


class VersionError(ValueError):
    """The text is not a version or no constraint; the message is Go's."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version."""

    major: int
    minor: int
    patch: int
    pre: str
    metadata: str
    original: str

    def __str__(self) -> str:
        text = f"{self.major}.{self.minor}.{self.patch}"
        return text + (f"-{self.pre}" if self.pre else "") + (f"+{self.metadata}" if self.metadata else "")

    def compare(self, other: Version) -> int:
        """-1, 0 or 1; the metadata don't count."""
        mine, others = (self.major, self.minor, self.patch), (other.major, other.minor, other.patch)
        if mine != others:
            return -1 if mine < others else 1
        if not self.pre or not other.pre:
            return (not self.pre) - (not other.pre)
        return _compare_pre(self.pre, other.pre)


def parse_version(text: str) -> Version:
    """Reads a version; parts may be missing, and a `v` may stand in front.

    Raises:
        VersionError: it is none.
    """
    if len(encode(text)) > _LONGEST_VERSION:
        raise VersionError(f"version string is too long (max {_LONGEST_VERSION} bytes)")
    found = _VERSION.match(text)
    if found is None:
        raise VersionError(_INVALID)
    numbers = [int(part or 0) for part in found.group(1, 2, 3)]
    for number in numbers:
        if number >= _UINT64:
            raise VersionError(
                f'error parsing version segment: strconv.ParseUint: parsing "{number}": value out of range'
            )
    pre = found[4] or ""
    if any(len(part) > 1 and part[0] == "0" and part.isdigit() for part in pre.split(".")):
        raise VersionError("version segment starts with 0")
    return Version(numbers[0], numbers[1], numbers[2], pre, found[5] or "", text)


def _compare_pre(left: str, right: str) -> int:
    ours, theirs = left.split("."), right.split(".")
    for at in range(max(len(ours), len(theirs))):
        a = ours[at] if at < len(ours) else ""
        b = theirs[at] if at < len(theirs) else ""
        if a != b:
            return -1 if _pre_key(a) < _pre_key(b) else 1
    return 0


def _pre_key(part: str) -> tuple[int, int, str]:
    if not part:
        return 0, 0, ""
    return (1, int(part), "") if part.isdigit() and int(part) < _UINT64 else (2, 0, part)


@dataclass(frozen=True, slots=True)
class _Bound:
    """One comparison of a constraint; `given` is how many parts of its version are said (not `x` or missing)."""

    operator: str
    version: Version
    given: int


@dataclass(frozen=True, slots=True)
class Constraint:
    """Alternatives, each a list of comparisons that must all hold."""

    alternatives: tuple[tuple[_Bound, ...], ...]

    def allows(self, version: Version) -> bool:
        """Whether a version meets it; a pre-release only where an alternative speaks of pre-releases."""
        return any(
            (not version.pre or any(bound.version.pre for bound in bounds))
            and all(_CHECKS[bound.operator](version, bound) for bound in bounds)
            for bounds in self.alternatives
        )


def _equal_or_within(version: Version, bound: _Bound) -> bool:
    return _tilde(version, bound) if bound.given < 3 else version.compare(bound.version) == 0


def _not_equal(version: Version, bound: _Bound) -> bool:
    limit = bound.version
    if bound.given == 3:
        return version.compare(limit) != 0
    if version.major != limit.major:
        return True
    if bound.given == 1:
        return False
    if version.minor != limit.minor:
        return True
    if bound.given == 0:
        return version.patch != limit.patch or version.compare(limit) != 0
    return bool((version.pre or limit.pre) and _compare_pre(version.pre, limit.pre) != 0)


def _greater(version: Version, bound: _Bound) -> bool:
    limit = bound.version
    if bound.given in (0, 3):
        return version.compare(limit) > 0
    if version.major != limit.major:
        return version.major > limit.major
    return bound.given == 2 and version.minor > limit.minor


def _less(version: Version, bound: _Bound) -> bool:
    return version.compare(bound.version) < 0


def _at_least(version: Version, bound: _Bound) -> bool:
    return version.compare(bound.version) >= 0


def _at_most(version: Version, bound: _Bound) -> bool:
    limit = bound.version
    if bound.given == 3:
        return version.compare(limit) <= 0
    if version.major > limit.major:
        return False
    return not (version.major == limit.major and version.minor > limit.minor and bound.given != 1)


def _tilde(version: Version, bound: _Bound) -> bool:
    limit = bound.version
    if version.compare(limit) < 0:
        return False
    if (limit.major, limit.minor, limit.patch) == (0, 0, 0) and bound.given in (0, 3):
        return True
    return version.major == limit.major and (version.minor == limit.minor or bound.given == 1)


def _caret(version: Version, bound: _Bound) -> bool:
    limit = bound.version
    if version.compare(limit) < 0:
        return False
    if limit.major > 0 or bound.given == 1:
        return version.major == limit.major
    if version.major > 0:
        return False
    if limit.minor > 0 or bound.given == 2:
        return version.minor == limit.minor
    return version.minor == 0 and version.patch == limit.patch


_CHECKS: dict[str, Callable[[Version, _Bound], bool]] = {
    "": _equal_or_within, "=": _equal_or_within, "!=": _not_equal, ">": _greater, "<": _less, ">=": _at_least,
    "=>": _at_least, "<=": _at_most, "=<": _at_most, "~": _tilde, "~>": _tilde, "^": _caret,
}  # fmt: skip

_BOUND = lazy_pattern(rf"\s*({_OPERATOR})\s*{_PATTERN}\s*\Z")
_FIND = lazy_pattern(rf"(?:!=|>=|=>|<=|=<|~>|[=<>~^]|)\s*{_PLAIN_PATTERN}")
_SPAN = lazy_pattern(rf"\s*({_PLAIN_PATTERN})\s+-\s+({_PLAIN_PATTERN})\s*")
_VALID = lazy_pattern(
    rf"\s*(?:{_OPERATOR})\s*{_PLAIN_PATTERN}\s*(?:(?:\s+|,\s*)(?:{_OPERATOR})\s*{_PLAIN_PATTERN}\s*)*\Z"
)
_SPACES = lazy_pattern(r"[\t\n\f\r ]+")
_ANY_PART = frozenset(("x", "X", "*"))
_LONGEST_CONSTRAINT, _MOST_ALTERNATIVES, _LONGEST_VERSION = 512, 32, 256


@lru_cache(maxsize=256)
def parse_constraint(text: str) -> Constraint:
    """Reads a constraint such as `>= 1.2, < 2 || ~3`.

    Raises:
        VersionError: it is none.
    """
    if len(encode(text)) > _LONGEST_CONSTRAINT:
        raise VersionError(f"constraint string is too long (max {_LONGEST_CONSTRAINT} bytes)")
    text = _SPAN.sub(lambda found: f">= {found[1]}, <= {found[2]} ", text)
    parts = text.split("||")
    if len(parts) > _MOST_ALTERNATIVES:
        raise VersionError(f"too many constraint groups (max {_MOST_ALTERNATIVES})")
    alternatives = []
    for part in parts:
        spaced = _SPACES.sub(" ", part)  # so that the patterns find few ways to fail
        if not _VALID.match(spaced):
            raise VersionError(f"improper constraint: {quote(part)}")
        alternatives.append(tuple(map(_bound, _FIND.findall(spaced))))
    return Constraint(tuple(alternatives))


def _bound(text: str) -> _Bound:
    found = _BOUND.match(text)
    if found is None:
        raise VersionError(f"improper constraint: {quote(text)}")
    operator, *parts, pre = found.groups()
    numbers = [(part or "").removeprefix(".") for part in parts]
    given = next((at for at, part in enumerate(numbers) if not part or part in _ANY_PART), 3)
    spelled = ".".join(numbers[:given] + ["0"] * (3 - given))
    try:
        return _Bound(operator, parse_version(spelled + (pre or "")), given)
    except VersionError:
        raise VersionError("constraint parser error") from None


#: What templates see: a `*semver.Version`, whose fields are hidden behind its methods.
STRUCT = types.struct(
    "semver.Version",
    {},
    hidden={
        "major": UINT64,
        "minor": UINT64,
        "patch": UINT64,
        "pre": STRING,
        "metadata": STRING,
        "original": STRING,
    },
)
_POINTER = pointer_to(STRUCT)


def _value(version: Version, go_type: GoType = STRUCT) -> object:
    numbers = {"major": Uint64(version.major), "minor": Uint64(version.minor), "patch": Uint64(version.patch)}
    texts = {"pre": version.pre, "metadata": version.metadata, "original": version.original}
    return make(go_type, numbers | texts)


def _version(value: Any) -> Version:
    return Version(*(value[HIDDEN + name] for name in STRUCT.hidden))


@TABLE.function("semver", "string")
def semver(text: str) -> object:
    """A version whose `.Major`, `.Minor`, `.Patch`, `.Prerelease`, `.Metadata` can be asked for."""
    try:
        return _value(parse_version(text), _POINTER)
    except VersionError as error:
        raise CallError(str(error)) from None


@TABLE.function("semverCompare", "string, string", passes=True)
def semver_compare(constraint: str, version: str) -> bool:
    """Whether a version meets a constraint."""
    try:
        return parse_constraint(constraint).allows(parse_version(version))
    except VersionError as error:
        raise CallError(str(error)) from None


def _next(version: Version, major: int, minor: int, patch: int) -> Version:
    made = replace(version, major=major, minor=minor, patch=patch, pre="", metadata="")
    return replace(made, original=("v" if version.original.startswith("v") else "") + str(made))


_ASKED: dict[str, Callable[[Version], object]] = {
    "String": str,
    "Major": lambda version: Uint64(version.major),
    "Minor": lambda version: Uint64(version.minor),
    "Patch": lambda version: Uint64(version.patch),
    "Prerelease": lambda version: version.pre,
    "Metadata": lambda version: version.metadata,
    "Original": lambda version: version.original,
    "IncMajor": lambda version: _value(_next(version, version.major + 1, 0, 0)),
    "IncMinor": lambda version: _value(_next(version, version.major, version.minor + 1, 0)),
    "IncPatch": lambda version: _value(_next(version, version.major, version.minor, version.patch + (not version.pre))),
}
_COMPARED: dict[str, Callable[[int], object]] = {
    "Compare": Int,
    "Equal": lambda order: order == 0,
    "LessThan": lambda order: order < 0,
    "LessThanEqual": lambda order: order <= 0,
    "GreaterThan": lambda order: order > 0,
    "GreaterThanEqual": lambda order: order >= 0,
}


def _asking(answer: Callable[[Version], object]) -> Callable[[object], object]:
    return lambda value: answer(_version(value))


def _comparing(answer: Callable[[int], object]) -> Callable[[object, object], object]:
    return lambda value, other: answer(_version(value).compare(_version(other)))


STRUCT.methods.update({name: function(name, "", _asking(answer)) for name, answer in _ASKED.items()})
STRUCT.pointer_methods.update(
    {name: function(name, "*semver.Version", _comparing(answer)) for name, answer in _COMPARED.items()}
)
STRUCT.json = _POINTER.json = lambda value: str(_version(value))
