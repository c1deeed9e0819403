"""Libraries that call servers, on the transport of `stormcell.http`.

Each is changed when it is imported, and in a few places: `http.client`, on which
`urllib.request` stands, where it makes a connection; `urllib3`, on which `requests` stands,
likewise; `httpx` in its transports. All that they do besides is as always: redirects,
cookies, sessions, retries, and errors of their own kind.

In a component that holds always. In tests of an author it holds while his code is called
(`refusing`), and everything else of the test goes its usual ways.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Active = Callable[[], bool]
"""Whether requests go through the transport now."""

Change = Callable[[Any, Active], None]


def always() -> bool:
    """That of a component."""
    return True


def _http_client(module: Any, active: Active) -> None:
    from .of_http_client import change

    change(module, active)


def _urllib3(module: Any, active: Active) -> None:
    from .of_urllib3 import change

    change(module, active)


def _requests(module: Any, active: Active) -> None:
    from .of_requests import change

    change(module, active)


def _httpx(module: Any, active: Active) -> None:
    from .of_httpx import change

    change(module, active)


CHANGED: Mapping[str, Change] = {
    "http.client": _http_client,
    "httpx._transports.default": _httpx,
    "requests.adapters": _requests,
    "urllib3.connection": _urllib3,
}
"""How each of these modules is changed when it has been loaded."""
