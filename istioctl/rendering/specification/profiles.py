"""Finding and reading profiles, and the settings that lie under a user's values.

A *profile* is an IstioOperator document in `profiles/`; each is laid over `default`. A *values overlay* in
`profiles/values/` holds settings for the manifests that go under the user's own: those a profile names with
`values.profile`, those of a platform, and those that undo what changed since an older version.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from istioctl.api.trees import Values, copy_of, lookup, merge
from istioctl.errors import InputError, SpecError
from istioctl.rendering.specification.suggestions import closest
from istioctl.rendering.text.cache import prepared
from istioctl.rendering.text.data_files import data_folder

#: Names of earlier versions, and what they are called now.
OLD_NAMES = {"external": "remote"}

DEFAULT_PROFILE = "default"


def profile_names(manifests: Path | None = None) -> list[str]:
    """The names of the profiles there are, sorted.

    Args:
        manifests: a release's manifests (see `release.manifests_folder`) instead of the built-in ones.

    Raises:
        InputError: that folder has no `profiles/`.
    """
    folder = _folder(manifests)
    if not folder.is_dir():
        raise InputError(
            f"no profiles in '{manifests}': it has no folder 'profiles'",
            where=f"--manifests {manifests}",
            id="no-profiles",
        )
    return sorted(file.stem for file in folder.glob("*.yaml"))


def current_name(name: str) -> str:
    """The name a profile has today: `remote` for `external`, `default` for nothing."""
    return OLD_NAMES.get(name, name) or DEFAULT_PROFILE


def read_profile(name: str, manifests: Path | None = None, where: str | None = None) -> Values:
    """One profile's own document, not yet laid over `default`.

    Args:
        name: its name of today.
        manifests: a release's manifests (see `release.manifests_folder`) instead of the built-in ones.
        where: who asked for it, for the error.

    Returns:
        The document, not to be changed.

    Raises:
        InputError: there is no such profile, or it is not an IstioOperator document.
    """
    if manifests is None:
        if "/" in name or (found := _built_in().get(name)) is None:
            raise _unknown_profile(name, manifests, where)
        return found
    from istioctl.yamldoc.reader import load
    from istioctl.yamldoc.texts import read_text

    file = _folder(manifests) / f"{name}.yaml"
    try:
        text = read_text(file)
    except InputError:
        raise _unknown_profile(name, manifests, where) from None
    document = load(text, str(file))
    if not isinstance(document, dict):
        raise InputError(f"the profile '{name}' is not an IstioOperator document", where=str(file))
    return document


def _unknown_profile(name: str, manifests: Path | None, where: str | None) -> InputError:
    known = profile_names(manifests)
    hint = f"Known profiles: {', '.join(known)}." if known else f"There is no profile in '{_folder(manifests)}'."
    if "/" in name or name.endswith((".yaml", ".yml")):
        hint = f"Give a file with -f. {hint}"
    elif close := closest(name, [*known, *OLD_NAMES]):
        hint = f"Did you mean '{close}'? {hint}"
    return InputError(f"unknown profile '{name}'", where=where, hint=hint, id="unknown-profile")


def apply_value_overlays(defaults: Values, user_values: Values, *, flatten_globals: bool = False) -> Values:
    """The values a chart's templates see: its defaults, under the overlays the user's values ask for, under those.

    Source of the rule: upstream `manifests/zzz_profile.yaml`.

    Args:
        defaults: a chart's own defaults; changed in place and returned.
        user_values: what was given for the chart (of a specification, its merged `spec.values`).
        flatten_globals: whether what is under `global` counts at the top level, too (ztunnel's chart).

    Raises:
        SpecError: an overlay is not known.
    """
    overlay = value_overlay(user_values)
    merge(defaults, overlay)
    if flatten_globals:
        for values in (overlay, user_values):
            if isinstance(shared := values.get("global"), dict):
                merge(defaults, shared)
    merge(defaults, user_values)
    return defaults


def value_overlay(user_values: Values) -> Values:
    """What the user's values ask to be laid under them, the weakest first: profile, compatibility version, platform.

    Raises:
        SpecError: one of the three is not known.
    """
    overlay: Values = {}
    for choice in overlay_choices(user_values):
        if error := check_overlay(choice):
            raise error
        merge(overlay, copy_of(_built_in()[choice.file]))
    return overlay


class OverlayChoice(NamedTuple):
    """One overlay that values ask for.

    Attributes:
        file: the name of its file below `profiles`, without the ending.
        kind: what it is, for people.
        name: what the values say.
        path: where they say it.
    """

    file: str
    kind: str
    name: str
    path: tuple[str, ...]


def overlay_choices(user_values: Values) -> list[OverlayChoice]:
    """The overlays that values ask for, the weakest first; whether they exist is not looked at."""
    choices = []
    for kind, prefix, paths in (
        ("profile", "", (("profile",), ("global", "profile"))),
        ("compatibility version", "compatibility-version-", (("compatibilityVersion",),)),
        ("platform", "platform-", (("platform",), ("global", "platform"))),
    ):
        for path in paths:
            if found := lookup(user_values, *path):
                choices.append(OverlayChoice(f"values/{prefix}{found}", kind, str(found), path))
                break
    return choices


def check_overlay(choice: OverlayChoice, where: str | None = None) -> SpecError | None:
    """The error for an overlay there is not; None for one there is."""
    if choice.file in _built_in():
        return None
    prefix = choice.file.removesuffix(choice.name)
    others = [name.removeprefix(prefix) for name in _built_in() if name.startswith(prefix)]
    if choice.kind == "profile":
        others = [name for name in others if not name.startswith(("platform-", "compatibility-version-"))]
    hint = f"Known: {', '.join(sorted(others))}."
    return SpecError(f"unknown {choice.kind} '{choice.name}'", where=where, hint=hint, id="unknown-overlay")


@cache
def _built_in() -> dict[str, Values]:
    """Every built-in profile by its name, and every overlay as `values/NAME`."""
    return prepared(*preparation())


def preparation() -> tuple[str, list[Path], Callable[[], dict[str, Values]]]:
    """How `_built_in` comes about; see `istioctl.rendering.text.cache.prepared`."""
    folder = data_folder("profiles")
    files = {file.stem: file for file in sorted(folder.glob("*.yaml"))}
    files |= {f"values/{file.stem}": file for file in sorted((folder / "values").glob("*.yaml"))}

    def build() -> dict[str, Values]:
        from istioctl.yamldoc.reader import load

        return {name: load(file.read_text("utf-8"), str(file)) for name, file in files.items()}

    return "profiles", list(files.values()), build


def _folder(manifests: Path | None) -> Path:
    if manifests is None:
        return data_folder("profiles")
    from istioctl.rendering.helm.release import manifests_folder

    return manifests_folder(manifests) / "profiles"
