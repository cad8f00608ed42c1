"""Injection of objects instead of texts: plain data, data with comments, and the models of Kubernetes' own client."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from istioctl.api.kinds import api_version_of
from istioctl.api.schema.paths import Path, path_text
from istioctl.errors import InputError, IstioctlError
from istioctl.injection import workloads
from istioctl.injection.injector import ObjectInjector
from istioctl.injection.report import Entry, placed
from istioctl.patterns import lazy_pattern
from istioctl.yamldoc.commented import is_commented, plain, with_data
from istioctl.yamldoc.difference import applied

Given = TypeVar("Given")

_MODELS = lazy_pattern(r"(.+\.client)\.models\..+")
_OLD_CLIENT = "Install a newer release of the package 'kubernetes', or inject plain data."
_CLASS = lazy_pattern(r"(V\d+(?:(?:alpha|beta)\d+)?)([A-Z]\w*)")


class InjectedObject(NamedTuple, Generic[Given]):
    """What became of an object.

    Attributes:
        object: of the same kind as the one that was given, which stays as it was; itself where nothing changes.
        entries: the objects with pods, in their order: one, or those of a list.
        foreign: how many other objects there were.
    """

    object: Given
    entries: tuple[Entry, ...]
    foreign: int


def inject_object(given: Given, injector: ObjectInjector, source: str) -> InjectedObject[Given]:
    """Put a sidecar into the pod of an object, or of each object in a list.

    Args:
        given: a mapping, or a model of the official client such as `V1Deployment` or `V1PodList`.
        injector: gives the pods with sidecars.
        source: names the object in errors, and in the entries.

    Raises:
        InputError: it is not an object, or an annotation in it is wrong.
        TemplateError: a template fails, or is not there.
        TypeError: it is neither a mapping nor a model.
    """
    task = _Task(injector, source)
    try:
        made: Any = _made(given, task)
    except RecursionError:
        hint = "Is there a mapping or a list that holds itself?"
        raise InputError("its data nest too deep", where=source, hint=hint, id="no-object") from None
    except InputError as problem:
        problem.where = problem.where or source
        raise
    return InjectedObject(made, tuple(task.entries), task.foreign)


def _made(given: Any, task: _Task) -> Any:
    if (model := _model_of(type(given))) is not None:
        return _with_model(given, model, task)
    if not isinstance(given, Mapping):
        raise TypeError(f"text, a mapping or a Kubernetes model is expected, not {type(given).__name__}")
    data = plain(given)
    after = task.run(data)
    if after is data:
        return given
    return with_data(given, data, after) if is_commented(given) else after


class _Task:
    """Changes data, and counts what was done."""

    def __init__(self, injector: ObjectInjector, source: str) -> None:
        self._injector = injector
        self.source = source
        self.entries: list[Entry] = []
        self.foreign = 0

    def run(self, data: Any) -> Any:
        """An object's data with a sidecar; the same where nothing changes."""
        if not isinstance(data, dict):
            raise InputError("a Kubernetes object is expected here", where=self.source, id="no-object")
        if workloads.is_list(data):
            return self._items(data)
        try:
            outcome = self._injector.inject(data)
        except IstioctlError as error:
            raise placed(error, data, self.source) from None
        if outcome is None:
            self.foreign += 1
            return data
        self.entries.append(Entry.of(outcome, self._place))
        before, after = outcome.workload.data, outcome.after
        return data if before is after else applied(data, before, after)

    def _place(self, path: Path) -> str:
        return f"{self.source}: {path_text(path)}" if path else self.source

    def _items(self, data: dict[str, Any]) -> dict[str, Any]:
        items = data.get("items")
        if items is None:
            return data
        if not isinstance(items, list):
            raise InputError("items: a list is expected here", where=self.source, id="no-object")
        made = [item if item is None else self.run(item) for item in items]
        if data["kind"] == "ResourceList" and self.entries:
            return {**data, "items": made, "results": [*(data.get("results") or ()), *self.results()]}
        return data if all(new is old for new, old in zip(made, items, strict=True)) else {**data, "items": made}

    def results(self) -> Iterator[dict[str, Any]]:
        """The entries so far, as in a function's resource list."""
        return (result for entry in self.entries for result in entry.as_results())


def _model_of(kind: type) -> type | None:
    """The class of the official client that a class is, or is derived from; None for all others."""
    return next((base for base in kind.__mro__ if _MODELS.fullmatch(base.__module__)), None)


def _with_model(given: Any, model: type, task: _Task) -> Any:
    """A model of the official client with sidecars in it."""
    named = _CLASS.fullmatch(model.__name__)
    if named is None:
        raise TypeError(f"{model.__name__} is not the model of a Kubernetes object")
    version, kind = named[1].lower(), named[2]
    client = _client_of(model)
    data = plain(client.sanitize_for_serialization(given))
    told = data
    if kind.endswith("List") and isinstance(data.get("items"), list):
        item = kind.removesuffix("List")
        told = {**data, "kind": "List", "items": [_told(each, version, item) for each in data["items"]]}
    else:
        told = _told(data, version, kind)
    after = task.run(told)
    if after is told:
        return given
    after = applied(data, told, after)
    return _as_model(type(given), after, client, task.source)


def _told(data: Mapping[str, Any], version: str, kind: str) -> dict[str, Any]:
    """The data of an object with its kind, which models often lack, as those in a list."""
    return {"apiVersion": api_version_of(kind, version), "kind": kind} | {
        name: value for name, value in data.items() if value is not None
    }


def _client_of(model: type) -> Any:
    """A client that knows the model: of the library that it comes from, which is imported, therefore."""
    home = _MODELS.fullmatch(model.__module__)
    library: Any = sys.modules[home[1]] if home else None
    return library.ApiClient(library.Configuration())


class _Answer:
    """JSON in the form in which the client wants to read answers."""

    def __init__(self, data: Any) -> None:
        self.data = json.dumps(data)


def _as_model(kind: Any, data: Any, client: Any, source: str) -> Any:
    """Data as a model.

    Raises:
        InputError: the model has no place for some of it.
    """
    try:
        made = kind.from_dict(data) if hasattr(kind, "from_dict") else client.deserialize(_Answer(data), kind)
    except (ValueError, TypeError) as problem:
        raise InputError(
            f"the Kubernetes client's {kind.__name__} does not take the pod with its sidecar: {problem}",
            where=source,
            hint=_OLD_CLIENT,
            id="old-client",
        ) from problem
    if lost := _missing(data, plain(client.sanitize_for_serialization(made)), ()):
        raise InputError(
            f"the Kubernetes client's {kind.__name__} has no field {path_text(lost)}",
            where=source,
            hint=_OLD_CLIENT,
            id="old-client",
        )
    return made


def _missing(wanted: Any, found: Any, path: tuple[str | int, ...]) -> tuple[str | int, ...] | None:
    """The path of the first value that `found` lacks; null and none are the same."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name, value in wanted.items():
            if value is not None and (lost := _missing(value, found.get(name), (*path, name))):
                return lost
        return None
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        pairs = enumerate(zip(wanted, found, strict=True))
        return next((lost for index, (one, other) in pairs if (lost := _missing(one, other, (*path, index)))), None)
    return None if wanted == found else path
