"""sprig's arithmetic and number conversions (`numeric.go`, `functions.go`)."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_DOWN, Context, Decimal

from istioctl.golang.budget import ITEM, check_size
from istioctl.golang.fmt import show
from istioctl.golang.strconv import format_float, parse_int, wrap
from istioctl.golang.types import SLICE_INT, CallError
from istioctl.golang.values import Int, make
from istioctl.gotemplate.functions.casting import to_float64, to_int64
from istioctl.gotemplate.functions.table import FunctionTable
from istioctl.gotemplate.running.execution import Execution

TABLE = FunctionTable()

_DIVISION_BY_ZERO = "runtime error: integer divide by zero"
_DECIMALS = Context(prec=5000)  # shopspring/decimal adds and multiplies without rounding
_DIVISION_DIGITS = 16


@TABLE.function("int", "any", passes=True)
def to_int(value: object) -> object:
    """The value as an int, 0 where it is not a number."""
    return Int(to_int64(value))


@TABLE.function("int64", "any", passes=True)
def int64(value: object) -> int:
    """The value as an int64, 0 where it is not a number."""
    return int(to_int64(value))


@TABLE.function("float64", "any", passes=True)
def float64(value: object) -> float:
    """The value as a float64, 0 where it is not a number."""
    return float(to_float64(value))


@TABLE.function("atoi", "string", passes=True)
def atoi(text: str) -> object:
    """A decimal number as an int; 0 where it is none, the nearest int where it is too large."""
    try:
        return Int(parse_int(text, 10))
    except ValueError:
        return Int(0)
    except OverflowError:
        return Int(-(1 << 63) if text[0] == "-" else (1 << 63) - 1)


@TABLE.function("toDecimal", "any", passes=True)
def to_decimal(value: object) -> int:
    """Octal digits as a number, 0 where they are none."""
    try:
        return parse_int(show(value), 8)
    except (ValueError, OverflowError):
        return 0


@TABLE.function("add1", "any", passes=True)
def add1(value: object) -> int:
    """One more."""
    return wrap(to_int64(value) + 1)


@TABLE.function("add", "...any", passes=True)
def add(*values: object) -> int:
    """The sum."""
    return wrap(sum(map(to_int64, values)))


@TABLE.function("sub", "any, any", passes=True)
def sub(left: object, right: object) -> int:
    """The difference."""
    return wrap(to_int64(left) - to_int64(right))


@TABLE.function("mul", "any, ...any", passes=True)
def mul(value: object, *values: object) -> int:
    """The product."""
    product = to_int64(value)
    for factor in values:
        product = wrap(product * to_int64(factor))
    return product


def _quotient(left: object, right: object) -> tuple[int, int]:
    dividend, divisor = to_int64(left), to_int64(right)
    if divisor == 0:
        raise CallError(_DIVISION_BY_ZERO)
    quotient, rest = divmod(abs(dividend), abs(divisor))
    return quotient if (dividend < 0) == (divisor < 0) else -quotient, -rest if dividend < 0 else rest


@TABLE.function("div", "any, any", passes=True)
def div(left: object, right: object) -> int:
    """The quotient, rounded towards zero."""
    return wrap(_quotient(left, right)[0])


@TABLE.function("mod", "any, any", passes=True)
def mod(left: object, right: object) -> int:
    """The rest of a division, with the dividend's sign."""
    return _quotient(left, right)[1]


@TABLE.function("max", "any, ...any", passes=True)
@TABLE.function("biggest", "any, ...any", passes=True)
def biggest(value: object, *values: object) -> int:
    """The largest as an int64."""
    return max(to_int64(value), *map(to_int64, values), to_int64(value))


@TABLE.function("min", "any, ...any", passes=True)
def smallest(value: object, *values: object) -> int:
    """The smallest as an int64."""
    return min(to_int64(value), *map(to_int64, values), to_int64(value))


@TABLE.function("maxf", "any, ...any", passes=True)
def maxf(value: object, *values: object) -> float:
    """The largest as a float64."""
    return _extreme(max, value, values)


@TABLE.function("minf", "any, ...any", passes=True)
def minf(value: object, *values: object) -> float:
    """The smallest as a float64."""
    return _extreme(min, value, values)


def _extreme(choose: Callable[[list[float]], float], value: object, values: tuple[object, ...]) -> float:
    numbers = [to_float64(value), *map(to_float64, values)]
    return math.nan if any(map(math.isnan, numbers)) else choose(numbers)


@TABLE.function("floor", "any", passes=True)
def floor(value: object) -> float:
    """Rounded down."""
    return _rounded(math.floor, to_float64(value))


@TABLE.function("ceil", "any", passes=True)
def ceil(value: object) -> float:
    """Rounded up."""
    return _rounded(math.ceil, to_float64(value))


def _rounded(step: Callable[[float], int], number: float) -> float:
    return math.copysign(step(number), number) if math.isfinite(number) else number


