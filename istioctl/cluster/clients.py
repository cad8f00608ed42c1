"""Use cases that work on a session, for those who hold a client."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from istioctl.cluster.kubeconfig import ClientOptions
from istioctl.cluster.session import Client, Session, open_session

P = ParamSpec("P")
R = TypeVar("R")


def session_of(given: Session | Client) -> Session:
    """The session itself, or one with the server that a client leads to.

    Raises:
        InputError, ClusterError, TypeError: as for `open_session`.
    """
    client: Any = given  # known by its shape, as is what stands for a session in tests
    if isinstance(client, ClientOptions) or hasattr(client, "configuration") or hasattr(client, "api_key"):
        return open_session(client)
    session: Session = client
    return session


def takes_client(function: Callable[Concatenate[Session, P], R]) -> Callable[Concatenate[Session | Client, P], R]:
    """Lets a function whose first argument is a session take a client there, too."""

    @wraps(function)
    def with_client(session: Session | Client, /, *args: P.args, **options: P.kwargs) -> R:
        return function(session_of(session), *args, **options)

    return with_client
