"""Sends requests of a component through `wasi:http`."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from componentize_py_types import Err
from wit_world.imports import http_types as wit
from wit_world.imports import outgoing_handler, poll, streams

from ..http.errors import Asked, HttpError
from ..http.request import Request, Timeout
from ..http.response import headers_of
from ..http.transport import Reply

_LONGEST = 1 << 62
"""Nanoseconds; the host waits no longer than `host-time` anyway."""
_PART = 64 << 10
"""The bytes that are written at a time, at most."""


class ImportedHttp:
    """The host's HTTP, through the imports of the component."""

    def send(self, request: Request) -> Reply:
        """Sends a request and waits for the response to begin."""
        asked = request.asked
        made = _outgoing(request)
        body = made.body()
        opened: list[Any] = [body]
        try:
            try:
                future = outgoing_handler.handle(made, _options(request.timeout))
            except Err as error:
                raise error_of(error.value, asked, request.timeout, "first byte") from None
            with future:
                if _write(body, request, future):
                    opened.clear()
                    _finish(body)
                response = _response(future, request)
            opened.insert(0, response)
            with response.headers() as fields:
                headers = headers_of(fields.entries())
            incoming = response.consume()
            opened.insert(0, incoming)
            stream = incoming.stream()
            opened.insert(0, stream)
        except BaseException:
            _drop(opened)
            raise
        return Reply(response.status(), headers, _Body(stream, opened, request))


class NotYet:
    """There is no host while a component is built."""

    def send(self, request: Request) -> Reply:
        """Raises the error for that."""
        raise request.asked.other(
            "modules are imported when the component is built, where there is no network: send "
            "requests in `prepare` or later"
        )


_open: dict[int, list[Any]] = {}
"""What the bodies that are being read consist of, each list in the order in which it is to be
given back. They are kept here, because Python gives back what is part of a cycle in any
order, and the host ends an instance that gives back a whole before its parts."""

_keys = itertools.count()


class _Body:
    """The body of a response."""

    def __init__(self, stream: Any, opened: list[Any], request: Request) -> None:
        self._stream = stream
        self._request = request
        self._key = next(_keys)
        _open[self._key] = opened

    def read(self, most: int) -> bytes:
        if self._key not in _open:
            return b""
        try:
            part = b""
            while not part:
                part = self._stream.blocking_read(most)
            return part
        except Err as error:
            failed = _failed(error.value)
            request = self._request
            self.close()
            if failed is None:
                return b""
            raise error_of(failed, request.asked, request.timeout, "between bytes") from None

    def close(self) -> None:
        _drop(_open.pop(self._key, []))

    def __del__(self) -> None:
        self.close()


def _drop(opened: list[Any]) -> None:
    for each in opened:
        each.__exit__(None, None, None)
    opened.clear()


def _failed(error: Any) -> Any:
    """Why a stream has ended; None: because that was all."""
    if isinstance(error, streams.StreamError_Closed):
        return None
    with error.value as io_error:
        code = wit.http_error_code(io_error)
        return wit.ErrorCode_InternalError(io_error.to_debug_string()) if code is None else code


def _outgoing(request: Request) -> Any:
    """The request as the host takes it."""
    url, asked = request.url, request.asked
    pairs = [(name, value.encode("latin-1")) for name, value in request.headers.pairs]
    try:
        fields = wit.Fields.from_list(pairs)
    except Err as error:
        why = type(error.value).__name__.removeprefix("HeaderError_")
        raise asked.invalid(f"the host does not take one of its headers ({why})") from None
    made = wit.OutgoingRequest(fields)
    scheme = wit.Scheme_Https() if url.scheme == "https" else wit.Scheme_Http()
    sets: list[tuple[str, Callable[[], None]]] = [
        ("method", lambda: made.set_method(_method(request.method))),
        ("scheme", lambda: made.set_scheme(scheme)),
        ("host", lambda: made.set_authority(url.authority)),
        ("path", lambda: made.set_path_with_query(url.target)),
    ]
    for what, put in sets:
        try:
            put()
        except Err:
            made.__exit__(None, None, None)
            raise asked.invalid(f"the host does not take its {what}") from None
    return made


_METHODS = {
    "GET": wit.Method_Get,
    "HEAD": wit.Method_Head,
    "POST": wit.Method_Post,
    "PUT": wit.Method_Put,
    "DELETE": wit.Method_Delete,
    "CONNECT": wit.Method_Connect,
    "OPTIONS": wit.Method_Options,
    "TRACE": wit.Method_Trace,
    "PATCH": wit.Method_Patch,
}


