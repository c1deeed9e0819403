"""What stands in for a socket: it reads the request that `http.client` writes, sends it
through the transport, and gives the response to be read."""

from __future__ import annotations

import io
import socket
from typing import Any

from .. import transport
from ..errors import BrokenResponseError, HttpError, InvalidRequestError, TimedOutError
from ..request import Request, Timeout, Url
from ..response import reason_of
from ..transport import Reply

_HEAD_ENDS = b"\r\n\r\n"


class VirtualSocket:
    """A connection to one server, for one request."""

    def __init__(self, scheme: str, host: str, port: int, timeout: Any, eager: bool) -> None:
        """With `eager` the request is sent as soon as it is complete, so that its errors are
        raised where it is written; else when the response is read."""
        self._server = Url.parse(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}")
        self._connect = self._read = _seconds(timeout)
        self._eager = eager
        self._written = _Written()
        self._reply: Reply | None = None
        self._failed: HttpError | None = None
        self._is_taken = False

    def settimeout(self, timeout: Any) -> None:
        """How long the response is waited for."""
        self._read = _seconds(timeout)

    def sendall(self, data: Any) -> None:
        """Takes a part of the request."""
        self._written.add(data if isinstance(data, bytes) else bytes(data))
        if self._eager and self._written.is_complete:
            self._exchange()
            if self._failed and not _is_of_reading(self._failed):
                raise self._failed

    send = sendall

    def makefile(self, mode: str = "rb", *_: Any, **__: Any) -> io.BufferedReader:
        """The response."""
        if self._reply is None and self._failed is None and not self._is_taken:
            self._exchange()
        if self._reply is None:
            raise self._failed or OSError("the response of this connection was taken already")
        reply, self._reply = self._reply, None
        self._is_taken = True
        return io.BufferedReader(_Raw(reply), 64 << 10)

    def close(self) -> None:
        """Gives up a response that nobody has taken."""
        if self._reply is not None:
            self._reply.body.close()
            self._reply = None

    def shutdown(self, how: int) -> None:
        """Nothing: the connection is the host's."""

    def setsockopt(self, *_: Any) -> None:
        """Nothing likewise."""

    def _exchange(self) -> None:
        timeout = Timeout(self._connect, self._read, self._read)
        try:
            self._reply = transport.send(self._written.request(self._server, timeout))
        except HttpError as error:
            self._failed = error


def _is_of_reading(error: HttpError) -> bool:
    """Whether libraries expect it when they read the response, and not when they connect or
    write the request."""
    if isinstance(error, TimedOutError):
        return error.phase != "connect"
    return isinstance(error, BrokenResponseError)


def _seconds(timeout: Any) -> float | None:
    if isinstance(timeout, (int, float)):
        # 0 would mean not to wait, which makes no sense here.
        return max(float(timeout), 0.001)
    return socket.getdefaulttimeout()


class _Written:
    """A request as it is written, bit by bit."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._has_head = False
        self._body: list[bytes] = []
        self._length: int | None = None
        self._left = 0
        self._chunks: bytearray | None = None
        """What of a body in chunks is yet to be read; None: it has another form."""
        self._method = self._target = ""
        self._headers: list[tuple[str, str]] = []
        self.is_complete = False

    def add(self, data: bytes) -> None:
        """Takes more of it."""
        if not self._has_head:
            self._head += data
            end = self._head.find(_HEAD_ENDS)
            if end < 0:
                return
            data = bytes(self._head[end + len(_HEAD_ENDS) :])
            self._read_head(bytes(self._head[:end]))
        if self._chunks is not None:
            self._chunks += data
            self._read_chunks(self._chunks)
        elif data:
            self._body.append(data)
            self._left -= len(data)
            self.is_complete = self._left <= 0

    def request(self, server: Url, timeout: Timeout) -> Request:
        """What was written."""
        # A proxy would be sent the whole URL. There is none.
        target = self._target
        if not target.startswith("/"):
            parsed = Url.parse(target) if "://" in target else None
            server, target = parsed or server, parsed.target if parsed else f"/{target}"
        url = Url(server.scheme, server.host, server.port, target)
        if not self.is_complete:
            raise InvalidRequestError(
                f"{self._method or 'a request'} {url.server}: its body is shorter than its "
                "header Content-Length says"
            )
        has_body = self._body or self._length is not None
        return Request.make(
            self._method, url, self._headers, self._body if has_body else None, timeout
        )

    def _read_head(self, head: bytes) -> None:
        self._has_head = True
        first, *lines = head.decode("latin-1").replace("\r\n ", " ").split("\r\n")
        self._method, self._target, _ = first.split(" ", 2)
        for line in lines:
            name, _, value = line.partition(":")
            self._headers.append((name, value.strip(" \t")))
        named = {name.lower(): value for name, value in self._headers}
        if "chunked" in named.get("transfer-encoding", "").lower():
            self._chunks, self._length = bytearray(), 0
            return
        if named.get("content-length", "").isdigit():
            self._length = self._left = int(named["content-length"])
        self.is_complete = not self._left

    def _read_chunks(self, left: bytearray) -> None:
        while not self.is_complete and (end := left.find(b"\r\n")) >= 0:
            size = int(bytes(left[:end]).split(b";")[0], 16)
            begin = end + 2
            if len(left) < begin + size + 2:
                return
            if size:
                self._body.append(bytes(left[begin : begin + size]))
            else:
                self.is_complete = True
            del left[: begin + size + 2]


class _Raw(io.RawIOBase):
    """The bytes of a response, as `http.client` reads them."""

    def __init__(self, reply: Reply) -> None:
        head = [f"HTTP/1.1 {reply.status} {reason_of(reply.status)}"]
        for name, value in reply.headers.pairs:
            # The body comes without chunks, and the connection serves one request.
            if name.lower() not in ("connection", "keep-alive", "transfer-encoding"):
                head.append(f"{name}: {value}")
        head.append("Connection: close\r\n\r\n")
        self._head = "\r\n".join(head).encode("latin-1")
        self._body = reply.body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        part = part or self._body.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        if not self.closed:
            self._body.close()
        super().close()
