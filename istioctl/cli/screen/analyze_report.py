"""The findings of `analyze` in its output formats."""

from __future__ import annotations

from typing import Any

from istioctl.analysis.analyzers.registry import ANALYZERS
from istioctl.analysis.findings import Finding
from istioctl.analysis.messages import Level
from istioctl.api.release import VERSION
from istioctl.cli.screen.printers import JSON, Output, data_text
from istioctl.cli.screen.terminal import styled

_STYLES = {Level.ERROR: ("bold", "red"), Level.WARNING: ("yellow",), Level.INFO: ("green",)}
_SARIF_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}
_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def list_of_analyzers() -> str:
    """The analyzers, each with a line about it."""
    return "".join(f"* {a.name}:\n    {a.description}\n" for a in sorted(ANALYZERS, key=lambda a: a.name))


def report_text(findings: list[Finding], output: Output, *, color: bool = False) -> str:
    """A report in one of the formats log, sarif and junit, or as data in one that every command has."""
    match output.form:
        case "log":
            return as_log(findings, color=color)
        case "sarif":
            return as_sarif(findings)
        case "junit":
            return as_junit(findings)
    return data_text([as_data(finding) for finding in findings], output)


def as_log(findings: list[Finding], *, color: bool) -> str:
    """One finding a line, with its advice and the address of its page below."""
    lines = []
    for finding in findings:
        level = finding.message.level.title
        if color:
            level = styled(level, *_STYLES[finding.message.level])
        place = " ".join(part for part in (finding.origin, finding.reference) if part)
        lines.append(f"{level} [{finding.message.code}] ({place}) {finding.words}")
        page = finding.message.documentation
        lines.append(f"  {finding.message.advice} See {page}" if page else f"  {finding.message.advice}")
    return "".join(line + "\n" for line in lines)


def as_data(finding: Finding) -> dict[str, Any]:
    """A finding as JSON has it."""
    data = {
        "code": finding.message.code,
        "name": finding.message.name,
        "level": finding.message.level.title,
        "origin": finding.origin,
        "reference": finding.reference,
        "path": finding.path,
        "message": finding.words,
        "advice": finding.message.advice,
        "documentationUrl": finding.message.documentation,
    }
    if finding.resource and finding.resource.cluster:
        data["cluster"] = finding.resource.cluster
    return data


def as_sarif(findings: list[Finding]) -> str:
    """A SARIF 2.1.0 log, as code scanning services read it."""
    messages = {finding.message.code: finding.message for finding in findings}
    rules = [
        {
            "id": message.code,
            "name": message.name,
            "shortDescription": {"text": message.name},
            "help": {"text": message.advice},
            **({"helpUri": message.documentation} if message.documentation else {}),
            "defaultConfiguration": {"level": _SARIF_LEVELS[message.level]},
        }
        for message in messages.values()
    ]
    driver = {
        "name": "istioctl",
        "version": VERSION,
        "informationUri": "https://istio.io/latest/docs/ops/diagnostic-tools/istioctl-analyze/",
        "rules": rules,
    }
    order = {code: index for index, code in enumerate(messages)}
    results = [_sarif_result(finding, order) for finding in findings]
    log = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    return data_text(log, JSON)


def _sarif_result(finding: Finding, order: dict[str, int]) -> dict[str, Any]:
    from urllib.parse import quote

    location: dict[str, Any] = {}
    if finding.resource and finding.resource.source not in ("", "-"):
        physical: dict[str, Any] = {
            "artifactLocation": {"uri": quote(finding.resource.source.replace("\\", "/"), safe="/:")}
        }
        if finding.line:
            physical["region"] = {
                "startLine": finding.line,
                **({"startColumn": finding.column} if finding.column else {}),
            }
        location["physicalLocation"] = physical
    if finding.origin:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.origin, "kind": "object"}]
    return {
        "ruleId": finding.message.code,
        "ruleIndex": order[finding.message.code],
        "level": _SARIF_LEVELS[finding.message.level],
        "message": {"text": f"{finding.origin}: {finding.words}" if finding.origin else finding.words},
        "locations": [location] if location else [],
    }


def as_junit(findings: list[Finding]) -> str:
    """JUnit XML: a test case for each finding, failed unless it is an Info; one that passed where there is none."""
    from xml.etree.ElementTree import Element, SubElement, indent, tostring

    failed = [finding for finding in findings if finding.message.level is not Level.INFO]
    counts: dict[str, str] = {
        "tests": str(len(findings) or 1),
        "failures": str(len(failed)),
        "errors": "0",
        "skipped": "0",
        "name": "istioctl analyze",
    }
    root = Element("testsuites", counts)
    suite = SubElement(root, "testsuite", counts)
    for finding in findings:
        case = SubElement(suite, "testcase", name=_printable(f"{finding.message.code} {finding.origin}"))
        case.set("classname", finding.message.name)
        if finding.resource and finding.resource.source:
            case.set("file", _printable(finding.resource.source))
        message = finding.message
        lines = (finding.reference, finding.words, message.advice, message.documentation)
        text = _printable("\n".join(lines).rstrip("\n"))
        if finding.message.level is Level.INFO:
            SubElement(case, "system-out").text = text
        else:
            failure = SubElement(case, "failure", type=finding.message.level.title, message=_printable(finding.words))
            failure.text = text
    if not findings:
        SubElement(suite, "testcase", name="no problems found", classname="istioctl")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _printable(text: str) -> str:
    """The text without what XML 1.0 can't hold."""
    return "".join(
        c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else "�" for c in text
    )
