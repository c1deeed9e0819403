"""Reading kept files by their paths, with `open`, `os`, `pathlib` and what is made of them.

Each function here stands in for one of the system. It asks the system first, so that what
is granted to a component is never hidden, and costs no more than a call. Only what the
system does not have is looked for among what is kept.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Callable
from typing import Any

from .entries import KeptEntries, status
from .opening import KeptFile, opened
from .store import Store

READ_ONLY = "it is part of the component, which is read-only: write to a folder that is granted"
NO_DESCRIPTOR = "it is part of the component, and has no file descriptor: use open()"

CHANGES = "chmod link mkdir remove rename replace rmdir symlink truncate unlink utime".split()
"""The functions of `os` that change what their first arguments name."""


def stand_ins(store: Store) -> dict[Any, Any]:
    """For each function of the system what is to be put in its place."""
    found: dict[Any, Any] = {
        builtins.open: _open(builtins.open, store),
        io.open_code: _open_code(io.open_code, store),
    }
    for name, make in _OS.items():
        real = getattr(os, name, None)
        if real is not None:
            found[real] = make(real, store)
    return found


def place_of(path: Any) -> str | None:
    """The absolute path that a caller means; None for what is none, as a descriptor."""
    try:
        text = os.fsdecode(path)
    except TypeError:
        return None
    if not text.startswith("/"):
        text = f"{os.getcwd()}/{text}"
    return os.path.normpath("/" + text.lstrip("/"))


def _found(store: Store, path: Any, options: dict[str, Any]) -> str | None:
    """The place of a path that is looked for in the root; None for any other."""
    return place_of(path) if options.get("dir_fd") is None else None


def _missing(store: Store, path: Any, failure: OSError) -> OSError:
    """The error for something that the system does not have, and that is not kept."""
    reason = store.left_out.get(place_of(path) or "")
    if reason is None:
        return failure
    return OSError(errno.ENOENT, f"not kept in the component: {reason}", path)


def _is_inside(store: Store, path: Any) -> bool:
    place = place_of(path)
    return place is not None and store.is_inside(place)


def _open(real: Callable[..., Any], store: Store) -> Callable[..., Any]:
    def open(  # noqa: A001
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        try:
            return real(file, mode, buffering, encoding, errors, newline, closefd, opener)
        except OSError as error:
            place = place_of(file) if opener is None else None
            if place is None or not store.is_inside(place):
                _say_where(store, file, error)
                raise
            failure = error
        if set(mode) & set("wax+"):
            raise OSError(errno.EROFS, READ_ONLY, file)
        return opened(
            _kept(store, file, place, failure), mode, buffering, encoding, errors, newline
        )

    open.__doc__ = real.__doc__
    return open


def _say_where(store: Store, path: Any, error: OSError) -> None:
    """Adds to an error where the file is that was looked for: beside the author's modules, and
    not in the working folder."""
    if not isinstance(error, FileNotFoundError) or not isinstance(path, (str, os.PathLike)):
        return
    name = os.path.normpath(os.fsdecode(path))
    if store.author and not name.startswith("/") and store.is_file(f"{store.author}/{name}"):
        error.add_note(
            f"the working folder is {os.getcwd()}, and the file is beside the modules of the "
            f"component; write open(pathlib.Path(__file__).parent / {name!r})"
        )


def _kept(store: Store, path: Any, place: str, failure: OSError) -> KeptFile:
    if store.is_file(place):
        return KeptFile(path, store.read(place))
    if store.is_folder(place):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    raise _missing(store, path, failure) from None


def _open_code(real: Callable[..., Any], store: Store) -> Callable[..., Any]:
    def open_code(path: str) -> Any:
        try:
            return real(path)
        except OSError as error:
            place = place_of(path)
            if place is None or not store.is_inside(place):
                raise
            failure = error
        return io.BufferedReader(_kept(store, path, place, failure))

    return open_code


def _descriptor(real: Callable[..., int], store: Store) -> Callable[..., int]:
    def open(path: Any, flags: int, mode: int = 0o777, **options: Any) -> int:  # noqa: A001
        try:
            return real(path, flags, mode, **options)
        except OSError:
            place = _found(store, path, options)
            if place is None or not store.is_inside(place):
                raise
            if flags & os.O_ACCMODE != os.O_RDONLY or flags & (os.O_CREAT | os.O_TRUNC):
                raise OSError(errno.EROFS, READ_ONLY, path) from None
            if store.is_file(place):
                raise OSError(errno.ENOTSUP, NO_DESCRIPTOR, path) from None
            raise

    return open


def _stat(real: Callable[..., os.stat_result], store: Store) -> Callable[..., os.stat_result]:
    def stat(path: Any, **options: Any) -> os.stat_result:
        try:
            return real(path, **options)
        except OSError:
            place = _found(store, path, options)
            if place is None or not (store.is_file(place) or store.is_folder(place)):
                raise
        return status(store, place)

    return stat


def _access(real: Callable[..., bool], store: Store) -> Callable[..., bool]:
    def access(path: Any, mode: int, **options: Any) -> bool:
        if real(path, mode, **options):
            return True
        place = _found(store, path, options)
        if place is None or mode & os.W_OK:
            return False
        return store.is_folder(place) or store.is_file(place) and not mode & os.X_OK

    return access


def _listing(store: Store, path: Any, failure: OSError) -> str:
    """The place of a kept folder that is listed; the error without one."""
    place = place_of(path)
    if place is not None and store.is_folder(place):
        return place
    if place is not None and store.is_file(place):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path) from None
    raise failure


def _listdir(real: Callable[..., Any], store: Store) -> Callable[..., Any]:
    def listdir(path: Any = None) -> Any:
        try:
            return real(path)
        except OSError as error:
            place = _listing(store, "." if path is None else path, error)
        names = store.names(place)
        return [os.fsencode(name) for name in names] if isinstance(path, bytes) else names

    return listdir


def _scandir(real: Callable[..., Any], store: Store) -> Callable[..., Any]:
    def scandir(path: Any = None) -> Any:
        try:
            return real(path)
        except OSError as error:
            folder = "." if path is None else path
            place = _listing(store, folder, error)
        return KeptEntries(store, os.fspath(folder), place)

    return scandir


def _change(real: Callable[..., Any], store: Store) -> Callable[..., Any]:
    def change(*arguments: Any, **options: Any) -> Any:
        try:
            return real(*arguments, **options)
        except OSError:
            for path in arguments[:2]:
                if isinstance(path, (str, bytes, os.PathLike)) and _is_inside(store, path):
                    raise OSError(errno.EROFS, READ_ONLY, path) from None
            raise

    return change


_OS: dict[str, Callable[[Callable[..., Any], Store], Callable[..., Any]]] = {
    "open": _descriptor,
    "stat": _stat,
    "lstat": _stat,
    "access": _access,
    "listdir": _listdir,
    "scandir": _scandir,
    **dict.fromkeys(CHANGES, _change),
}
