"""WasmPlugin and TrafficExtension.

Source: istio `pkg/config/validation/validation.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from istioctl.analysis.validation import shared
from istioctl.api import formats
from istioctl.golang import urls
from istioctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from istioctl.analysis.validation.decode import Spec
    from istioctl.analysis.validation.objects import Metadata
    from istioctl.analysis.validation.report import Place

_SCHEMES = ("", "file", "http", "https", "oci")
_SHA = lazy_pattern(r"[a-f0-9]{64}\Z")
_CODE_LIMIT = 65536


def check_wasm_plugin(spec: Spec, meta: Metadata, place: Place) -> None:
    """Check a WasmPlugin."""
    del meta
    shared.targets(spec, place)
    _module(spec, place)
    _match(spec, place)


def check_traffic_extension(spec: Spec, meta: Metadata, place: Place) -> None:
    """Check a TrafficExtension."""
    del meta
    if ("wasm" in spec) == ("lua" in spec):
        place.error("exactly one of wasm and lua must be set")
    shared.targets(spec, place)
    if "lua" in spec:
        size = len(spec["lua"].get("inlineCode", "").encode("utf-8", "surrogatepass"))
        if not size:
            (place / "lua").error("the code is missing")
        elif size > _CODE_LIMIT:
            (place / "lua" / "inlineCode").error(f"{size} bytes are more than {_CODE_LIMIT}")
    if "wasm" in spec:
        _module(spec["wasm"], place / "wasm")
    _match(spec, place)


def _module(spec: Spec, place: Place) -> None:
    url = spec.get("url", "")
    (place / "url").expect(_module_url(url) if url else "the URL of the module is missing")
    if spec.get("sha256") and not _SHA.match(spec["sha256"]):
        (place / "sha256").error("must be 64 hexadecimal digits in lower case")
    for field, limit in (("imagePullSecret", 253), ("pluginName", 256)):
        if len(spec.get(field, "")) > limit:
            (place / field).error(f"is longer than {limit} characters")
    _variables(spec.get("vmConfig", {}).get("env", []), place / "vmConfig" / "env")


def _variables(variables: list[Spec], place: Place) -> None:
    """The environment of the virtual machine, up to the first thing that is wrong with it."""
    repeated = shared.duplicates(variable.get("name", "") for variable in variables)
    for i, variable in enumerate(variables):
        name = variable.get("name", "")
        problem = ""
        if not name or len(name) > 256:
            problem = "the variable's name must have 1 to 256 characters"
        elif i in repeated:
            problem = f'the variable "{name}" is there twice'
        elif variable.get("valueFrom", "INLINE") != "INLINE" and variable.get("value"):
            problem = "a value can be set only where valueFrom is INLINE"
        if problem:
            (place / i).error(problem)
            return


def _module_url(text: str) -> str:
    """What is wrong with a module's URL; one that is none by itself is an image's name."""
    try:
        url = urls.parse_url(text, is_request=True)
    except urls.URLError:
        text = f"http://{text}"
    try:
        url = urls.parse_url(text, is_request=True)
        urls.parse_url(text)
    except urls.URLError:
        return f'"{text}" is not a URL'
    if url.scheme not in _SCHEMES:
        known = ", ".join(_SCHEMES[1:])
        return f'"{text}" has the scheme {url.scheme}, which is not supported: write one of {known} before it'
    return ""


def _match(spec: Spec, place: Place) -> None:
    """Check the ports that are matched, up to the first that is none."""
    for i, selector in enumerate(spec.get("match", [])):
        for j, port in enumerate(selector.get("ports", [])):
            if problem := formats.port(port.get("number", 0)):
                (place / "match" / i / "ports" / j).error(problem)
                return
