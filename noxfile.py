"""The tasks of CI, one session each: `nox -s tests`."""

from __future__ import annotations

import nox

nox.options.default_venv_backend = "venv"
PROJECT = nox.project.load_toml("pyproject.toml")


def install(session: nox.Session) -> None:
    session.install("-e", ".", *nox.project.dependency_groups(PROJECT, "dev"))


@nox.session
def tests(session: nox.Session) -> None:
    """The test suite; arguments go to pytest."""
    install(session)
    session.run("pytest", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Lint and format."""
    install(session)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly."""
    install(session)
    session.run("mypy")


@nox.session
def layers(session: nox.Session) -> None:
    """Which package may import which."""
    install(session)
    session.run("lint-imports")


@nox.session
def documentation(session: nox.Session) -> None:
    """The documentation, warnings as errors."""
    install(session)
    session.run("mkdocs", "build", "-q", "--strict", "--site-dir", session.create_tmp())


@nox.session
def coverage(session: nox.Session) -> None:
    """The tests without a cluster, with a report of the lines they miss."""
    install(session)
    session.run("pytest", "-m", "not cluster", "--cov=istioctl", "--cov-report=term:skip-covered", *session.posargs)
