"""`http.client`, and so `urllib.request`, `xmlrpc.client` and others."""

from __future__ import annotations

import functools
from typing import Any

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
