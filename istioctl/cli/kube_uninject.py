"""istioctl kube-uninject."""

from __future__ import annotations

from istioctl.cli.line.inject_flags import DiffOption, InputsOption, ResultOption
from istioctl.cli.screen.injected import change_inputs
from istioctl.errors import UsageError


def kube_uninject(
    filenames: InputsOption = [],  # noqa: B006 - it is copied
    output: ResultOption = "",
    diff: DiffOption = False,
) -> int:
    """Take the sidecar out of the workloads of Kubernetes YAML or JSON again.

    What kube-inject put in goes, and the text is byte for byte what it was but for your edits since. What a cluster's
    injector put in goes as far as its own notes in the pod tell; all other text stays.
    """
    if not filenames:
        raise UsageError("there is nothing to do: no filename is given", hint="Name files by -f, as in -f app.yaml.")
    from istioctl.actions.sidecars.kube_inject import uninjected

    change_inputs(uninjected, filenames, output, diff=diff, verb="uninjected")
    return 0
