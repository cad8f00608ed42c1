"""Files of earlier releases, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from istioctl.actions.manifests.manifest_migrate import Migration, manifest_migrate
from istioctl.errors import ErrorGroup, InputError, IstioctlError, SpecError
from istioctl.yamldoc.reader import load, load_all
from tests.support.corpus import corpus_dir

OLD = """\
# Our mesh
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
spec:
  profile: "default"   # keep
  addonComponents:
    kiali: {enabled: true}
  values:
    global:
      proxy:
        # where the logs go
        accessLogFile: "/dev/stdout"  # JSON below
        accessLogEncoding: JSON
"""
NEW = """\
# Our mesh
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
spec:
  profile: "default"   # keep
  meshConfig:
    # where the logs go
    accessLogFile: "/dev/stdout"  # JSON below
    accessLogEncoding: JSON
"""
POD = 'apiVersion: v1\nkind: Pod\nmetadata: { name:  "p" }   # odd\n'


def migrate(text: str | bytes) -> Migration:
    return manifest_migrate(text.encode() if isinstance(text, str) else text, "old.yaml")


def test_a_file_becomes_one_of_today_and_says_what_was_done() -> None:
    done = migrate(OLD)
    assert done.after.decode() == NEW
    assert [(finding.line, finding.verb, finding.path, finding.to) for finding in done.findings] == [
        (6, "removed", "addonComponents", ""),
        (12, "moved", "values.global.proxy.accessLogFile", "meshConfig.accessLogFile"),
        (13, "moved", "values.global.proxy.accessLogEncoding", "meshConfig.accessLogEncoding"),
    ]
    assert done.findings[0].reason == "Istio 1.8 removed it. Use `istioctl addons install`."
    assert not done.refused


def test_a_file_of_today_stays() -> None:
    done = migrate(NEW)
    assert done.after == done.before
    assert not done.findings


@pytest.mark.parametrize(
    "dress",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
        lambda text: b"\xff\xfe" + text.replace("\n", "\r\n").encode("utf-16-le"),
        lambda text: text.removesuffix("\n").encode(),
        lambda text: ("---\n" + text + "\n\n").encode(),
        lambda text: (POD + "---\n" + text + "---\n" + POD).encode(),
        lambda text: (text + "...\n---\n# nothing\n").encode(),
        lambda text: ("# above all\n---  # start\n" + text).encode(),
    ],
)  # fmt: skip
def test_all_around_stays_byte_for_byte(dress: object) -> None:
    assert callable(dress)
    assert migrate(dress(OLD)).after == dress(NEW)


def test_each_document_of_a_file_is_migrated_and_its_lines_are_the_files() -> None:
    done = migrate(OLD + "---\n" + OLD)
    assert done.after.decode() == NEW + "---\n" + NEW
    assert [finding.line for finding in done.findings] == [6, 12, 13, 20, 26, 27]


@pytest.mark.parametrize(
    ("text", "line"), [(NEW + "---\n" + NEW, 12), (POD + "---\n" + OLD, 6), (OLD + "---\n" + POD, 11)]
)
def test_a_file_of_several_documents_is_still_none_that_istio_renders(text: str, line: int) -> None:
    (error,) = migrate(text).refused
    assert (error.id, error.where) == ("several-documents", f"old.yaml (migrated):{line}")


def test_scalars_change_their_type_where_they_stand() -> None:
    text = NEW + "    defaultConfig:\n      proxyMetadata: {A: true}  # on\n"
    text += '  components:\n    pilot:\n      k8s:\n        replicaCount: "2"   # two\n'
    assert migrate(text).after.decode() == text.replace('"2"', "2").replace("{A: true}", '{A: "true"}')


def test_the_kind_before_1_5_counts_where_it_is_istios() -> None:
    older = NEW.replace("v1alpha1", "v1alpha2").replace("IstioOperator", "IstioControlPlane  # old")
    assert migrate(older).after.decode() == NEW.replace("IstioOperator", "IstioOperator  # old")
    with pytest.raises(InputError, match="holds no IstioOperator"):
        migrate(older.replace("install.istio.io", "servicemesh.cisco.com"))


def test_json_stays_json() -> None:
    done = migrate(json.dumps(load(OLD), indent=4) + "\n")
    assert done.after.decode() == json.dumps(load(NEW), indent=4) + "\n"


def test_shared_parts_are_written_out_where_they_come_to_differ() -> None:
    metric = "{type: Resource, resource: {name: cpu, targetAverageUtilization: 80}}"
    gateways = f"  - name: a\n    k8s: &k\n      hpaSpec: {{metrics: [{metric}]}}\n  - name: b\n    k8s: *k\n"
    text = OLD.partition("spec:")[0] + f"spec:\n components:\n  ingressGateways:\n{gateways}"
    done = migrate(text)
    first, second = load(done.after)["spec"]["components"]["ingressGateways"]
    assert first["k8s"] == second["k8s"]
    assert "targetAverageUtilization" not in done.after.decode()
    assert not done.refused


def refused(text: str | bytes) -> IstioctlError:
    with pytest.raises(IstioctlError) as raised:
        migrate(text)
    return raised.value


def test_what_the_user_must_decide_is_told_with_its_line() -> None:
    error = refused(OLD + "  meshConfig: {accessLogFile: /b, accessLogEncoding: TEXT}\n")
    assert isinstance(error, ErrorGroup)
    assert [inner.where for inner in error.errors] == ["old.yaml:12", "old.yaml:13"]
    assert {type(inner) for inner in error.errors} == {SpecError}


def test_a_key_that_stands_twice_is_the_users_choice() -> None:
    error = refused(OLD + "  profile: demo\n")
    assert (error.where, error.id) == ("old.yaml:14", "undecided")


@pytest.mark.parametrize("text", ["", POD, "- a\n", "kind: [IstioOperator]\n"])
def test_a_file_without_such_a_document_is_refused(text: str) -> None:
    error = refused(text)
    assert isinstance(error, InputError)
    assert error.id == "not-an-operator"


@pytest.mark.parametrize("raw", [b"kind: IstioOperator\nspec: [\n", b"\xfd\xfe\x00"])
def test_what_is_no_yaml_is_refused(raw: bytes) -> None:
    assert refused(raw).where


def test_what_istio_would_refuse_all_the_same_is_told_with_its_new_line() -> None:
    done = migrate(OLD + "  meshCofnig: {}\n")
    (error,) = done.refused
    assert 'unknown field "meshCofnig"' in str(error)
    assert error.where == "old.yaml (migrated):6"
    assert done.after.decode().split("\n")[5] == "  meshCofnig: {}"


def test_real_files_migrate_to_what_renders_or_say_why_not() -> None:
    """Of the recorded IstioOperator files, those of today stay as they are, whatever their layout."""
    files = [
        path
        for path in corpus_dir().glob("manifest*/**/*.yaml")
        if path.name not in ("expected.yaml", "base.yaml") and b"kind: IstioOperator" in path.read_bytes()
    ]
    assert len(files) > 40
    for path in files[::3]:
        check_file(path)


def check_file(path: Path) -> None:
    try:
        done = manifest_migrate(path.read_bytes(), path.name)
    except InputError as error:
        assert error.where  # noqa: PT017 - some files are broken on purpose
        return
    if not done.steps:
        assert done.after == done.before, path
    again = manifest_migrate(done.after, path.name)
    assert not again.steps
    assert again.after == done.after
    assert [len(load_all(raw)) for raw in (done.before, done.after)] == [len(load_all(done.before))] * 2


def test_metrics_and_services_keep_their_comments() -> None:
    done = migrate("""\
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
spec:
  components:
    pilot:
      k8s:
        hpaSpec:
          metrics:
          - type: Object
            object:
              target:   # whose
                kind: Service   # a service
                name: x
              # how much
              targetValue: 10  # ten
              metricName: hits  # per second
  values:
    global:
      proxy:
        envoyAccessLogService:
          enabled: true  # yes
          host: als  # its host
""")
    after = done.after.decode()

    assert "describedObject:   # whose\n                kind: Service   # a service\n" in after
    assert "# how much\n                value: 10  # ten\n" in after
    assert "name: hits  # per second\n" in after
    for comment in ("# yes", "# its host"):
        assert after.count(comment) == 1
