"""`urllib3`, and so `requests`."""

from __future__ import annotations

import functools
from typing import Any

from ..errors import BrokenResponseError, HttpError, TimedOutError
from . import Active
from .virtual_socket import VirtualSocket

_OF_TLS = (
    "assert_fingerprint assert_hostname ca_cert_data ca_cert_dir ca_certs cert_reqs server_hostname "
    "ssl_context ssl_maximum_version ssl_minimum_version ssl_version key_file key_password"
).split()
"""Arguments about what the host does: it checks certificates always."""


def change(module: Any, active: Active) -> None:
    """Changes the module `urllib3.connection`."""
    is_missing = not issubclass(module.HTTPSConnection, module.HTTPConnection)
    if is_missing:
        module.HTTPSConnection = module.VerifiedHTTPSConnection = _https_connection(module)
    for cls in (module.HTTPConnection, module.HTTPSConnection):
        for name, made in (("connect", _connecting), ("getresponse", _answering)):
            if name in vars(cls) or cls is module.HTTPConnection:
                setattr(cls, name, made(module, getattr(cls, name), active))


def _https_connection(module: Any) -> type[Any]:
    """The class that is missing where there is no `ssl`."""

    class HTTPSConnection(module.HTTPConnection):  # type: ignore[misc]
        default_port = 443
        cert_reqs = ca_certs = ca_cert_dir = ca_cert_data = None
        assert_hostname = assert_fingerprint = ssl_context = None

        def __init__(self, host: str, port: Any = None, **of: Any) -> None:
            if of.pop("cert_file", None):
                raise ValueError("a component cannot present a certificate of its own")
            kept = {name: value for name, value in of.items() if name not in _OF_TLS}
            super().__init__(host, port, **kept)

        def set_cert(self, *_: Any, **__: Any) -> None:
            """Nothing: the host checks certificates always."""

    HTTPSConnection.__module__ = module.__name__
    HTTPSConnection.__qualname__ = "HTTPSConnection"
    return HTTPSConnection


def _connecting(module: Any, original: Any, active: Active) -> Any:
    @functools.wraps(original)
    def connect(self: Any) -> None:
        if not active():
            original(self)
            return
        is_https = isinstance(self, module.HTTPSConnection)
        # A tunnel would lead through a proxy. There is none.
        host, port = self._tunnel_host or self._dns_host, self._tunnel_port or self.port
        scheme = "https" if is_https else "http"
        # Not eager: how long to wait for the response is known when that is read.
        self.sock = VirtualSocket(scheme, host, port, self.timeout, eager=False)
        self.is_verified = is_https

    return connect


def _answering(module: Any, original: Any, active: Active) -> Any:
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    @functools.wraps(original)
    def getresponse(self: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return original(self, *arguments, **options)
        except TimedOutError as error:
            if error.phase == "connect":
                raise ConnectTimeoutError(self, str(error)) from error
            raise
        except BrokenResponseError:
            raise
        except HttpError as error:
            raise NewConnectionError(self, str(error)) from error

    return getresponse
