"""What was compiled from the program's own data when the wheel was built, so that the first run need not do it.

The wheel carries it as Python modules below `_data/prebuilt` (`hatch_build.py` writes them), which installers compile
like all others. A module is found by a hash of all that its content depends on, so none is used for what has changed
since. An editable install has none: there everything is prepared when it is first used, and kept in the user's cache
folder (`istioctl.file_cache`).
"""

from __future__ import annotations

import os
from importlib.machinery import SourceFileLoader
from types import CodeType

_FOLDER = os.path.join(os.path.dirname(__file__), "_data", "prebuilt")  # noqa: PTH118, PTH120 - every run comes here


def code(key: str) -> CodeType | None:
    """The code of the module with this key, None if there is none."""
    name = file_name(key)
    try:
        return SourceFileLoader(key, os.path.join(_FOLDER, name)).get_code(key)  # noqa: PTH118
    except (OSError, ImportError, SyntaxError):
        return None


def entry(key: str) -> object:
    """The data in the module with this key, None if there is none."""
    found = code(key)
    if found is None:
        return None
    space: dict[str, object] = {}
    exec(found, space)  # noqa: S102 - a part of the program
    return space["ENTRY"]


def file_name(key: str) -> str:
    """What the file of a module is called; half of the key says enough, and paths are short on some systems."""
    return f"prebuilt_{key[:32]}.py"


def module(entry: object) -> str:
    """The text of a module that holds plain data."""
    return f"ENTRY = {entry!r}\n"
