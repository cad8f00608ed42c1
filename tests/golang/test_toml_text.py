"""TOML as Helm writes and reads it."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.golang.toml_text import TOMLError, read, write
from istioctl.golang.values import Int


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"b": 1.0, "a": Int(2), "c": 'x\ny"\x01'}, 'a = 2\nb = 1.0\nc = "x\\ny\\"\\u0001"\n'),
        ({"t": {"b": {"x": True}, "a": 1e21}}, "[t]\n  a = 1e+21\n  [t.b]\n    x = true\n"),
        ({"l": [{"a": [1, "b"]}, {}]}, '[[l]]\n  a = [1, "b"]\n\n[[l]]\n'),
        ({"l": [[{"a": 1}], []], "n": None, "a b": []}, '"a b" = []\nl = [[{a = 1}], []]\n'),
    ],
)
def test_writing(data: Any, text: str) -> None:
    assert write(data) == text


def test_what_toml_cannot_say() -> None:
    with pytest.raises(TOMLError, match="array with nil element"):
        write({"l": [1, None]})
    with pytest.raises(TOMLError, match="nil"):
        write(None)


def test_reading() -> None:
    assert read('a = 1\nb = [1.5, "x"]\n[t]\nx = true\n') == {"a": 1, "b": [1.5, "x"], "t": {"x": True}}
    assert str(read("d = 2021-03-04T05:06:07Z")["d"]) == "2021-03-04 05:06:07 +0000 UTC"


@pytest.mark.parametrize("text", ["= 1", "a = ", "[a", f"a = {'9' * 30}", f"a = {'9' * 5000}", "a = 2021-99-01"])
def test_what_is_no_toml(text: str) -> None:
    with pytest.raises(TOMLError, match="toml: "):
        read(text)
