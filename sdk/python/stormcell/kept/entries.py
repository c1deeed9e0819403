"""What the system would say of kept files and folders."""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Iterator
from typing import Any

from .store import Store


MADE = 315_619_200
"""The time of all that is kept: 2 January 1980, the first day that an archive of any kind
can name anywhere on earth."""


def status(store: Store, path: str) -> os.stat_result:
    """The answer of `os.stat` for what is kept. Nobody may write."""
    is_folder = store.is_folder(path)
    mode = stat.S_IFDIR | 0o555 if is_folder else stat.S_IFREG | 0o444
    length = 0 if is_folder else store.length(path)
    # Two paths are one file if these numbers are the same.
    inode = 1 + zlib.crc32(path.encode("utf-8", "surrogateescape"))
    seconds = dict.fromkeys(("st_atime", "st_mtime", "st_ctime"), float(MADE))
    exact = dict.fromkeys(("st_atime_ns", "st_mtime_ns", "st_ctime_ns"), MADE * 10**9)
    shown = (mode, inode, 0, 1, 0, 0, length, MADE, MADE, MADE)
    return os.stat_result(shown, {**seconds, **exact})


class KeptEntry(os.PathLike[Any]):
    """An `os.DirEntry` of a kept folder."""

    def __init__(self, store: Store, folder: Any, place: str, name: Any) -> None:
        self._store = store
        self._place = place
        self.name = name
        self.path = os.path.join(folder, name)

    def __fspath__(self) -> Any:
        return self.path

    def __repr__(self) -> str:
        return f"<DirEntry {self.name!r}>"

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Whether it is a folder."""
        return self._store.is_folder(self._place)

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        """Whether it is a file."""
        return self._store.is_file(self._place)

    def is_symlink(self) -> bool:
        """There are no links."""
        return False

    def is_junction(self) -> bool:
        """There are no junctions."""
        return False

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """The answer of `os.stat`."""
        return status(self._store, self._place)

    def inode(self) -> int:
        """Its number."""
        return self.stat().st_ino


class KeptEntries(Iterator[KeptEntry]):
    """What `os.scandir` returns for a kept folder."""

    def __init__(self, store: Store, folder: Any, place: str) -> None:
        as_named = os.fsencode if isinstance(folder, bytes) else str
        self._entries = iter(
            [
                KeptEntry(store, folder, f"{place}/{name}", as_named(name))
                for name in store.names(place)
            ]
        )

    def __next__(self) -> KeptEntry:
        return next(self._entries)

    def __enter__(self) -> KeptEntries:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the iteration."""
        self._entries = iter(())
