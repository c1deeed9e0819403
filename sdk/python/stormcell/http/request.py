"""Requests: what is sent."""

from __future__ import annotations

import json as jsonlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Union
from urllib.parse import quote, urlencode, urlsplit

from .errors import Asked, InvalidRequestError
from .headers import OF_CONNECTIONS, Headers, checked

Pairs = Union[Mapping[str, Any], Iterable[tuple[str, Any]]]
HeadersLike = Union[Mapping[str, Union[str, bytes]], Iterable[tuple[str, Union[str, bytes]]]]
Data = Union[bytes, bytearray, memoryview, str, Pairs]

_METHOD = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_PORTS = {"http": 80, "https": 443}
_IN_PATH = "/%:@!$&'()*+,;=~"
_IN_QUERY = _IN_PATH + "?[]"


@dataclass(frozen=True)
class Timeout:
    """How many seconds a request waits: for a connection, for the response to begin, and
    for it to go on. None: half of the component's limit `host-time`, which is also the most
    that a call can wait at all."""

    connect: float | None = None
    first_byte: float | None = None
    between_bytes: float | None = None

    def __post_init__(self) -> None:
        for seconds in (self.connect, self.first_byte, self.between_bytes):
            if seconds is not None and not seconds > 0:
                raise InvalidRequestError(f"a time-out must be above 0 seconds, got {seconds!r}")

    @classmethod
    def of(cls, given: float | Timeout | None) -> Timeout:
        """That of the argument `timeout`: a number is for each of the three."""
        return given if isinstance(given, Timeout) else cls(given, given, given)


@dataclass(frozen=True)
class Url:
    """The parts of a URL that a request needs."""

    scheme: str
    host: str
    """In ASCII; an IPv6 address has brackets."""
    port: int
    target: str
    """The path and the query."""

    @property
    def authority(self) -> str:
        """The host, and the port if it is not that of the scheme."""
        return self.host if self.port == _PORTS[self.scheme] else f"{self.host}:{self.port}"

    @property
    def server(self) -> str:
        """As it is written in a grant."""
        return f"{self.scheme}://{self.authority}"

    def __str__(self) -> str:
        return self.server + self.target

    @classmethod
    def parse(cls, text: str, params: Pairs | None = None) -> Url:
        """A URL that can be called, with more parameters in its query."""
        if not isinstance(text, str):
            raise TypeError(f"expected a URL as str, got {type(text).__name__}")
        if re.search(r"[\x00-\x1f\x7f]", text):
            raise InvalidRequestError("a URL has no control characters")
        try:
            parts = urlsplit(text.strip(" "))
            port = parts.port
        except ValueError as error:
            raise InvalidRequestError(f"this is no URL: {error}") from None
        if parts.scheme not in _PORTS or not parts.hostname:
            raise InvalidRequestError(
                "expected a URL that begins with `http://` or `https://` and names a host, got "
                f"one that begins with {text[:12]!r}"
            )
        if parts.username is not None:
            raise InvalidRequestError(
                f"the URL of `{parts.hostname}` has a user name in it: send the header "
                "`Authorization` instead"
            )
        query = quote(parts.query, safe=_IN_QUERY)
        if params:
            items = list(params.items()) if isinstance(params, Mapping) else list(params)
            query = "&".join(filter(None, [query, urlencode(items, doseq=True)]))
        path = quote(parts.path, safe=_IN_PATH) or "/"
        return cls(
            parts.scheme,
            _host(parts.hostname),
            _PORTS[parts.scheme] if port is None else port,
            f"{path}?{query}" if query else path,
        )


@dataclass(frozen=True)
class Request:
    """A request as it is sent."""

    method: str
    url: Url
    headers: Headers
    body: tuple[bytes, ...] | None
    """In parts, which are sent one after the other. None: it has none."""
    timeout: Timeout

    @property
    def asked(self) -> Asked:
        """What errors tell of it."""
        return Asked(self.method, self.url.server)

    @property
    def content(self) -> bytes:
        """The body as a whole."""
        return b"".join(self.body or ())

    def without_headers(self, names: Iterable[str]) -> Request:
        """The same without some headers."""
        gone = set(names)
        kept = [pair for pair in self.headers.pairs if pair[0].lower() not in gone]
        return replace(self, headers=Headers(kept))

    @classmethod
    def make(
        cls,
        method: str,
        url: Url,
        headers: Iterable[tuple[str, str]],
        body: Sequence[bytes] | None,
        timeout: Timeout,
    ) -> Request:
        """A request with the headers that HTTP demands. Those about the connection are left
        out, and so is the length, which is that of the body."""
        if not isinstance(method, str) or not _METHOD.fullmatch(method):
            raise InvalidRequestError(f"{method!r} cannot be the method of a request")
        kept = []
        for name, value in headers:
            lower = name.lower()
            if lower == "host" and value.lower() not in (url.authority, f"{url.host}:{url.port}"):
                raise InvalidRequestError(
                    f"{method} {url.server}: the header Host is that of the URL and cannot be "
                    f"{value!r}: call `{url.scheme}://{value}` instead"
                )
            if lower not in OF_CONNECTIONS and lower not in ("host", "content-length"):
                kept.append((name, value))
        parts = None if body is None else tuple(part for part in body if part)
        if parts is not None or method in ("POST", "PUT", "PATCH"):
            kept.append(("Content-Length", str(sum(map(len, parts or ())))))
        return cls(method, url, Headers(kept), parts, timeout)


def request_of(
    method: str,
    url: str,
    params: Pairs | None,
    headers: HeadersLike | None,
    data: Data | None,
    json: Any,
    timeout: float | Timeout | None,
) -> Request:
    """The request that these arguments of the functions of this package mean."""
    given = headers.items() if isinstance(headers, Mapping) else headers or ()
    pairs = [checked(name, value) for name, value in given]
    names = {name.lower() for name, _ in pairs}
    for name in sorted(names & OF_CONNECTIONS):
        raise InvalidRequestError(f"the header {name} is about a connection, which is the host's")
    if data is not None and json is not None:
        raise InvalidRequestError("give `data` or `json`, not both")
    body, kind = _body(data, json)
    for name, value in (
        ("Content-Type", kind),
        ("Accept", "*/*"),
        ("User-Agent", "stormcell"),
    ):
        if value and name.lower() not in names:
            pairs.append((name, value))
    parts = None if body is None else [body]
    return Request.make(method, Url.parse(url, params), pairs, parts, Timeout.of(timeout))


def _body(data: Data | None, json: Any) -> tuple[bytes | None, str | None]:
    """A body and its type."""
    if json is not None:
        return jsonlib.dumps(json, allow_nan=False).encode(), "application/json"
    if data is None:
        return None, None
    if isinstance(data, str):
        return data.encode(), "text/plain; charset=utf-8"
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data), "application/octet-stream"
    if hasattr(data, "read"):
        raise TypeError("data: expected bytes, a str, or fields of a form; read the file first")
    items = list(data.items()) if isinstance(data, Mapping) else list(data)
    return urlencode(items, doseq=True).encode(), "application/x-www-form-urlencoded"


def _host(name: str) -> str:
    if ":" in name:
        return f"[{name}]"
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise InvalidRequestError(f"{name!r} cannot be the name of a host: {error}") from None
