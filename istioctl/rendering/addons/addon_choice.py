"""Which add-ons go with an installation, as `--addons` and `--set addons.…` say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from istioctl.errors import UsageError

_ALL = "all"
_PATH = "addons."


class AddonChoice(NamedTuple):
    """Add-ons that are chosen, and how they are wanted.

    Attributes:
        names: of `istioctl.rendering.addons.addons.ADDONS`, in the order they are installed.
        settings: what is wanted otherwise than `manifests/addons/values.yaml` has it.
    """

    names: tuple[str, ...]
    settings: Mapping[str, object] = MappingProxyType({})

    def extension_providers(self, namespace: str) -> Sequence[Mapping[str, Any]]:
        """What the mesh's configuration has to name for them.

        Args:
            namespace: where they go: the control plane's.
        """
        from istioctl.rendering.addons.addons import addon_mesh_config, addon_settings

        config = addon_mesh_config(self.names, addon_settings(self.settings), namespace)
        found: Sequence[Mapping[str, Any]] = config.get("extensionProviders") or ()
        return found


def choose_addons(names: Iterable[str], flags: Sequence[str]) -> tuple[AddonChoice | None, tuple[str, ...]]:
    """The add-ons that flags ask for, if any, and the `--set` flags that are about something else.

    Args:
        names: each one or several add-ons, divided by commas, or `all`.
        flags: the texts of the `--set` flags; those whose path begins with `addons.` are settings of add-ons.

    Raises:
        UsageError: there are settings, but no add-on is asked for.
        SpecError: there is no add-on or setting of a name, or a value has the wrong type.
    """
    settings = tuple(flag for flag in flags if flag.strip().removeprefix("spec.").startswith(_PATH))
    others = tuple(flag for flag in flags if flag not in settings)
    wanted = [name.strip() for text in names for name in text.split(",") if name.strip()]
    if not wanted and not settings:
        return None, others
    from istioctl.rendering.addons.addons import ADDONS, addon_overrides, addon_settings, in_order

    if not wanted:
        name = settings[0].strip().removeprefix("spec.").split(".")[1]
        raise UsageError(
            "it is a setting of add-ons, but none is asked for",
            where=f"--set {settings[0]}",
            hint=f"Add --addons {name if name in ADDONS else _ALL}.",
        )
    chosen = in_order([name for name in wanted if name != _ALL])
    if _ALL in wanted:
        chosen = ADDONS
    overrides = addon_overrides((), settings)
    addon_settings(overrides)  # what is wrong is said now, not after the mesh was installed
    return AddonChoice(chosen, overrides), others
