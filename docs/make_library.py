"""Writes the end of docs/library.md, all public names, from the names themselves: `python docs/make_library.py`."""

from __future__ import annotations

import inspect
from enum import Enum
from pathlib import Path
from typing import Any

import istioctl

PAGE = Path(__file__).parent / "library.md"
MARK = "<!-- From here on written by docs/make_library.py. -->\n"
SUBJECTS = {
    "Clusters": ("cluster.session", "cluster.kubeconfig"),
    "Installations": ("actions.installation", "actions.progress"),
    "Manifests and profiles": ("actions.manifests", "rendering"),
    "Sidecars": ("actions.sidecars", "injection"),
    "Checks": ("actions.checks",),
    "Revisions and other clusters": ("actions.revisions",),
    "A running mesh": ("actions.observe", "actions.waypoints", "actions.workloads", "proxies"),
    "Facts": ("api",),
    "Templates": ("gotemplate",),
    "Errors": ("errors", "cluster.errors"),
}
CONSTANTS = {
    "Client": "What leads to a cluster: `ClientOptions`, or an `ApiClient` or `Configuration` of `kubernetes.client`.",
    "COMPONENTS": "Every `Component` of an installation, in the order in which they are rendered.",
    "HUB": "The default image registry.",
    "ISTIOD_PORTS": "What listens in istiod's pod or Service, by port, and for what.",
    "SIDECAR_PORTS": "What listens in a pod with a sidecar, by port, and for what.",
    "VERSION": "The Istio release that is installed; also the default image tag.",
}
_LONGEST_DEFAULT = 40


def names() -> str:
    """What is written: each public name with its signature and the first sentence of its docstring."""
    homes = istioctl._public()
    parts = []
    for subject, modules in SUBJECTS.items():
        lines = [
            _entry(name, getattr(istioctl, name))
            for name, (module, _) in sorted(homes.items(), key=lambda item: item[0].lower())
            if any(f"{module}.".startswith(f"istioctl.{known}.") for known in modules)
        ]
        parts.append("\n".join([f"### {subject}", "", *lines]))
    return "\n\n".join(parts) + "\n"


def page() -> str:
    """The whole page, its first part as it is."""
    begun, mark, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    if not mark:
        raise SystemExit(f"{PAGE} lacks the line {MARK}")
    return f"{begun}{MARK}\n{names()}"


def _entry(name: str, found: Any) -> str:
    if name in CONSTANTS:
        return f"- `{name}`: {CONSTANTS[name]}"
    text = (inspect.getdoc(found) or "").partition("\n\n")[0].replace("\n", " ").strip()
    line = f"- `{name}{_signature(found)}`: {text}"
    if inspect.isclass(found) and (members := _members(found)):
        line += f" It has {', '.join(f'`{member}`' for member in members)}."
    return line


def _signature(found: Any) -> str:
    if inspect.isclass(found) and (issubclass(found, Enum) or getattr(found, "_is_protocol", False)):
        return ""
    signature = inspect.signature(found)
    parameters = []
    for parameter in signature.parameters.values():
        annotation = parameter.annotation
        if annotation == "Session" and hasattr(found, "__wrapped__"):
            annotation = "Session | Client"  # see cluster/clients.py
        default = parameter.default
        if default is not parameter.empty:
            default = _Default(default)
        parameters.append(parameter.replace(annotation=_Text(annotation, parameter.empty), default=default))
    returned = "" if inspect.isclass(found) else signature.return_annotation
    made = signature.replace(parameters=parameters, return_annotation=signature.empty)
    return f"{made}" + (f" -> {_Text(returned, signature.empty)}" if returned else "")


def _Text(annotation: Any, nothing: Any) -> Any:  # noqa: N802 - stands for the class
    return annotation if annotation is nothing else _Annotation(annotation)


class _Annotation:
    """An annotation as it is written in the source."""

    def __init__(self, annotation: Any) -> None:
        self.text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
        if type(annotation).__name__ == "ForwardRef":
            self.text = annotation.__forward_arg__

    def __repr__(self) -> str:
        return self.text.replace("'", "")

    __str__ = __repr__


class _Default:
    """A default, shortened where it is long or tells nothing."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        if not isinstance(self.value, (str, int, float, tuple, type(None))):
            return "..."
        text = str(self.value) if isinstance(self.value, Enum) else repr(self.value)
        return text if len(text) <= _LONGEST_DEFAULT else "..."


def _members(found: Any) -> list[str]:
    """Methods and properties of the class's own."""
    if issubclass(found, BaseException):
        return []
    return sorted(
        name
        for name, value in vars(found).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or isinstance(value, (property, classmethod, staticmethod)))
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
