"""Whether objects of Kubernetes' own kinds have fields of the types that the API server wants.

Fields that it does not know are left alone: it warns of them itself, or drops them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from istioctl.api.schema.field_sorts import field_sorts
from istioctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from istioctl.api.schema.decode import Mismatch

_GROUPS = {
    "v1": "ConfigMap Namespace PersistentVolumeClaim Pod ReplicationController Secret Service ServiceAccount",
    "apps/v1": "DaemonSet Deployment ReplicaSet StatefulSet",
    "batch/v1": "CronJob Job",
}
_KINDS = {(version, kind): f"k8s.{kind}" for version, kinds in _GROUPS.items() for kind in kinds.split()}
_KINDS["apps.openshift.io/v1", "DeploymentConfig"] = "openshift.DeploymentConfig"


def is_checked(api_version: object, kind: object) -> bool:
    """Whether the types of a kind's fields are known."""
    return isinstance(api_version, str) and isinstance(kind, str) and (api_version, kind) in _KINDS


def misfits(data: Mapping[str, Any]) -> list[Mismatch]:
    """The places of an object where the API server would refuse a value for its type; none of kinds not known here."""
    api_version, kind = data.get("apiVersion"), data.get("kind")
    if not (isinstance(api_version, str) and isinstance(kind, str) and (api_version, kind) in _KINDS):
        return []
    name = _KINDS[api_version, kind]
    from istioctl.api.schema import decode

    return [found for found in decode.check(dict(data), name) if found.kind == "wrong-type"]


#: A line with a key, behind any number of dashes, and its value or nothing.
_KEY_LINE = lazy_pattern(r"( *(?:- +)*)([A-Za-z][\w./-]*):(?: +(\S.*))?")
_ITEM_LINE = lazy_pattern(r" *(?:- +)+(\S.*)")
_ITEM_START = lazy_pattern(r"( *)- +(.*)")
_FLOW_PART = lazy_pattern(r"([A-Za-z][\w./-]*): +(\S.*)")
_NUMBER = lazy_pattern(r"0{1,9}")
_SURE_TEXT = lazy_pattern(r"[A-Za-z/][\w./:@-]*(?: [\w./-]+)*")
#: A quantity that YAML reads as text.
_QUANTITY = lazy_pattern(r"0+(?:m|[KMGTP]i)")
#: What a name is nearly always, where Kubernetes has it for two things.
_USUAL = {"image": "string", "value": "string", "volumes": "mappings"}
#: Names of resources, whose amounts are quantities; they may be labels, too.
_RESOURCES = frozenset(("cpu", "memory", "storage", "ephemeral-storage"))
_ODD_WORDS = frozenset(["true", "false", "yes", "no", "on", "off", "null", "y", "n", "inf", "nan"])
#: Makes texts one that differ in their digits alone.
DIGITS = str.maketrans("123456789", "000000000")


def fits_plainly(text: str) -> bool:
    """Whether the text of a document shows beyond doubt that its fields have their types; False where it does not.

    A document that passes need not be parsed for this, which costs a hundred times as much. Lines are looked at with
    the one that follows; what was said of one like it is remembered, since most documents of a stream are alike.
    """
    if "\nkind: Secret" in text:
        return False  # its data must be base64
    lines = text.translate(DIGITS).split("\n")
    if "\n\n" in text or "#" in text:  # what follows a line is what follows it in the data
        lines = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return all(map(_VERDICTS.__getitem__, zip(lines, [*lines[1:], ""], strict=False)))


class _Verdicts(dict[tuple[str, str], bool]):
    """Whether a line is in order, by itself and the line behind it."""

    def __missing__(self, lines: tuple[str, str]) -> bool:
        if len(self) > _MOST_REMEMBERED:
            self.clear()
        found = self[lines] = _is_in_order(*lines)
        return found


_MOST_REMEMBERED = 50_000
_VERDICTS = _Verdicts()


