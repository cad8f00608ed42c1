"""Add-ons: Prometheus, Grafana, Jaeger, Kiali, Loki and Zipkin, from `manifests/addons/`.

Their settings are `manifests/addons/values.yaml`; a user's own are laid over them. Add-ons that are rendered together
know of each other: Kiali and Grafana use those that are there, and the Services that both Jaeger and Zipkin could
provide are made once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Any, cast

from istioctl.api.names import (
    APP_INSTANCE,
    APP_NAME,
    APP_VERSION,
    DATAPLANE_MODE,
    INJECT,
    MANAGED_BY,
    PART_OF,
    SYSTEM_NAMESPACE,
)
from istioctl.api.schema.scalars import described
from istioctl.api.trees import Values, copy_of, lookup, merge
from istioctl.errors import SpecError
from istioctl.rendering.specification.suggestions import closest
from istioctl.rendering.text.data_files import data_names, read_data
from istioctl.rendering.text.documents import RenderedDocument

#: The add-ons in the order they are installed: who reads from another comes after it.
ADDONS = ("prometheus", "loki", "jaeger", "zipkin", "grafana", "kiali")
#: What add-ons are labelled as a part of, which tells their objects from everything else.
WHOLE = "istio-addons"

Tree = dict[str, Any]

# Below these a user may write what Kubernetes knows.
_FREE = ("resources", "nodeSelector")
_NEEDED = ("image", "version")
_SIGNING_KEY_LENGTHS = (16, 24, 32)
_KIALI_GROUPS = [
    *(f"{group}.istio.io" for group in ("networking", "security", "extensions", "telemetry")),
    "gateway.networking.k8s.io",
    "inference.networking.k8s.io",
]


def addon_settings(given: Mapping[str, object] | None = None) -> Tree:
    """All settings of all add-ons.

    Args:
        given: what a user wants otherwise, in the form of `manifests/addons/values.yaml`.

    Raises:
        SpecError: a setting is not known, has a wrong type or can't be used.
    """
    from istioctl.yamldoc.reader import load

    settings: Tree = load(read_data("manifests", "addons/values.yaml"), "manifests/addons/values.yaml")
    if given:
        _check(settings, given, "addons")
        merge(settings, copy_of(dict(given)))
    _check_kiali(settings["kiali"])
    return settings


def addon_overrides(files: Iterable[tuple[str, str]], flags: Iterable[str]) -> Values:
    """Settings from files, the weakest first, and then from `--set` flags; for `addon_settings`.

    Args:
        files: text and name of each, in the form of `manifests/addons/values.yaml`; a mapping under the one key
            `addons` counts as if it stood at the top.
        flags: such as `grafana.version=12.1` or `addons.loki.persistence.size=50Gi`.

    Raises:
        InputError: a file is not YAML.
        SpecError: a file is not a mapping, or a flag can't be read.
    """
    from istioctl.rendering.specification import set_flags
    from istioctl.yamldoc.reader import load

    given: Values = {}
    for text, name in files:
        content = load(text, name) or {}
        if isinstance(content, dict) and list(content) == ["addons"]:
            content = content["addons"] or {}
        if not isinstance(content, dict):
            raise SpecError("add-on settings are a mapping", where=name, hint="Write them as `grafana: {version: x}`.")
        merge(given, content)
    defaults = addon_settings()
    for text in flags:
        flag = set_flags.parse(text)
        segments = flag.segments[1:] if flag.segments[0] == "addons" else flag.segments
        if not segments:
            raise SpecError("it names no setting", where=flag.text, hint="Write --set addons.grafana.version=12.1.0.")
        default = lookup(defaults, *segments)
        # A version such as 1.10 is not a number where a text is wanted.
        value = text.partition("=")[2].strip() if isinstance(default, str) else flag.value
        set_flags.apply(set_flags.SetFlag(segments, value, flag.text), given)
    return given


def addon_documents(
    names: Collection[str],
    settings: Tree,
    namespace: str,
    mesh_namespace: str = SYSTEM_NAMESPACE,
    beside: Collection[str] = (),
) -> list[RenderedDocument]:
    """The objects of some add-ons, in the order they are installed.

    Args:
        names: of `ADDONS`.
        settings: as `addon_settings` gives them.
        namespace: where the add-ons go.
        mesh_namespace: the mesh's root namespace, where mesh-wide configuration goes.
        beside: other add-ons that are there already.

    Raises:
        SpecError: there is no add-on of a name.
    """
    from istioctl.rendering.text.jinja import render_template

    together = in_order({*names, *beside})
    return [
        RenderedDocument(name, text)
        for name in in_order(names)
        for text in render_template(
            f"addons/{name}/objects", _facts(name, together, settings, namespace, mesh_namespace)
        )
    ]


def addon_images(name: str, settings: Tree) -> list[str]:
    """The images of one add-on, its main one first."""
    own, registry = settings[name], settings["common"]["registry"]
    parts = [own, *(part for part in own.values() if isinstance(part, dict) and "image" in part)]
    return [_image(part["image"], part["version"], registry) for part in parts]


def addon_mesh_config(names: Iterable[str], settings: Tree, namespace: str) -> Tree:
    """What the mesh's own configuration must say for the add-ons: mesh config to be merged, empty for nothing."""
    tracing = settings["jaeger"]["tracing"]
    if "jaeger" not in names or not tracing["enabled"]:
        return {}
    collector = {"service": f"jaeger-collector.{namespace}.svc.cluster.local", "port": 4317}
    return {"extensionProviders": [{"name": tracing["provider"], "opentelemetry": collector}]}


