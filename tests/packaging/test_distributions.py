"""The wheel, the source distribution and the one-file form work without the repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT, build, site_packages, succeed
from tests.support.run import run_cli


def data_files() -> set[str]:
    """The paths of the files that are not Python, as the repository has them."""
    found = [path for top in ("profiles", "manifests") for path in (ROOT / top).rglob("*") if path.is_file()]
    return {str(path.relative_to(ROOT)) for path in found}


def test_the_wheel_carries_all_data_and_its_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {f"istioctl/_data/{name}" for name in data_files()} <= names
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "istioctl").rglob("*") if path.is_file()}
    assert {name for name in modules if "__pycache__" not in name} <= names
    assert "istioctl/py.typed" in names
    assert not any(name.startswith("tests") for name in names)


def test_the_installed_wheel_renders_what_the_repository_renders(venv: Path, tmp_path: Path) -> None:
    flags = ["manifest", "generate", "--set", "profile=demo"]

    printed = succeed([venv / "bin" / "istioctl", *flags], tmp_path)

    assert printed == run_cli(*flags).stdout
    where = succeed([venv / "bin" / "python", "-c", "import istioctl; print(istioctl.__file__)"], tmp_path)
    assert where.startswith(str(venv))


def test_the_installed_wheel_injects_lists_and_validates(venv: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs" / "examples", tmp_path, dirs_exist_ok=True)
    program = venv / "bin" / "istioctl"

    assert "name: istio-proxy" in succeed([program, "kube-inject", "--offline", "-f", "app.yaml"], tmp_path)
    assert "prometheus" in succeed([program, "addons", "list"], tmp_path)
    assert "valid" in succeed([program, "validate", "-f", "gateway.yaml"], tmp_path)
    assert "demo" in succeed([venv / "bin" / "python", "-m", "istioctl", "profile", "list"], tmp_path)


FIRST_RUNS = [
    *(["manifest", "generate", "--set", f"profile={name}"] for name in ("default", "demo", "ambient", "openshift")),
    ["kube-inject", "--offline", "-f", str(ROOT / "docs" / "examples" / "app.yaml")],
    ["profile", "dump", "demo"],
]


@pytest.mark.parametrize("flags", FIRST_RUNS, ids=" ".join)
def test_the_first_run_compiles_nothing(venv: Path, tmp_path: Path, flags: list[str]) -> None:
    printed = succeed([venv / "bin" / "istioctl", *flags], tmp_path, XDG_CACHE_HOME=str(tmp_path))

    assert not list(tmp_path.glob("istioctl/*/*"))  # what is compiled is kept there
    assert printed == run_cli(*flags, environ={"HOME": str(tmp_path)}).stdout


def test_changed_files_take_the_place_of_what_the_wheel_was_built_with(venv: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    shutil.copytree(site_packages(venv), installed)
    for name, old, new in (
        ("manifests/istiod/injection/sidecar.yaml", "name: istio-proxy", "name: changed-proxy"),
        ("manifests/istiod/services.yaml.j2", "port: 15010", "port: 15019"),
        ("profiles/default.yaml", "name: istio-ingressgateway", "name: changed-gateway"),
    ):
        file = installed / "istioctl" / "_data" / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
    program = tmp_path / "program.py"
    program.write_text(
        f"import site\nsite.addsitedir({str(installed)!r})\nfrom istioctl.__main__ import main\nmain()\n",
        encoding="utf-8",
    )
    run = [sys.executable, "-I", "-S", program]

    app = ROOT / "docs" / "examples" / "app.yaml"
    injected = succeed([*run, "kube-inject", "--offline", "-f", app], tmp_path, XDG_CACHE_HOME=str(tmp_path))
    generated = succeed([*run, "manifest", "generate"], tmp_path, XDG_CACHE_HOME=str(tmp_path))

    assert "name: changed-proxy" in injected
    assert "port: 15019" in generated
    assert "name: changed-gateway" in generated


def test_the_installed_wheel_is_typed(venv: Path, tmp_path: Path) -> None:
    module = tmp_path / "user.py"
    module.write_text("from istioctl import InputError\nnumber: int = InputError('x').message\n")
    mypy = [sys.executable, "-m", "mypy", "--python-executable", venv / "bin" / "python", "--cache-dir", tmp_path / "c"]

    done = subprocess.run([*mypy, module], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert 'expression has type "str", variable has type "int"' in done.stdout


def test_an_editable_install_compiles_the_sources(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sources"
    shutil.copytree(source, folder)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", tmp_path / "installed"]

    succeed(
        [*command, "--no-deps", "--no-index", "--no-build-isolation", "--editable", folder],
        tmp_path,
        PYTHONDONTWRITEBYTECODE="1",
    )

    sources = {path.relative_to(folder) for path in (folder / "istioctl").rglob("*.py")}
    compiled = {path.parent.parent / path.name.split(".")[0] for path in (folder / "istioctl").rglob("*.pyc")}
    assert {folder / path.with_suffix("") for path in sources} == compiled


def test_a_wheel_made_of_the_source_distribution_holds_the_same_files(wheel: Path, tmp_path: Path) -> None:
    sdist = build(ROOT, "sdist", tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (folder,) = (tmp_path / "unpacked").iterdir()

    again = build(folder, "wheel", tmp_path / "wheel")

    assert set(zipfile.ZipFile(again).namelist()) == set(zipfile.ZipFile(wheel).namelist())
    assert {"tests", "docs", "CHANGELOG.md", "mkdocs.yml"} <= {path.name for path in folder.iterdir()}


def test_one_file_holds_the_program(venv: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    shutil.copytree(
        site_packages(venv), installed, ignore=lambda _, names: [name for name in names if name == "dependencies.pth"]
    )
    file = tmp_path / "istioctl.pyz"
    succeed(
        [
            sys.executable, "-m", "shiv", "--site-packages", installed, "--compressed", "--console-script", "istioctl",
            "--output-file", file,
        ],
        tmp_path,
    )  # fmt: skip
    dependencies = (site_packages(venv) / "dependencies.pth").read_text(encoding="utf-8")

    printed = succeed(
        [sys.executable, file, "profile", "list"],
        tmp_path,
        SHIV_ROOT=str(tmp_path / "shiv root"),
        PYTHONPATH=dependencies,
    )

    assert printed == run_cli("profile", "list").stdout
