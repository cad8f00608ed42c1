"""Values set and unset in a file."""

from __future__ import annotations

import pytest

from istioctl.actions.manifests.manifest_edit import set_values, unset_values
from istioctl.errors import ErrorGroup, InputError, IstioctlError, SpecError

FILE = """\
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
spec:
  # the mesh
  meshConfig:
    accessLogFile: '/dev/stdout'   # logs
  components:
    ingressGateways:
    - name: edge   # the first
      enabled: true
    # the second
    - name: other
      enabled: false
"""


def set_(*flags: str, text: str = FILE) -> str:
    return set_values(text.encode(), "mesh.yaml", flags).decode()


def unset(*paths: str, text: str = FILE) -> str:
    return unset_values(text.encode(), "mesh.yaml", paths).decode()


@pytest.mark.parametrize(
    ("flag", "old", "new"),
    [
        ("meshConfig.accessLogFile=/x", "'/dev/stdout'   #", "'/x'   #"),
        ("spec.meshConfig.accessLogFile=/x", "'/dev/stdout'   #", "'/x'   #"),
        ("components.ingressGateways[name:other].enabled=true", "enabled: false", "enabled: true"),
        ("components.ingressGateways[1].enabled=true", "enabled: false", "enabled: true"),
        ("meshConfig.enableTracing=true", "# logs\n", "# logs\n    enableTracing: true\n"),
        (
            "components.ingressGateways.[0].label.a\\.b/c=1.x",
            "true\n    # the second",
            "true\n      label:\n        a.b/c: 1.x\n    # the second",
        ),
        ("tag=1.30", "enabled: false\n", 'enabled: false\n  tag: "1.30"\n'),
        ("profile=demo", "enabled: false\n", "enabled: false\n  profile: demo\n"),
        ("meshConfig.defaultConfig.proxyMetadata.A=1", "# logs\n",
         '# logs\n    defaultConfig:\n      proxyMetadata:\n        A: "1"\n'),
    ],
)  # fmt: skip
def test_a_value_is_set_as_set_does_and_all_else_stays(flag: str, old: str, new: str) -> None:
    assert FILE.count(old) == 1
    assert set_(flag) == FILE.replace(old, new)


def test_flags_count_in_order() -> None:
    assert set_("profile=demo", "profile=minimal") == FILE + "  profile: minimal\n"


@pytest.mark.parametrize(
    "flag",
    [
        "values.global.proxy.logLevel=debug",
        "components.cni.enabled=true",
        "components.egressGateways[0].name=out",
        "values.revisionTags[0]=prod",
    ],
)
def test_what_was_absent_leaves_no_trace(flag: str) -> None:
    there = set_(flag)
    assert there != FILE
    path = flag.partition("=")[0].removesuffix(".name").removesuffix("[0]")
    assert unset(path, text=there) == FILE


@pytest.mark.parametrize("flag", ["values.revisionTags[0]=prod", "profile=demo", "components.cni.enabled=true"])
def test_comments_at_the_end_stay_there(flag: str) -> None:
    text = FILE + "  # values:\n  #   more: true\n"
    there = set_(flag, text=text)
    assert there.endswith("  # values:\n  #   more: true\n")
    assert unset(flag.partition("=")[0].removesuffix("[0]"), text=there) == text


def test_unset_takes_out_items_and_what_is_left_empty() -> None:
    assert unset("components.ingressGateways[name:edge]") == FILE.replace(
        "    - name: edge   # the first\n      enabled: true\n", ""
    )
    assert unset("meshConfig.accessLogFile") == FILE.replace(
        "  # the mesh\n  meshConfig:\n    accessLogFile: '/dev/stdout'   # logs\n", ""
    )


def refusal(*flags: str, text: str = FILE) -> IstioctlError:
    with pytest.raises(IstioctlError) as raised:
        set_(*flags, text=text)
    return raised.value


@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ("meshConfg.x=1", 'unknown field "meshConfg"'),
        ("components.cni.enabled=maybe", "components.cni.enabled must be true or false"),
        ("components.ingressGateways[name:none].enabled=true", "no element [name:none]"),
        ("meshConfig.accessLogFile.x=1", "has no fields"),
        ("profile", "has no value"),
        ("profile=nosuch", "unknown profile 'nosuch'"),
    ],
)
def test_what_would_be_refused_is_not_written(flag: str, message: str) -> None:
    assert message in str(refusal(flag))


def test_several_errors_come_together() -> None:
    error = refusal("meshConfg.x=1", "valus.y=2")
    assert isinstance(error, ErrorGroup)
    assert [inner.where for inner in error.errors] == ["mesh.yaml:14", "mesh.yaml:16"]


def test_errors_name_the_line() -> None:
    error = refusal("profile=demo", text=FILE + "  nonsense: 1\n")
    assert isinstance(error, SpecError)
    assert error.where == "mesh.yaml:14"


@pytest.mark.parametrize(("text", "id_"), [(FILE + "---\n" + FILE, "several-documents"), ("a: 1\n", "not-an-operator")])
def test_the_file_must_hold_one_document(text: str, id_: str) -> None:
    error = refusal("profile=demo", text=text)
    assert isinstance(error, InputError)
    assert error.id == id_


@pytest.mark.parametrize("path", ["meshConfig.nothing", "components.ingressGateways[7]", "a.b.c", "tag"])
def test_only_what_is_set_can_be_unset(path: str) -> None:
    with pytest.raises(SpecError, match="is not set"):
        unset(path)


def test_a_spec_of_the_wrong_type_is_told() -> None:
    for other in ("[1]", "[]", "''", "0"):
        text = FILE.partition("spec:")[0] + f"spec: {other}\n"
        assert "'spec' must be a mapping, not " in str(refusal("profile=demo", text=text))
