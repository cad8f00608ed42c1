"""Routes and matches of a VirtualService that an earlier one leaves nothing.

Source: istio `pkg/config/validation/validation.go`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from istioctl.analysis.validation.decode import Spec
    from istioctl.analysis.validation.report import Place
#: The parts of a match that, unlike others, say something when they are empty.
_CONDITIONS = ("uri", "scheme", "method", "authority")


def warn_of_unused(routes: list[Spec], place: Place) -> None:
    """Warn of routes and matches that an earlier one leaves nothing."""
    seen: dict[str, int] = {}
    catch_all = -1
    prefixes: list[tuple[int, int, Spec]] = []
    for i, route in enumerate(routes):
        matches = route.get("match", [])
        if not matches:
            if catch_all >= 0:
                _never_used(routes, i, "only the last rule can have no matches", place)
            catch_all = i
            continue
        repeated = 0
        for j, match in enumerate(matches):
            if catch_all >= 0:
                _never_used(routes, i, "route without matches defined before", place)
                continue
            conditions = {k: v for k, v in match.items() if k != "name" and (v or k in _CONDITIONS)}
            key = json.dumps(conditions, sort_keys=True, default=str)
            if key in seen:
                _ineffective(
                    place / i / "match" / j, _name(routes[i], i), _name(match, j), _name(routes[seen[key]], seen[key])
                )
                repeated += 1
                continue
            seen[key] = i
            if match.get("uri", {}).get("prefix"):
                prefixes.append((i, j, match))
        if repeated == len(matches):
            _never_used(routes, i, "all matches used by prior rules", place)
    _covered(routes, prefixes, place)


def _name(spec: Spec, index: int) -> str:
    return f'"{spec["name"]}"' if spec.get("name") else f"#{index}"


def _never_used(routes: list[Spec], index: int, reason: str, place: Place) -> None:
    name = _name(routes[index], index)
    message = f"the rule {name} is never used: {reason}"
    (place / index).warn(message, code="VirtualServiceUnreachableRule", parameters=(name, reason))


def _ineffective(place: Place, rule: str, match: str, earlier: str) -> None:
    message = f"the match {match} of rule {rule} is never used: rule {earlier} has it before"
    place.warn(message, code="VirtualServiceIneffectiveMatch", parameters=(rule, match, earlier))


def _covered(routes: list[Spec], prefixes: list[tuple[int, int, Spec]], place: Place) -> None:
    keys = [_comparable(match) for _, _, match in prefixes]
    for a, (i, j, first) in enumerate(prefixes):
        for b in range(a + 1, len(prefixes)):
            k, m, second = prefixes[b]
            wide, narrow = first["uri"]["prefix"], second["uri"]["prefix"]
            if wide != narrow and narrow.startswith(wide) and _is_covered(keys[a], keys[b]):
                later = f"{_name(second, m)} of prefix {narrow}"
                earlier = f"{_name(first, j)} of prefix {wide} on {_name(routes[i], i)}"
                _ineffective(place / k / "match" / m, _name(routes[k], k), later, earlier)


def _comparable(match: Spec) -> dict[str, Any]:
    """The conditions of a match, besides its URI, that are compared: texts tell exact matches from prefixes."""

    def text(condition: Spec) -> str:
        return next((f"{way}:{condition[way]}" for way in ("exact", "prefix") if condition.get(way)), "")

    return {
        "port": match.get("port", 0),
        "method": text(match.get("method", {})) or "exact:GET",
        "authority": text(match.get("authority", {})),
        **{
            field: {name: text(condition) for name, condition in match.get(field, {}).items()}
            for field in ("headers", "queryParams", "withoutHeaders")
        },
    }


def _is_covered(first: dict[str, Any], second: dict[str, Any]) -> bool:
    if first["port"] != second["port"]:
        return False
    if not all(first[field].startswith(second[field]) for field in ("method", "authority")):
        return False
    return all(
        len(first[field]) == len(second[field])
        and all(name in second[field] and value.startswith(second[field][name]) for name, value in first[field].items())
        for field in ("headers", "queryParams", "withoutHeaders")
    )
