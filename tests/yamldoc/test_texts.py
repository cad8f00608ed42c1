"""Bytes to text, in the encodings in which files come."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.errors import InputError
from istioctl.yamldoc import texts
from istioctl.yamldoc.texts import decoded, encoding_of, read_text, text_of

UTF_16 = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@given(st.text(), st.sampled_from([(b"", "utf-8"), (codecs.BOM_UTF8, "utf-8"), *UTF_16]))
def test_each_encoding_gives_the_same_text(text: str, marked: tuple[bytes, str]) -> None:
    mark, encoding = marked
    text = text.lstrip("\ufeff")
    raw = mark + text.encode(encoding, "replace")
    if mark or encoding_of(raw) == "utf-8":
        assert text_of(raw, "f") == text.encode(encoding, "replace").decode(encoding)
        assert decoded(raw, "f").encode(encoding_of(raw)) == raw


@pytest.mark.parametrize(
    ("raw", "where"),
    [(b"a: b\n\xff\n", "f:2"), (codecs.BOM_UTF16_LE + "a\nb\n".encode("utf-16-le") + b"\x00", "f:3")],
)
def test_what_is_not_a_text_names_its_line(raw: bytes, where: str) -> None:
    with pytest.raises(InputError) as caught:
        text_of(raw, "f")
    assert caught.value.where == where


def test_files(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(codecs.BOM_UTF16_LE + "kind: ä\r\n".encode("utf-16-le"))
    assert read_text(file) == "kind: ä\r\n"
    for odd in (tmp_path, tmp_path / "none", "a\0b"):
        with pytest.raises(InputError, match="the file can't be read"):
            read_text(odd)


def test_what_does_not_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "LARGEST", 1000)
    file = tmp_path / "file"
    file.write_bytes(b"x" * 1000)
    assert len(texts.read_text(file)) == 1000
    for name in (file, Path("/dev/zero")):
        if name == file:
            file.write_bytes(b"x" * 1001)
        with pytest.raises(InputError, match="larger than"):
            texts.read_text(name)
