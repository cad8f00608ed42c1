"""What the Sail operator's kinds take, without the words: `python -m tests.support.sail_schemas FOLDER` writes it anew.

FOLDER holds the CRDs of github.com/istio-ecosystem/sail-operator (`config/crd/bases`). Types that recur stand once.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from istioctl.yamldoc.reader import load

FILE = Path(__file__).parents[1] / "actions" / "manifests" / "sail_schemas.json"
_KEPT = (
    "type", "required", "enum", "minimum", "maximum", "anyOf", "pattern", "minLength", "maxLength", "minItems",
    "maxItems", "x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields",
)  # fmt: skip


def schema_of(kind: str) -> dict[str, Any]:
    """The JSON schema of a kind's `spec`; what it does not know is refused, as `kubectl --validate=strict` does."""
    known = json.loads(FILE.read_text("utf-8"))
    return {**known["kinds"][kind], "$defs": known["$defs"]}


def main(folder: Path) -> None:
    """Write the file from the CRDs in a folder."""
    types: dict[str, Any] = {}
    kinds = {}
    for path in sorted(folder.glob("sailoperator.io_*.yaml")):
        spec = load(path.read_text("utf-8"), str(path))["spec"]
        stored = next(version for version in spec["versions"] if version["storage"])
        kinds[spec["names"]["kind"]] = _plain(stored["schema"]["openAPIV3Schema"]["properties"]["spec"], types)
    tables = {"kinds": kinds, "$defs": types}
    body = ",\n".join(
        f'"{name}":{{\n' + ",\n".join(f'"{key}":{_text(value)}' for key, value in sorted(table.items())) + "\n}"
        for name, table in tables.items()
    )
    FILE.write_text(f"{{\n{body}\n}}\n", "utf-8")


def _plain(schema: Any, types: dict[str, Any]) -> Any:
    """A schema without descriptions; one with properties goes into `types` and is referred to."""
    if not isinstance(schema, dict):
        return schema
    found = {key: schema[key] for key in _KEPT if key in schema}
    for key in ("items", "additionalProperties"):
        if key in schema:
            found[key] = _plain(schema[key], types)
    if found.get("x-kubernetes-int-or-string"):
        found.pop("pattern", None)  # which holds for texts only
    if "properties" not in schema:
        return found
    found["properties"] = {name: _plain(value, types) for name, value in schema["properties"].items()}
    if not found.get("x-kubernetes-preserve-unknown-fields"):
        found.setdefault("additionalProperties", False)
    name = hashlib.sha256(_text(found).encode()).hexdigest()[:8]
    types[name] = found
    return {"$ref": f"#/$defs/{name}"}


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
