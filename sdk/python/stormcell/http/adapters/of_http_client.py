"""`http.client`, and so `urllib.request`, `xmlrpc.client` and others."""

from __future__ import annotations

import functools
from typing import Any

from ..errors import BrokenResponseError
from . import Active
from .virtual_socket import VirtualSocket

_OF_TLS = ("cert_file", "check_hostname", "context", "key_file")
"""Arguments about what the host does; CPython has had them all at some time."""


def change(module: Any, active: Active) -> None:
    """Changes the module `http.client`."""
    if not hasattr(module, "HTTPSConnection"):
        module.HTTPSConnection = _https_connection(module)
        module.__all__.append("HTTPSConnection")
        module._create_https_context = lambda http_version: None
    for cls in (module.HTTPConnection, module.HTTPSConnection):
        cls.connect = _connecting(module, cls.connect, active)
    of_both = _disconnected(module)
    module.HTTPConnection.getresponse = _answering(module.HTTPConnection.getresponse, of_both)


def _disconnected(module: Any) -> type[Any]:
    """The error for a response that does not come or is none: that of this package, and that of
    the module."""

    class Disconnected(BrokenResponseError, module.RemoteDisconnected):  # type: ignore[misc]
        def __init__(self, message: str) -> None:
            super().__init__(message)
            self.line = ""

        def __str__(self) -> str:
            return str(self.args[0])

    Disconnected.__module__ = module.__name__
    Disconnected.__name__ = Disconnected.__qualname__ = "RemoteDisconnected"
    return Disconnected


def _answering(original: Any, of_both: type[Any]) -> Any:
    @functools.wraps(original)
    def getresponse(self: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return original(self, *arguments, **options)
        except BrokenResponseError as error:
            raise of_both(str(error)) from error

    return getresponse


def _https_connection(module: Any) -> type[Any]:
    """The class that is missing where there is no `ssl`. The host secures the connection."""

    class HTTPSConnection(module.HTTPConnection):  # type: ignore[misc]
        default_port = module.HTTPS_PORT

        def __init__(self, host: str, port: Any = None, **of: Any) -> None:
            kept = {name: value for name, value in of.items() if name not in _OF_TLS}
            super().__init__(host, port, **kept)

    HTTPSConnection.__module__ = module.__name__
    HTTPSConnection.__qualname__ = "HTTPSConnection"
    return HTTPSConnection


def _connecting(module: Any, original: Any, active: Active) -> Any:
    @functools.wraps(original)
    def connect(self: Any) -> None:
        if not active():
            original(self)
            return
        scheme = "https" if isinstance(self, module.HTTPSConnection) else "http"
        # A tunnel would lead through a proxy. There is none.
        host, port = self._tunnel_host or self.host, self._tunnel_port or self.port
        self.sock = VirtualSocket(scheme, host, port, self.timeout, eager=True)

    return connect
