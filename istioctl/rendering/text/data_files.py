"""Finding the profiles and manifests that come with the program.

They live at the repository's top level. A wheel carries them inside the package, as `istioctl/_data/`; an editable
install does not, so both places are tried.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from istioctl.errors import InternalError

_PACKAGE = Path(__file__).resolve().parents[2]


@cache
def data_folder(name: str) -> Path:
    """The folder `profiles` or `manifests`.

    Raises:
        InternalError: the installation lacks it.
    """
    for parent in (_PACKAGE / "_data", _PACKAGE.parent):
        folder = parent / name
        if folder.is_dir():
            return folder
    raise InternalError(f"the installation lacks its '{name}' folder", hint="Install istioctl again.")


def read_data(folder: str, path: str) -> str:
    """The text of one file, as in `read_data("profiles", "demo.yaml")`.

    Raises:
        FileNotFoundError: the folder has no such file.
        InternalError: the installation lacks the folder.
    """
    return (data_folder(folder) / path).read_text(encoding="utf-8")


def data_names(folder: str, suffix: str) -> list[str]:
    """The sorted names, without `suffix`, of the files right inside `folder` (which may be a path) that end in it."""
    top, _, rest = folder.partition("/")
    return sorted(file.name.removesuffix(suffix) for file in (data_folder(top) / rest).glob(f"*{suffix}"))
