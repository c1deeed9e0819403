"""What a component cannot do, refused in tests of an author."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .http.adapters.on_import import change_now_and_later
from .kept.impossible import PROCESSES, SOCKETS, THREADS

_REFUSED: dict[str, tuple[type[Exception], str]] = {
    "_thread.start_joinable_thread": (RuntimeError, THREADS),
    "_thread.start_new_thread": (RuntimeError, THREADS),
    **dict.fromkeys(
        ("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system"),
        (OSError, PROCESSES),
    ),
    "subprocess.Popen": (OSError, PROCESSES),
    **dict.fromkeys(
        (
            "socket.bind",
            "socket.connect",
            "socket.getaddrinfo",
            "socket.gethostbyaddr",
            "socket.gethostbyname",
            "socket.sendmsg",
            "socket.sendto",
        ),
        (OSError, SOCKETS),
    ),
}
"""For each audit event what is raised. Making a socket is none of them: the event loops of
`asyncio` make a pair, which a component does not need."""

_called = threading.local()
_is_watching = False


@contextmanager
def refused() -> Iterator[None]:
    """While this thread is in it, it cannot start threads or processes, or use sockets; and
    the libraries that speak HTTP use `stormcell.http`."""
    global _is_watching
    if not _is_watching:
        # There is no way to take a hook back, so this is done once.
        _is_watching = True
        sys.addaudithook(_refuse)
        thread: Any = threading.Thread
        thread.start = _starting(thread.start)
    change_now_and_later(is_refusing)
    depth = getattr(_called, "depth", 0)
    _called.depth = depth + 1
    try:
        yield
    finally:
        _called.depth = depth


@contextmanager
def allowed() -> Iterator[None]:
    """While this thread is in it, it can, although it is called by something that cannot."""
    depth = getattr(_called, "depth", 0)
    _called.depth = 0
    try:
        yield
    finally:
        _called.depth = depth


def is_refusing() -> bool:
    """Whether this thread cannot now."""
    return bool(getattr(_called, "depth", 0))


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    found = _REFUSED.get(event)
    if found is not None and getattr(_called, "depth", None):
        error, message = found
        raise error(message)


def _starting(start: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
    """Not every version of Python has an event for it."""

    @functools.wraps(start)
    def starting(thread: threading.Thread) -> None:
        _refuse("_thread.start_new_thread", ())
        start(thread)

    return starting
