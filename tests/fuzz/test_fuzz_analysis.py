"""Mutated objects end in verdicts and findings, never in an exception.

A few seconds by default; `ISTIOCTL_FUZZ_SECONDS=1200 pytest tests/fuzz` goes on for that long. Objects are made from
the schema, or are mutated copies of valid ones and, where there are any, of recorded ones.
"""

from __future__ import annotations

import copy
import json
import os
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from istioctl.actions.checks.analyze import AnalyzeOptions, analyze
from istioctl.actions.checks.validate import ValidateOptions, validate
from istioctl.api.schema import catalog
from istioctl.api.schema.notation import Field
from istioctl.cli.screen.analyze_report import report_text
from istioctl.cli.screen.printers import Output
from istioctl.errors import IstioctlError
from istioctl.yamldoc.reader import load, load_all
from istioctl.yamldoc.writer import dump

ODD_KEYS = ("~", "9223372036854775808", "? ", "", "&a ~", "*a", "!!null x", "1e999", "!!int 0x8000000000000000", "[a]")
SEED = int(os.environ["ISTIOCTL_FUZZ_SEED"])
SECONDS = float(os.environ.get("ISTIOCTL_FUZZ_SECONDS", "4"))
SCALARS: list[Any] = [
    None, True, False, 0, -1, 1, 80, 65536, 2**63, 1.5, float("inf"), "", "a", "*", "*.a.b", "a.b", "~", ".", "5s",
    "-1h", "1.2.3.4", "::1/64", "unix:///a", "%A%", "[", "(?i)a", "ns/gw", "TLS", "MUTUAL", "\ud800", "é",
    "x" * 300, "{**}",
    "@request.auth.claims.a", "https://[::1", "key=value", "1337",
]  # fmt: skip
KUBERNETES = """
apiVersion: v1
kind: Service
metadata: {name: s, namespace: ns, annotations: {networking.istio.io/exportTo: '*'}}
spec: {type: ClusterIP, selector: {app: a}, ports: [{name: http, port: 80, targetPort: 8080, protocol: TCP}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, namespace: ns, labels: {app: istiod}}
spec: {template: {metadata: {labels: {app: a}, annotations: {sidecar.istio.io/inject: 'true'}},
  spec: {securityContext: {runAsUser: 1337},
    containers: [{name: istio-proxy, image: auto, env: [{name: A, value: b}]}]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: ns, labels: {app: a}, annotations: {proxy.istio.io/config: '{image: {imageType: x}}'}}
spec: {nodeName: x, containers: [{name: istio-proxy, image: b}], initContainers: [{name: istio-init}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: ns, labels: {istio-injection: enabled, istio.io/rev: r}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio-sidecar-injector, namespace: istio-system}
data: {values: '{"global": {"hub": "h", "tag": "t", "proxy": {"image": "i"}}}'}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: 'defaultConfig: {proxyMetadata: {A: b}}'
  meshNetworks: 'networks: {net: {endpoints: [{fromRegistry: r}]}}'
---
apiVersion: v1
kind: Secret
metadata: {name: c, namespace: istio-system, labels: {istio/multiCluster: 'true'}}
data: {tls.crt: YQ==, tls.key: Yg==}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: istio-sidecar-injector, labels: {istio.io/rev: r}}
webhooks: [{name: x.istio.io, clientConfig: {url: 'https://1.2.3.4/', service: {name: s, namespace: ns}},
  namespaceSelector: {matchExpressions: [{key: istio.io/rev, operator: In, values: [r]}]}, objectSelector: {}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: ns}
status: {parents: [{conditions: [{type: Accepted, status: 'False', reason: x, message: y}]}]}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: tlsroutes.gateway.networking.k8s.io, annotations: {gateway.networking.k8s.io/bundle-version: v1.0.0}}
spec: {group: rbac.istio.io, names: {kind: RbacConfig}}
"""


def value(field: Field, depth: int = 0, *, one: bool = False) -> Any:
    """Some data for a field, or for one item of it; now and then for another."""
    if depth > 6 or random.random() < 0.1:
        return random.choice(SCALARS)
    if field.many == "list" and not one:
        return [value(field, depth + 1, one=True) for _ in range(random.randrange(3))]
    if field.many and not one:
        return {str(random.choice(SCALARS)): value(field, depth + 1, one=True) for _ in range(random.randrange(3))}
    if field.sort == "message":
        return message(field.of, depth + 1)
    return random.choice(list(catalog.enum_values(field.of)) if field.sort == "enum" else SCALARS)


def message(name: str, depth: int = 0) -> dict[str, Any]:
    fields = catalog.message(name).fields
    chosen = random.sample(list(fields), min(len(fields), random.randrange(1, 5)))
    return {field: value(fields[field], depth) for field in chosen}


