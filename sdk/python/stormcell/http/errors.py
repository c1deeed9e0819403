"""What goes wrong with a request, and the words for it.

A message names the method and the server, and no more of a URL: a path or a query may have
a secret in it.
"""

from __future__ import annotations

from typing import Any

from ..errors import StormcellError


class HttpError(StormcellError, OSError):
    """What all errors of requests have in common."""

    def __init__(self, message: str) -> None:
        super().__init__(message)


class NotGrantedError(HttpError, PermissionError):
    """The topology file does not grant the component this server, or its address. The
    message has the grant to write."""


class ConnectError(HttpError, ConnectionError):
    """No connection came about: the name is not known, nobody listens, or the certificate
    is not valid."""


class TimedOutError(HttpError, TimeoutError):
    """Something took too long. `phase` says what: "connect", "first byte" or
    "between bytes"."""

    def __init__(self, message: str, phase: str) -> None:
        super().__init__(message)
        self.phase = phase


class TooLargeError(HttpError):
    """The body or the headers of a request or a response go over a limit."""


class BrokenResponseError(HttpError, ConnectionError):
    """The response breaks off, or is not one of HTTP."""


class InvalidRequestError(HttpError, ValueError):
    """The request can be none of HTTP: its URL, its method, a header."""


class RedirectError(HttpError):
    """There are too many redirects, or one that cannot be followed."""


class StatusError(HttpError):
    """The status of a response is 400 or more: what `raise_for_status` raises. `response`
    is the response."""

    def __init__(self, message: str, response: Any) -> None:
        super().__init__(message)
        self.response = response


class Asked:
    """What was asked for, as far as errors tell it: a method and a server. It makes all
    errors that a transport may meet."""

    __slots__ = ("method", "server")

    component: str | None = ""
    """The id of the component in the topology file; "" if it is not known. None: it is a
    custom grouping, which has none."""

    def __init__(self, method: str, server: str) -> None:
        self.method = method
        self.server = server
        """As it is written in a grant: `https://example.org`, `http://example.org:8080`."""

    def _said(self, what: str) -> str:
        return f"{self.method} {self.server}: {what}"

    def _grants(self) -> str:
        of = f"the component `{self.component}`" if self.component else "the component"
        return f'{of}, in the topology file: `grants: {{ http: {{ hosts: ["{self.server}"]'

    def not_granted(self) -> NotGrantedError:
        """The server is not granted."""
        if self.component is None:
            return NotGrantedError(self._said("a custom grouping is granted no server"))
        return NotGrantedError(
            self._said(f"the server is not granted. Grant it to {self._grants()} }} }}`")
        )

    def address_not_granted(self) -> NotGrantedError:
        """The server is granted, its address is not."""
        host = self.server.partition("://")[2].rpartition(":")[0] or self.server
        is_local = host in ("localhost", "http://localhost", "https://localhost")
        network = "127.0.0.1/32" if is_local else "ADDRESS/32"
        return NotGrantedError(
            self._said(
                "its address is none of a public server (the log of the task has it). If it "
                f'may be called, grant it to {self._grants()}, networks: ["{network}"] }} }}`'
            )
        )

    def not_connected(self, why: str) -> ConnectError:
        """No connection came about."""
        return ConnectError(self._said(f"no connection: {why}"))

    def timed_out(self, phase: str, seconds: float | None) -> TimedOutError:
        """Something took too long."""
        within = "in time" if seconds is None else f"within {seconds:g} s"
        what = {
            "connect": f"no connection {within}",
            "first byte": f"the response did not begin {within}",
            "between bytes": f"the response did not go on {within}",
        }[phase]
        return TimedOutError(self._said(what), phase)

    def too_large(self, what: str, limit: str) -> TooLargeError:
        """The body or the headers go over a limit."""
        return TooLargeError(self._said(f"{what} is larger than the limit `{limit}` allows"))

    def too_large_headers(self) -> TooLargeError:
        """The headers are more than the host takes of anybody."""
        return TooLargeError(self._said("the headers are larger than the 32 KiB that there may be"))

    def broken(self, why: str) -> BrokenResponseError:
        """There is no response, or not all of it."""
        return BrokenResponseError(self._said(why))

    def invalid(self, why: str) -> InvalidRequestError:
        """It can be none of HTTP."""
        return InvalidRequestError(self._said(why))

    def other(self, why: str) -> HttpError:
        """What there is no other word for."""
        return HttpError(self._said(why))
