"""The extensions that an Envoy got by name (ECDS): rows and tree."""

from __future__ import annotations

from typing import Any

from istioctl.golang.sorting import sort_by
from istioctl.proxies.config_dump import EXTENSIONS, TYPE_PREFIX, ConfigDump, Section, resource
from istioctl.proxies.tables import Table

HEADER = ("ECDS NAME", "TYPE")


def table(dump: ConfigDump, *, running: bool = False) -> Table:
    """A row an extension, by type and name.

    Args:
        running: whether a proxy just gave the dump. One without extensions has no section for them, which is not a
            fault of the dump as it may be in a file.

    Raises:
        InputError: the dump has no section for extensions, and has to.
    """
    found = []
    for section in _sections(dump, running):
        for entry in section.entries("ecds_filters", "EcdsFilterConfig"):
            each = resource(entry, "ecds_filter") or {}
            type_ = str((each.get("typed_config") or {}).get("@type") or "")
            found.append((type_, str(each.get("name") or "")))
    return Table(HEADER, [[name, type_.removeprefix(TYPE_PREFIX)] for type_, name in sort_by(found, lambda each: each)])


def tree(dump: ConfigDump, *, running: bool = False) -> dict[str, Any]:
    """All extensions in protobuf's JSON, as one dump of them.

    Args:
        running: as in `table`.

    Raises:
        InputError: the dump has no section for extensions, and has to.
    """
    from istioctl.proxies.protobuf_json import camel_case

    filters: list[Any] = []
    for section in _sections(dump, running):
        filters += camel_case(section.whole(), section.message).get("ecdsFilters") or []
    return {"ecdsFilters": filters} if filters else {}


def _sections(dump: ConfigDump, running: bool) -> list[Section]:
    return [] if running and dump.find(EXTENSIONS) is None else dump.sections(EXTENSIONS)