def in_order(names: Collection[str]) -> tuple[str, ...]:
    """Names of add-ons in the order they are installed, each once.

    Raises:
        SpecError: there is no add-on of a name.
    """
    for name in names:
        if name not in ADDONS:
            near = closest(name, ADDONS)
            hint = f"Did you mean '{near}'?" if near else f"There are {', '.join(sorted(ADDONS))}."
            raise SpecError(f"there is no add-on '{name}'", hint=hint, id="unknown-addon")
    return tuple(name for name in ADDONS if name in names)


def _facts(name: str, together: Collection[str], settings: Tree, namespace: str, mesh_namespace: str) -> Tree:
    own = settings[name]
    selector = {APP_NAME: name, APP_INSTANCE: name}
    labels = {
        **selector,
        "app": name,
        APP_VERSION: own["version"],
        PART_OF: WHOLE,
        MANAGED_BY: "istioctl",
    }
    common = settings["common"]
    facts: Tree = {
        "settings": own,
        "together": together,
        "mesh": {"namespace": mesh_namespace},
        "addon": {
            "name": name,
            "namespace": namespace,
            "role": f"{name}-{namespace}",
            "labels": labels,
            "selector": selector,
            # Nothing here is the mesh's own traffic, and what is scraped must not depend on the mesh.
            "pod_labels": {**labels, INJECT: "false", DATAPLANE_MODE: "none"},
            "image": addon_images(name, settings)[0],
            "user": own.get("user") if common["fixedUsers"] else None,
            "persistence": own.get("persistence") or {"enabled": False},
            "pull_policy": common["imagePullPolicy"],
            "pull_secrets": [{"name": secret} for secret in common["imagePullSecrets"]],
            "node_selector": {"kubernetes.io/os": "linux", **common["nodeSelector"]},
            "tolerations": common["tolerations"],
        },
    }
    match name:
        case "prometheus":
            _, reloader = addon_images(name, settings)
            facts |= {"images": {"reloader": reloader}, "rules": read_data("manifests", "addons/prometheus/rules.yml")}
        case "grafana":
            facts |= _grafana_facts(own, together, namespace)
        case "kiali":
            facts |= {
                "istio_groups": _KIALI_GROUPS,
                # Nobody logs in, but Kiali won't start without a key.
                "signing_key": own["signingKey"] or "nobody-logs-in--",
                "urls": {
                    "prometheus": f"http://prometheus.{namespace}:9090",
                    "grafana": f"http://grafana.{namespace}:3000",
                    "jaeger": f"http://tracing.{namespace}:16685",
                },
            }
    if name in ("prometheus", "jaeger", "kiali", "loki"):
        from istioctl.rendering.text.jinja import render_template

        (facts["config"],) = render_template(f"addons/{name}/config", facts)
        facts["checksums"] = _checksum(facts["config"])
    return facts


