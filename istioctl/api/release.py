"""Which Istio release this program installs when nobody says otherwise."""

from __future__ import annotations

#: The Istio release whose behaviour this program has; also the default image tag.
VERSION = "1.30.3"
#: The default image registry.
HUB = "registry.istio.io/release"
