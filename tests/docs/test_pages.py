"""The documentation as a whole: it builds without a warning, and says nothing twice."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
#: A paragraph of fewer words may well stand in two places.
SHORT = 12


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "reference" / "index.html").is_file()
    assert "Where things are tested" in (tmp_path / "contributing" / "index.html").read_text(encoding="utf-8")


def test_no_page_repeats_a_paragraph_of_another() -> None:
    first: dict[str, Path] = {}
    for page in PAGES:
        if page.name == "reference.md":
            continue
        text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        for paragraph in (" ".join(part.split()) for part in text.split("\n\n")):
            if len(paragraph.split()) >= SHORT:
                assert first.setdefault(paragraph, page) == page, f"{page.name}: {paragraph[:60]}"


def test_links_of_pages_outside_of_the_site_lead_somewhere() -> None:
    for page in PAGES[:2]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_yaml_in_pages_is_yaml() -> None:
    for page in PAGES:
        for block in re.findall(r"^```yaml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            assert list(yaml.safe_load_all(block))