@TABLE.function("round", "any, int, ...float64", passes=True)
def round_to(value: object, places: int, *threshold: float) -> float:
    """Rounded to so many decimal places: up where what is cut off is at least `threshold` (0.5), else down."""
    number = to_float64(value)
    power = _power_of_ten(int(places))
    digit = power * number
    rest = math.modf(digit)[0]
    if not math.isfinite(digit):
        rounded = digit
    else:
        rounded = float(math.ceil(digit) if rest >= (threshold[0] if threshold else 0.5) else math.floor(digit))
    if power == 0:
        return math.nan if rounded == 0 or math.isnan(rounded) else math.copysign(math.inf, rounded)
    return rounded / power


def _power_of_ten(exponent: int) -> float:
    try:
        return math.pow(10.0, exponent)
    except OverflowError:
        return math.inf


def _decimal(value: object) -> Decimal:
    number = to_float64(value)
    if not math.isfinite(number):
        raise CallError(f"Cannot create a Decimal from {format_float(number)}")
    return Decimal(repr(number))


def _folded(step: Callable[[Decimal, Decimal], Decimal], value: object, values: tuple[object, ...]) -> float:
    result = _decimal(value)
    for other in values:
        result = step(result, _decimal(other))
    return float(result) + 0.0


@TABLE.function("add1f", "any", passes=True)
def add1f(value: object) -> float:
    """One more, in decimal arithmetic."""
    return _folded(_DECIMALS.add, value, (1,))


@TABLE.function("addf", "...any", passes=True)
def addf(*values: object) -> float:
    """The sum, in decimal arithmetic."""
    return _folded(_DECIMALS.add, 0.0, values)


@TABLE.function("subf", "any, ...any", passes=True)
def subf(value: object, *values: object) -> float:
    """The first less all others, in decimal arithmetic."""
    return _folded(_DECIMALS.subtract, value, values)


@TABLE.function("mulf", "any, ...any", passes=True)
def mulf(value: object, *values: object) -> float:
    """The product, in decimal arithmetic."""
    return _folded(_DECIMALS.multiply, value, values)


@TABLE.function("divf", "any, ...any", passes=True)
def divf(value: object, *values: object) -> float:
    """The first divided by all others, each quotient rounded to 16 decimal places."""
    return _folded(_divide, value, values)


def _divide(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise CallError("decimal division by 0")
    unit = Decimal(1).scaleb(-_DIVISION_DIGITS)
    quotient = abs(_DECIMALS.divide(left, right)).quantize(unit, ROUND_DOWN, context=_DECIMALS)
    rest = _DECIMALS.subtract(abs(left), _DECIMALS.multiply(quotient, abs(right)))
    if _DECIMALS.multiply(rest, 2) >= _DECIMALS.multiply(abs(right), unit):
        quotient = _DECIMALS.add(quotient, unit)
    return quotient.copy_negate() if (left < 0) != (right < 0) else quotient


@TABLE.function("randInt", "int, int", passes=True)
def rand_int(low: int, high: int) -> object:
    """A random number from `low` up to, not including, `high`."""
    import random

    if high <= low:
        raise CallError("invalid argument to Intn")
    return Int(random.randrange(int(low), int(high)))  # noqa: S311 - sprig's isn't for secrets either


@TABLE.function("until", "int", context=True)
def until(execution: Execution, count: int) -> object:
    """The numbers from 0 up (or down) to, not including, `count`."""
    return make(SLICE_INT, map(Int, _steps(execution, 0, count, -1 if count < 0 else 1)))


@TABLE.function("untilStep", "int, int, int", context=True)
def until_step(execution: Execution, start: int, stop: int, step: int) -> object:
    """The numbers from `start` to, not including, `stop`; none where `step` leads away."""
    return make(SLICE_INT, map(Int, _steps(execution, start, stop, step)))


def _steps(execution: Execution, start: int, stop: int, step: int) -> range:
    if step == 0 or (stop < start) != (step < 0):
        return range(0)
    numbers = range(int(start), int(stop), int(step))
    size = (numbers.stop - numbers.start + numbers.step - (1 if step > 0 else -1)) // numbers.step
    check_size(size)
    execution.charge(max(size, 0))
    execution.take(ITEM * max(size, 0))
    return numbers


@TABLE.function("seq", "...int", context=True)
def seq(execution: Execution, *params: int) -> str:
    """Numbers as the shell's seq prints them, in one line: `END`, `START END` or `START STEP END`."""
    if not 1 <= len(params) <= 3:
        return ""
    start, end = (1, params[0]) if len(params) == 1 else (params[0], params[-1])
    direction = -1 if end < start else 1
    step = params[1] if len(params) == 3 else direction
    if direction < 0 < step:
        return ""
    return " ".join(map(str, _steps(execution, start, end + direction, step)))
