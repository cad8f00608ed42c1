"""From plain data to the data of a message, finding what does not fit on the way.

Messages of protobuf are read as its older JSON decoder reads them (github.com/golang/protobuf/jsonpb): fields under
their JSON name or the `.proto` file's own (the first wins), numbers also as text, enums by name or number, durations as
text, null as absent, and of a `oneof` the field declared last. Go's structs are read as encoding/json reads them.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from istioctl.api.schema.catalog import enum_values, fields_by_any_name, is_message, message
from istioctl.api.schema.notation import Field, Message
from istioctl.api.schema.paths import Path
from istioctl.api.schema.scalars import Unfit, described, read_scalar, read_whole

#: Decoded data of a message: JSON names to values. Enums are names (an unknown number is a text of digits), durations
#: nanoseconds, absent fields are missing.
Data = dict[str, Any]


class Mismatch(NamedTuple):
    """One place where data do not fit their message.

    Attributes:
        kind: `unknown-field`, `wrong-type` or `only-one`.
        path: where.
        message: what is wrong; a sentence that the path is the subject of.
        hint: what to do, or empty.
        known: the names that would be known there, of fields or of an enum.
        of: the full name of the message that holds the field.
    """

    kind: str
    path: Path
    message: str
    hint: str = ""
    known: tuple[str, ...] = ()
    of: str = ""


def decode(
    data: object, name: str, report: Callable[[Mismatch], None], path: Path = (), *, drop_zeros: bool = False
) -> Data:
    """The data of a message; what does not fit is reported and left out.

    Args:
        data: plain data; null is an empty message.
        name: the full name of the message.
        report: takes each mismatch, in the order of the data; where it raises, the walk ends.
        path: where the data stand.
        drop_zeros: leave out what protobuf does not tell from being absent, but for the fields of the message itself.
    """
    if data is None:
        return {}
    try:
        return _Decoder(report, drop_zeros).message(data, name, path, keep_zeros=True)
    except Unfit:
        return {}


def check(data: object, name: str, path: Path = ()) -> list[Mismatch]:
    """Every place where data do not fit a message, in the order of the data."""
    found: list[Mismatch] = []
    decode(data, name, found.append, path)
    return found


def is_zero(value: Any, field: Field) -> bool:
    """Whether protobuf does not tell the value of a field from no value."""
    if field.many:
        return not value
    if field.nullable or field.group or field.sort == "message" or field.of in ("duration", "struct", "value"):
        return False
    return not (enum_values(field.of).get(value, value) if field.sort == "enum" else value)


class _Decoder:
    """Walks along data and messages.

    Args:
        report: takes each mismatch.
        drop_zeros: as for `decode`.
    """

    def __init__(self, report: Callable[[Mismatch], None], drop_zeros: bool) -> None:
        self._report = report
        self._drop_zeros = drop_zeros
        self._of = Message("", {}, {})  # the message whose fields are being read

    def message(self, data: object, name: str, path: Path, *, loose: bool = False, keep_zeros: bool = False) -> Data:
        """The data of a message.

        Args:
            loose: whether numbers and booleans count as text: what YAML is read as where a text is wanted.
            keep_zeros: keep zeros in this message.

        Raises:
            Unfit: the data are not a mapping; it is reported.
        """
        if not isinstance(data, dict):
            raise self._wrong("a mapping", data, path)
        outer, self._of = self._of, message(name)
        try:
            return self._fields(data, self._of, path, loose, keep_zeros)
        finally:
            self._of = outer

    def _fields(self, data: dict[str, Any], of: Message, path: Path, loose: bool, keep_zeros: bool) -> Data:
        fields = of.fields if of.as_written else fields_by_any_name(of.name)
        result: Data = {}
        for key, value in data.items():
            field = fields.get(key)
            if field is None:
                text = f'unknown field "{key}"'
                self._report(Mismatch("unknown-field", (*path, key), text, known=tuple(of.fields), of=of.name))
            elif type(value) is str and field.of == "string" and not field.many and key == field.name:  # most are
                if value or keep_zeros or not self._drop_zeros or not is_zero(value, field):
                    result[key] = value
            elif value is not None and (key == field.name or field.name not in data):
                # what a message of protobuf holds for Kubernetes is read as YAML
                inner_loose = loose or (not of.is_go and field.of.startswith("k8s."))
                try:
                    if field.sort == "message" and not field.many:
                        value = self.message(value, field.of, (*path, key), loose=inner_loose)
                    else:
                        value = self._field(value, field, (*path, key), inner_loose)
                except Unfit:
                    continue
                if keep_zeros or not self._drop_zeros or not is_zero(value, field):
                    result[field.name] = value
        if not of.is_go:
            self._settle_groups(result, of, path)
        return result

    def _settle_groups(self, result: Data, of: Message, path: Path) -> None:
        for group in of.groups.values():
            *ignored, last = [field for field in group if field in result] or [""]
            for field in ignored:
                text = f"is ignored: only one of {', '.join(group)} can be set, and {last} is, too"
                self._report(Mismatch("only-one", (*path, field), text, of=of.name))
                del result[field]

    def _field(self, value: object, field: Field, path: Path, loose: bool) -> Any:
        if not field.many:
            return self._value(value, field, path, loose)
        if field.many == "list":
            if not isinstance(value, list):
                raise self._wrong("a list", value, path)
            items = []
            for index, item in enumerate(value):
                try:
                    items.append(self._value(item, field, (*path, index), loose))
                except Unfit:
                    continue
            return items
        if not isinstance(value, dict):
            raise self._wrong("a mapping", value, path)
        entries: dict[Any, Any] = {}
        for key, item in value.items():
            place = (*path, key)
            try:
                name = key if field.key == "string" else self._scalar(key, field.key, place)
                entries[name] = self._value(item, field, place, loose)
            except Unfit:
                continue
        return entries

    def _value(self, value: object, field: Field, path: Path, loose: bool) -> Any:
        if field.sort == "message":
            return self.message({} if value is None else value, field.of, path, loose=loose)
        if field.sort == "enum":
            return self._enum(value, field.of, path)
        if field.of == "any":
            return self._any(value, path)
        return self._scalar(value, field.of, path, loose)

    def _scalar(self, value: object, name: str, path: Path, loose: bool = False) -> Any:
        if loose and name == "string" and isinstance(value, bool | int | float):
            return value
        try:
            return read_scalar(value, name, quoted=not self._of.is_go)
        except Unfit as unfit:
            raise self._wrong(unfit.wanted, value, path) from None

    def _enum(self, value: object, name: str, path: Path) -> str:
        values = enum_values(name)
        if isinstance(value, str) and value in values:
            return value
        if value is None:
            return next(iter(values))
        if not isinstance(value, str) and not self._of.as_written:
            try:
                number = read_whole(value, "int32")
            except Unfit:
                pass
            else:
                return next((word for word, own in values.items() if own == number), str(number))
        raise self._wrong(f"one of {', '.join(values)}", value, path, tuple(values))

    def _any(self, value: object, path: Path) -> Any:
        """A message that says itself which one it is."""
        if not isinstance(value, dict):
            raise self._wrong("a mapping", value, path)
        url = value.get("@type")
        if not isinstance(url, str):
            hint = "Name the message, as in type.googleapis.com/envoy…."
            raise self._unfit(path, 'lacks "@type", which says what it is', hint)
        name = url.rpartition("/")[2]
        if of := _WELL_KNOWN.get(name):
            if "value" not in value:
                raise self._unfit(path, 'lacks "value", which holds it')
            return {"@type": url, "value": self._scalar(value["value"], of, (*path, "value"))}
        if not is_message(name):
            hint = "Use the v3 API." if ".v2." in name else ""
            raise self._unfit((*path, "@type"), f'"{name}" is not a message that istiod knows', hint)
        rest = {key: inner for key, inner in value.items() if key != "@type"}
        return {"@type": url, **self.message(rest, name, path)}

    def _wrong(self, wanted: str, value: object, path: Path, known: tuple[str, ...] = ()) -> Unfit:
        hint = "Quote it to make it text." if wanted == "text" and isinstance(value, bool | int | float) else ""
        return self._unfit(path, f"must be {wanted}, not {described(value)}", hint, known)

    def _unfit(self, path: Path, text: str, hint: str = "", known: tuple[str, ...] = ()) -> Unfit:
        self._report(Mismatch("wrong-type", path, text, hint, known, self._of.name))
        return Unfit("")


#: Messages whose JSON form is a scalar, inside an Any.
_WELL_KNOWN = {
    f"google.protobuf.{name}": of
    for name, of in (
        ("Duration", "duration"), ("Timestamp", "time"), ("Struct", "struct"), ("Value", "value"),
        ("ListValue", "list"), ("BoolValue", "bool"), ("StringValue", "string"), ("BytesValue", "bytes"),
        ("UInt32Value", "uint32"), ("Int32Value", "int32"), ("UInt64Value", "uint64"), ("Int64Value", "int64"),
        ("DoubleValue", "double"), ("FloatValue", "float"),
    )
}  # fmt: skip