def istio_object() -> dict[str, Any]:
    kind = random.choice(list(catalog.kinds().values()))
    metadata = {"name": random.choice(["a", "b"]), "namespace": random.choice(["ns", "istio-system"])}
    return {
        "apiVersion": f"{kind.group}/{kind.versions[0]}",
        "kind": kind.name,
        "metadata": metadata,
        "spec": message(kind.message),
    }


def mutated(data: Any) -> Any:
    """A copy with one place of it replaced, removed or doubled."""
    data = copy.deepcopy(data)
    places = list(inner(data))
    if not places:
        return data
    container, key = random.choice(places)
    match random.randrange(4):
        case 0:
            container[key] = random.choice([*SCALARS, {}, [], {"a": "b"}, ["a"]])
        case 1:
            del container[key]
        case 2 if isinstance(container, list):
            container.append(copy.deepcopy(container[key]))
        case _:
            container[key] = mutated(container[key])
    return data


def inner(data: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(data, (dict, list)):
        for key in list(data) if isinstance(data, dict) else range(len(data)):
            yield data, key
            yield from inner(data[key])


def recorded() -> list[Any]:
    """Documents of recorded cases, where there are any beside the checkout."""
    given = os.environ.get("ISTIOCTL_CORPUS")
    folder = Path(given) if given else Path(__file__).resolve().parents[3] / "shared" / "corpus"
    found = []
    for path in sorted([*folder.glob("validate/*/*.yaml"), *folder.glob("analyze/*/*.yaml")]):
        try:
            found += [data for data in load_all(path.read_text(encoding="utf-8")) if isinstance(data, dict)]
        except (IstioctlError, UnicodeDecodeError):
            continue
    return found


def text_of(objects: list[Any]) -> str:
    parts = []
    for data in objects:
        try:
            parts.append(dump(data))
        except IstioctlError:
            continue
    return "---\n".join(parts)


def test_mutations() -> None:
    random.seed(SEED)
    known = [*load_all(KUBERNETES), *recorded()]
    end, rounds = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        objects = [istio_object() for _ in range(3)] + [mutated(data) for data in random.sample(known, 6)]
        check(text_of(objects))
        rounds += 1
    assert rounds > 5


def test_broken_texts() -> None:
    random.seed(SEED)
    whole = KUBERNETES + "---\n" + text_of([istio_object() for _ in range(20)])
    end = time.monotonic() + SECONDS / 2
    while time.monotonic() < end:
        text = list(with_odd_keys(whole[: random.randrange(len(whole))]))
        for _ in range(random.randrange(1, 6)):
            if text:
                text[random.randrange(len(text))] = random.choice("{}[]:-&*!|>'\"\t\n\0\x85\ufeff%@`#?, ")
        check("".join(text))


def with_odd_keys(text: str) -> str:
    """The text with other keys here and there, most of which JSON can't say."""
    spots = [found.span(1) for found in re.finditer(r"([\w./-]+):", text)]
    for start, end in sorted(random.sample(spots, min(len(spots), random.randrange(3))), reverse=True):
        text = text[:start] + random.choice(ODD_KEYS) + text[end:]
    return text


@pytest.mark.parametrize("key", ["9223372036854775808", "~", "!!null x", "[a]", "{a: b}"])
def test_keys_that_json_cannot_say(key: str) -> None:
    broken = "{" + key + ": x}"
    settings = f"{{proxy.istio.io/config: '{broken}'}}"
    check(f"{{apiVersion: v1, kind: Pod, metadata: {{name: a, annotations: {settings}}}, spec: {{containers: []}}}}")
    check(f"{{apiVersion: v1, kind: List, items: [{broken}]}}")


def check(text: str) -> None:
    for report in validate(ValidateOptions(("-",)), stdin=lambda: text, fetch=lambda _: ""):
        assert all(problem.message for verdict in report.verdicts for problem in verdict.problems), text
    options = AnalyzeOptions(inputs=("-",), namespace="")
    try:
        found = analyze(options, stdin=lambda: text, download=lambda _: "").findings
    except IstioctlError:
        return  # one file that can't be read at all
    told = json.loads(report_text(found, Output("json")))
    assert [entry["code"] for entry in told] == [finding.message.code for finding in found], text
    assert load(report_text(found, Output("yaml"))) == told, text
    (run,) = json.loads(report_text(found, Output("sarif")))["runs"]
    assert len(run["results"]) == len(found), text
    suites = ElementTree.fromstring(report_text(found, Output("junit")))  # noqa: S314 - our own text
    assert len(list(suites.iter("failure"))) <= len(found), text
    assert report_text(found, Output("log")).count("[IST") >= len(found), text
