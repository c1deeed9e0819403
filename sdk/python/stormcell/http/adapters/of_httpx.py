"""`httpx`: its default transports, with and without `async`."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from .. import transport
from ..errors import (
    ConnectError,
    HttpError,
    InvalidRequestError,
    NotGrantedError,
    TimedOutError,
    TooLargeError,
)
from ..request import Request, Timeout, Url
from ..response import CHUNK, reason_of
from ..transport import Body
from . import Active, always


def change(module: Any, active: Active) -> None:
    """Changes the module `httpx._transports.default`."""
    client = _Client(module)

    def handle_request(self: Any, request: Any) -> Any:
        body = list(request.stream)
        return client.send(request, body)

    async def handle_async_request(self: Any, request: Any) -> Any:
        body = [part async for part in request.stream]
        return client.send(request, body)

    for cls, name, ours in (
        (module.HTTPTransport, "handle_request", handle_request),
        (module.AsyncHTTPTransport, "handle_async_request", handle_async_request),
    ):
        setattr(cls, name, _instead(getattr(cls, name), ours, active))
    if active is always:
        _without_pool(module)


def _instead(original: Any, ours: Any, active: Active) -> Any:
    @functools.wraps(original)
    def handle(self: Any, request: Any) -> Any:
        return (ours if active() else original)(self, request)

    return handle


def _without_pool(module: Any) -> None:
    """In a component there is no pool of connections, nor what secures them."""

    def __init__(self: Any, *_: Any, cert: Any = None, uds: Any = None, **__: Any) -> None:
        if cert or uds:
            what = "a certificate of its own" if cert else "sockets"
            raise ValueError(f"a component has no {what}")

    def nothing(self: Any, *_: Any) -> None:
        pass

    def itself(self: Any) -> Any:
        return self

    async def nothing_async(self: Any, *_: Any) -> None:
        pass

    async def itself_async(self: Any) -> Any:
        return self

    for cls in (module.HTTPTransport, module.AsyncHTTPTransport):
        cls.__init__ = __init__
    module.HTTPTransport.close = module.HTTPTransport.__exit__ = nothing
    module.HTTPTransport.__enter__ = itself
    module.AsyncHTTPTransport.aclose = module.AsyncHTTPTransport.__aexit__ = nothing_async
    module.AsyncHTTPTransport.__aenter__ = itself_async


class _Client:
    """Sends requests of httpx, and answers in its words."""

    def __init__(self, module: Any) -> None:
        self._module = module
        translated = self.translated

        class Stream(module.SyncByteStream, module.AsyncByteStream):  # type: ignore[misc]
            def __init__(self, body: Body) -> None:
                self._body = body

            def __iter__(self) -> Iterator[bytes]:
                with translated():
                    while part := self._body.read(CHUNK):
                        yield part

            async def __aiter__(self) -> AsyncIterator[bytes]:
                for part in self:
                    yield part

            def close(self) -> None:
                self._body.close()

            async def aclose(self) -> None:
                self._body.close()

        self._stream = Stream

    def send(self, request: Any, body: list[bytes]) -> Any:
        """Sends a request; the response is of httpx."""
        waits = request.extensions.get("timeout", {})
        headers = [
            (name.decode("ascii"), value.decode("latin-1")) for name, value in request.headers.raw
        ]
        is_framed = any(
            name.lower() in ("content-length", "transfer-encoding") for name, _ in headers
        )
        with self.translated():
            timeout = Timeout(waits.get("connect"), waits.get("read"), waits.get("read"))
            url = Url.parse(str(request.url))
            asked = Request.make(request.method, url, headers, body if is_framed else None, timeout)
            reply = transport.send(asked)
        return self._module.Response(
            status_code=reply.status,
            headers=[(name, value.encode("latin-1")) for name, value in reply.headers.pairs],
            stream=self._stream(reply.body),
            extensions={
                "http_version": b"HTTP/1.1",
                "reason_phrase": reason_of(reply.status).encode("ascii"),
            },
        )

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Raises errors as those of httpx."""
        try:
            yield
        except HttpError as error:
            raise self._error(error)(str(error)) from error

    def _error(self, error: HttpError) -> Any:
        of = self._module
        if isinstance(error, TimedOutError):
            return of.ConnectTimeout if error.phase == "connect" else of.ReadTimeout
        if isinstance(error, (ConnectError, NotGrantedError)):
            return of.ConnectError
        if isinstance(error, InvalidRequestError):
            return of.LocalProtocolError
        if isinstance(error, TooLargeError):
            return of.NetworkError
        return of.RemoteProtocolError
