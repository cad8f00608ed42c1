"""What templates rendered is read alike with what earlier texts taught and without."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.injection import rendered
from istioctl.injection.rendered import RenderedTexts

TEXT = """\
metadata:
  labels: {{app: {0}, plain: x}}
  annotations:
    note: {1}
    json: '{{"a": {0}}}'
spec:
  containers:
  - name: {2}
    args: [proxy, --name, {0}]
    env:
    - {{name: NAME, value: {1}}}
    - name: BLOCK
      value: |
        key: {0}
    - name: PORTS
      value: |-
        [
            {{"containerPort":{3},"name":{2}}}
            ,{{"name":"{0}"}}
        ]
    - name: QUOTED
      value: '{{"a":{0}}}'
    - name: FOLDED
      value: some
        words and
        - {2}
    ports:
    - containerPort: {3}
"""
WORDS = st.one_of(
    st.sampled_from(
        ["a", "b-1", "true", "null", "1", "0x1F", "1.5", "1e3", "~", "2001-01-01", '"1"', '""', '"a b"', "a:b"]
    ),
    st.from_regex(r"[A-Za-z0-9_./][A-Za-z0-9_./:@=+-]{0,6}", fullmatch=True).filter(
        lambda text: not text.endswith(":")
    ),
)
VALUES = st.tuples(WORDS, WORDS, WORDS, st.sampled_from(["80", "9090", "0", "4294967296", "x", '"80"']))


@given(st.lists(VALUES, min_size=3, max_size=6))
def test_what_earlier_texts_taught_changes_nothing(series: list[tuple[str, ...]]) -> None:
    texts = RenderedTexts()

    for values in series:
        text = TEXT.format(*values)
        found, wanted = texts.read(text), RenderedTexts().read(text)
        assert (found.raw, found.tidy, found.lost) == (wanted.raw, wanted.tidy, wanted.lost)


def test_a_text_that_differs_in_words_only_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = RenderedTexts()
    for word in ("a", "b"):  # of the first one nothing is kept
        texts.read(TEXT.format("a", word, "c", "80"))
    monkeypatch.delattr(rendered, "_read")

    found = texts.read(TEXT.format("a", "words", "here", "81"))

    assert found.tidy is not None
    assert found.tidy["spec"]["containers"][0]["name"] == "here"
    assert found.raw["spec"]["containers"][0]["ports"] == [{"containerPort": 81}]
    assert '{"containerPort":81,"name":here}' in found.tidy["spec"]["containers"][0]["env"][2]["value"]


def test_words_that_stand_for_values_while_they_are_looked_for_may_be_in_the_text_themselves() -> None:
    texts = RenderedTexts()
    own = "metadata:\n  annotations:\n    long: some mark0z and mark99z\n    whole: markk1z\n    app: {0}\n"

    for value in ("a", "mark0z", "b", "mark"):
        text = own.format(value)
        assert texts.read(text).tidy == RenderedTexts().read(text).tidy
