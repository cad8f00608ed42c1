"""From flags and files to one specification."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from istioctl.api.trees import lookup
from istioctl.errors import ErrorGroup, InputError, IstioctlError, SpecError
from istioctl.rendering.specification.build import Specification, SpecificationInputs, build_specification
from istioctl.rendering.specification.profiles import profile_names
from istioctl.yamldoc.reader import load
from istioctl.yamldoc.writer import dump
from tests.support.corpus import corpus_dir

HEAD = "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\n"


def with_flags(*flags: str, **inputs: object) -> Specification:
    return build_specification(SpecificationInputs(set_flags=flags, **inputs))  # type: ignore[arg-type]


def with_text(text: str, *flags: str, **inputs: object) -> Specification:
    return with_flags(*flags, files=("-",), stdin=lambda: HEAD + text, **inputs)


def at(found: Specification, path: str) -> object:
    return lookup(found.data, *path.split("."))


def test_nothing_given_is_the_default_profile() -> None:
    found = with_flags()
    assert found.profile == "default"
    assert found.spec["hub"] == "registry.istio.io/release"
    assert found.spec["tag"] == "1.30.3"
    assert at(found, "spec.values.global.hub") == "registry.istio.io/release"
    assert at(found, "metadata.namespace") == "istio-system"
    assert at(found, "spec.values.pilot") == {"enabled": True, "cni": {"enabled": False}}
    assert found.warnings == ()


def test_the_order_of_sources(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text(HEAD + "spec: {profile: ambient, hub: one, tag: one, revision: one}\n")
    (tmp_path / "2.yaml").write_text(HEAD + "spec: {hub: two, revision: two}\n")
    found = with_flags(
        "revision=three",
        files=(str(tmp_path / "1.yaml"), str(tmp_path / "2.yaml")),
        detected={"tag": "detected", "components": {"cni": {"namespace": "kube-system"}}},
    )
    assert [found.spec[key] for key in ("profile", "hub", "tag", "revision")] == ["ambient", "two", "one", "three"]
    assert at(found, "spec.components.cni") == {"enabled": True, "namespace": "kube-system"}
    origin = {path: str(found.origins.of(("spec", *path.split(".")))) for path in ("hub", "tag", "revision")}
    assert origin == {
        "hub": f"{tmp_path}/2.yaml:3",
        "tag": f"{tmp_path}/1.yaml:3",
        "revision": "--set revision=three",
    }
    assert str(found.origins.of(("spec", "components", "cni", "enabled"))) == "profile ambient"
    assert str(found.origins.of(("spec", "components", "cni", "namespace"))) == "detected"


def test_the_last_flag_chooses_the_profile() -> None:
    assert with_flags("profile=demo", "profile=minimal").profile == "minimal"
    assert with_flags("profile=external").profile == "remote"
    assert with_flags(profile="demo").profile == "demo"


def test_a_list_of_the_user_replaces_the_profile_s() -> None:
    found = with_flags("components.ingressGateways[0].name=mine")
    assert at(found, "spec.components.ingressGateways") == [{"name": "mine"}]


def test_the_flag_for_a_revision_wins_and_default_means_none() -> None:
    assert with_flags("revision=a", revision="b").spec["revision"] == "b"
    assert "revision" not in with_flags(revision="default").spec
    assert at(with_flags(revision="b"), "spec.values.revision") == "b"


def test_settings_are_translated_into_values() -> None:
    found = with_flags(
        "tag=1.10", "meshConfig.accessLogFile=/dev/stdout", "compatibilityVersion=1.28", "components.cni.enabled=true"
    )
    assert at(found, "spec.values.global.tag") == "1.10"
    assert at(found, "spec.values.meshConfig") == {"accessLogFile": "/dev/stdout"}
    assert at(found, "spec.values.compatibilityVersion") == "1.28"
    assert at(found, "spec.values.pilot.cni.enabled") is True
    origins = found.origins
    assert (
        str(origins.of(("spec", "values", "meshConfig", "accessLogFile")))
        == "--set meshConfig.accessLogFile=/dev/stdout"
    )
    assert str(origins.of(("spec", "values", "pilot", "cni", "enabled"))) == "--set components.cni.enabled=true"


def test_a_translation_loses_to_a_value_of_its_own_but_wins_inside_a_mapping() -> None:
    assert at(with_flags("revision=a", "values.revision=b"), "spec.values.revision") == "b"
    assert at(with_flags("values.pilot.enabled=false"), "spec.values.pilot.enabled") is True
    both = with_flags("meshConfig.accessLogFile=a", "values.meshConfig.accessLogFile=b")
    assert at(both, "spec.values.meshConfig.accessLogFile") == "a"


@pytest.mark.parametrize(("text", "tag"), [("tag: 1.30", "1.3"), ("tag: 5", "5"), ("tag: 1.0e3", "1000")])
def test_numbers_become_tags_as_go_prints_them(text: str, tag: str) -> None:
    assert at(with_text(f"spec: {{{text}}}\n"), "spec.values.global.tag") == tag


def test_the_namespace_follows_the_values() -> None:
    found = with_text("metadata: {namespace: other}\nspec:\n  values: {global: {istioNamespace: mesh}}\n")
    assert at(found, "metadata.namespace") == "mesh"


def test_values_without_anything_unset_all_of_them() -> None:
    assert with_text("spec:\n  values:\n").spec["values"] is None
    assert at(with_text("spec:\n"), "spec.values.global.istioNamespace") == "istio-system"


def test_unvalidated_values_go_on_top_unchecked() -> None:
    found = with_text("spec: {unvalidatedValues: {what: ever, global: {tag: t}}}\n")
    assert at(found, "spec.values.what") == "ever"
    assert at(found, "spec.values.global.tag") == "t"
    assert lookup(found.effective, "spec", "values", "global", "tag") == "1.30.3"
    assert str(found.origins.of(("spec", "values", "global", "tag"))) == "<stdin>:3"


@pytest.mark.parametrize("text", ["", "# only this\n", "null\n"])
def test_an_empty_file_says_nothing(text: str) -> None:
    found = build_specification(SpecificationInputs(files=("-",), stdin=lambda: text))
    assert found.data == with_flags().data


def test_a_file_must_have_a_name() -> None:
    with pytest.raises(InputError, match="name is empty"):
        build_specification(SpecificationInputs(files=(" ",)))


def test_an_own_folder_of_profiles(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "default.yaml").write_text(HEAD + "spec: {hub: x, values: {global: {}}}\n")
    found = with_flags(manifests=tmp_path)
    assert found.spec["installPackagePath"] == str(tmp_path)
    assert found.spec["hub"] == "registry.istio.io/release"
    assert "components" not in found.spec


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("a: [1\n", "<stdin>:2", "bad YAML"),
        ("- a\n", "<stdin>:1", "must be a mapping"),
        ("kind: IstioOperator\n---\nkind: IstioOperator\n", "<stdin>:3", "several documents"),
        ("spec: {}\n", "<stdin>:1", "no kind"),
        ("apiVersion: v1\nkind: IstioOperator\n", "<stdin>:1", "apiVersion is 'v1'"),
        ("apiVersion: install.istio.io/v1alpha1\nkind: Pod\n", "<stdin>:2", "kind is 'Pod'"),
        (HEAD + "spec: hello\n", "<stdin>:3", "'spec' must be a mapping"),
        (HEAD + "spec:\n  values: hello\n", "<stdin>:4", "values must be a mapping"),
    ],
)
def test_files_that_are_no_operator_document(text: str, where: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        build_specification(SpecificationInputs(files=("-",), stdin=lambda: text))
    assert str(caught.value.where).startswith(where)


def test_stdin_comes_last() -> None:
    with pytest.raises(InputError, match="only allowed as the last"):
        build_specification(SpecificationInputs(files=("-", "x.yaml")))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin1.yaml").write_bytes(b"kind: \xe9\n")
    for name, message in (("missing.yaml", "No such file"), (".", "Is a directory"), ("latin1.yaml", "not UTF-8")):
        with pytest.raises(InputError, match=message) as caught:
            build_specification(SpecificationInputs(files=(str(tmp_path / name),)))
        assert str(caught.value.where).removesuffix(":1") == str(tmp_path / name)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ErrorGroup) as caught:
        with_flags("values.pilot.autoscaleMin=lots", "components.cnii.enabled=true", "hub=http://a b")
    assert [error.where for error in caught.value.errors] == [
        "--set components.cnii.enabled=true",
        "--set values.pilot.autoscaleMin=lots",
        "--set hub=http://a b",
    ]


def test_force_turns_refusals_into_warnings() -> None:
    found = with_flags(
        "values.pilot.autoscaleMin=lots", "meshConfig.typo=1", "profile", "values.pilot.env.X=inf", force=True
    )
    assert len(found.warnings) == 4
    assert at(found, "spec.values.pilot.autoscaleMin") == "lots"
    assert at(found, "spec.values.pilot.env.X") == "inf"
    assert found.profile == "default"


def test_what_cannot_be_read_is_refused_even_with_force() -> None:
    replicas = "components.pilot.k8s.replicaCount=many"
    gateways = "components.ingressGateways=yes"
    for flags in (("a[oops].b=1",), ("profile=nope",), ("a=1", "a.b=1"), (replicas,), (gateways,), ("values.pilot=1",)):
        with pytest.raises(IstioctlError):
            with_flags(*flags, force=True)


def test_the_profile_s_asker_is_named() -> None:
    with pytest.raises(InputError) as caught:
        with_text("spec:\n  profile: demmo\n")
    assert (caught.value.where, "Did you mean 'demo'" in str(caught.value.hint)) == ("<stdin>:4", True)


@pytest.mark.parametrize("name", [*profile_names(), "external"])
def test_an_effective_specification_given_back_is_the_same(name: str) -> None:
    found = with_flags(f"profile={name}")
    again = build_specification(SpecificationInputs(files=("-",), stdin=lambda: dump(found.effective)))
    assert again.data == found.data


_FLAGS = st.lists(
    st.sampled_from(
        [
            "profile=demo", "profile=ambient", "profile=empty", "hub=a.b/c", "tag=1.10", "revision=canary",
            "components.cni.enabled=true", "components.egressGateways[0].name=e", "components.pilot.k8s.replicaCount=2",
            "meshConfig.accessLogFile=/dev/stdout", "values.meshConfig.trustDomain=x.y", "values.pilot.enabled=false",
            "values.global.istioNamespace=mesh", "values.pilot.env.A=1.50", "values.global.imagePullSecrets[0]=s",
            "values.global.tag=2.0", "values.pilot.cni.enabled=true", "compatibilityVersion=1.28",
        ]
    ),
    unique=True, max_size=6,
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(_FLAGS)
def test_any_effective_specification_given_back_is_the_same(flags: list[str]) -> None:
    found = with_flags(*flags)
    again = build_specification(SpecificationInputs(files=("-",), stdin=lambda: dump(found.effective)))
    assert again.data == found.data


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text("abc=.[]:{}\\,01- "), max_size=3))
def test_no_flag_breaks_it(flags: list[str]) -> None:
    try:
        with_flags(*flags)
    except IstioctlError:
        return


def _corpus_inputs(folder: Path) -> SpecificationInputs:
    command = json.loads((folder / "cmd.json").read_text())
    words = iter(command["args"][2:])
    files: list[str] = []
    given: dict[str, object] = {"set_flags": ()}
    for word in words:
        if word in ("-f", "--filename"):
            files += [name if name == "-" else str(folder / name) for name in next(words).split(",")]
        elif word in ("-s", "--set"):
            given["set_flags"] = (*given["set_flags"], next(words))  # type: ignore[misc]
        elif word in ("-r", "--revision"):
            given["revision"] = next(words)
        elif word == "--force":
            given["force"] = True
    stdin = folder / command.get("stdin", "cmd.json")
    return SpecificationInputs(files=tuple(files), stdin=stdin.read_text, **given)  # type: ignore[arg-type]


@pytest.mark.conformance
def test_values_are_those_that_the_real_tool_renders_with() -> None:
    compared = 0
    for folder in sorted((corpus_dir() / "manifest").iterdir()):
        found = build_specification(_corpus_inputs(folder))
        expected = folder / "expected.yaml"
        text = expected.read_text() if expected.exists() else ""
        for document in text.split("\n---\n"):
            if "original-values: |-" in document:
                recorded = json.loads(load(document)["data"]["original-values"], parse_int=float)
                for name in ("hub", "tag"):  # the component's own are added where it is rendered
                    if lookup(found.spec, "components", "pilot", name) is not None:
                        del recorded["pilot"][name]
                values = json.loads(json.dumps(found.spec["values"]), parse_int=float)
                assert values == recorded, folder.name
                compared += 1
    assert compared > 50


NAMELESS = "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {components: {ingressGateways: %s}}\n"


@pytest.mark.parametrize(
    ("flags", "text", "names"),
    [
        (["components.ingressGateways[0].k8s.service.type=NodePort"], "", ["istio-ingressgateway"]),
        (["components.ingressGateways[0].label.a=b"], "", ["istio-ingressgateway"]),
        (["components.ingressGateways[0].name=edge"], "", ["edge"]),
        (["components.ingressGateways[0].name=edge", "components.ingressGateways[1].name=b"], "", ["edge", "b"]),
        ([], "[{k8s: {replicaCount: 2}}]", ["istio-ingressgateway"]),
        ([], "[{k8s: {replicaCount: 2}}, {name: b}]", ["istio-ingressgateway", "b"]),
        (["components.ingressGateways[1].enabled=false"], "[{name: a}]", ["a", None]),
    ],
)
def test_a_gateway_without_a_name_is_the_profile_s(
    flags: list[str], text: str, names: list[str | None], tmp_path: Path
) -> None:
    file = tmp_path / "f.yaml"
    file.write_text(NAMELESS % text)
    inputs = SpecificationInputs(files=(str(file),) if text else (), set_flags=tuple(flags))
    gateways = build_specification(inputs).spec["components"]["ingressGateways"]
    assert [gateway.get("name") for gateway in gateways] == names


@pytest.mark.parametrize(
    ("flags", "text", "where"),
    [
        (["components.ingressGateways[1].k8s.replicaCount=2"], "", "--set components.ingressGateways[1]"),
        (["profile=empty", "components.egressGateways[3].enabled=true"], "", "--set components.egressGateways[3]"),
        ([], "[{name: a}, {enabled: true}]", "f.yaml:3"),
        ([], "[{name: istio-ingressgateway}, {}]", "f.yaml:3"),
    ],
)
def test_a_gateway_without_a_name_is_refused_where_it_is_nobody(
    flags: list[str], text: str, where: str, tmp_path: Path
) -> None:
    file = tmp_path / "f.yaml"
    file.write_text(NAMELESS % text)
    inputs = SpecificationInputs(files=(str(file),) if text else (), set_flags=tuple(flags))
    with pytest.raises(SpecError, match="has a gateway without a name") as caught:
        build_specification(inputs)
    assert where in str(caught.value.where)


def test_a_port_of_a_list_that_is_left_to_defaults() -> None:
    flag = "components.ingressGateways[0].k8s.service.ports[1].nodePort=30080"
    with pytest.raises(SpecError, match=r"service\.ports has a port without a number") as caught:
        build_specification(SpecificationInputs(set_flags=(flag,)))
    assert caught.value.where == f"--set {flag}"


def test_the_namespace_and_revision_of_flags_are_no_set_flags() -> None:
    made = build_specification(SpecificationInputs(namespace="mesh", revision="canary"))

    assert (made.namespace, made.revision, made.name) == ("mesh", "canary", "")
    assert str(made.origins.of(("spec", "values", "global", "istioNamespace"))) == "--istioNamespace mesh"
    assert build_specification(SpecificationInputs(revision="default")).revision == ""
