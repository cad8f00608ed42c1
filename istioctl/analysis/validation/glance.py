"""Documents that need no parsing: their text shows that they are in order, or none of Istio's business.

Most documents of a large stream are alike but for the digits in their names. So what was found about one is remembered
for all that differ from it in their digits alone, where digits can't matter.
"""

from __future__ import annotations

from istioctl.analysis.validation import api_types, scan
from istioctl.yamldoc.parsing import is_well_formed

#: Characters of all remembered texts, beyond which they are forgotten.
_MOST_REMEMBERED = 4_000_000
#: What digits matter to: a digit behind a backslash may make an escape, one in a directive a version.
_DIGITS_MATTER = ("\\", "%")


class _Shapes(dict[str, tuple[int, int, str, str] | None]):
    """By text without its digits: where its apiVersion is, that and its kind; None where the text does not tell."""

    size = 0

    def keep(self, shape: str, found: tuple[int, int, str, str] | None) -> None:
        self.size += len(shape)
        if self.size > _MOST_REMEMBERED:
            self.clear()
            self.size = len(shape)
        self[shape] = found


_SHAPES = _Shapes()


def plain_kind(text: str) -> str | None:
    """The kind of a document in which nothing is wrong; None where it has to be parsed.

    Args:
        text: one document of a stream.
    """
    shape = text.translate(api_types.DIGITS)
    try:
        known = _SHAPES[shape]
    except KeyError:
        known = _shared_by_all(text, shape)
        _SHAPES.keep(shape, known)
    if known is not None:
        start, end, version, kind = known
        if text[start:end] == version:
            return kind if kind != "Service" or scan.has_good_ports(text) else None
    found = scan.header(text)
    if found is None or not _is_in_order(text, *found) or not is_well_formed(text):
        return None
    return found[1] if found[1] != "Service" or scan.has_good_ports(text) else None


def _shared_by_all(text: str, shape: str) -> tuple[int, int, str, str] | None:
    """What holds for every text of a shape, given one of them."""
    found = scan.header(text)
    if found is None or any(map(text.__contains__, _DIGITS_MATTER)) or not _is_in_order(shape, *found):
        return None
    version, kind = found
    if not kind.isalpha() or not is_well_formed(text):
        return None
    start = text.index(version, f"\n{text}".index("\napiVersion:") + len("apiVersion:"))
    return start, start + len(version), version, kind


def _is_in_order(text: str, api_version: str, kind: str) -> bool:
    """Whether all is in order but for the ports of a Service, whose names have digits that matter."""
    group = api_version.partition("/")[0]
    if api_version.endswith(".istio.io/v1alpha1") or group.endswith("istio.io") or kind.endswith("List"):
        return False
    if not scan.has_unique_keys(text):
        return False
    if api_types.is_checked(api_version, kind) and not api_types.fits_plainly(text):
        return False
    return kind != "Deployment" or scan.has_telemetry_labels(text)
