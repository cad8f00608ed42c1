"""Making the tables again changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("google.protobuf", reason="the package protobuf reads the Go modules' descriptors; it is missing")

from tools.api_tables.__main__ import main
from tools.api_tables.descriptors import Protos, closure, protos
from tools.api_tables.sources import SourceError, module_folder, versions

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def modules() -> None:
    """All Go modules that the tables come from."""
    try:
        for path in versions():
            module_folder(path)
    except SourceError as error:
        pytest.skip(f"Go's module proxy is not to be had: {error}")


@pytest.mark.usefixtures("modules")
def test_running_it_again_changes_nothing(tmp_path: Path) -> None:
    assert main(tmp_path) == 0
    made = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(made) > 20
    assert made == {path: (ROOT / path).read_text() for path in made}


def test_a_module_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.api_tables.sources.versions", lambda: {"istio.io/api": "v0.0.0-none"})
    module_folder.cache_clear()
    with pytest.raises(SourceError, match="istio"):
        module_folder("istio.io/api")
    module_folder.cache_clear()


def test_a_message_that_nobody_declares_is_an_error() -> None:
    with pytest.raises(KeyError):
        closure(["nowhere.M"], Protos({}, {}))


def test_descriptors_are_read() -> None:
    from google.protobuf.descriptor_pb2 import FileDescriptorProto

    file = FileDescriptorProto(name="a.proto", package="p")
    message = file.message_type.add(name="M")
    message.oneof_decl.add(name="one")
    message.field.add(name="a_b", json_name="aB", type="TYPE_STRING", label="LABEL_OPTIONAL", oneof_index=0)
    message.field.add(name="m", json_name="m", type="TYPE_MESSAGE", type_name=".p.M", label="LABEL_REPEATED")
    message.field.add(name="d", json_name="d", type="TYPE_MESSAGE", type_name=".google.protobuf.Duration")
    fields = protos(iter([file])).messages["p.M"].fields
    assert [(field.json, field.of, field.many, field.group) for field in fields] == [
        ("aB", "string", "", "one"),
        ("m", "p.M", "list", ""),
        ("d", "duration", "", ""),
    ]
