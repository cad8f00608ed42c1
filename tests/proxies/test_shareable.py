"""Dumps are handed on as they are laid out, without secrets; the quick ways give what the slow one gives."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from istioctl.errors import InputError
from istioctl.proxies import json_parts, redaction, shareable
from istioctl.proxies.redaction import without_secrets
from tests.proxies.test_redaction import HOLDERS, OBJECTS, PLANTED

WAYS = {"small": 1 << 30, "large": 0}
CONFIG = {"@type": "type.googleapis.com/envoy.admin.v3.ClustersConfigDump", "dynamic_active_clusters": [{"a": "é<"}]}
SECRET = {"@type": "x", "private_key": {"inline_string": PLANTED}}


def shown(text: str | bytes, way: str) -> str:
    data = text.encode() if isinstance(text, str) else text
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_parts, "LARGE", WAYS[way])
        patch.setattr(redaction, "_SPLIT", 30)
        pieces = [*shareable.shareable(data, "the dump")]
    return "".join(piece if isinstance(piece, str) else str(piece, "utf-8") for piece in pieces)


def laid_out(configs: list[Any], step: int) -> str:
    return json.dumps({"configs": configs}, indent=step, ensure_ascii=False)


@pytest.mark.parametrize("way", WAYS)
@given(st.lists(OBJECTS, max_size=4), st.sampled_from([1, 2, 4]))
@example([SECRET, CONFIG], 1)
def test_the_layout_stays(way: str, configs: list[Any], step: int) -> None:
    """The first section is not empty, so that it shows a layout."""
    expected = laid_out([CONFIG, *map(without_secrets, configs)], step) + "\n"
    assert shown(laid_out([CONFIG, *configs], step), way) == expected
    assert shown(expected, way) == expected


@pytest.mark.parametrize("way", WAYS)
@given(st.lists(OBJECTS, max_size=4))
def test_any_other_layout_has_the_same_data(way: str, configs: list[Any]) -> None:
    plain = [without_secrets(config) for config in configs]
    document = {"configs": configs}
    for text in (
        json.dumps(document),
        json.dumps(document, indent=1),  # with escapes
        json.dumps(document, indent="\t"),
        json.dumps(document, indent=1).replace("\n", "\r\n"),
        json.dumps({**document, "more": configs}, indent=1),
        json.dumps({"more": configs, **document}, indent=1),
    ):
        assert json.loads(shown(text, way)) == {"configs": plain}


def test_sections_without_secrets_are_copied() -> None:
    odd = '{\n "configs": [\n  {\n   "a": 1.50, "a": [ 1e2,\n"\\ud83d\\ude00" ],"b":12345678901234567890123\n  }'
    for way in WAYS:
        assert shown(f"{odd}\n ]\n}}\n\n", way) == f"{odd}\n ]\n}}\n"
        both = shown(f"{odd},\n  {json.dumps(SECRET, indent=1)}\n ]\n}}", way)
        assert both.startswith(f"{odd},\n  {{\n   ")
        assert PLANTED not in both


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("holder", HOLDERS)
def test_names_that_stand_twice_hide_no_secret(way: str, holder: dict[str, Any]) -> None:
    held, empty = json.dumps(holder), json.dumps(dict.fromkeys(holder))
    for inner in (f"{held[:-1]}, {empty[1:]}", f'{{"a": {held}, "a": {{}}}}', f'{{"a": {{"b": {held}}}, "a": {{}}}}'):
        text = f'{{\n "configs": [\n  {{\n   "x": {inner}\n  }}\n ]\n}}'
        assert PLANTED not in shown(text, way)
        assert PLANTED not in shown(text.replace("\n}", ',\n "configs": []\n}'), way)
        assert PLANTED not in shown(text.replace("\n}", f',\n "more": {inner}\n}}'), way)


@pytest.mark.parametrize("way", WAYS)
def test_a_broken_dump_is_an_error(way: str) -> None:
    whole = laid_out([CONFIG, SECRET], 1).encode()
    for length in range(len(whole)):
        with pytest.raises(InputError, match="the dump: "):
            shown(whole[:length], way)
    for broken in (whole + b"}", whole.replace(b"a", b"\n"), whole.replace(b"[", b"[,")):
        with pytest.raises(InputError, match="this is not JSON"):
            shown(broken, way)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("depth", [sys.getrecursionlimit() * part // 20 for part in (10, 17, 19)])
def test_a_dump_that_nests_too_deep_is_an_error_or_shown(way: str, depth: int) -> None:
    nested = f'{{"token": {"[" * depth}"{PLANTED}"{"]" * depth}}}'
    for text in (f'{{"configs": [{nested}]}}', f'{{\n "configs": [\n  {{\n   "a": {nested}\n  }}\n ]\n}}'):
        try:
            found = shown(text, way)
        except InputError as error:
            found = str(error)
        deep = "the dump: this is not JSON: it nests collections too deep"
        assert found == deep or found.count("[") == text.count("[")


@pytest.mark.parametrize("way", WAYS)
def test_what_is_not_utf8_is_replaced_or_refused(way: str) -> None:
    text = laid_out([CONFIG], 1).encode().replace("é".encode(), b"\xff")
    try:
        found = shown(text, way)
    except InputError:
        return
    assert json.loads(found)["configs"][0]["dynamic_active_clusters"] == [{"a": "\N{REPLACEMENT CHARACTER}<"}]


@pytest.mark.parametrize("way", WAYS)
def test_many_sections_are_laid_out_anew(way: str) -> None:
    count = shareable._MOST_SECTIONS + 1
    assert json.loads(shown(laid_out([CONFIG] * count, 1), way)) == {"configs": [CONFIG] * count}