def _method(name: str) -> Any:
    known = _METHODS.get(name)
    return known() if known else wit.Method_Other(name)


def _options(timeout: Timeout) -> Any:
    options = wit.RequestOptions()
    for put, seconds in (
        (options.set_connect_timeout, timeout.connect),
        (options.set_first_byte_timeout, timeout.first_byte),
        (options.set_between_bytes_timeout, timeout.between_bytes),
    ):
        if seconds is not None:
            put(max(1, int(min(seconds * 1e9, _LONGEST))))
    return options


def _write(body: Any, request: Request, future: Any) -> bool:
    """Writes the body; whether all of it was taken. A server may answer before."""
    stream = body.write()
    try:
        for part in request.body or ():
            at = 0
            while at < len(part):
                most = stream.check_write()
                if most:
                    end = at + min(most, _PART)
                    stream.write(part[at:end])
                    at = end
                elif _is_answered(stream, future):
                    return False
        stream.flush()
        return True
    except Err as error:
        # Nobody reads it any more. Why, the future says.
        _failed(error.value)
        return False
    finally:
        stream.__exit__(None, None, None)


def _is_answered(stream: Any, future: Any) -> bool:
    """Waits until more can be written, or there is an answer; whether it is only that."""
    with stream.subscribe() as writable, future.subscribe() as answered:
        return list(poll.poll([writable, answered])) == [1]


def _finish(body: Any) -> None:
    try:
        wit.OutgoingBody.finish(body, None)
    except Err:
        pass  # Why, the future says.


def _response(future: Any, request: Request) -> Any:
    with future.subscribe() as pollable:
        pollable.block()
    answer = future.get()
    while not isinstance(answer, Err):
        if not hasattr(answer, "value"):
            return answer
        answer = answer.value
    raise error_of(answer.value, request.asked, request.timeout, "first byte")


_TOO_LARGE = {
    "HttpRequestBodySize": ("its body", "http-request-bytes"),
    "HttpResponseBodySize": ("the body of the response", "http-response-bytes"),
}
_TLS = {
    "TlsCertificateError": "its certificate is not valid",
    "TlsProtocolError": "it does not speak TLS as this host does",
    "TlsAlertReceived": "it refuses to speak TLS with this host",
}
_BROKEN = {
    "HttpResponseIncomplete": "the response broke off",
    "ConnectionTerminated": "the server closed the connection before the end of the response",
    "HttpProtocolError": "what came is no response of HTTP",
}


def error_of(code: Any, asked: Asked, timeout: Timeout, phase: str) -> HttpError:
    """The error for a code of the host. `phase` is what was waited for."""
    name = type(code).__name__.removeprefix("ErrorCode_")
    if name == "HttpRequestDenied":
        return asked.not_granted()
    if name == "DestinationIpProhibited":
        return asked.address_not_granted()
    if name in ("DnsTimeout", "ConnectionTimeout"):
        return asked.timed_out("connect", timeout.connect)
    if name in ("ConnectionReadTimeout", "ConnectionWriteTimeout", "HttpResponseTimeout"):
        waited = timeout.first_byte if phase == "first byte" else timeout.between_bytes
        return asked.timed_out(phase, waited)
    if name in ("DnsError", "DestinationNotFound"):
        said = getattr(getattr(code, "value", None), "rcode", None)
        return asked.not_connected("no address was found for its name" + f" ({said})" * bool(said))
    if name == "ConnectionRefused":
        return asked.not_connected("nobody listens there")
    if name in ("DestinationUnavailable", "DestinationIpUnroutable"):
        return asked.not_connected("its address cannot be reached")
    if name == "ConnectionLimitReached":
        return asked.not_connected(
            "all connections of the limit `http-connections` are open: read responses to their "
            "end, or close them"
        )
    if name in _TLS:
        return asked.not_connected(_TLS[name])
    if name in _TOO_LARGE:
        return asked.too_large(*_TOO_LARGE[name])
    if name.endswith(("HeaderSize", "HeaderSectionSize", "TrailerSize", "TrailerSectionSize")):
        return asked.too_large_headers()
    if name in ("HttpRequestUriInvalid", "HttpRequestUriTooLong", "HttpRequestMethodInvalid"):
        return asked.invalid("the host does not take its URL or its method")
    if name in _BROKEN:
        return asked.broken(_BROKEN[name])
    said = getattr(code, "value", None)
    return asked.other(name + (f" ({said})" if isinstance(said, str) else ""))
