"""What is used of PyYAML: its binding of libyaml, with the events and errors of that.

Importing the package compiles a dozen patterns of its own reader and resolver, which take three quarters of its time,
and a seventh of a short run; nothing here uses them.
"""

from __future__ import annotations

from istioctl.patterns import compiled_later

with compiled_later("yaml"):
    from yaml._yaml import CParser
    from yaml.error import MarkedYAMLError, YAMLError
    from yaml.events import (
        AliasEvent,
        DocumentEndEvent,
        DocumentStartEvent,
        MappingEndEvent,
        MappingStartEvent,
        ScalarEvent,
        SequenceEndEvent,
        SequenceStartEvent,
        StreamEndEvent,
    )
    from yaml.scanner import ScannerError

__all__ = [
    "AliasEvent",
    "CParser",
    "DocumentEndEvent",
    "DocumentStartEvent",
    "MappingEndEvent",
    "MappingStartEvent",
    "MarkedYAMLError",
    "ScalarEvent",
    "ScannerError",
    "SequenceEndEvent",
    "SequenceStartEvent",
    "StreamEndEvent",
    "YAMLError",
]
