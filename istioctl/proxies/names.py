"""What the names and the metadata that istiod gives to Envoy's resources say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from istioctl.patterns import lazy_pattern

BLACK_HOLE = "BlackHoleCluster"
PASSTHROUGH = "PassthroughCluster"

_CONFIG_PATH = "/apis/networking.istio.io/"
_DIGITS = lazy_pattern(r"[+-]?[0-9]+\Z", re.ASCII)


class SubsetKey(NamedTuple):
    """A cluster's name in its parts, `DIRECTION|PORT|SUBSET|HOST` (upstream `pilot/pkg/model`, ParseSubsetKey)."""

    direction: str = ""
    port: int = 0
    subset: str = ""
    host: str = ""

    @property
    def order(self) -> tuple[str, str, int, str]:
        """Sorts clusters as people look for them: by host first."""
        return self.host, self.subset, self.port, self.direction


def subset_key(name: str) -> SubsetKey | None:
    """The parts of a cluster's name; None for a name of another form."""
    if name.count("|") < 3:
        return None
    is_srv = name.startswith(("outbound_", "inbound_"))
    parts = name.split("_." if is_srv else "|")
    if len(parts) < 4:
        known = [*parts[:-1], "", "", ""]
        return SubsetKey(known[0], whole_number(known[1]) or 0, known[2])
    return SubsetKey(parts[0], whole_number(parts[1]) or 0, parts[2], parts[3] if len(parts) == 4 else "")


def sort_key(name: str) -> tuple[str, str, int, str]:
    """Where a cluster of this name stands among others."""
    parts = subset_key(name)
    return parts.order if parts else (name, "", 0, "")


def whole_number(text: str) -> int | None:
    """The number that a text is as Go's `strconv.Atoi` reads it; None where it is none."""
    number = int(text) if _DIGITS.match(text) else None
    return number if number is not None and -(1 << 63) <= number < 1 << 63 else None


def managed_by(metadata: Mapping[str, Any] | None) -> str:
    """The Istio object that a resource comes from, as `NAME.NAMESPACE`; empty where the metadata do not say."""
    istio = ((metadata or {}).get("filter_metadata") or {}).get("istio") or {}
    if "config" not in istio:
        return ""
    path = istio["config"] if isinstance(istio["config"], str) else ""
    if not path.startswith(_CONFIG_PATH):
        return "<unknown>"
    pieces = path.split("/")
    return f"{pieces[7]}.{pieces[5]}" if len(pieces) == 8 else ""


def locality_text(locality: Mapping[str, Any] | None) -> str:
    """A locality as `REGION/ZONE/SUBZONE`, as far as it is known."""
    found = locality or {}
    parts = [str(found.get(name) or "") for name in ("region", "zone", "sub_zone")]
    known = parts[:1]
    for part in parts[1:]:
        if not part:
            break
        known.append(part)
    return "/".join(known)


def same_word(first: str, second: str) -> bool:
    """Whether two words are the same but for the case of their letters."""
    return first.casefold() == second.casefold()
