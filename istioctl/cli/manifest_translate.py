"""`istioctl manifest translate`: an installation as Helm values and commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from istioctl.cli.line.cluster_options import specification_inputs
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.options import DryRunOption, SpecificationFlags, choice_option
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import InputError, UsageError

if TYPE_CHECKING:
    from istioctl.actions.manifests.manifest_translate import Translation
    from istioctl.rendering.specification.build import SpecificationInputs

_TARGETS = ("helm", "sail")


def manifest_translate(
    ctx: Context,
    wanted: SpecificationFlags,
    output: Annotated[
        Path | None, Option("-o", "--output", metavar="DIR", help="Write values and scripts into this folder.")
    ] = None,
    to: Annotated[str, choice_option("--to", _TARGETS, "For Helm, or as resources of the Sail operator.")] = "helm",
    dry_run: DryRunOption = False,
) -> None:
    """Turn an installation into Helm values, and into the commands that hand it over to Helm.

    Without --output the values of each release are printed, each under the command that uses them. With --to sail it
    becomes the resources of the Sail operator; what has no place in them is named on stderr.
    """
    if to not in _TARGETS:
        raise UsageError(f"unknown target '{to}'", where="--to", hint="Use helm or sail.")
    if to == "sail":
        _write_resources(specification_inputs(ctx, wanted), output, dry_run=dry_run)
        return
    from istioctl.actions.manifests.manifest_translate import manifest_translate as translate
    from istioctl.yamldoc.writer import dump

    console = terminal()
    translation = translate(specification_inputs(ctx, wanted))
    for note in translation.notes:
        console.warn(note)
    if output is not None and dry_run:
        console.say(f"Would write the values and scripts of {len(translation.releases)} releases into {output}.")
        return
    if output is not None:
        _write(translation, output)
        console.say(f"Output written to {output}; see {output / 'README.md'} for the next steps")
        return
    for release in translation.releases:
        if release.differing:
            console.warn(f"the chart makes other objects of {release.component}: --output DIR writes both")
        command = release.command(f"{release.name}-values.yaml")
        console.write(f"---\n# {release.name}-values.yaml, for:\n# {command}\n{dump(release.values)}")


def _write_resources(inputs: SpecificationInputs, folder: Path | None, *, dry_run: bool) -> None:
    from istioctl.actions.manifests.sail import translate_to_sail
    from istioctl.yamldoc.writer import dump

    console = terminal()
    translation = translate_to_sail(inputs)
    for note in translation.notes:
        console.warn(note)
    if folder is not None and dry_run:
        console.say(f"Would write {len(translation.resources)} resources into {folder}.")
        return
    for resource in translation.resources:
        if folder is None:
            console.write(f"---\n{dump(resource)}")
            continue
        name = f"{resource['kind'].lower()}-{resource['metadata']['name']}.yaml"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(dump(resource), encoding="utf-8")
        except OSError as problem:
            raise InputError(f"can't write there: {problem.strerror}", where=str(problem.filename or folder)) from None
        console.say(f"Wrote {folder / name}.")


def _write(translation: Translation, folder: Path) -> None:
    from istioctl.actions.manifests.manifest_translate import difference_files, overview
    from istioctl.yamldoc.writer import dump

    scripts = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for release in translation.releases:
            values, script = f"{release.name}-values.yaml", f"install-{release.name}.sh"
            scripts[release.name] = script
            (folder / values).write_text(dump(release.values), encoding="utf-8")
            (folder / script).write_text(release.script(values), encoding="utf-8")
            (folder / script).chmod(0o755)
            if release.differing:
                for name, text in zip(difference_files(release), release.differing, strict=True):
                    (folder / name).write_text(text, encoding="utf-8")
        (folder / "README.md").write_text(overview(translation, scripts), encoding="utf-8")
    except OSError as problem:
        raise InputError(f"can't write there: {problem.strerror}", where=str(problem.filename or folder)) from problem