def _is_in_order(line: str, following: str) -> bool:
    if not line.strip() or line.startswith(("#", "---")):
        return True
    before, comment, _ = line.partition(" #")
    if comment:
        if before.count('"') % 2 or before.count("'") % 2:
            return False
        line = before.rstrip()
    if _is_mixed(line, following):
        return False
    if found := _KEY_LINE.fullmatch(line):
        margin, name, value = found[1], found[2], found[3]
        return _has_sort(name, value) if value else _begins_well(len(margin), name, following)
    item = _ITEM_LINE.fullmatch(line)
    return item is not None and _is_item(item[1])


def _is_mixed(line: str, following: str) -> bool:
    """Whether the line that follows begins an item of another sort than the list's items before it."""
    item = _ITEM_START.match(following)
    if item is None:
        return False
    column, is_mapping = len(item[1]), _is_mapping(item[2])
    own = _ITEM_START.match(line)
    if own and not _is_mapping(own[2]):
        return column == len(own[1]) if is_mapping else column < len(own[1])
    key = _KEY_LINE.fullmatch(line)
    return not is_mapping and (key is None or key[3] is not None or column < len(key[1]))


def _is_mapping(item: str) -> bool:
    return item.startswith("{") or _KEY_LINE.fullmatch(item) is not None


def _begins_well(column: int, name: str, following: str) -> bool:
    """Whether a key without a value in its line has the collection that its name wants."""
    inner = following.lstrip()
    if not inner or inner.startswith("#"):
        return False
    is_list, indent = inner.startswith("- "), len(following) - len(inner)
    if indent < column or (indent == column and not is_list):
        return True  # it is null
    sort = "mapping"
    if is_list:
        sort = "mappings" if inner[2:].lstrip().startswith("{") or _KEY_LINE.fullmatch(inner) else "texts"
    return field_sorts().get(name, frozenset()) == {sort} or _USUAL.get(name) == sort


def _has_sort(name: str, value: str) -> bool:
    """Whether the value in a key's line is of the sort that its name wants."""
    sorts = field_sorts().get(name, frozenset())
    if value[0] == "{":
        return sorts == {"mapping"} and _is_flow(value, "}")
    if value[0] == "[":
        return sorts == {"mappings" if value[1:].lstrip().startswith("{") else "texts"} and _is_flow(value, "]")
    if _NUMBER.fullmatch(value):
        return bool(sorts) and sorts <= {"number", "int-or-string", "quantity"}
    if value in ("true", "false"):
        return sorts == {"bool"}
    if _QUANTITY.fullmatch(value):
        return sorts <= {"string", "quantity"}
    is_string = sorts <= {"string", "int-or-string"} or _USUAL.get(name) == "string"
    return is_string and name not in _RESOURCES and _is_text(value)


def _is_item(value: str) -> bool:
    """Whether the value of a list's item is text, or a collection in flow style whose fields are in order."""
    if value[0] == "{":
        return _is_flow(value, "}")
    return _is_text(value) or _QUANTITY.fullmatch(value) is not None


def _is_flow(value: str, end: str) -> bool:
    inner = value[1:-1]
    if value[-1] != end or any(mark in inner for mark in "\"'#&*!|>"):
        return value[-1] == end and end == "]" and all(map(_is_text, inner.split(",")))
    for part in _parts(inner):
        found = _FLOW_PART.fullmatch(part)
        is_like_first = part.startswith("{") is inner.lstrip().startswith("{")
        if not (_has_sort(found[1], found[2]) if found else end == "]" and is_like_first and _is_item(part)):
            return False
    return True


def _parts(inner: str) -> list[str]:
    """What commas divide, but for those inside of brackets."""
    parts, depth, start = [], 0, 0
    for index, char in enumerate(inner):
        depth += (char in "[{") - (char in "]}")
        if char == "," and depth == 0:
            parts.append(inner[start:index].strip())
            start = index + 1
    last = inner[start:].strip()
    return [*parts, last] if last else parts


def _is_text(value: str) -> bool:
    value = value.strip()
    if len(value) > 1 and value[0] in "\"'" and value.find(value[0], 1) == len(value) - 1:
        return True
    return bool(_SURE_TEXT.fullmatch(value)) and value.lower() not in _ODD_WORDS
