"""Reading plain data as Kubernetes' own types, the way Go decodes an object into a struct.

What comes out is plain data again, in one form: unknown fields, nulls and the empty values that Go leaves out are
gone, names have their right case, scalars their right type. Two objects that mean the same are equal in this form.

Rules: encoding/json, and for what users write sigs.k8s.io/yaml, which turns numbers and booleans into text where a
field wants text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from istioctl.api import quantities
from istioctl.api.schema.catalog import message
from istioctl.api.schema.notation import Field
from istioctl.api.schema.paths import path_text
from istioctl.api.schema.scalars import RANGES, is_time
from istioctl.errors import InputError
from istioctl.yamldoc.scalars import single_float_text

Convert = Callable[[Any, bool], Any]


class WrongTypeError(InputError):
    """A value can't be what its field is.

    Attributes:
        problem: what is wrong with the value.
        steps: the keys and indexes that lead to the value; the readers fill it in from the inside out.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem, id="wrong-type")
        self.problem = problem
        self.steps: list[str | int] = []

    def inside(self, step: str | int) -> WrongTypeError:
        """The same error, seen from the collection that holds the value at `step`."""
        self.steps.insert(0, step)
        self.message = f"{path_text(self.steps)}: {self.problem}"
        return self


class FieldType(NamedTuple):
    """One field of a struct.

    Attributes:
        json, go: its names.
        of: the type as `spelled_type` spells it.
        convert: reads a value of it.
        optional: Go leaves it out when it prints the struct and nothing is there.
        omit: Go leaves out an empty value as well, which is no different to it from none.
        inline: it comes from an embedded struct, where sigs.k8s.io/yaml does not turn scalars into text.
        struct: the struct that it is, not through a pointer or list; empty for everything else.
        dropped: an empty mapping says no more than none.
    """

    json: str
    go: str
    of: str
    convert: Convert
    optional: bool
    omit: bool
    inline: bool
    struct: str
    dropped: bool


class Shape(NamedTuple):
    """A struct type: its fields by JSON name, and by lower-cased name since Go's decoder ignores case."""

    name: str
    fields: Mapping[str, FieldType]
    folded: Mapping[str, FieldType]

    def read(self, data: Any, lenient: bool) -> dict[str, Any]:
        """`data` in the one form."""
        if not isinstance(data, dict):
            raise WrongTypeError(f"a mapping is expected here, not {_described(data)}")
        result: dict[str, Any] = {}
        fields = self.fields
        for name, value in data.items():
            field = fields.get(name) or self.folded.get(name.lower())
            if field is None or value is None:
                continue
            try:
                value = field.convert(value, lenient and not field.inline)
            except WrongTypeError as error:
                raise error.inside(name) from None
            if value or not (field.dropped if value == {} else field.omit):
                result[field.json] = value
            else:
                result.pop(field.json, None)
        return result


def read(data: Any, of: str, *, lenient: bool) -> Any:
    """`data` as the type `of`, in the one form.

    Args:
        data: plain data.
        of: a struct, such as `Pod` or `openshift.DeploymentConfig`, or `[]` and one.
        lenient: turn numbers and booleans into text where text is wanted, as for what users write.

    Raises:
        WrongTypeError: a value has another type than its field.
    """
    return _converter(of)(data, lenient)


@cache
def shape(name: str) -> Shape:
    """The struct type `name`."""
    fields = {}
    for field in message(name if "." in name else f"k8s.{name}").fields.values():
        of = spelled_type(field)
        fields[field.name] = FieldType(
            field.name,
            field.other or field.name[0].upper() + field.name[1:],
            of,
            _lazy(of),
            not field.required,
            not field.required and of[0] != "*",
            bool(field.group),
            of if is_struct(of) else "",
            is_struct(of) or of.startswith("{}"),
        )
    return Shape(name, fields, {field.json.lower(): field for field in fields.values()})


def spelled_type(field: Field) -> str:
    """The type of a field in one word: a scalar or a struct, behind `*` a pointer, behind `[]` a list of them, behind
    `{}` a map from text to them."""
    many = {"list": "[]", "map": "{}"}.get(field.many, "")
    return f"{many}{'*' if field.nullable else ''}{field.of.removeprefix('k8s.')}"


@cache
def is_struct(of: str) -> bool:
    """Whether a spelled type is a struct, without a mark before it."""
    return of[0].isupper() or ("." in of and of[0] not in "*[{")


def _lazy(of: str) -> Convert:
    """The reader of a type, whose own fields are looked at only when a value comes."""
    if not is_struct(of.lstrip("*")):
        return _converter(of)
    name = of.lstrip("*")

    def convert(value: Any, lenient: bool) -> Any:
        return shape(name).read(value, lenient)

    return convert


