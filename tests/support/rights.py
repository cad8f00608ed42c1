"""Users with some rights in a cluster: what a command needs, and what it says when one right is missing."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from tests.support.cluster import wait_for
from tests.support.mesh import Mesh

_RBAC = "rbac.authorization.k8s.io/v1"
_numbers = itertools.count()


class Right(NamedTuple):
    """Something that a role may allow."""

    verb: str
    group: str
    resource: str
    """With the subresource, as `pods/portforward`."""

    def rule(self) -> dict[str, list[str]]:
        """As a rule of a ClusterRole."""
        return {"verbs": [self.verb], "apiGroups": [self.group], "resources": [self.resource]}

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}"


ALL = Right("*", "*", "*")


@contextmanager
def user(mesh: Mesh, rights: Iterable[Right]) -> Iterator[str]:
    """A user with these rights alone, once the server knows."""
    name = f"looker-{next(_numbers)}"
    last = Right("get", "test", f"known-{name}")  # asked for to learn that the role is in force
    role = {"name": name}
    subject = {"kind": "User", "name": name, "apiGroup": "rbac.authorization.k8s.io"}
    reference = {"kind": "ClusterRole", "name": name, "apiGroup": "rbac.authorization.k8s.io"}
    binding = {"metadata": role, "subjects": [subject], "roleRef": reference}
    objects: list[dict[str, Any]] = [
        {"apiVersion": _RBAC, "kind": "ClusterRole", "metadata": role, "rules": [r.rule() for r in (*rights, last)]},
        {"apiVersion": _RBAC, "kind": "ClusterRoleBinding", **binding},
    ]
    mesh.apply(*objects)
    wait_for(lambda: _may(mesh, name, last))
    try:
        yield name
    finally:
        mesh.remove(*objects)


def used_rights(mesh: Mesh, *argv: str) -> list[Right]:
    """The rights that a command uses, in the order in which it does."""
    with user(mesh, [ALL]) as name:
        before = len(mesh.plane.requests())
        done = mesh.run(*argv, "--as", name)
        assert done.status == 0, done.stderr
        found: dict[Right, None] = {}
        for request in mesh.plane.requests()[before:]:
            at = request.get("objectRef")
            if request.get("impersonatedUser", {}).get("username") != name or not at:
                continue
            resource = at["resource"] + (f"/{at['subresource']}" if "subresource" in at else "")
            found[Right(request["verb"], at.get("apiGroup", ""), resource)] = None
    return list(found)


def _may(mesh: Mesh, name: str, right: Right) -> bool:
    attributes = {"verb": right.verb, "group": right.group, "resource": right.resource}
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview"}
    review |= {"spec": {"user": name, "resourceAttributes": attributes}}
    answer = mesh.session.send("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
    return bool(answer["status"]["allowed"])
