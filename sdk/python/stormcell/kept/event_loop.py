"""Event loops of `asyncio` without what a component does not have.

A loop makes a pair of sockets, with which threads wake it, and looks up names in a thread.
"""

from __future__ import annotations

import time
from typing import Any

FOREVER = (
    "asyncio waits for something that never comes: a component has no network connections "
    "and no threads that could bring it"
)


class Waiting:
    """The selector of an event loop that needs none as long as no file is registered."""

    def __init__(self, selector: Any) -> None:
        self._selector = selector

    def __getattr__(self, name: str) -> Any:
        return getattr(self._selector, name)

    def select(self, timeout: float | None = None) -> list[Any]:
        """Waits until a time-out is over, or for the registered files."""
        if self._selector.get_map():
            events: list[Any] = self._selector.select(timeout)
            return events
        if timeout is None:
            raise RuntimeError(FOREVER)
        if timeout > 0:
            time.sleep(timeout)
        return []


def adapt(module: Any) -> None:
    """Changes the module `asyncio.selector_events`."""

    def _make_self_pipe(self: Any) -> None:
        self._selector = Waiting(self._selector)

    async def getaddrinfo(self: Any, *arguments: Any, **options: Any) -> Any:
        return module.socket.getaddrinfo(*arguments, **options)

    loop = module.BaseSelectorEventLoop
    loop._make_self_pipe = _make_self_pipe
    loop._close_self_pipe = loop._write_to_self = lambda self: None
    loop.getaddrinfo = getaddrinfo
