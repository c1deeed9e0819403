"""Modules that are changed a little when they have been loaded, so that they work in a
component, or say why they do not."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, NoReturn

from ..http.adapters import CHANGED, Change, always
from . import event_loop
from .impossible import OPENSSL, PROCESSES, SOCKETS, no_function_of_os, no_thread


def adapt(module: ModuleType) -> None:
    """Changes a module that has just been loaded, if it is one of these."""
    change = ADAPTED.get(module.__name__)
    if change is not None:
        change(module)


def adapt_loaded() -> None:
    """Changes those that are loaded."""
    for name in ADAPTED:
        module = sys.modules.get(name)
        if module is not None:
            adapt(module)


def _threading(module: Any) -> None:
    for name in ("_start_new_thread", "_start_joinable_thread"):
        if hasattr(module, name):
            setattr(module, name, no_thread)


def _os(module: Any) -> None:
    module.__getattr__ = no_function_of_os


def _subprocess(module: Any) -> None:
    module.Popen.__init__ = _no_process
    # Of one that was never started there is nothing to wait for.
    module.Popen.__del__ = lambda self: None


def _processes(module: Any) -> None:
    module.BaseProcess.start = _no_process


def _pool(module: Any) -> None:
    def __init__(self: Any, *arguments: Any, **options: Any) -> None:
        (no_thread if isinstance(self, module.ThreadPool) else _no_process)()

    module.Pool.__init__ = __init__
    module.Pool.__del__ = lambda self: None


def _executor(module: Any) -> None:
    module.ProcessPoolExecutor.__init__ = _no_process


def _no_process(*arguments: Any, **options: Any) -> NoReturn:
    raise OSError(errno.ENOTSUP, PROCESSES)


def _socket(module: Any) -> None:
    """The system is not asked. It says no more than that something failed; and a module that
    makes a socket when it is imported, as urllib3 does to look for IPv6, would leave behind
    in the component what the system knew of it when that was built."""

    def no_socket(*arguments: Any, **options: Any) -> NoReturn:
        raise PermissionError(errno.EACCES, f"{os.strerror(errno.EACCES)}: {SOCKETS}")

    def no_lookup(*arguments: Any, **options: Any) -> NoReturn:
        raise module.gaierror(module.EAI_FAIL, f"Non-recoverable error: {SOCKETS}")

    module.socket.__init__ = no_socket
    for name in ("getaddrinfo", "gethostbyaddr", "gethostbyname", "gethostbyname_ex"):
        setattr(module, name, no_lookup)


def _locale(module: Any) -> None:
    """The system of a component takes every name for a locale, and does as in C."""
    real = module.setlocale

    def setlocale(category: int, locale: Any = None) -> str:
        name = locale
        if name and not isinstance(name, str):
            name = module.normalize(module._build_localename(name))
        # What it has returned for several categories may be given back.
        parts = {part.rpartition("=")[2] for part in (name or "").split(";")}
        if not {part.upper().replace("UTF8", "UTF-8") for part in parts} <= LOCALES:
            raise module.Error("unsupported locale setting")
        set_to: str = real(category, locale)
        return set_to

    setlocale.__doc__ = real.__doc__
    module.setlocale = setlocale


LOCALES = {"", "C", "POSIX", "C.UTF-8"}
"""The locales of a component."""


def _hashlib(module: Any) -> None:
    """An attribute that it has not is still an AttributeError, which now has a reason."""

    def no_function(name: str) -> NoReturn:
        reason = f": {OPENSSL}" if name in ("pbkdf2_hmac", "scrypt") else ""
        said = f"module 'hashlib' has no attribute {name!r}{reason}"
        raise AttributeError(said, name=name, obj=module)

    module.__getattr__ = no_function


def _of_http(change: Change) -> Callable[[Any], None]:
    return lambda module: change(module, always)


ADAPTED: Mapping[str, Callable[[Any], None]] = {
    "asyncio.selector_events": event_loop.adapt,
    "concurrent.futures.process": _executor,
    "hashlib": _hashlib,
    "locale": _locale,
    "multiprocessing.pool": _pool,
    "multiprocessing.process": _processes,
    "os": _os,
    "socket": _socket,
    "subprocess": _subprocess,
    "threading": _threading,
    **{name: _of_http(change) for name, change in CHANGED.items()},
}
"""What is done to each of these modules."""
