"""The catalogue of messages."""

from __future__ import annotations

import json
import re

from istioctl.analysis.messages import CODES, MESSAGES, OWN_CODES, Level
from tests.support.corpus import corpus_dir


def test_every_message_is_whole() -> None:
    assert len(CODES) == len(MESSAGES)
    for message in MESSAGES.values():
        assert re.fullmatch(r"IST\d{4}", message.code)
        assert message.text
        assert message.advice.endswith(".")
        is_own = message.code >= OWN_CODES
        assert message.documentation == "" if is_own else message.documentation.endswith(f"/{message.code.lower()}/")
        assert not (is_own and message.level is Level.ERROR)  # exit statuses stay those of the original


def test_levels_are_in_order() -> None:
    assert Level.ERROR < Level.WARNING < Level.INFO
    assert Level.ERROR.title == "Error"


def test_codes_names_and_levels_are_those_recorded() -> None:
    rows = json.loads((corpus_dir() / "analyze" / "messages.json").read_text(encoding="utf-8"))
    ours = {
        (message.name, message.code, message.level.title) for message in MESSAGES.values() if message.code < OWN_CODES
    }
    assert {(row["name"], row["code"], row["level"]) for row in rows} == ours
