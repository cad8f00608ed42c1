"""Letters as Go and its libraries change them."""

from __future__ import annotations

import pytest

from istioctl.golang import casing


@pytest.mark.parametrize(
    ("text", "snake", "pascal"),
    [
        ("FirstName", "first_name", "FirstName"), ("HTTPServer", "http_server", "Httpserver"),
        ("GO PATH", "go_path", "GoPath"),
        ("http2xx", "http_2xx", "Http2xx"), ("Bld4Floor3rd", "bld4_floor_3rd", "Bld4Floor3rd"),
        ("", "", ""), ("_", "_", "__"),
        ("_complex__case_", "_complex__case_", "_Complex_Case_"), ("a", "a", "A"), ("漢字Abc", "漢字_abc", "漢字Abc"),
    ],
)  # fmt: skip
def test_words(text: str, snake: str, pascal: str) -> None:
    assert (casing.separated(text, "_"), casing.pascal(text)) == (snake, pascal)


def test_characters_map_one_to_one() -> None:
    assert (casing.upper("ßﬁé"), casing.lower("İΑΣ"), casing.title("éa ǆ-x")) == (
        "ßﬁÉ",
        "iας".replace("ς", "σ"),
        "Éa ǅ-X",
    )


def test_words_start_behind_white_space() -> None:
    assert (casing.untitle("Ab\tCd"), casing.swap("aB cD")) == ("ab\tcd", "Ab Cd")
