from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.golang import types
from istioctl.golang.types import map_of, parse_type, pointer_to, slice_of
from istioctl.golang.values import (
    Int,
    Pointer,
    UnknownValueError,
    decode,
    deref,
    encode,
    is_nil,
    kind,
    make,
    nil,
    pointer,
    type_name,
    zero,
)

BOX = types.struct("test.Box", {"Name": types.STRING, "Count": types.INT, "Tags": types.SLICE_STRING})


@pytest.mark.parametrize(
    ("value", "name", "word"),
    [
        (None, "<nil>", "invalid"),
        (True, "bool", "bool"),
        (1, "int64", "int64"),
        (Int(1), "int", "int"),
        (1.0, "float64", "float64"),
        ("", "string", "string"),
        (b"", "[]uint8", "slice"),
        ([], "[]interface {}", "slice"),
        ({}, "map[string]interface {}", "map"),
        (make(types.MAP_STRING, {}), "map[string]string", "map"),
        (make(slice_of(types.SLICE_STRING), []), "[][]string", "slice"),
        (make(BOX, {}), "test.Box", "struct"),
        (pointer(make(BOX, {})), "*test.Box", "ptr"),
        (pointer(Int(1)), "*int", "ptr"),
    ],
)
def test_types_have_their_go_names(value: object, name: str, word: str) -> None:
    assert (type_name(value), kind(value)) == (name, word)


def test_types_are_found_by_their_spelling() -> None:
    assert parse_type("map[string]any") is types.MAP_ANY
    assert parse_type("[]*int") is slice_of(pointer_to(types.INT))
    assert parse_type("map[int][]string") is map_of(types.INT, types.SLICE_STRING)
    with pytest.raises(KeyError):
        parse_type("nobody.Declared")


def test_a_struct_fills_up_with_zeros_and_is_true() -> None:
    box = make(BOX, {"Name": "n"})
    assert dict(box) == {"Name": "n", "Count": 0, "Tags": []}
    assert is_nil(zero(types.SLICE_STRING))
    assert box


def test_structs_compare_by_value_and_pointers_by_identity() -> None:
    assert make(BOX, {"Name": "n"}) == make(BOX, {"Name": "n"})
    box = pointer(make(BOX, {}))
    assert box == box
    assert box != pointer(make(BOX, {}))
    assert deref(box) == make(BOX, {})


def test_nils_know_their_type() -> None:
    assert type_name(nil(pointer_to(BOX))) == "*test.Box"
    assert nil(pointer_to(BOX)) == nil(pointer_to(BOX)) != nil(pointer_to(types.INT))
    assert not nil(pointer_to(BOX))
    assert nil(types.ANY) is None
    assert Pointer(pointer_to(types.INT), Int(0))


def test_named_types_are_assignable_to_their_unnamed_form_only() -> None:
    labels = types.named("test.Labels", types.MAP_STRING)
    other = types.named("test.OtherLabels", types.MAP_STRING)
    assert labels.assignable_to(types.MAP_STRING)
    assert not labels.assignable_to(other)
    assert not types.named("test.Word", types.STRING).assignable_to(types.STRING)
    assert types.INT.assignable_to(types.ANY)


def test_unknown_python_values_are_refused() -> None:
    with pytest.raises(UnknownValueError) as caught:
        type_name(object())
    assert caught.value.text == "no Go value: object"


@given(st.binary())
def test_bytes_survive_as_text(raw: bytes) -> None:
    assert encode(decode(raw)) == raw
