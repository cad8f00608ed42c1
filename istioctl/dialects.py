"""Where the functions of a template dialect are that need what the template engine does not know: YAML, Kubernetes.

Whoever only calls `gotemplate.render` expects the whole dialect. So the engine looks here, once a template may call
such a function; it names no package above itself.
"""

from __future__ import annotations

#: By dialect a module, and there a function without arguments that returns the dialect's further functions by name.
FURTHER_FUNCTIONS = {
    "helm": ("istioctl.rendering.helm.engine", "yaml_functions"),
    "istio": ("istioctl.injection.template_functions", "injection_functions"),
}
