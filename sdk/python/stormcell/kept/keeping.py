"""What of the author's folder and of his dependencies is kept.

This runs in the Python of the tools, before any of that is imported: what is compressed in
a component would leave traces in its memory, which would become a part of it.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from typing import BinaryIO

from .records import LEFT_OUT, write_record

LARGEST_FILE = 16 << 20
"""The bytes that a file has at most that is kept."""
MOST = 32 << 20
"""The bytes, compressed, that all together have at most. They are in the memory of each
instance, which is 128 MiB at most if a topology file says nothing."""

HIDDEN = "its name begins with a dot"


class TooMuchError(Exception):
    """The files of a component are too many. The text names no folder."""


class Keeper:
    """Writes the files of folders as records."""

    def __init__(self, to: BinaryIO) -> None:
        self.notes: list[str] = []
        """What is to be said about files that are left out."""
        self._to = to
        self._sizes: list[tuple[int, str]] = []
        self._size = 0

    def keep(self, folder: str, name: str, above: Sequence[os.stat_result] = ()) -> None:
        """Keeps what is in a folder, under the paths that begin with `name`. A link to a
        folder that it is in is left out."""
        this = os.stat(folder)
        if any(os.path.samestat(this, each) for each in above):
            return
        for entry in sorted(os.listdir(folder)):
            path, kept = f"{folder}/{entry}", f"{name}/{entry}"
            if entry == "__pycache__" or entry.endswith(".pyc"):
                continue
            if entry.startswith("."):
                write_record(self._to, kept, LEFT_OUT, HIDDEN.encode())
            elif os.path.isdir(path):
                self.keep(path, kept, [*above, this])
            elif os.path.isfile(path):
                self._keep_file(path, kept)

    def _keep_file(self, path: str, name: str) -> None:
        size = os.path.getsize(path)
        if size > LARGEST_FILE:
            reason = (
                f"it has {megabytes(size)}, and {megabytes(LARGEST_FILE)} is the most; read it "
                "from a folder that is granted"
            )
            self.notes.append(f"{name} is not kept in the component: {reason}")
            write_record(self._to, name, LEFT_OUT, reason.encode())
            return
        with open(path, "rb") as file:
            data = file.read()
        packed = zlib.compress(data, 9)
        packed = packed if len(packed) < len(data) else data
        self._size += len(packed)
        self._sizes.append((len(packed), name))
        if self._size > MOST:
            largest = sorted(self._sizes, reverse=True)[:3]
            raise TooMuchError(
                f"a component keeps {megabytes(MOST)} of files at most, compressed, and the "
                "author's folder and his dependencies have more. Move what is not needed at "
                "run time out of the folder, and read what is needed from a folder that is "
                "granted. The largest: "
                + ", ".join(f"{of} ({megabytes(size)})" for size, of in largest)
            )
        write_record(self._to, name, len(data), packed)


def megabytes(size: int) -> str:
    """A number of bytes, for people."""
    return f"{size / (1 << 20):.1f} MiB"
