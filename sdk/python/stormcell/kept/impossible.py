"""What cannot work in a component, and the errors that say so."""

from __future__ import annotations

import importlib.abc
import os
import sys
from collections.abc import Mapping
from importlib.machinery import ModuleSpec
from typing import Any, NoReturn

THREADS = (
    "a component has one thread and cannot start others: do the work in the call itself, "
    "or raise `parallelism` in the topology file"
)
PROCESSES = "a component cannot start processes"
SOCKETS = (
    "a component has no sockets: there is no grant for them. What calls servers over HTTP, if "
    "the topology file grants `http`: stormcell.http, urllib.request, requests and httpx"
)

OPENSSL = "a component has no OpenSSL, which it needs"

PROCESS_FUNCTIONS = frozenset(
    "execl execle execlp execlpe execv execve execvp execvpe fork forkpty kill killpg pipe "
    "posix_spawn posix_spawnp spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe "
    "system wait waitid waitpid".split()
)
"""Functions of `os` that are not there because of that."""

_REASONS = {
    "_bz2 _dbm _gdbm _lzma _zstd bz2 lzma": "CPython is built without the C library that it needs",
    "_ctypes ctypes": "native libraries cannot be loaded",
    "_curses curses pty readline termios tty": "there is no terminal",
    "_interpqueues _interpreters": "other interpreters cannot be started",
    "_multiprocessing _posixshmem _posixsubprocess": "processes cannot be started",
    "_ssl ssl": "there are no sockets to secure, and no OpenSSL; the host secures what is called "
    "with stormcell.http, urllib.request, requests and httpx",
    "_tkinter idlelib tkinter turtle turtledemo": "there is no screen",
    "ensurepip pip venv": "packages are installed when it is built, from pyproject.toml",
    "fcntl": "files have no locks",
    "grp pwd": "the users of the machine are not known",
    "mmap": "files cannot be mapped into memory",
    "pydoc_data test": "tests and tools of CPython are left out",
    "resource": "limits are those of the topology file",
    "syslog": "logs are those of the host, which `logging` reaches",
}

MODULES: Mapping[str, str] = {
    name: reason for names, reason in _REASONS.items() for name in names.split()
}
"""For each module of the standard library that is not there, why it cannot work."""


class MissingFinder(importlib.abc.MetaPathFinder):
    """The last finder: says of what nobody has found why it is not there."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Raises the error for an import. Whoever only looks whether a module is there,
        with `importlib.util.find_spec`, is told that it is not."""
        reason = MODULES.get(fullname)
        if reason is not None and _is_import():
            message = f"No module named {fullname!r}: it cannot work in a component, where {reason}"
            raise ModuleNotFoundError(message, name=fullname)
        return None


def _is_import() -> bool:
    """Whether the caller's caller was called by an import."""
    finding = sys._getframe(2).f_back
    return finding is not None and finding.f_code.co_name == "_find_and_load_unlocked"


def no_thread(*arguments: Any, **options: Any) -> NoReturn:
    """Stands in for what starts threads."""
    raise RuntimeError(THREADS)


def no_function_of_os(name: str) -> NoReturn:
    """The `__getattr__` of `os`. Whoever looks whether `os` has `fork` is told that it has
    not, as before."""
    reason = f": {PROCESSES}" if name in PROCESS_FUNCTIONS else ""
    raise AttributeError(f"module 'os' has no attribute {name!r}{reason}", name=name, obj=os)
