"""Data with its comments, as ruamel.yaml's round-trip loader reads it (`CommentedMap`), changed and still commented.

Known by its shape: that library is imported only for those who hold such data, and so have it.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from istioctl.errors import InputError
from istioctl.yamldoc import edit
from istioctl.yamldoc.difference import applied
from istioctl.yamldoc.reader import compose_all

_DIRECTIVE = "%YAML 1.1\n---\n"


def is_commented(data: object) -> bool:
    """Whether this is a mapping of ruamel.yaml's round-trip loader."""
    return any(kind.__name__ == "CommentedMap" for kind in type(data).__mro__)


def plain(data: Any) -> Any:
    """Data of mappings, sequences and scalars of any types as those that JSON has; moments become text.

    Raises:
        InputError: there is something else in it.
    """
    if data is None or type(data) in (str, int, float, bool):
        return data
    if isinstance(data, Mapping):
        return {str(key): plain(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [plain(item) for item in data]
    if type(data).__name__ == "ScalarBoolean":  # ruamel.yaml's, for a boolean with an anchor
        return bool(data)
    for kind in (str, int, float):
        if isinstance(data, kind):
            return kind(data)
    if isinstance(data, (datetime, date)):
        return data.isoformat().replace("+00:00", "Z")
    raise InputError(f"plain data is expected here, not a {type(data).__name__}", id="no-object")


def with_data(commented: Any, before: Any, after: Any) -> Any:
    """A commented mapping with other data; what does not change keeps its comments, order and quotes.

    Its text is edited as a file's would be. Where the text does not say what the data are, as with spellings in which
    versions of YAML differ, the data are changed without it, and lose the comments around what changes.

    Args:
        commented: the mapping, which stays as it is.
        before: its data, see `plain`.
        after: what they become.
    """
    text = _text_of(commented)
    try:
        document = next(compose_all(text))
        if document.root is not None and document.data == before:
            made = _read(edit.apply(text, edit.edits(text, document.root, before, after)))
            if plain(made) == after:
                return made
    except InputError:  # what this program's reader does not take
        pass
    return _dressed(applied(commented, before, after), commented)


def _dressed(data: Any, old: Any) -> Any:
    """Data in the classes, and with the comments, of what was there before; lists that grew or shrank lose theirs."""
    if data is old or not hasattr(old, "copy_attributes") or not isinstance(data, (dict, list)):
        return data
    made = type(old)()
    if isinstance(data, dict):
        for key, value in data.items():
            made[key] = _dressed(value, old.get(key))
        old.copy_attributes(made)
        return made
    made.extend(data)
    if len(data) == len(old):
        for index, value in enumerate(data):
            made[index] = _dressed(value, old[index])
        old.copy_attributes(made)
    return made


def _text_of(commented: Any) -> str:
    """The data as YAML that a reader of YAML 1.1, as Kubernetes has it, takes for the same."""
    from ruamel.yaml import YAML

    writer: Any = YAML()
    writer.version = (1, 1)
    writer.width = sys.maxsize
    stream = io.StringIO()
    writer.dump(commented, stream)
    return stream.getvalue().removeprefix(_DIRECTIVE)


def _read(text: str) -> Any:
    from ruamel.yaml import YAML

    reader: Any = YAML()
    reader.preserve_quotes = True
    return reader.load(text)
