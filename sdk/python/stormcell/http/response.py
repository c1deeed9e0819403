"""Responses."""

from __future__ import annotations

import io
import json as jsonlib
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from .errors import BrokenResponseError, StatusError
from .headers import Headers
from .request import Request
from .transport import Body, Reply

CHUNK = 64 << 10
"""The bytes that are read at a time, at most."""


class Response:
    """The response to a request. Its body has been read, unless it was asked for with
    `stream=True`: then it is read when it is wanted, and must be closed (`with` does that)."""

    def __init__(self, request: Request, reply: Reply) -> None:
        self.status = reply.status
        """200, for example."""
        self.headers = reply.headers
        """Its headers, by name in any case of letters."""
        self.url = str(request.url)
        """The URL that answered, after all redirects."""
        self._asked = request.asked
        self._stream: Body | None = reply.body
        self._body: bytes | None = None

    @property
    def reason(self) -> str:
        """The words for the status, as HTTP has them: `Not Found`."""
        return reason_of(self.status)

    @property
    def ok(self) -> bool:
        """Whether the status is below 400."""
        return self.status < 400

    @property
    def body(self) -> bytes:
        """The bytes of the body. What is left of it is read first."""
        if self._body is None:
            if self._stream is None:
                raise BrokenResponseError("the response was read in parts, or closed, already")
            whole = io.BytesIO()
            for part in self.iter_bytes():
                whole.write(part)
            # That hands the buffer on: nothing is copied.
            self._body = whole.getvalue()
        return self._body

    @property
    def text(self) -> str:
        """The body as text, in the encoding that the header Content-Type names, or else in
        UTF-8. Bytes that cannot be decoded become U+FFFD."""
        found = re.search(r"charset\s*=\s*\"?([^\s\";]+)", self.headers.get("content-type", ""))
        try:
            return self.body.decode(found[1] if found else "utf-8", "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON. What is none raises `ValueError`."""
        try:
            return jsonlib.loads(self.body)
        except ValueError as error:
            kind = self.headers.get("content-type", "no type")
            raise ValueError(
                f"the body of the response of {self._asked.server} ({self.status}, {kind}, "
                f"{len(self.body)} bytes) is not JSON: {error}"
            ) from None

    def raise_for_status(self) -> Response:
        """Raises `StatusError` if the status is 400 or more; else returns this response."""
        if self.ok:
            return self
        asked = self._asked
        said = f"{asked.method} {asked.server}: the server answered {self.status} {self.reason}"
        raise StatusError(said.rstrip(), self)

    def iter_bytes(self, most: int = CHUNK) -> Iterator[bytes]:
        """The body in parts, `most` bytes at most each. It can be gone through once."""
        if self._body is not None:
            yield from (self._body[at : at + most] for at in range(0, len(self._body), most))
            return
        stream, self._stream = self._stream, None
        if stream is None:
            raise BrokenResponseError("the response was read in parts, or closed, already")
        try:
            while part := stream.read(most):
                yield part
        finally:
            stream.close()

    def close(self) -> None:
        """Gives the connection back, if not all of the body was read."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def __enter__(self) -> Response:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Response {self.status} of {self._asked.server}>"


def reason_of(status: int) -> str:
    """The words for a status; none if it has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def headers_of(pairs: list[tuple[str, bytes]]) -> Headers:
    """Headers whose values are bytes."""
    return Headers((name, value.decode("latin-1")) for name, value in pairs)
