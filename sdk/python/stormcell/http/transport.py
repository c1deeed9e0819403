"""Who sends requests: the host of a component, or this machine in tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from .headers import Headers
from .request import Request


class Body(Protocol):
    """The body of a response, which is read bit by bit."""

    def read(self, most: int) -> bytes:
        """The next bytes, `most` at most; none at the end."""

    def close(self) -> None:
        """Gives the connection back. To do that twice is no error."""


@dataclass
class Reply:
    """What a server has answered."""

    status: int
    headers: Headers
    body: Body


class Transport(Protocol):
    """Sends requests."""

    def send(self, request: Request) -> Reply:
        """Sends a request and waits for the response to begin. It follows no redirect.
        What goes wrong is an `HttpError`."""


class Machine:
    """Sends requests from this machine. It is what sends them outside of components."""

    def send(self, request: Request) -> Reply:
        """Sends a request over a socket."""
        from .machine import send

        return send(request)


_default: Transport = Machine()
_of_call: ContextVar[Transport | None] = ContextVar("stormcell.http", default=None)


def send(request: Request) -> Reply:
    """Sends a request."""
    return (_of_call.get() or _default).send(request)


def use(transport: Transport) -> None:
    """From now on, this sends all requests."""
    global _default
    _default = transport


@contextmanager
def using(transport: Transport) -> Iterator[None]:
    """In here, this sends the requests."""
    token = _of_call.set(transport)
    try:
        yield
    finally:
        _of_call.reset(token)
