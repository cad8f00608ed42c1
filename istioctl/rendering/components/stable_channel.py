"""The admission rules that keep a mesh to Istio's stable features."""

from __future__ import annotations

from istioctl.rendering.components.facts import Tree

_ALPHA_KINDS = ("EnvoyFilter", "WasmPlugin", "ProxyConfig")
_PARTLY_ALPHA_KINDS = ("Telemetry", "AuthorizationPolicy")
# A Telemetry's list, the name its items go by, and the field they must not have.
_ALPHA_TELEMETRY = (
    ("tracing", "t", "useRequestIdForTraceSampling"),
    ("metrics", "m", "reportingInterval"),
    ("accessLogging", "l", "filter"),
)
_ALPHA_SOURCES = ("trustDomains", "notTrustDomains")


def admission_rules() -> Tree:
    """The part of a ValidatingAdmissionPolicy's `spec` that says what is refused."""
    return {
        "failurePolicy": "Fail",
        "variables": [
            {"name": f"is{kind}", "expression": f"object.kind == '{kind}'"}
            for kind in (*_ALPHA_KINDS, *_PARTLY_ALPHA_KINDS)
        ],
        "validations": [
            *({"expression": f"!variables.is{kind}"} for kind in _ALPHA_KINDS),
            {"expression": _no_alpha_telemetry()},
            {"expression": _no_alpha_authorization()},
        ],
    }


def _no_alpha_telemetry() -> str:
    lists = (
        f"    (has(object.spec.{field}) ? object.spec.{field} : {{}}).exists({item}, has({item}.{refused}))"
        for field, item, refused in _ALPHA_TELEMETRY
    )
    return "\n".join(("!(", "  variables.isTelemetry && (", " ||\n".join(lists), "  )", ")", ""))


def _no_alpha_authorization() -> str:
    refused = " || ".join(f"has(f.source.{field})" for field in _ALPHA_SOURCES)
    rules = (
        "object.spec.rules.exists(r,",
        "  has(r.from) && r.from.exists(f,",
        f"    has(f.source) && ({refused})",
        "  )",
        ")",
    )
    conditions = ("variables.isAuthorizationPolicy &&", "has(object.spec.rules) &&", *rules)
    return "\n".join(("!(", *(f"  {line}" for line in conditions), ")"))
