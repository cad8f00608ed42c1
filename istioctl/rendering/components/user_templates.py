"""Go templates within values: a few of a chart's values may hold some, which see the chart's own data."""

from __future__ import annotations

from typing import Any

from istioctl.errors import IstioctlError, SpecError
from istioctl.rendering.components.facts import CHART_VERSION, RELEASE_NAME, Target, Tree


def run_templates(value: Any, values: Tree, target: Target, path: str) -> Any:
    """A value with the Go templates in its texts run, as Helm's `tpl` runs them over its YAML.

    Args:
        value: plain data.
        values: what the templates see as `.Values`.
        target: where the component goes; seen as `.Release.Namespace`.
        path: where the value is, for errors.

    Raises:
        SpecError: a template fails, or what comes out is not YAML.
    """
    from istioctl.yamldoc.writer import dump

    text = dump(value)
    if "{{" not in text:
        return value
    from istioctl.gotemplate.template import render
    from istioctl.yamldoc.reader import load

    data = {
        "Values": values,
        "Release": {"Name": RELEASE_NAME, "Namespace": target.namespace, "Service": "Helm"},
        "Chart": {"Name": "istiod", "Version": CHART_VERSION, "AppVersion": CHART_VERSION},
    }
    try:
        return load(render({path: text}, path, data, dialect="helm"), path)
    except IstioctlError as error:
        raise SpecError(error.message, where=path, hint=error.hint, id="bad-template") from None
