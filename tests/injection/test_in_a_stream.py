"""A document behind others in a stream is injected as it is alone, and fails alike at the same line of its own.

Alone it is parsed, its template's output as well; in a stream both are read line by line with what earlier ones taught.
"""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from istioctl.errors import InputError
from istioctl.injection import streams
from istioctl.injection.inject import inject_piece
from istioctl.injection.injector import Injector
from istioctl.injection.rendered import RenderedTexts
from istioctl.injection.templates import TemplateRenderer
from tests.support.injecting import builtin_injector

NAMES = st.sampled_from(["web", "api", "db-1", "on", "a.b"])
SCALARS = st.sampled_from(
    ["x", '"x"', "'x'", "1", "0x10", "1e3", "true", "~", '"a: b"', "a # c", "{a: b}", "[a]", "12:30"]
) | st.sampled_from(["yes", "True", "017", "+5", "1_000", "1.50", "12:30:45", "'12:30:45'", "x:1", "NULL"])
ENV = st.builds("    - {{name: {}, value: {}}}\n".format, NAMES, st.sampled_from(["x", '"1"', "1", "'y'"])) | st.builds(
    "    - name: {}\n      value: {}\n".format, NAMES, SCALARS | st.just("|\n        text\n        more")
)
PORT = st.builds(
    "    - containerPort: {}\n{}".format,
    st.sampled_from(["80", "8080", '"80"', "70000", "x"]),
    st.sampled_from(["", "      name: http\n", "      protocol: UDP\n", "      name: http\n      name: two\n"])
    | st.sampled_from(
        ["      Name: http\n", "      name: a\n      Name: b\n", "      hostPort: 0\n", "      x: 1e3\n"]
    ),
)
PROBE = st.builds(
    "    {}:\n      {}\n      periodSeconds: {}\n".format,
    st.sampled_from(["readinessProbe", "livenessProbe"]),
    st.sampled_from(["httpGet: {path: /x, port: 80}", "httpGet:\n        port: http", "tcpSocket: {port: 81}"]),
    st.sampled_from(["1", "5", "x"]),
)


def listed(head: str, entries: list[str]) -> str:
    return head + "".join(entries) if entries else ""


CONTAINER = st.builds(
    "  - name: {}\n    image: {}  # the image\n{}{}{}".format,
    NAMES,
    NAMES.map(lambda name: f"registry/{name}:1.0"),
    st.lists(PORT, max_size=2).map(lambda ports: listed("    ports:\n", ports)),
    st.lists(ENV, max_size=3).map(lambda env: listed("    env:\n", env)),
    st.lists(PROBE, max_size=1).map("".join),
)
ANNOTATION = st.builds(
    "    {}: {}\n".format,
    st.sampled_from(["prometheus.io/port", "sidecar.istio.io/proxyCPU", "sidecar.istio.io/inject", "note"]),
    st.sampled_from(['"9090"', "100m", "'false'", "true", "x"]),
)
POD = st.builds(
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {}\n  labels: {{app: {}}}\n{}spec:\n  containers:\n{}".format,
    NAMES,
    NAMES,
    st.lists(ANNOTATION, max_size=2).map(lambda entries: listed("  annotations:\n", entries)),
    st.lists(CONTAINER, min_size=1, max_size=3).map("".join),
)


class Forgetful(dict[str, RenderedTexts]):
    """Reads every output of a template as the first one is read."""

    def __missing__(self, name: str) -> RenderedTexts:
        return RenderedTexts()

    def __setitem__(self, name: str, texts: RenderedTexts) -> None:
        """Keep nothing."""


@pytest.fixture(scope="module")
def injectors() -> tuple[Injector, Injector]:
    """One that learns, and one that does not."""
    made = builtin_injector().settings
    plain = TemplateRenderer(made)
    plain._texts = Forgetful()
    return Injector(made, TemplateRenderer(made)), Injector(made, plain)


def became(injector: Injector, piece: streams.Piece, above: int) -> object:
    """What becomes of a document, lines counted as if `above` of them did not stand above it."""

    def own(text: str | None) -> str:
        return re.sub(r"(?<=in\.yaml:)\d+|(?<=in line )\d+", lambda found: str(int(found[0]) - above), text or "")

    try:
        result = inject_piece(piece, injector)
    except InputError as error:
        return type(error), own(error.where), own(error.message), error.hint
    entries = [
        entry._replace(
            source=own(entry.source),
            warnings=tuple(each._replace(where=own(each.where), message=own(each.message)) for each in entry.warnings),
        )
        for entry in result.entries
    ]
    return result.text, entries, result.foreign


@settings(max_examples=60)
@given(st.lists(POD, min_size=2, max_size=4))
def test_a_document_is_injected_as_it_is_alone(injectors: tuple[Injector, Injector], documents: list[str]) -> None:
    together, alone = injectors
    texts = [f"---\n{document}" for document in documents]
    for piece, text in zip(streams.pieces(io.BytesIO("".join(texts).encode()), "in.yaml"), texts, strict=True):
        (single,) = streams.pieces(io.BytesIO(text.encode()), "in.yaml")
        assert became(together, piece, piece.line - 1) == became(alone, single, 0)