def _grafana_facts(own: Tree, together: Collection[str], namespace: str) -> Tree:
    sources = [("Prometheus", "prometheus", f"http://prometheus.{namespace}:9090")]
    if "loki" in together:
        sources.append(("Loki", "loki", f"http://loki.{namespace}:3100"))
    if "jaeger" in together:
        sources.append(("Jaeger", "jaeger", f"http://tracing.{namespace}:80"))
    if "zipkin" in together:
        sources.append(("Zipkin", "zipkin", f"http://zipkin.{namespace}:9411"))
    from istioctl.yamldoc.writer import dump

    datasources = dump(
        {
            "apiVersion": 1,
            "datasources": [
                {
                    "name": title,
                    "uid": kind,
                    "type": kind,
                    "access": "proxy",
                    "url": url,
                    "isDefault": kind == "prometheus",
                }
                for title, kind, url in sources
            ],
        }
    )
    ini = ["[analytics]", "reporting_enabled = false", "check_for_updates = false"]
    if own["anonymousRole"]:
        ini += ["[auth.anonymous]", "enabled = true", f"org_role = {own['anonymousRole']}"]
    text = "\n".join([*ini, ""])
    return {
        "ini": text,
        "datasources": datasources,
        "dashboards": grafana_dashboards(),
        "checksums": _checksum(text + datasources),
    }


def grafana_dashboards() -> dict[str, str]:
    """Grafana's dashboards as JSON, by file name."""
    import json

    from istioctl.rendering.addons.dashboards import dashboard
    from istioctl.yamldoc.reader import load

    folder = "addons/grafana/dashboards"
    return {
        f"{name}.json": json.dumps(
            dashboard(load(read_data("manifests", f"{folder}/{name}.yaml"), f"manifests/{folder}/{name}.yaml")),
            separators=(",", ":"),
        )
        + "\n"
        for name in data_names(f"manifests/{folder}", ".yaml")
    }


def _checksum(text: str) -> dict[str, str]:
    """An annotation by which pods are replaced when their configuration changes."""
    return {"checksum/config": sha256(text.encode()).hexdigest()}


def _image(name: str, version: str, registry: str) -> str:
    """An image with its version, from another registry where one is given."""
    if registry:
        host, slash, path = name.partition("/")
        if slash and ("." in host or ":" in host or host == "localhost"):
            name = path
        name = f"{registry.rstrip('/')}/{name}"
    return f"{name}:{version}"


def _check(known: Mapping[str, Any], given: Mapping[str, object], path: str) -> None:
    """Every given setting is known and of the default's type; resources and selectors are Kubernetes' business."""
    for key, value in given.items():
        place = f"{path}.{key}"
        if key not in known:
            near = closest(key, known)
            hint = f"Did you mean '{near}'?" if near else f"Known there: {', '.join(known)}."
            raise SpecError(f"there is no setting '{place}'", hint=hint, id="unknown-field")
        default = known[key]
        if isinstance(default, dict):
            if not isinstance(value, dict):
                raise _wrong(place, "a mapping", value)
            if key not in _FREE:
                _check(default, cast("Values", value), place)
        elif isinstance(default, list) != isinstance(value, list) or isinstance(value, dict):
            raise _wrong(place, "a list" if isinstance(default, list) else "one value", value)
        elif isinstance(default, bool) != isinstance(value, bool):
            raise _wrong(place, "true or false" if isinstance(default, bool) else "no boolean", value)
        elif isinstance(default, int) and not isinstance(value, int | float | None):
            raise _wrong(place, "a number", value)
        elif isinstance(default, str) and not isinstance(value, str):
            raise _wrong(place, "a text (in a file, quote it)", value)
        elif key in _NEEDED and not value:
            raise _wrong(place, "given", value)


def _check_kiali(own: Tree) -> None:
    if own["auth"] not in ("anonymous", "token"):
        raise _wrong("addons.kiali.auth", "anonymous or token", own["auth"])
    key = str(own["signingKey"])
    if (key or own["auth"] != "anonymous") and len(key) not in _SIGNING_KEY_LENGTHS:
        problem = "addons.kiali.signingKey must have 16, 24 or 32 characters where people log in"
        hint = "Make one with `openssl rand -hex 16` and keep it."
        raise SpecError(problem, hint=hint, id="bad-value")


def _wrong(place: str, wanted: str, value: object) -> SpecError:
    return SpecError(f"{place} must be {wanted}, not {described(value)}", id="wrong-type")
