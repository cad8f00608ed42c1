"""Every recorded case of the text/template engine gives what Go gave."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator

import pytest

from istioctl.errors import TemplateError
from istioctl.gotemplate.errors import ExecutionError, ParseError
from istioctl.gotemplate.template import render
from tests.support.corpus import corpus_dir
from tests.support.typed_data import read

ENGINE = """
    actions compare errors-exec errors-parse escapers fields go-idioms if-with index-slice-builtin index-slice-len
    literals logic missingkey numbers pipelines printf range structs templates variables
"""
SPRIG = """
    sprig-date sprig-defaults sprig-dicts sprig-encoding sprig-env sprig-json sprig-lists sprig-path-url
    sprig-random-crypto sprig-reflect sprig-regex sprig-semver sprig-single sprig-strings
"""
GROUPS = [*ENGINE.split(), *SPRIG.split()]


@pytest.fixture(autouse=True)
def _recorded_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("GT_HOME", "/harbour")
    monkeypatch.delenv("GT_UNSET_VARIABLE", raising=False)
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def cases() -> Iterator[object]:
    folder = corpus_dir("corpus-gotemplate")
    for group in GROUPS:
        for line in (folder / f"{group}.jsonl").read_text("utf-8").splitlines():
            case = json.loads(line)
            yield pytest.param(case, id=case["id"])


def outcome(case: dict[str, object]) -> tuple[str, str]:
    """What a case gave: `want` and the text, or the category and message of its error."""
    options = case.get("options") or {}
    try:
        text = render(
            case["templates"],
            case["entry"],
            read(case["data"]),
            dialect=case["dialect"],
            missing_key=options.get("missingkey", "default"),
        )
    except ExecutionError as error:
        return error.category, str(error)
    except ParseError as error:
        return "parse", str(error)
    except TemplateError as error:
        return "other", str(error)
    return "want", text


@pytest.mark.conformance
@pytest.mark.parametrize("case", list(cases()))
def test_case(case: dict[str, object]) -> None:
    kind, text = outcome(case)
    if "error" in case:
        category, _, part = case["error"].partition(": ")
        assert (kind, part in text) == (category, True), text
        assert case.get("error_full", part) in text
    elif "match" in case:
        assert kind == "want", text
        assert re.fullmatch(case["match"], text, re.DOTALL)
    else:
        assert (kind, text) == ("want", case["want"])
