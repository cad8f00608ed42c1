"""`--no-headers` leaves out the headers of all tables, custom columns included, on every command."""

from __future__ import annotations

import pytest

from tests.support.run import run_cli


@pytest.mark.parametrize(
    "words",
    [
        ("images", "-o", "custom-columns=IMAGE:.image"),
        ("profile", "dump", "-o", "custom-columns=KIND:.kind"),
        ("profile", "list"),
        ("addons", "list"),
        ("addons", "list", "-o", "custom-columns-file={file}"),
        ("options",),
    ],
)
def test_all_but_the_first_line(words: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("columns") / "columns.txt"
    file.write_text("NAME\n.name\n")
    words = tuple(word.format(file=file) if "{file}" in word else word for word in words)
    shown, before, behind = run_cli(*words), run_cli("--no-headers", *words), run_cli(*words, "--no-headers")

    header, *rows = shown.stdout.splitlines(keepends=True)
    assert header
    assert rows
    # columns may be narrower without their heads
    assert [row.split() for row in before.stdout.splitlines()] == [row.split() for row in rows]
    assert behind == before


def test_other_forms_have_none() -> None:
    assert run_cli("addons", "list", "-o", "json", "--no-headers") == run_cli("addons", "list", "-o", "json")
