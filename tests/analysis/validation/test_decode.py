"""Nodes decoded with their problems at their places."""

from __future__ import annotations

import pytest

from istioctl.analysis.validation.decode import decode
from istioctl.analysis.validation.report import Place, Report, Severity
from istioctl.yamldoc.reader import compose_all

ROUTE = "istio.networking.v1alpha3.HTTPRoute"


def report(text: str) -> Report:
    root = next(compose_all(text)).root
    assert root is not None
    found = Report(root)
    decode(root.value[0][1], ROUTE, Place(found))
    return found


def test_a_problem_has_a_path_and_a_line() -> None:
    (problem,) = report("spec:\n  retries:\n    attempts: many\n").problems
    assert (problem.path, problem.line, problem.column) == ("spec.retries.attempts", 3, 5)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{rewrit: {}}", "Did you mean rewrite?"),
        ("{cors_polici: {}}", "Did you mean corsPolicy?"),
        ("{corsPolicy: {unmatchedPreflights: FORWRD}}", "Did you mean FORWARD?"),
        ("{name: 5}", "Quote it to make it text."),
        ("{retries: 5}", ""),
    ],
)
def test_hints(text: str, hint: str) -> None:
    (problem,) = report(f"spec: {text}").errors
    assert problem.hint == hint


def test_where_nothing_is_near_the_known_fields_are_listed() -> None:
    (problem,) = report("spec: {delegate: {zzz: 1}}").errors
    assert problem.message == 'unknown field "zzz"; there are name, namespace'


def test_of_a_group_all_but_one_are_warned_of() -> None:
    (problem,) = report("spec: {match: [{uri: {exact: a, regex: b}}]}").problems
    assert (problem.severity, problem.path) == (Severity.WARNING, "spec.match[0].uri.exact")


def test_merge_keys_are_expanded() -> None:
    root = next(compose_all("{<<: {name: a, timeout: 1s}, name: b}")).root
    assert decode(root, ROUTE, Place(Report(root))) == {"name": "b", "timeout": 10**9}


def test_what_json_cannot_say_is_reported() -> None:
    (problem,) = report("spec: {headers: {? [a] : b}}").errors
    assert "key" in problem.message
