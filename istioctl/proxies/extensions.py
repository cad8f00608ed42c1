"""The extensions that an Envoy got by name (ECDS): rows and tree."""

from __future__ import annotations

from typing import Any

from istioctl.golang.sorting import sort_by
from istioctl.proxies.config_dump import EXTENSIONS, TYPE_PREFIX, ConfigDump, resource
from istioctl.proxies.tables import Table

HEADER = ("ECDS NAME", "TYPE")


def table(dump: ConfigDump) -> Table:
    """A row an extension, by type and name.

    Raises:
        InputError: the dump has no extensions.
    """
    found = []
    for section in dump.sections(EXTENSIONS):
        for entry in section.entries("ecds_filters", "EcdsFilterConfig"):
            each = resource(entry, "ecds_filter") or {}
            type_ = str((each.get("typed_config") or {}).get("@type") or "")
            found.append((type_, str(each.get("name") or "")))
    return Table(HEADER, [[name, type_.removeprefix(TYPE_PREFIX)] for type_, name in sort_by(found, lambda each: each)])


def tree(dump: ConfigDump) -> dict[str, Any]:
    """All extensions in protobuf's JSON, as one dump of them.

    Raises:
        InputError: the dump has no extensions.
    """
    from istioctl.proxies.protobuf_json import camel_case

    filters: list[Any] = []
    for section in dump.sections(EXTENSIONS):
        filters += camel_case(section.whole(), section.message).get("ecdsFilters") or []
    return {"ecdsFilters": filters} if filters else {}
