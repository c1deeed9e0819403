"""Sends requests from this machine, over sockets: in tests of an author, and wherever his
code runs outside of a component."""

from __future__ import annotations

import http.client
import socket
from typing import Any

from ..refusing import allowed
from .errors import Asked, HttpError
from .headers import Headers
from .request import Request
from .transport import Reply


_Response = http.client.HTTPResponse


class _Body:
    def __init__(
        self, request: Request, connection: http.client.HTTPConnection, response: _Response
    ) -> None:
        self._asked = request.asked
        self._wait = request.timeout.between_bytes
        self._connection = connection
        self._response = response

    def read(self, most: int) -> bytes:
        try:
            part = self._response.read(most)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise _while_reading(error, self._asked, "between bytes", self._wait) from None
        left = self._response.length
        if not part and left:
            raise self._asked.broken(f"the response broke off, {left} bytes before its end")
        return part

    def close(self) -> None:
        self._response.close()
        self._connection.close()


def send(request: Request) -> Reply:
    """Sends a request and waits for the response to begin."""
    with allowed():
        connection = _connect(request)
        try:
            return _exchange(connection, request)
        except BaseException:
            connection.close()
            raise


def _connect(request: Request) -> http.client.HTTPConnection:
    url, asked, wait = request.url, request.asked, request.timeout.connect
    made = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = made(url.host.strip("[]"), url.port, timeout=wait)
    try:
        connection.connect()
    except TimeoutError:
        raise asked.timed_out("connect", wait) from None
    except socket.gaierror as error:
        raise asked.not_connected(f"no address was found for its name ({error.strerror})") from None
    except ConnectionRefusedError:
        raise asked.not_connected("nobody listens there") from None
    except OSError as error:
        if type(error).__name__ == "SSLCertVerificationError":
            raise asked.not_connected("its certificate is not valid") from None
        raise asked.not_connected(str(error)) from None
    return connection


def _exchange(connection: http.client.HTTPConnection, request: Request) -> Reply:
    url, asked, timeout = request.url, request.asked, request.timeout
    sock: Any = connection.sock
    sock.settimeout(timeout.first_byte)
    try:
        connection.putrequest(request.method, url.target, skip_host=True, skip_accept_encoding=True)
        for name, value in [("Host", url.authority), ("Connection", "close")]:
            connection.putheader(name, value)
        for name, value in request.headers.pairs:
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders()
        try:
            for part in request.body or ():
                connection.send(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # It may have answered before.
        response = connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _while_reading(error, asked, "first byte", timeout.first_byte) from None
    sock.settimeout(timeout.between_bytes)
    headers = Headers(response.getheaders())
    return Reply(response.status, headers, _Body(request, connection, response))


def _while_reading(error: Exception, asked: Asked, phase: str, seconds: float | None) -> HttpError:
    if isinstance(error, TimeoutError):
        return asked.timed_out(phase, seconds)
    if isinstance(error, (http.client.IncompleteRead, http.client.RemoteDisconnected)):
        return asked.broken("the response broke off")
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return asked.invalid(str(error))
    if isinstance(error, http.client.HTTPException):
        return asked.broken(f"what came is no response of HTTP ({type(error).__name__})")
    return asked.broken(f"the connection broke ({error})")
