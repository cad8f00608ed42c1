"""The files of a chart: out of a folder (less what `.helmignore` says) or out of a gzipped archive."""

from __future__ import annotations

import gzip
import io
import posixpath
import tarfile
import zlib
from pathlib import Path
from typing import Any

from istioctl.errors import InputError
from istioctl.patterns import lazy_pattern
from istioctl.rendering.helm.patterns import match_pattern

#: The files of a chart by their path in it, in the order they were found.
Files = dict[str, bytes]

MAX_FILE = 5 * 1024 * 1024
MAX_CHART = 100 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_DRIVE = lazy_pattern(r"[A-Za-z]:/")


class IgnoreRules:
    """What a `.helmignore` file leaves out.

    Args:
        text: the file's text.
        source: its path, for errors.

    Raises:
        InputError: a rule can't be understood.
    """

    def __init__(self, text: str, source: str) -> None:
        self._rules: list[tuple[Any, bool, bool, bool]] = []
        lines = text.removeprefix("\ufeff").splitlines()
        for number, line in enumerate([*lines, "templates/.?*"], 1):
            rule = line.strip()
            if rule and not rule.startswith("#"):
                try:
                    self._add(rule)
                except ValueError as error:
                    raise InputError(f"bad rule {rule!r}: {error}", where=f"{source}:{number}") from None

    def _add(self, rule: str) -> None:
        if "**" in rule:
            raise ValueError("double-star (**) syntax is not supported")
        negated = rule.startswith("!")
        rule = rule.removeprefix("!")
        only_folders = rule.endswith("/")
        rule = rule.removesuffix("/")
        whole_path = "/" in rule
        self._rules.append((match_pattern(rule.removeprefix("/")), negated, only_folders, whole_path))

    def ignores(self, path: str, *, folder: bool) -> bool:
        """Whether a path in the chart is left out."""
        for pattern, negated, only_folders, whole_path in self._rules:
            applies = folder or not only_folders
            matches = pattern.match(path if whole_path else posixpath.basename(path)) is not None
            if negated:
                if not applies or not matches:
                    return True
            elif applies and matches:
                return True
        return False


def read_chart_files(path: Path) -> Files:
    """The files of the chart at `path`, a folder or an archive.

    Raises:
        InputError: it can't be read, or is not a chart.
    """
    try:
        if path.is_dir():
            return _read_folder(path)
        return unpack(path.read_bytes(), str(path))
    except OSError as error:
        raise InputError(f"can't read the chart: {error.strerror or error}", where=str(path)) from None


def _read_folder(top: Path) -> Files:
    ignore_file = top / ".helmignore"
    text = ignore_file.read_text("utf-8", "replace") if ignore_file.is_file() else ""
    files: Files = {}
    _walk(top, "", IgnoreRules(text, str(ignore_file)), files, set())
    return files


def read_folder(top: Path) -> Files:
    """The files of a folder, whatever its `.helmignore` says.

    Raises:
        InputError: it can't be read.
    """
    files: Files = {}
    try:
        _walk(top, "", None, files, set())
    except OSError as error:
        raise InputError(f"can't read the chart: {error.strerror or error}", where=str(top)) from None
    return files


def _walk(folder: Path, prefix: str, rules: IgnoreRules | None, files: Files, above: set[Path]) -> None:
    real = folder.resolve()
    if real in above:
        raise InputError("the chart's folders contain themselves by a link", where=str(folder))
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = prefix + entry.name
        if rules is not None and rules.ignores(name, folder=entry.is_dir()):
            continue
        if entry.is_dir():
            _walk(entry, f"{name}/", rules, files, above | {real})
            continue
        if not entry.is_file():
            raise InputError("a chart may hold only folders and files", where=str(entry))
        if entry.stat().st_size > MAX_FILE:
            raise InputError(f"the file is larger than {MAX_FILE} bytes", where=str(entry))
        files[name] = entry.read_bytes().removeprefix(_BOM)


def unpack(archive: bytes, source: str) -> Files:
    """The files of a gzipped chart archive, by their path below its top folder.

    Raises:
        InputError: it is no such archive, or too large.
    """
    if not archive.startswith(b"\x1f\x8b\x08"):
        raise InputError("this is not a gzipped chart archive", where=source)
    files: Files = {}
    left = MAX_CHART
    try:
        with tarfile.open(fileobj=io.BytesIO(_inflate(archive, source))) as tar:
            for member in tar:
                if member.isdir():
                    continue
                name = _path_below_top(member.name, source)
                if member.size > min(MAX_FILE, left):
                    raise InputError(f"{member.name} is too large for a chart", where=source)
                opened = tar.extractfile(member)
                if opened is None:
                    raise InputError(f"{member.name} is not a plain file", where=source)
                left -= member.size
                files[name] = opened.read().removeprefix(_BOM)
    except (tarfile.TarError, EOFError, KeyError) as error:
        raise InputError(f"the archive is damaged: {error}", where=source) from None
    if not files:
        raise InputError("no files in the chart archive", where=source)
    return files


def _inflate(archive: bytes, source: str) -> bytes:
    most = 2 * MAX_CHART
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(archive)) as opened:
            data = opened.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"the archive is damaged: {error}", where=source) from None
    if len(data) > most:
        raise InputError(f"the archive unpacks to more than {most} bytes", where=source)
    return data


def _path_below_top(name: str, source: str) -> str:
    _, slash, below = name.replace("\\", "/").partition("/")
    path = posixpath.normpath(below)
    if not slash or path == "." or path.startswith(("..", "/")) or _DRIVE.match(below):
        raise InputError(f"{name!r} is not a path inside a chart's folder", where=source)
    return path
