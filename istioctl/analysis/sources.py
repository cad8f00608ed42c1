"""Files, folders, stdin and URLs as texts, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from istioctl.errors import InputError
from istioctl.yamldoc.texts import read_text

#: What a folder is searched for.
EXTENSIONS = (".json", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Source:
    """A text and the name it goes by in messages."""

    name: str
    text: str


def read_file(path: Path) -> Source:
    """A file's text.

    Raises:
        InputError: it can't be read.
    """
    return Source(str(path), read_text(path))


def files_below(folder: Path) -> Iterator[Path]:
    """The YAML and JSON files of a folder and of those below it, in the order of their names.

    Raises:
        InputError: a folder can't be read.
    """
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(f"cannot read the folder: {error.strerror}", where=str(folder), id="unreadable") from None
    for entry in entries:
        if entry.is_dir():
            yield from files_below(entry)
        elif entry.suffix in EXTENSIONS:
            yield entry


def is_url(name: str) -> bool:
    """Whether an input is fetched instead of opened."""
    return name.startswith(("http://", "https://"))


def open_input(name: str, stdin: Callable[[], str], fetch: Callable[[str], str]) -> Iterator[Callable[[], Source]]:
    """What an input names, as functions that read one text each: a file, a folder's files, stdin (`-`) or a URL.

    Args:
        stdin: reads the whole of stdin.
        fetch: gets what a URL names.

    Raises:
        InputError: there is no such file.
    """
    if name == "-":
        yield lambda: Source("-", stdin())
    elif is_url(name):
        yield lambda: Source(name, fetch(name))
    else:
        path = Path(name)
        try:
            is_folder, exists = path.is_dir(), path.exists()
        except ValueError:
            is_folder = exists = False
        if not exists:
            raise InputError("there is no such file", where=name, id="unreadable")
        for file in files_below(path) if is_folder else (path,):
            yield lambda file=file: read_file(file)  # type: ignore[misc]
