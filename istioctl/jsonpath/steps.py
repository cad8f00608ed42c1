"""Steps of a path in which kubectl and jsonpath-ng differ, as jsonpath-ng expressions.

Each finds, for one value, the values that it leads to. What leads nowhere finds nothing; what makes no sense (an index
of a mapping, an index beyond the end, a comparison of a text with a number) is an error, as it is for kubectl.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from jsonpath_ng import DatumInContext, JSONPath, This

from istioctl.errors import TemplateError

Found = list[DatumInContext]


def value_of(datum: Any) -> Any:
    """The plain value of what an expression is given or has found."""
    return DatumInContext.wrap(datum).value


def of_values(values: Sequence[Any]) -> Found:
    """Values as what an expression has found."""
    return [DatumInContext(value) for value in values]


class Key(JSONPath):
    """The value of a key, whatever its name: jsonpath-ng's own `Fields` takes some names for more."""

    def __init__(self, name: str) -> None:
        self.name = name

    def find(self, datum: Any) -> Found:
        """The value, if there is such a key."""
        value = value_of(datum)
        return of_values([value[self.name]]) if isinstance(value, dict) and self.name in value else []


class Wildcard(JSONPath):
    """`.*`: all that a value holds; of a text its bytes, as in Go."""

    def find(self, datum: Any) -> Found:
        """The values of a mapping, the items of a list."""
        return of_values(children(value_of(datum)))


class Nested(JSONPath):
    """`..`: a value and all that is in it, at any depth, as far as it holds something itself."""

    def find(self, datum: Any) -> Found:
        """Each before what it holds."""
        found: list[Any] = []
        stack = [value_of(datum)]
        while stack:
            value = stack.pop()
            held = children(value)
            if held:
                found.append(value)
                stack.extend(reversed(held))
        return of_values(found)


class Items(JSONPath):
    """`[START:END:STEP]`, and an index as the items from there to the next."""

    def __init__(self, start: int | None, end: int | None, step: int | None, *, is_index: bool) -> None:
        self.start = start
        self.end = end
        self.step = step
        self.is_index = is_index

    def find(self, datum: Any) -> Found:
        """The items.

        Raises:
            TemplateError: the value is not a list, or is too short.
        """
        value = value_of(datum)
        if value is None:
            return []
        if not isinstance(value, list):
            raise TemplateError(f"{kind_of(value)} is not a list", hint="An index or a slice is for lists.")
        start, end = self.start or 0, self.end if self.end is not None else len(value)
        if start < 0:
            start += len(value)
        if end < 0 or (end == 0 and self.is_index):
            end += len(value)
        if start == end:
            return []
        for index in (start, end - 1):
            if not 0 <= index < len(value):
                raise TemplateError(f"array index out of bounds: index {index}, length {len(value)}")
        if start > end:
            raise TemplateError(f"starting index {start} is greater than ending index {end}")
        if self.step is not None and self.step <= 0:
            raise TemplateError("step must be > 0")
        return of_values(value[start : end : self.step])


class Constant(JSONPath):
    """A number or a truth value, once for each value that it is asked of."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def find(self, datum: Any) -> Found:
        """The constant."""
        return of_values([self.value])


class Instead(JSONPath):
    """A quoted text, or what `{end}` finds, which is nothing; what stands before it in the braces has to make sense."""

    def __init__(self, before: Any, values: Sequence[Any]) -> None:
        self.before = before
        self.values = values

    def find(self, datum: Any) -> Found:
        """The values, whatever was found before.

        Raises:
            TemplateError: what stands before makes no sense.
        """
        self.before.find(datum)
        return of_values(self.values)


class Union(JSONPath):
    """`[A,B]`: all that the first finds, then all that the next finds."""

    def __init__(self, members: Sequence[Any]) -> None:
        self.members = members

    def find(self, datum: Any) -> Found:
        """The values of all."""
        return [found for member in self.members for found in member.find(datum)]


class Condition(NamedTuple):
    """One comparison of a filter; without an operator, whether there is something.

    Attributes:
        left, right: expressions.
        operator: one of `== != < <= > >=`, or empty.
    """

    left: Any
    operator: str = ""
    right: Any = This()

    def holds(self, item: Any) -> bool:
        """Whether it holds for an item of a list.

        Raises:
            TemplateError: there is no comparing.
        """
        if not self.operator:
            try:
                return bool(self.left.find(item))
            except TemplateError:
                return False
        sides = []
        for side in (self.left, self.right):
            found = side.find(item)
            if not found:
                return False
            if len(found) > 1:
                raise TemplateError("can only compare one element at a time")
            sides.append(found[0].value)
        return _compare(self.operator, *sides)


class Filter(JSONPath):
    """`[?(…)]`: the items of a list for which the conditions of one alternative hold.

    Args:
        alternatives: of which one has to hold; of each all conditions.
    """

    def __init__(self, alternatives: Sequence[Sequence[Condition]]) -> None:
        self.alternatives = alternatives

    def find(self, datum: Any) -> Found:
        """The items.

        Raises:
            TemplateError: the value is not a list, or an item can't be compared.
        """
        value = value_of(datum)
        if not isinstance(value, list):
            raise TemplateError(f"{kind_of(value)} is not a list and cannot be filtered")
        return of_values(
            [item for item in value if any(all(each.holds(item) for each in both) for both in self.alternatives)]
        )


def children(value: Any) -> list[Any]:
    """What a value holds; a text holds its bytes."""
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, str):
        return list(value.encode("utf-8", "surrogatepass"))
    return list(value) if isinstance(value, list) else []


def kind_of(value: Any) -> str:
    """What a value is, for messages."""
    names = {dict: "a mapping", list: "a list", str: "a text", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "nothing")


def _compare(operator: str, left: Any, right: Any) -> bool:
    """As Go's templates compare: texts with texts, whole numbers with whole numbers, fractions with fractions."""
    for side in (left, right):
        if type(side) not in (bool, int, float, str):
            raise TemplateError(f"invalid type for comparison: {kind_of(side)}")
    if type(left) is not type(right):
        raise TemplateError(
            f"incompatible types for comparison: {kind_of(left)} and {kind_of(right)}",
            hint="Quote a text; write a number without quotes, a fraction with its point.",
        )
    if operator in ("==", "!="):
        return (left == right) is (operator == "==")
    if isinstance(left, bool):
        raise TemplateError("invalid type for comparison: booleans have no order")
    less = left < right
    if operator == "<":
        return bool(less)
    if operator == ">=":
        return not less
    return bool(less or left == right) is (operator == "<=")