@cache
def _converter(of: str) -> Convert:
    if of.startswith("*"):
        return _converter(of[1:])
    if of.startswith("[]"):
        return _list_of(_converter(of[2:]), of[2:])
    if of.startswith("{}"):
        return _map_of(_converter(of[2:]), of[2:])
    return _lazy(of) if is_struct(of) else _SCALARS[of]


def _list_of(item: Convert, of: str) -> Convert:
    empty: Any = {} if is_struct(of) else _ZERO.get(of)

    def convert(value: Any, lenient: bool) -> Any:
        if not isinstance(value, list):
            raise WrongTypeError(f"a list is expected here, not {_described(value)}")
        result = []
        for entry in value:
            try:
                result.append(empty if entry is None else item(entry, lenient))
            except WrongTypeError as error:
                raise error.inside(len(result)) from None
        return result

    return convert


def _map_of(item: Convert, of: str) -> Convert:
    empty = _ZERO.get(of)

    def convert(value: Any, lenient: bool) -> Any:
        if not isinstance(value, dict):
            raise WrongTypeError(f"a mapping is expected here, not {_described(value)}")
        result = {}
        for name, entry in value.items():
            try:
                result[name] = empty if entry is None else item(entry, lenient)
            except WrongTypeError as error:
                raise error.inside(name) from None
        return result

    return convert


def _string(value: Any, lenient: bool) -> str:
    if isinstance(value, str):
        return value
    if lenient and isinstance(value, (bool, int, float)):
        return scalar_text(value)
    raise WrongTypeError(f"text is expected here, not {_described(value)}")


def scalar_text(value: bool | int | float) -> str:
    """A number or boolean as sigs.k8s.io/yaml writes it where text is wanted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else single_float_text(value)


def _bool(value: Any, lenient: bool) -> bool:
    if isinstance(value, bool):
        return value
    raise WrongTypeError(f"true or false is expected here, not {_described(value)}")


def _integer(name: str) -> Convert:
    low, high = RANGES[name]

    def convert(value: Any, lenient: bool) -> int:
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise WrongTypeError(f"a whole number is expected here, not {_described(value)}")
        if not low <= value <= high:
            raise WrongTypeError(f"{value} is not in {low} to {high}")
        return value

    return convert


def _float(value: Any, lenient: bool) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    raise WrongTypeError(f"a number is expected here, not {_described(value)}")


def _quantity(value: Any, lenient: bool) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise WrongTypeError(f"a quantity such as 100m or 2Gi is expected here, not {_described(value)}")
    try:
        return _canonical_quantity(value.strip() if isinstance(value, str) else str(value))
    except ValueError as error:
        raise WrongTypeError(str(error)) from None


@lru_cache(1000)
def _canonical_quantity(text: str) -> str:
    return quantities.canonical(text)


def _int_or_string(value: Any, lenient: bool) -> int | str:
    if isinstance(value, str):
        return value
    number: int = _integer("int32")(value, lenient)
    return number


def _time(value: Any, lenient: bool) -> str:
    if isinstance(value, str) and is_time(value):
        return value
    raise WrongTypeError(f"a time such as 2024-01-02T03:04:05Z is expected here, not {_described(value)}")


def _any(value: Any, lenient: bool) -> Any:
    return value


_SCALARS: dict[str, Convert] = {
    "string": _string,
    "bool": _bool,
    "int32": _integer("int32"),
    "int64": _integer("int64"),
    "uint32": _integer("uint32"),
    "double": _float,
    "quantity": _quantity,
    "int-or-string": _int_or_string,
    "time": _time,
    "value": _any,
}
_ZERO: dict[str, Any] = {"string": "", "bool": False, "int32": 0, "int64": 0, "quantity": "0", "int-or-string": 0}


def _described(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if value is None:
        return "nothing"
    return f"the text '{value if len(value) <= 40 else value[:37] + '…'}'"


def complete(data: Any, of: str) -> Any:
    """Data in the one form with Go's field order and the zeros that Go's encoding/json prints."""
    of = of.lstrip("*")
    if of.startswith("[]"):
        return None if data is None else [complete(item, of[2:]) for item in data]
    if of.startswith("{}"):
        return None if data is None else {name: complete(data[name], of[2:]) for name in sorted(data)}
    if not is_struct(of):
        return data
    result = {}
    for field in shape(of).fields.values():
        value = data.get(field.json)
        if value is None:
            if field.struct:
                result[field.json] = complete({}, field.of)
            elif not field.optional:
                result[field.json] = None if field.of[0] in "*[{" else _ZERO.get(field.of)
        else:
            result[field.json] = complete(value, field.of)
    return result
