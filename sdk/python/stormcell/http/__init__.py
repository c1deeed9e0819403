"""Calls servers over HTTP: those that the topology file grants.

    from stormcell import http

    found = http.get("https://api.example.org/cities", params={"name": "Bern"}, timeout=2)
    found.raise_for_status()
    for city in found.json(): ...

The grant, in the topology file:

    grants:
      http:
        hosts: ["https://api.example.org"]

The host makes the connection, checks the certificate, and looks at each request: whether
its server is granted, and how large it is. `urllib.request`, `requests` and `httpx` work in
the same way. Redirects are followed, ten at most; each is a request that must be granted.

What goes wrong is an `HttpError`, which is an `OSError`:

- `NotGrantedError`: the message has the grant to write;
- `ConnectError`, `TimedOutError`, `BrokenResponseError`: the server;
- `TooLargeError`: a limit of the topology file;
- `InvalidRequestError`, `RedirectError`: what was asked for;
- `StatusError`: only from `Response.raise_for_status`.
"""

from __future__ import annotations

from typing import Any

from . import transport
from .errors import (
    BrokenResponseError,
    ConnectError,
    HttpError,
    InvalidRequestError,
    NotGrantedError,
    RedirectError,
    StatusError,
    TimedOutError,
    TooLargeError,
)
from .headers import Headers
from .redirects import MOST, next_request, too_many
from .request import Data, HeadersLike, Pairs, Request, Timeout, request_of
from .response import Response


def request(
    method: str,
    url: str,
    *,
    params: Pairs | None = None,
    headers: HeadersLike | None = None,
    data: Data | None = None,
    json: Any = None,
    timeout: float | Timeout | None = None,
    follow_redirects: bool = True,
    stream: bool = False,
) -> Response:
    """Sends a request and returns the response, whatever its status is.

    `params` are added to the query of the URL. The body is `data` (bytes, a text, or the
    fields of a form) or `json`. `timeout` is in seconds, or a `Timeout`. With `stream=True`
    the body is read when it is wanted.
    """
    asked = request_of(method, url, params, headers, data, json, timeout)
    for _ in range(MOST + 1):
        reply = transport.send(asked)
        following = None
        if follow_redirects:
            try:
                following = next_request(asked, reply.status, reply.headers)
            except BaseException:
                reply.body.close()
                raise
        if following is None:
            response = Response(asked, reply)
            if not stream:
                # Now, so that what goes wrong is raised here.
                response.body  # noqa: B018
            return response
        reply.body.close()
        asked = following
    raise too_many(asked)


def get(url: str, **options: Any) -> Response:
    """A GET request; the options are those of `request`."""
    return request("GET", url, **options)


def head(url: str, **options: Any) -> Response:
    """A HEAD request."""
    return request("HEAD", url, **options)


def post(url: str, data: Data | None = None, **options: Any) -> Response:
    """A POST request."""
    return request("POST", url, data=data, **options)


def put(url: str, data: Data | None = None, **options: Any) -> Response:
    """A PUT request."""
    return request("PUT", url, data=data, **options)


def patch(url: str, data: Data | None = None, **options: Any) -> Response:
    """A PATCH request."""
    return request("PATCH", url, data=data, **options)


def delete(url: str, **options: Any) -> Response:
    """A DELETE request."""
    return request("DELETE", url, **options)


__all__ = [
    "BrokenResponseError",
    "ConnectError",
    "Headers",
    "HttpError",
    "InvalidRequestError",
    "NotGrantedError",
    "RedirectError",
    "Request",
    "Response",
    "StatusError",
    "TimedOutError",
    "Timeout",
    "TooLargeError",
    "delete",
    "get",
    "head",
    "patch",
    "post",
    "put",
    "request",
]
